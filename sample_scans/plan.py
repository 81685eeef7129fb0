# SPDX-License-Identifier: EUPL-1.2
"""A binder's plan: `texts/<binder>/binder.toml` and the texts beside it. Data only; nothing is drawn here."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from schemas.base import Record
from schemas.drop import DropDescription
from schemas.page import PageKind

TEXTS = Path(__file__).parent / "texts"
INKS: Mapping[str, tuple[float, float, float]] = {
    "pen": (0.16, 0.20, 0.46),
    "pencil": (0.42, 0.42, 0.43),
    "stamp": (0.28, 0.27, 0.62),
    "print": (0.13, 0.10, 0.09),
    "black-stamp": (0.15, 0.14, 0.16),
    "red": (0.66, 0.17, 0.15),
}

Point = tuple[float, float]
Colour = tuple[float, float, float]
InkName = Literal["pen", "pencil", "stamp", "print", "black-stamp", "red"]
FaceName = Literal["serif", "serif-bold", "sans", "sans-bold", "broken"]


class PrintedLines(Record):
    """Lines (0-based) that a printing house set instead of the typist."""

    lines: tuple[int, ...]
    face: FaceName
    size_mm: float


class PrintedBlock(Record):
    """Lines set in type as one column of a page. `size_mm` is the em; `top_mm` the base line of the first line.

    A justified line is stretched where it nearly fills the column; `tabs_mm` sets a table: cells stand two spaces
    apart in the text, and each begins at its tab, counted from the column's left edge.
    """

    lines: tuple[int, int] = Field(description="first and last line (0-based) of the text file")
    face: FaceName = "serif"
    size_mm: float
    leading_mm: float
    left_mm: float
    top_mm: float
    width_mm: float
    align: Literal["justified", "left", "center"] = "justified"
    tabs_mm: tuple[float, ...] = ()


class Stroke(Record):
    """A line drawn with a ruler from point to point."""

    points_mm: tuple[Point, ...] = Field(min_length=2)
    ink: InkName = "print"


class RoundStamp(Record):
    """A round stamp: text along its ring, a word or two under the emblem. `at_mm` is its centre."""

    ring: str
    middle: str
    at_mm: Point
    angle_deg: float
    diameter_mm: float
    pressure: float = Field(gt=0, le=1)
    ink: InkName = "stamp"


class BoxedStamp(Record):
    """A registration stamp: lines in a frame. `at_mm` is its top left corner."""

    lines: tuple[str, ...]
    at_mm: Point
    angle_deg: float
    ink: InkName = "stamp"


class Note(Record):
    """A few words by hand. `at_mm` is the left end of the base line."""

    words: str
    at_mm: Point
    size_mm: float
    ink: InkName
    angle_deg: float = 0.0


class Signature(Record):
    """A signature; the same name always signs alike. `at_mm` is the left end of its base line."""

    by: str
    at_mm: Point
    width_mm: float
    ink: InkName


class PagePlan(Record):
    """One side of a leaf and how it was fed to the scanner."""

    text: str | None = Field(default=None, description="name of the text file, without .txt; none on a blank side")
    kind: PageKind = PageKind.PAGE
    drawing: bool = Field(default=False, description="a plan or a map: its words stand in no order of their own")
    rotation_deg: Literal[0, 90, 180, 270] = Field(default=0, description="turn that makes the scan upright")
    skew_deg: float = Field(ge=-2.5, le=2.5, description="positive: text runs down to the right on the upright scan")
    language: str = "ron"
    sheet_mm: Point = (209.0, 296.0)
    window_mm: Point = Field(
        default=(210.0, 297.0), description="the scanner's window; its sides change places when turned"
    )
    tone: Colour
    texture: float = 1.0
    lid: Literal["white", "black"] = "white"
    holes: bool = False
    holes_right: bool = Field(default=False, description="the holes of a verso")
    align: Literal["left", "center"] = "left"
    left_mm: float = 28.0
    top_mm: float = 25.0
    line_mm: float = 6.35
    machine: int = Field(default=1, description="which typewriter: each has faults of its own")
    ink: Colour = (0.11, 0.11, 0.15)
    spread: float = Field(default=0.0, description="softness of a carbon copy, in mm")
    underline: tuple[str, ...] = ()
    rules: tuple[tuple[float, float, float, float], ...] = Field(
        default=(), description="drawn lines: row, column, row, column of the typewriter's grid"
    )
    printed: tuple[PrintedLines, ...] = ()
    blocks: tuple[PrintedBlock, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    folds_mm: tuple[float, ...] = Field(default=(), description="upright folds of a sheet that was folded in")
    torn_mm: tuple[Point, ...] = Field(
        default=(), description="outline of a piece that is torn off; its words are lost"
    )
    dim: tuple[float, float] = Field(
        default=(0.0, 0.0),
        description="share of light that is missing at the scan's left (or, negative, right) and top",
    )
    round_stamps: tuple[RoundStamp, ...] = ()
    boxed_stamps: tuple[BoxedStamp, ...] = ()
    notes: tuple[Note, ...] = ()
    signatures: tuple[Signature, ...] = ()
    folio: str | None = Field(default=None, description="pencilled number in the top right corner")
    through: str | None = Field(default=None, description="text of the other side that shows through")
    through_strength: float = 0.0

    @property
    def stamp_lines(self) -> tuple[str, ...]:
        """What stands on the page's stamps: each line of a boxed one; ring and middle of a round one."""
        boxed = (line for stamp in self.boxed_stamps for line in stamp.lines)
        around = (text for stamp in self.round_stamps for text in (stamp.ring, stamp.middle))
        return (*boxed, *around)


class BinderPlan(Record):
    """A whole binder."""

    seed: int
    sample_dpi: int
    sample_quality: int
    description: DropDescription
    pages: tuple[PagePlan, ...]

    def page_of(self, text: str) -> PagePlan:
        """The page with that text. Raises KeyError."""
        for page in self.pages:
            if page.text == text:
                return page
        raise KeyError(text)


def known_binders() -> tuple[str, ...]:
    """Names of the binders that have a plan."""
    return tuple(sorted(path.parent.name for path in TEXTS.glob("*/binder.toml")))


def load_plan(binder: str) -> BinderPlan:
    """Read a binder's plan. Raises FileNotFoundError and pydantic.ValidationError."""
    return BinderPlan.model_validate(tomllib.loads((TEXTS / binder / "binder.toml").read_text("utf-8")))


def load_text(binder: str, name: str) -> list[str]:
    """Lines of a text as typed, leading spaces included."""
    return (TEXTS / binder / f"{name}.txt").read_text("utf-8").rstrip("\n").split("\n")
