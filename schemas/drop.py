# SPDX-License-Identifier: EUPL-1.2
"""What a drop says of itself: `unit.json` in the folder that the scanner leaves (schemas/drop.schema.json)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Record
from schemas.reading import Fidelity, ReadingLevel

ArchivalDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""A date as precise as it is known: ``1987``, ``1987-05`` or ``1987-05-12`` (ISO 8601, EDTF level 0)."""

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}(_[a-z]+)?$")]
"""ISO 639-2/T as Tesseract names its models: ``ron``, ``hun``, ``deu``, ``deu_latf``."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Intent(StrEnum):
    """What a drop wants to do with its unit."""

    NEW = "new"
    REPLACE_UNIT = "replace_unit"
    REPLACE_PAGES = "replace_pages"
    APPEND_VOLUME = "append_volume"

    @property
    def partial(self) -> bool:
        """True where the drop holds a part of the unit, and the rest stays as it is."""
        return self in (Intent.REPLACE_PAGES, Intent.APPEND_VOLUME)


class DropDescription(Record):
    """`unit.json` of a drop. Only the reference code must be there; the rest may come from the inventory."""

    reference_code: Name = Field(description="the unit's reference code (cota), unique in the archive")
    title: Name | None = None
    fonds: Name | None = None
    series: Name | None = Field(default=None, description="indicativ în nomenclator")
    document_type: Name | None = Field(default=None, description="what kind of documents it holds (tip document)")
    date_from: ArchivalDate | None = None
    date_to: ArchivalDate | None = None
    folios: int | None = Field(default=None, ge=1, description="certified number of folios")
    blanks: int | None = Field(default=None, ge=0, description="blank sides that were not scanned")
    languages: tuple[LanguageCode, ...] | None = Field(default=None, min_length=1)
    barcode: Name | None = None
    intent: Intent = Intent.NEW
    volume: int = Field(default=1, ge=1, description="with append_volume: the number after the unit's last volume")
    pages: tuple[Name, ...] | None = Field(
        default=None, min_length=1, description="file names in reading order; without it, natural order of names"
    )
    replaces: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None,
        min_length=1,
        description="with replace_pages: which pages of the unit the drop's pages take the place of, in reading order",
    )
    reading: ReadingLevel | None = Field(
        default=None, description="how carefully the pages are read; without it, as the settings say"
    )
    fidelity: Fidelity | None = Field(
        default=None, description="what the access PDF keeps of the pages' look; without it, as the settings say"
    )
