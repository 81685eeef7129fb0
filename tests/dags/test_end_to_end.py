# SPDX-License-Identifier: EUPL-1.2
"""Airflow at work, over the real back ends: what lies in the inbox is done without a hand on it."""

import shutil
import time
from collections.abc import Iterator

import pytest

from arhivar.composition import Archive, object_id, open_archive
from arhivar.intake.drops import QUARANTINE
from arhivar.settings import CHECKOUT
from schemas.findings import FINDINGS, FindingCode, Severity
from schemas.ingest import IngestState
from tests.dags.running import Running, running_airflow

pytestmark = pytest.mark.services

_SAMPLES = CHECKOUT / "sample_scans"
_BROKEN = _SAMPLES / "broken"
_SECONDS = 1800
_PAGE_SECONDS = "90"
"""The hanging PDF is stopped after half of it; a healthy page must never need as much, also on a busy machine."""
_CODES = {code.value: code for code in FindingCode}


@pytest.fixture(scope="module")
def airflow() -> Iterator[Running]:
    with running_airflow({"ARHIVAR_PAGE_SECONDS": _PAGE_SECONDS}) as started:
        yield started


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
