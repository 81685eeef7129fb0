# SPDX-License-Identifier: EUPL-1.2
"""The ledger: for each page, captured = in PDF/A = in store = in index, or why not."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Record, UtcTime
from schemas.findings import Finding


class Stage(StrEnum):
    """The four places in which each page must be found."""

    CAPTURED = "captured"
    IN_PDF = "in_pdf"
    IN_STORE = "in_store"
    IN_INDEX = "in_index"


class LedgerRow(Record):
    """One page as measured: in each place, or not."""

    page: int
    captured: bool
    in_pdf: bool
    in_store: bool
    in_index: bool

    @property
    def missing(self) -> tuple[Stage, ...]:
        """The places that lack the page."""
        return tuple(stage for stage in Stage if not getattr(self, stage.value))


class GapsAccepted(Record):
    """A person's word that these pages stay placeholders."""

    pages: tuple[int, ...]
    version: int = Field(ge=1, description="of the unit; another version is judged anew")
    by: str
    at: UtcTime
    reason: str


class Ledger(Record):
    """The measured ledger of one ingest."""

    unit: str
    ingest_id: str
    attempt: int = 1
    """Of the ingest that it was measured for: a later attempt is measured anew."""
    rows: tuple[LedgerRow, ...]
    differences: tuple[Finding, ...] = ()
    gaps: tuple[int, ...] = ()
    """Pages that are placeholders: captured, but unreadable."""
    accepted: GapsAccepted | None = None

    def count(self, stage: Stage) -> int:
        """How many pages were measured in that place."""
        return sum(bool(getattr(row, stage.value)) for row in self.rows)

    @property
    def balanced(self) -> bool:
        """True where every page is in every place and no gap waits for a person."""
        return not self.differences and not self.open_gaps and all(not row.missing for row in self.rows)

    @property
    def open_gaps(self) -> tuple[int, ...]:
        """Gaps that nobody has accepted."""
        accepted = self.accepted.pages if self.accepted is not None else ()
        return tuple(page for page in self.gaps if page not in accepted)
