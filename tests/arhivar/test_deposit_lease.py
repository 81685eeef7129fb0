# SPDX-License-Identifier: EUPL-1.2
"""A depositor whose lease is gone once its version was decided on: the version stands, and is recorded once."""

from datetime import datetime

import pytest

from arhivar.composition import object_id
from arhivar.steps.deposit import deposit_unit
from repository.ocfl_layout import object_path
from repository.records import Lease
from schemas.errors import LeaseLost
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.deployment.test_two_depositors import composed, staged


def test_a_lease_that_is_lost_late_costs_a_second_try_and_no_second_version(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.open() as archive:
        planned = staged(archive, 0, "ana")
        identifier = object_id(planned.unit_id)
        decided = f"ocfl/{object_path(identifier)}/v1/inventory.json"

        renew = archive.catalogue.renew_lease

        def check(lease: Lease, seconds: float, now: datetime) -> Lease:
            if archive.store.exists(decided):
                raise LeaseLost(name=lease.name)
            return renew(lease, seconds, now)

        with monkeypatch.context() as patch:
            patch.setattr(archive.catalogue, "renew_lease", check)
            with pytest.raises(LeaseLost):
                deposit_unit(archive, planned, composed(planned), ())
        row = archive.catalogue.ingest(planned.ingest_id)
        assert row is not None
        assert (row.state, row.version) == (IngestState.RECEIVED, None)
        assert deposit_unit(archive, planned, composed(planned), ()) == 1
        row = archive.catalogue.ingest(planned.ingest_id)
        assert row is not None
        assert (row.state, row.version) == (IngestState.DEPOSITED, 1)
        assert archive.packages.head(identifier) == 1
        assert archive.packages.verify(identifier) == []
