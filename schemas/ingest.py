# SPDX-License-Identifier: EUPL-1.2
"""An ingest: one drop of one unit, from the share to the reconciled ledger."""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid5

from pydantic import Field

from schemas.base import Record, UtcTime
from schemas.drop import Intent
from schemas.findings import Finding
from schemas.reading import Fidelity, ReadingLevel
from schemas.unit import UnitDescription

_NAMESPACE = UUID("5b0c2d2e-8a53-5c2b-9d0e-6f5a4e1b7c10")


class IngestState(StrEnum):
    """How far an ingest is. It moves down this list, or aside to the last two."""

    RECEIVED = "received"
    STAGED = "staged"
    PROCESSING = "processing"
    DEPOSITED = "deposited"
    INDEXED = "indexed"
    RECONCILED = "reconciled"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


UNFINISHED = (
    IngestState.RECEIVED,
    IngestState.STAGED,
    IngestState.PROCESSING,
    IngestState.DEPOSITED,
    IngestState.INDEXED,
)
"""States from which a re-run goes on."""


class FileRole(StrEnum):
    """What a file of a drop is to the unit."""

    PAGES = "pages"
    ATTACHMENT = "attachment"
    DESCRIPTION = "description"


class StagedFile(Record):
    """One file of a drop, copied and verified."""

    path: str = Field(description="within the drop, with forward slashes")
    size_bytes: int = Field(ge=0)
    sha512: str = Field(pattern=r"^[0-9a-f]{128}$")
    media_type: str
    role: FileRole


class PlannedPage(Record):
    """One page to come: which frame of which file. `number` is its sequence in the ingest, from 1."""

    number: int = Field(ge=1)
    file: str
    frame: int = Field(ge=0, description="0-based page of a PDF or multi-page TIFF")
    frames: int = Field(ge=1, description="how many the file has")


class Reread(Record):
    """A version of the unit whose pages are read again, all of them, from the masters that it holds."""

    version: int = Field(ge=1, description="which; what cannot be read any more stays as it is there")
    level: ReadingLevel


class Manifest(Record):
    """What intake captured: the ledger's first column. Written to staging before the drop leaves the share."""

    ingest_id: str
    unit_id: UUID
    attempt: int = Field(default=1, ge=1)
    intent: Intent
    volume: int = 1
    base_version: int | None = Field(
        default=None, ge=1, description="of a part of a unit: the version that it continues; everything else stays"
    )
    places: tuple[int, ...] = Field(
        default=(), description="of a part of a unit: the number in the unit of each page, in the order of `pages`"
    )
    folder: str = Field(description="name of the folder that was dropped")
    received_at: UtcTime
    description: UnitDescription
    files: tuple[StagedFile, ...]
    pages: tuple[PlannedPage, ...] = Field(description="every page that was captured, in reading order")
    findings: tuple[Finding, ...] = Field(default=(), description="what intake noticed")
    reading: ReadingLevel | None = Field(default=None, description="as the drop asks; the settings decide without it")
    fidelity: Fidelity | None = Field(default=None, description="as the drop asks; the settings decide without it")
    reread: Reread | None = Field(
        default=None, description="of an attempt that reads the unit's current version again, and no new files"
    )

    def place(self, number: int) -> int:
        """The number in the unit of the ingest's page `number`."""
        return self.places[number - 1] if self.base_version is not None else number

    def file(self, path: str) -> StagedFile:
        """The file of that path. Raises KeyError."""
        for file in self.files:
            if file.path == path:
                return file
        raise KeyError(path)

    def files_of(self, role: FileRole) -> tuple[StagedFile, ...]:
        """The files of one role, in the order of the manifest (for pages: reading order)."""
        return tuple(file for file in self.files if file.role is role)


def unit_id(reference_code: str) -> UUID:
    """The unit's UUID when it is first met: derived from its reference code, so that a second try gives the same."""
    return uuid5(_NAMESPACE, reference_code)


def ingest_id(unit: UUID, intent: Intent, digests: Iterable[str]) -> str:
    """32 hex digits from the unit, the intent and the files' SHA-512 digests in reading order."""
    digest = sha256(f"{unit}\n{intent.value}\n".encode())
    for one in digests:
        digest.update(one.encode() + b"\n")
    return digest.hexdigest()[:32]
