# SPDX-License-Identifier: EUPL-1.2
"""An Airflow of a test's own, over an archive of its own on the tests' servers."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow, token_hex

from arhivar.composition import init_archive
from arhivar.settings import Settings, load_settings
from tests.deployment.conftest import drop_indices, elastic_address, server_variables
from tests.environment import bare_environment
from tests.services import act_on_services, drop_bucket, drop_database, new_database, require


@dataclass(frozen=True)
class Running:
    """Airflow, its archive, its inbox, and the environment of its tasks."""

    settings: Settings
    inbox: Path
    state: Path
    """What `tools.services` keeps of it: its logs, its pid."""
    metadata: str
    """The URL of its own database."""
    environment: Mapping[str, str]
    servers: Sequence[str]
    """What it consists of, by the names of `tools.services`."""

    def services(self, action: str, *names: str) -> None:
        """`up`, `down` or `status` of this Airflow, or of these of its servers."""
        act_on_services(action, names or self.servers, self.environment)


@contextmanager
def running_airflow(
    more: Mapping[str, str],
    *,
    servers: Sequence[str] = ("airflow",),
    client: Callable[[str], Mapping[str, str]] = require,
    prepare: Callable[[Settings], object] = lambda _: None,
) -> Iterator[Running]:
    """Airflow at work with these further settings; what it made on the servers is removed afterwards.

    `client` says how each server is reached: those that all tests share, or a test's own. `prepare` does what the
    archive needs before Airflow starts.
    """
    postgresql, minio, elastic = client("postgresql"), client("minio"), client("elasticsearch")
    name = f"arhivar-e2e-{token_hex(4)}"
    folder = Path("/var/tmp") / name  # noqa: S108 - a name of its own
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    metadata, catalogue = new_database(postgresql), new_database(postgresql)
    (folder / "state" / "postgresql").mkdir(parents=True)
    (folder / "state" / "postgresql" / "facts.json").write_text(json.dumps({"client": {"airflow": metadata}}))
    variables = {
        **server_variables(minio, elastic, catalogue, name),
        "ARHIVAR_HOME": str(folder / "home"),
        "ARHIVAR_INBOX": str(inbox),
        "ARHIVAR_QUIET_SECONDS": "20",
        "ARHIVAR_LEASE_SECONDS": "30",
        "ARHIVAR_WORKERS": "1",
        "ARHIVAR_AIRFLOW_DATABASE": metadata,
        **{name: os.environ[name] for name in ("ARHIVAR_VERAPDF_HOME",) if name in os.environ},
        **more,
    }
    settings = load_settings(variables)
    init_archive(settings)
    prepare(settings)
    # Long before it listens it has chosen its ports; another Airflow that starts meanwhile must not choose the same.
    names = [server.upper().replace("-", "_") for server in servers]
    ports = {f"ARHIVAR_{one}_PORT": str(20_000 + 10 * randbelow(1_000)) for one in names}
    state = folder / "state"
    environment = bare_environment() | variables | ports | {"ARHIVAR_SERVICES_HOME": str(state)}
    running = Running(settings, inbox, state, metadata, environment, servers)
    try:
        running.services("up")
        yield running
    finally:
        running.services("down")
        drop_database(postgresql, metadata)
        drop_database(postgresql, catalogue)
        drop_indices(elastic_address(elastic, name))
        drop_bucket(minio, name)
    shutil.rmtree(folder)
