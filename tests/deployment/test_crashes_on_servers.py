# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` at the points of an ingest that touch a package, on S3, PostgreSQL and Elasticsearch.

Each kill has a unit of its own in one archive; the next run ends reconciled, with one version and every page once.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from arhivar.composition import init_archive
from arhivar.keeping.verify import VerifyWatcher, one_subject, verify_units
from arhivar.settings import load_settings
from processors.pool import PagePool
from schemas.crash_points import CrashPoint
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from schemas.search import SearchFilters
from search.query import parse_query
from tests.arhivar.conftest import Town, start_process
from tests.arhivar.crashing import run
from tests.binders import make_binder, text_pages
from tests.deployment.conftest import drop_indices, elastic_address, server_variables
from tests.services import drop_bucket, drop_database, new_database, require

pytestmark = pytest.mark.services
P = CrashPoint
POINTS = [
    (P.FILE_STAGED, 1),
    (P.CONTENT_STORED, 1),
    (P.CONTENT_STORED, 3),
    (P.VERSION_INVENTORY, 1),
    (P.VERSION_SIDECAR, 1),
    (P.OBJECT_DECLARED, 1),
    (P.ROOT_INVENTORY, 1),
    (P.ROOT_SIDECAR, 1),
    (P.DEPOSIT_WRITTEN, 1),
    (P.DEPOSIT_COMMITTED, 1),
    (P.UNIT_INDEXED, 1),
    (P.STAGED_FILE_DELETED, 1),
]
_SILENT = VerifyWatcher(lambda units: None, lambda size: None, lambda verdict: None)


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One archive on the servers for all kills."""
    minio, elastic, postgresql = require("minio"), require("elasticsearch"), require("postgresql")
    name = f"arhivar-test-{token_hex(6)}"
    database = new_database(postgresql)
    home = tmp_path_factory.mktemp("servers") / "home"
    made = {**server_variables(minio, elastic, database, name), "ARHIVAR_HOME": str(home)}
    init_archive(load_settings(made))
    yield made
    drop_database(postgresql, database)
    drop_indices(elastic_address(elastic, name))
    drop_bucket(minio, name)


@pytest.mark.parametrize(("point", "time"), POINTS, ids=[f"{point}-{time}" for point, time in POINTS])
def test_after_a_kill_on_servers_the_next_run_ends_reconciled(
    variables: dict[str, str], reading: PagePool, tmp_path: Path, point: CrashPoint, time: int
) -> None:
    code = f"{point}/{time}"
    unit = derive_unit_id(code)
    town = Town(load_settings(variables), tmp_path / "inbox", reading)
    make_binder(town.inbox, "a", text_pages(1, f"{point} {time}"), description={"reference_code": code})
    process = start_process(
        town.settings.home, "ingest", str(town.inbox), **{**variables, "ARHIVAR_CRASH_AT": f"{point}:{time}"}
    )
    said = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL, said
    run(town)
    with town.open() as archive:
        (row,) = archive.catalogue.ingests(unit)
        assert (row.state, row.version) == (IngestState.RECONCILED, 1)
        assert archive.packages.head(unit.urn) == 1
        (verdict,) = verify_units(archive, one_subject(archive, code), _SILENT)
        assert (verdict.findings, verdict.error, verdict.in_hand) == ((), None, False)
        assert [stored.key for stored in archive.store.list(f"staging/{row.ingest_id}/")] == []
        assert archive.catalogue.outbox(1) == []
        hits = archive.index.search(parse_query("hotararea"), SearchFilters(), limit=50).hits
        assert [hit.page for hit in hits if hit.reference_code == code] == [1]
