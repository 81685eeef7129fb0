# SPDX-License-Identifier: EUPL-1.2
"""The unit: its description (ISAD(G), 2nd edition) and what its package says of itself (schemas/unit.schema.json)."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.base import Record, UtcTime
from schemas.drop import ArchivalDate, Intent, LanguageCode, Name
from schemas.findings import Finding
from schemas.page import Agent, Geometry, PageKind

DEFAULT_LANGUAGES: tuple[str, ...] = ("ron",)


class AccessClass(StrEnum):
    """Who may see a unit. `staff` until a person decides otherwise."""

    PUBLIC = "public"
    STAFF = "staff"
    PERSONAL = "personal"
    RESTRICTED = "restricted"


class UnitDescription(Record):
    """The unit in ISAD(G) elements (3.1 identity, 3.2 context, 3.4 access)."""

    reference_code: Name = Field(description="ISAD(G) 3.1.1, cota")
    title: Name = Field(description="ISAD(G) 3.1.2")
    fonds: Name | None = Field(default=None, description="ISAD(G) 3.2.1 by way of the creator's fonds")
    series: Name | None = Field(default=None, description="indicativ în nomenclator")
    document_type: Name | None = Field(
        default=None, description="tip document: autorizație de construire, proces-verbal (Legea 135/2007)"
    )
    date_from: ArchivalDate | None = Field(default=None, description="ISAD(G) 3.1.3")
    date_to: ArchivalDate | None = Field(default=None, description="ISAD(G) 3.1.3")
    level: Literal["file"] = Field(default="file", description="ISAD(G) 3.1.4: unitate arhivistică")
    folios: int | None = Field(default=None, ge=1, description="ISAD(G) 3.1.5, certified number of folios")
    blanks: int | None = Field(default=None, ge=0, description="blank sides that were not scanned")
    languages: tuple[LanguageCode, ...] = Field(default=DEFAULT_LANGUAGES, min_length=1, description="ISAD(G) 3.4.3")
    barcode: Name | None = None
    access_class: AccessClass = Field(default=AccessClass.STAFF, description="ISAD(G) 3.4.1")


class EventType(StrEnum):
    """Preservation events, in the words of the Library of Congress's vocabulary (PREMIS 3.0, eventType)."""

    INGESTION = "ingestion"
    MESSAGE_DIGEST = "message digest calculation"
    FIXITY_CHECK = "fixity check"
    MIGRATION = "migration"
    METADATA_EXTRACTION = "metadata extraction"
    VALIDATION = "validation"


class PreservationEvent(Record):
    """Something that was done to the unit (PREMIS 3.0, event)."""

    type: EventType
    at: UtcTime
    agent: Agent
    outcome: str
    detail: str | None = None


class PackagedPage(Record):
    """One page of the package: where each of its forms lies, as logical OCFL paths."""

    number: int = Field(ge=1)
    ingest_id: str
    sequence: int = Field(ge=1, description="number within the ingest")
    master: str
    frame: int = Field(default=0, ge=0)
    source_digest: str | None = None
    kind: PageKind
    language: str | None = None
    text: str | None = Field(default=None, description="ALTO file")
    words: int = Field(default=0, ge=0)
    confidence: float | None = None
    geometry: Geometry | None = None
    quality: dict[str, float] = Field(default_factory=dict, description="how well it was captured, measure by measure")
    look: str | None = Field(default=None, description="perceptual hash, to compare later pages of the unit with")
    findings: tuple[Finding, ...] = Field(default=(), description="about this page, by its number in the unit")


class PackagedPdf(Record):
    """The access PDF of one volume and what veraPDF said about it."""

    path: str
    volume: int = 1
    first_page: int = Field(default=1, ge=1, description="number in the unit of its first page")
    pages: int = Field(ge=1)
    sha512: str
    conformance: str = "PDF/A-2u"
    made_by: Agent | None = Field(default=None, description="the program that made it, where that is not Arhivar")
    validator: Agent
    valid: bool
    failures: tuple[str, ...] = ()

    @property
    def numbers(self) -> range:
        """Numbers in the unit of its pages."""
        return range(self.first_page, self.first_page + self.pages)


class PackageDescription(Record):
    """`metadata/unit.json`: all that describes the content, so that the package can be read without the catalogue."""

    schema_version: Literal[1] = 1
    unit_id: UUID
    ingest_id: str
    attempt: int = 1
    intent: Intent
    description: UnitDescription
    pages: tuple[PackagedPage, ...]
    pdfs: tuple[PackagedPdf, ...]
    attachments: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: tuple[PreservationEvent, ...] = ()
