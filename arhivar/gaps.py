# SPDX-License-Identifier: EUPL-1.2
"""Whether an ingest waits for nothing but a person's word on pages that cannot be read."""

from repository.catalogue import Catalogue
from repository.records import IngestRow


def only_gaps(catalogue: Catalogue, row: IngestRow) -> bool:
    """True where unreadable pages are all that keeps the unit from reconciled, by its ledger as last measured."""
    ledger = catalogue.ledger(row.ingest_id)
    return ledger is not None and bool(ledger.open_gaps) and not ledger.differences
