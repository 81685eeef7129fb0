# SPDX-License-Identifier: EUPL-1.2
"""An archive on real servers: a bucket, a database and indices of its own, chosen by settings as a town would."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_hex

import pytest

from arhivar.composition import init_archive, open_pool
from arhivar.settings import load_settings
from processors.pool import PagePool
from search.elastic_index import ElasticAddress, ElasticIndex
from tests.arhivar.conftest import Town
from tests.services import drop_database, new_database, require


def elastic_address(server: Mapping[str, str], prefix: str) -> ElasticAddress:
    """How the tests' cluster is reached."""
    return ElasticAddress(server["url"], server["api_key"], Path(server["ca_certificate"]), prefix)


def drop_indices(address: ElasticAddress) -> None:
    """Remove all indices under a prefix."""
    index = ElasticIndex(address)
    index.delete_indices([*index.own_indices(), *index.unused_indices()])
    index.close()


def server_variables(minio: Mapping[str, str], elastic: Mapping[str, str], database: str, name: str) -> dict[str, str]:
    """Settings of an archive on these servers, its parts called `name`."""
    return {
        "ARHIVAR_STORE": f"s3://{name}",
        "ARHIVAR_STORE_ENDPOINT": minio["endpoint"],
        "ARHIVAR_STORE_ACCESS_KEY": minio["access_key"],
        "ARHIVAR_STORE_SECRET_KEY": minio["secret_key"],
        "ARHIVAR_STORE_LOCK_DAYS": "1",
        "ARHIVAR_CATALOGUE": database,
        "ARHIVAR_INDEX": elastic["url"],
        "ARHIVAR_INDEX_API_KEY": elastic["api_key"],
        "ARHIVAR_INDEX_CA_FILE": elastic["ca_certificate"],
        "ARHIVAR_INDEX_PREFIX": name,
        "ARHIVAR_QUIET_SECONDS": "3600",
        "ARHIVAR_LEASE_SECONDS": "10",
        "ARHIVAR_WORKERS": "2",
    }


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an archive of its own on the tests' servers; nothing is made yet."""
    minio, elastic, postgresql = require("minio"), require("elasticsearch"), require("postgresql")
    name = f"arhivar-test-{token_hex(6)}"
    database = new_database(postgresql)
    yield {**server_variables(minio, elastic, database, name), "ARHIVAR_HOME": str(tmp_path / "home")}
    drop_database(postgresql, database)
    drop_indices(elastic_address(elastic, name))


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagePool]:
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path_factory.mktemp("pool")), "ARHIVAR_WORKERS": "2"})
    with open_pool(settings) as opened:
        yield opened


@pytest.fixture
def deployed(variables: dict[str, str], tmp_path: Path, reading: PagePool) -> Town:
    """A new archive on the servers, with an empty inbox."""
    settings = load_settings(variables)
    init_archive(settings)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Town(settings, inbox, reading)
