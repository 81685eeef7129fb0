# SPDX-License-Identifier: EUPL-1.2
"""What is known about one page: geometry, kind, language, words.

Two coordinate frames are used, both in pixels, origin at the top left, y downwards:

* *source*: the image as decoded, after EXIF orientation;
* *derivative*: the page as people see it: turned upright, straightened and cropped. All boxes are in this frame.

`Geometry.matrix` leads from source to derivative.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import reduce
from typing import Literal

from pydantic import Field

from schemas.base import Record
from schemas.findings import Finding


class PageKind(StrEnum):
    """What a page image shows."""

    PAGE = "page"
    BLANK = "blank"
    COVER = "cover"
    SEPARATOR = "separator"
    TARGET = "target"
    UNREADABLE = "unreadable"


class Box(Record):
    """A rectangle in derivative pixels; `right` and `bottom` are just outside (as in Pillow)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width_px(self) -> int:
        return self.right - self.left

    @property
    def height_px(self) -> int:
        return self.bottom - self.top

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            left=min(self.left, other.left),
            top=min(self.top, other.top),
            right=max(self.right, other.right),
            bottom=max(self.bottom, other.bottom),
        )

    def moved(self, across_px: int, down_px: int) -> "Box":
        """The box so far to the right and down."""
        return Box(
            left=self.left + across_px,
            top=self.top + down_px,
            right=self.right + across_px,
            bottom=self.bottom + down_px,
        )


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them. Raises TypeError where there is none."""
    return reduce(Box.union, boxes)


class Matrix(Record):
    """An affine map: ``x' = a·x + b·y + c``, ``y' = d·x + e·y + f``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def map(self, x: float, y: float) -> tuple[float, float]:
        """The place that a point goes to."""
        return (self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f)

    def then(self, after: "Matrix") -> "Matrix":
        """This map, followed by another one."""
        return Matrix(
            a=after.a * self.a + after.b * self.d,
            b=after.a * self.b + after.b * self.e,
            c=after.a * self.c + after.b * self.f + after.c,
            d=after.d * self.a + after.e * self.d,
            e=after.d * self.b + after.e * self.e,
            f=after.d * self.c + after.e * self.f + after.f,
        )

    def inverse(self) -> "Matrix":
        """The way back. Raises ZeroDivisionError for a map that flattens the plane."""
        det = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / det, -self.b / det, -self.d / det, self.a / det
        return Matrix(a=a, b=b, c=-(a * self.c + b * self.f), d=d, e=e, f=-(d * self.c + e * self.f))


class Geometry(Record):
    """From the scanned image to the page as shown."""

    source_width_px: int = Field(gt=0)
    source_height_px: int = Field(gt=0)
    source_dpi: float = Field(gt=0, description="dots an inch, as the file says or as assumed")
    width_px: int = Field(gt=0, description="of the derivative")
    height_px: int = Field(gt=0, description="of the derivative")
    dpi: float = Field(gt=0, description="of the derivative")
    rotation_deg: Literal[0, 90, 180, 270] = Field(default=0, description="clockwise turn that made the page upright")
    skew_deg: float = Field(
        default=0.0, description="skew found after that turn, positive where the text ran clockwise (down to the right)"
    )
    matrix: Matrix = Field(default_factory=Matrix, description="source pixels to derivative pixels")


class Word(Record):
    """One word as read."""

    text: str = Field(description="NFC, comma below; what is indexed and put into PDF and ALTO")
    raw: str | None = Field(
        default=None, description="what the engine said, where that differs; empty where it said nothing here"
    )
    second: str | None = Field(default=None, description="what the second reader said; empty: nothing, null: not asked")
    box: Box
    confidence: float = Field(ge=0, le=100)
    choices: tuple[tuple[str, ...], ...] = Field(
        default=(),
        exclude=True,
        repr=False,
        description="other characters that the engine saw, of each one; it too where a dictionary chose; not kept",
    )


class Line(Record):
    """One line of words, in reading order."""

    box: Box
    words: tuple[Word, ...]


class BlockKind(StrEnum):
    """What a block's lines stand on."""

    TEXT = "text"
    STAMP = "stamp"


class Block(Record):
    """One block (paragraph or column part) of lines, in reading order."""

    box: Box
    lines: tuple[Line, ...]
    language: str | None = Field(default=None, description="where it is another than the page's")
    kind: BlockKind = Field(
        default=BlockKind.TEXT,
        description="stamp: on a coloured stamp, seal or note over the page's writing; comes after the page's text",
    )


def lines_in(blocks: Iterable[Block]) -> Iterator[Line]:
    """All lines, in reading order."""
    return (line for block in blocks for line in block.lines)


def words_in(blocks: Iterable[Block]) -> Iterator[Word]:
    """All words, in reading order."""
    return (word for line in lines_in(blocks) for word in line.words)


def text_in(blocks: Iterable[Block]) -> str:
    """Their text: a line a line, an empty line between blocks."""
    return "\n\n".join(
        "\n".join(" ".join(word.text for word in line.words) for line in block.lines) for block in blocks
    )


class Agent(Record):
    """A program that did something (PREMIS 3.0, agent)."""

    name: str
    version: str


class PageResult(Record):
    """What reading one page gave. It does not know which ingest the page belongs to, so it can be cached by pixels."""

    source_digest: str = Field(description="SHA-256 of the page's source: the decoded pixels, size and resolution")
    geometry: Geometry
    kind: PageKind = PageKind.PAGE
    language: str | None = Field(default=None, description="ISO 639-2/T as Tesseract names it: ron, hun, deu, …")
    blocks: tuple[Block, ...] = ()
    confidence: float | None = Field(default=None, ge=0, le=100, description="mean over words, by length")
    findings: tuple[Finding, ...] = Field(default=(), description="about this page, without its number")
    treatment: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="which choices the steps took, and why"
    )
    engine: Agent | None = None
    quality: dict[str, float] = Field(default_factory=dict, description="how well it was captured, measure by measure")
    look: str | None = Field(default=None, description="perceptual hash, hex: pages that look alike differ in few bits")

    @property
    def languages(self) -> tuple[str, ...]:
        """The page's language, and those of passages that are in others, each once."""
        named = (self.language, *(block.language for block in self.blocks))
        return tuple(dict.fromkeys(language for language in named if language is not None))

    def lines(self) -> Iterator[Line]:
        """All lines, in reading order."""
        return lines_in(self.blocks)

    def words(self) -> Iterator[Word]:
        """All words, in reading order."""
        return words_in(self.blocks)

    @property
    def text(self) -> str:
        """The page's text: a line a line, an empty line between blocks."""
        return text_in(self.blocks)
