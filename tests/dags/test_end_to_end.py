# SPDX-License-Identifier: EUPL-1.2
"""Airflow at work, over the real back ends: what lies in the inbox is done without a hand on it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from arhivar.composition import Archive, init_archive, object_id, open_archive
from arhivar.intake.drops import QUARANTINE
from arhivar.settings import CHECKOUT, Settings, load_settings
from schemas.findings import FINDINGS, FindingCode, Severity
from schemas.ingest import IngestState
from tests.services import drop_database, new_database, require

pytestmark = pytest.mark.services

_SAMPLES = CHECKOUT / "sample_scans"
_BROKEN = _SAMPLES / "broken"
_SECONDS = 1800
_PAGE_SECONDS = "90"
"""The hanging PDF is stopped after half of it; a healthy page must never need as much, also on a busy machine."""
_CODES = {code.value: code for code in FindingCode}


@dataclass(frozen=True)
class Running:
    """Airflow, its archive and its inbox."""

    settings: Settings
    inbox: Path
    state: Path


@pytest.fixture(scope="module")
def airflow() -> Iterator[Running]:
    postgresql, minio, elastic = require("postgresql"), require("minio"), require("elasticsearch")
    folder = Path("/var/tmp") / f"arhivar-e2e-{token_hex(4)}"  # noqa: S108 - a name of its own
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    metadata, catalogue = new_database(postgresql), new_database(postgresql)
    (folder / "state" / "postgresql").mkdir(parents=True)
    (folder / "state" / "postgresql" / "facts.json").write_text(json.dumps({"client": {"airflow": metadata}}))
    variables = {
        "ARHIVAR_HOME": str(folder / "home"),
        "ARHIVAR_INBOX": str(inbox),
        "ARHIVAR_STORE": f"s3://arhivar-{token_hex(8)}",
        "ARHIVAR_STORE_ENDPOINT": minio["endpoint"],
        "ARHIVAR_STORE_ACCESS_KEY": minio["access_key"],
        "ARHIVAR_STORE_SECRET_KEY": minio["secret_key"],
        "ARHIVAR_STORE_LOCK_DAYS": "1",
        "ARHIVAR_CATALOGUE": catalogue,
        "ARHIVAR_INDEX": elastic["url"],
        "ARHIVAR_INDEX_API_KEY": elastic["api_key"],
        "ARHIVAR_INDEX_CA_FILE": elastic["ca_certificate"],
        "ARHIVAR_INDEX_PREFIX": f"arhivar-{token_hex(4)}",
        "ARHIVAR_PAGE_SECONDS": _PAGE_SECONDS,
        "ARHIVAR_QUIET_SECONDS": "20",
        **{name: os.environ[name] for name in ("ARHIVAR_VERAPDF_HOME",) if name in os.environ},
    }
    settings = load_settings(variables)
    init_archive(settings)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ARHIVAR_")}
    environment = bare | variables | {"ARHIVAR_SERVICES_HOME": str(folder / "state")}

    def services(action: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tools.services", action, "airflow"],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    services("up")
    try:
        yield Running(settings, inbox, folder / "state")
    finally:
        services("down")
        drop_database(postgresql, metadata)
        drop_database(postgresql, catalogue)
    shutil.rmtree(folder)


def _severity(folder: str) -> Severity:
    code = _CODES.get(folder)
    return Severity.NOTE if code is None else FINDINGS[code].severity


def _states(archive: Archive) -> dict[str, tuple[IngestState, str]]:
    return {row.manifest.folder: (row.state, row.ingest_id) for row in archive.catalogue.ingests()}


def test_healthy_units_are_reconciled_and_broken_ones_quarantined(airflow: Running) -> None:
    broken = sorted(path.name for path in _BROKEN.iterdir() if path.name != "unit-conflict")
    healthy = ["permits-1987", "decisions-1995"]
    for name in healthy:
        shutil.copytree(_SAMPLES / name, airflow.inbox / name, symlinks=True)
    for name in broken:
        shutil.copytree(_BROKEN / name, airflow.inbox / name, symlinks=True)
    wanted = dict.fromkeys(healthy, IngestState.RECONCILED) | {
        name: IngestState.INDEXED if _severity(name) is Severity.PLACEHOLDER else IngestState.RECONCILED
        for name in broken
        if _severity(name) is not Severity.QUARANTINE
    }
    until = time.monotonic() + _SECONDS
    with open_archive(airflow.settings) as archive:
        while time.monotonic() < until:
            states = _states(archive)
            if {name: state for name, (state, _) in states.items()} == wanted:
                break
            time.sleep(5)
        states = _states(archive)
        assert {name: state for name, (state, _) in states.items()} == wanted
        for name, (_, ingest_id) in states.items():
            ledger = archive.catalogue.ledger(ingest_id)
            assert ledger is not None, name
            assert ledger.differences == (), name
            row = archive.catalogue.ingest(ingest_id)
            assert row is not None
            assert (row.attempt, archive.packages.head(object_id(row.unit_id))) == (1, 1), name
    aside = sorted(path.name for path in (airflow.inbox / QUARANTINE).iterdir())
    assert aside == [name for name in broken if _severity(name) is Severity.QUARANTINE]
    assert sorted(path.name for path in airflow.inbox.iterdir() if not path.name.startswith(".")) == []
