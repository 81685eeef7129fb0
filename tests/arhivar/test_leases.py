# SPDX-License-Identifier: EUPL-1.2
"""Leases in a deposit: one that ran out unnoticed costs nothing, unless another process took it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from repository.ocfl import OcflRepository
from repository.sql_catalogue import SqlCatalogue
from repository.tables import LeaseTable
from schemas.errors import LeaseLost
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

CODE = "T/1"


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    use_quick_validator(monkeypatch)
    town = quick_town(tmp_path)
    make_quick_binder(town.inbox, "b1", ["pagina 1"], {"reference_code": CODE})
    return town


def let_run_out(catalogue: SqlCatalogue) -> None:
    """As if this machine had stood still for longer than any lease."""
    with catalogue._write() as session:
        session.execute(update(LeaseTable).values(expires_at=datetime.now(UTC) - timedelta(hours=1)))


def before_commit(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    commit = OcflRepository.commit

    def hooked(packages: OcflRepository, *args: Any, **kwargs: Any) -> int:
        what()
        return commit(packages, *args, **kwargs)

    monkeypatch.setattr(OcflRepository, "commit", hooked)


def test_a_lease_that_ran_out_and_that_nobody_took_stops_no_deposit(
    quick: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with quick.open() as archive:
        before_commit(monkeypatch, lambda: let_run_out(archive.catalogue))  # type: ignore[arg-type]
        (outcome,) = quick.ingest().outcomes
        assert (outcome.state, outcome.error) == (IngestState.RECONCILED, None)


def test_a_lease_that_another_process_took_stops_the_deposit(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = derive_unit_id(CODE)
    with quick.open() as archive:

        def overtake() -> None:
            let_run_out(archive.catalogue)  # type: ignore[arg-type]
            assert archive.catalogue.acquire_lease(f"unit:{unit}", "another", 60, datetime.now(UTC)) is not None

        before_commit(monkeypatch, overtake)
        (outcome,) = quick.ingest().outcomes
        assert isinstance(outcome.error, LeaseLost)
        (row,) = archive.catalogue.ingests()
        assert (row.state, row.version) == (IngestState.PROCESSING, None)
