# SPDX-License-Identifier: EUPL-1.2
"""What the catalogue takes and gives: frozen records. Times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, field_validator

from schemas.base import Record
from schemas.drop import ArchivalDate, Intent, LanguageCode, Name
from schemas.findings import Finding
from schemas.ingest import IngestState, Manifest
from schemas.page import PageKind
from schemas.unit import AccessClass


class InventoryEntry(Record):
    """One line of the imported inventory: what a unit is, before anybody scanned it."""

    reference_code: Name
    barcode: Name | None = None
    title: Name | None = None
    fonds: Name | None = None
    series: Name | None = None
    document_type: Name | None = None
    date_from: ArchivalDate | None = None
    date_to: ArchivalDate | None = None
    folios: int | None = Field(default=None, ge=1)
    blanks: int | None = Field(default=None, ge=0)
    languages: tuple[LanguageCode, ...] | None = Field(default=None, min_length=1)
    notes: str | None = Field(default=None, description="Observații")


class SeriesRule(Record):
    """One line of the nomenclator: how long the records of a series are kept, and who sees a new unit of it."""

    series: Name = Field(description="indicativ în nomenclator")
    title: Name
    retention_years: int | None = Field(default=None, ge=1, description="years; None for permanent keeping")
    review: bool = Field(default=False, description="C.S.: a commission decides when the term ends")
    access_class: AccessClass = AccessClass.STAFF
    notes: str | None = None

    @field_validator("access_class")
    @classmethod
    def _never_public(cls, value: AccessClass) -> AccessClass:
        if value is AccessClass.PUBLIC:
            raise ValueError("a person makes records public, unit by unit; a nomenclator cannot")
        return value


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as the catalogue knows it; described by its current version, or by its first ingest where it has none."""

    unit_id: UUID
    reference_code: str
    title: str
    fonds: str | None
    series: str | None
    access_class: AccessClass
    version: int | None
    """The head of its OCFL object, as known here; None before the first deposit."""
    ingest_id: str | None
    """The ingest that the current version came from."""
    pages: int | None
    """Of the current version."""


@dataclass(frozen=True, slots=True)
class IngestRow:
    """One ingest and how far it is."""

    ingest_id: str
    unit_id: UUID
    attempt: int
    state: IngestState
    intent: Intent
    folder: str
    pages: int | None
    """How many pages are planned; None before `Catalogue.plan_pages`."""
    version: int | None
    """The version of the unit that it became; None before `Catalogue.record_deposit`."""
    reason: str | None
    """Why it was quarantined or rejected."""
    received_at: datetime
    updated_at: datetime
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page that was processed."""

    number: int
    file: str
    frame: int
    kind: PageKind
    language: str | None
    words: int
    confidence: float | None
    source_digest: str | None


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A drop that never became an ingest."""

    folder: str
    reference_code: str | None
    findings: tuple[Finding, ...]
    where: str
    """Path of the folder in quarantine."""
    quarantined_at: datetime


class Decision(StrEnum):
    """How a person took a drop out of quarantine."""

    RETRIED = "retried"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class QuarantineEnd:
    """A drop that no longer waits: what was decided, by whom, when and why."""

    drop: QuarantineRow
    decision: Decision
    reason: str
    by: str
    at: datetime
    digest: str | None
    """Of the content that was accepted; None for other decisions."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What `Catalogue.restore_deposit` had to enter or bring up to date."""

    unit: bool
    ingest: bool
    pages: int


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A version that the index does not show yet."""

    id: int
    unit_id: UUID
    ingest_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on something, until a time. A later holder always has a greater token."""

    name: str
    owner: str
    token: int
    expires_at: datetime
