# SPDX-License-Identifier: EUPL-1.2
"""Whether an ingest waits for nothing but a person's word on pages that cannot be read."""

from typing import TypeGuard

from repository.catalogue import Catalogue
from repository.records import IngestRow
from schemas.ledger import Ledger


def only_gaps(catalogue: Catalogue, row: IngestRow) -> bool:
    """True where unreadable pages are all that keeps the unit from reconciled, by its ledger as last measured."""
    ledger = catalogue.ledger(row.ingest_id)
    return is_measured(ledger, row) and bool(ledger.open_gaps) and not ledger.differences


def is_measured(ledger: Ledger | None, row: IngestRow) -> TypeGuard[Ledger]:
    """Whether the ledger is of the ingest's present attempt, and not one that an earlier attempt left."""
    return ledger is not None and ledger.attempt == row.attempt
