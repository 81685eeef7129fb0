# SPDX-License-Identifier: EUPL-1.2
"""What the archive says of a page to those who read it: its text, and its words with their places."""

from uuid import UUID

from pydantic import Field

from schemas.base import Record
from schemas.page import Block, PageKind


class PageText(Record):
    """A page's plain text."""

    unit_id: UUID
    version: int = Field(ge=1, description="of the unit")
    page: int = Field(ge=1, description="number in the unit")
    language: str | None = Field(default=None, description="ISO 639-2/T as Tesseract names it: ron, hun, deu, …")
    text: str = Field(description="a line a line, an empty line between blocks")


class PageWords(Record):
    """A page's words in reading order; boxes are in pixels of the page's picture at its full size."""

    unit_id: UUID
    version: int = Field(ge=1, description="of the unit")
    page: int = Field(ge=1, description="number in the unit")
    kind: PageKind
    language: str | None = Field(default=None, description="ISO 639-2/T as Tesseract names it: ron, hun, deu, …")
    confidence: float | None = Field(default=None, ge=0, le=100, description="mean over words, by length")
    width_px: int | None = Field(
        default=None, gt=0, description="of the picture at full size; null: the page was not read"
    )
    height_px: int | None = Field(default=None, gt=0, description="of the picture at full size")
    dpi: float | None = Field(default=None, gt=0, description="dots an inch of the picture at full size")
    blocks: tuple[Block, ...]
