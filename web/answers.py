# SPDX-License-Identifier: EUPL-1.2
"""What the API answers about units, pages and ingests. Fields are added, never taken away or given another meaning."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from repository.records import IngestRow, UnitRow
from schemas.base import Record, UtcTime
from schemas.drop import Intent
from schemas.findings import Finding, FindingCode, Severity
from schemas.ingest import IngestState
from schemas.ledger import Ledger, LedgerRow
from schemas.messages import Language
from schemas.page import Geometry, PageKind
from schemas.unit import AccessClass, PackagedPage, UnitDescription


class UnitSummary(Record):
    """A unit in a list."""

    unit_id: UUID
    reference_code: str
    title: str
    fonds: str | None
    series: str | None
    access_class: AccessClass
    version: int = Field(ge=1)

    @classmethod
    def of(cls, row: UnitRow, version: int) -> "UnitSummary":
        """The summary of a row whose current version that is."""
        return cls(
            unit_id=row.unit_id,
            reference_code=row.reference_code,
            title=row.title,
            fonds=row.fonds,
            series=row.series,
            access_class=row.access_class,
            version=version,
        )


class UnitList(Record):
    """A piece of the list of units, by reference code."""

    units: tuple[UnitSummary, ...]
    next: str | None = Field(description="cursor of the next piece; null at the end")


class UnitAnswer(UnitSummary):
    """A unit with its description (ISAD(G))."""

    description: UnitDescription
    pages: int = Field(ge=0, description="those that the caller may see")
    volumes: tuple[int, ...] = Field(description="of which the caller may see every page: they have a PDF")


class PageSummary(Record):
    """A page in a list."""

    page: int = Field(ge=1)
    kind: PageKind
    language: str | None
    words: int = Field(ge=0)
    access_class: AccessClass

    @classmethod
    def of(cls, page: PackagedPage, access_class: AccessClass) -> "PageSummary":
        """The summary of a page that is seen."""
        return cls(
            page=page.number,
            kind=page.kind,
            language=page.language,
            words=page.words,
            access_class=access_class,
        )


class PageList(Record):
    """A piece of the list of a unit's pages, by number."""

    unit_id: UUID
    version: int
    pages: tuple[PageSummary, ...]
    next: str | None = Field(description="cursor of the next piece; null at the end")


class FindingAnswer(Record):
    """A finding as people read it."""

    code: FindingCode
    severity: Severity
    page: int | None
    file: str | None
    sentence: str
    advice: str

    @classmethod
    def of(cls, finding: Finding, language: Language) -> "FindingAnswer":
        """The finding in that language."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            page=finding.page,
            file=finding.file,
            sentence=finding.say(language),
            advice=finding.advise(language),
        )


class PageAnswer(PageSummary):
    """A page: what is known of it beside its image and its text."""

    unit_id: UUID
    version: int
    reference_code: str
    confidence: float | None = Field(description="mean of the words', 0 to 100")
    geometry: Geometry | None = Field(description="of scan and derivative, in pixels")
    source_digest: str | None = Field(description="SHA-256 of the scan's pixels")
    text: str = Field(description="as it was read, line by line")
    findings: tuple[FindingAnswer, ...]

    @classmethod
    def of_page(
        cls, seen: PageSummary, page: PackagedPage, unit: UnitSummary, text: str, findings: Sequence[FindingAnswer]
    ) -> "PageAnswer":
        """The page of a unit's version that this is the summary of."""
        return cls(
            **dict(seen),
            unit_id=unit.unit_id,
            version=unit.version,
            reference_code=unit.reference_code,
            confidence=page.confidence,
            geometry=page.geometry,
            source_digest=page.source_digest,
            text=text,
            findings=tuple(findings),
        )


class FindingList(Record):
    """All findings about an ingest or a unit: about the whole first, then page by page."""

    ingest_id: str
    findings: tuple[FindingAnswer, ...]


class LedgerAnswer(Record):
    """The page ledger as last measured: for each page, captured = in PDF/A = in store = in index, or why not."""

    unit: str
    ingest_id: str
    attempt: int
    balanced: bool
    rows: tuple[LedgerRow, ...]
    gaps: tuple[int, ...] = Field(description="pages that are placeholders")
    open_gaps: tuple[int, ...] = Field(description="those that nobody has accepted")
    differences: tuple[FindingAnswer, ...]

    @classmethod
    def of(cls, ledger: Ledger, language: Language) -> "LedgerAnswer":
        """The ledger in that language."""
        return cls(
            unit=ledger.unit,
            ingest_id=ledger.ingest_id,
            attempt=ledger.attempt,
            balanced=ledger.balanced,
            rows=ledger.rows,
            gaps=ledger.gaps,
            open_gaps=ledger.open_gaps,
            differences=tuple(FindingAnswer.of(one, language) for one in ledger.differences),
        )


class IngestAnswer(Record):
    """One drop of one unit, and how far it is."""

    ingest_id: str
    unit_id: UUID
    reference_code: str
    attempt: int = Field(ge=1)
    state: IngestState
    intent: Intent
    folder: str = Field(description="name of the folder that was dropped")
    pages: int | None = Field(description="planned; null where that is not known yet")
    version: int | None = Field(description="of the unit, that it became; null before the deposit")
    reason: str | None = Field(description="why it was set aside")
    received_at: UtcTime
    updated_at: UtcTime

    @classmethod
    def of(cls, row: IngestRow) -> "IngestAnswer":
        """The answer for a row."""
        return cls(
            ingest_id=row.ingest_id,
            unit_id=row.unit_id,
            reference_code=row.manifest.description.reference_code,
            attempt=row.attempt,
            state=row.state,
            intent=row.intent,
            folder=row.folder,
            pages=row.pages,
            version=row.version,
            reason=row.reason,
            received_at=row.received_at,
            updated_at=row.updated_at,
        )


class IngestList(Record):
    """A piece of the list of ingests, newest first."""

    ingests: tuple[IngestAnswer, ...]
    next: str | None = Field(description="cursor of the next piece; null at the end")


class ReadyAnswer(Record):
    """The server can answer."""

    ready: bool
    parts: Sequence[str] = Field(description="what answers")


class AliveAnswer(Record):
    """The server's process runs."""

    alive: bool
