# SPDX-License-Identifier: EUPL-1.2
"""Ground truth: what stands on each page and where, in pixels of the scanned image."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from sample_scans.plan import PagePlan
from sample_scans.raster import Affine
from sample_scans.typewriter import TypedWord
from schemas.base import Record
from schemas.page import PageKind

PAGES_FILE = "pages.json"
STAMPS_SUFFIX = ".stamps.txt"


class TrueWord(Record):
    """A word as typed and where its ink lies."""

    text: str = Field(description="as typed, NFC, comma below")
    line: int = Field(ge=0, description="0-based line of the page's text file")
    box: tuple[int, int, int, int] = Field(description="left, top, right, bottom around the word, source pixels")
    quad: tuple[tuple[float, float], ...] = Field(
        min_length=4,
        max_length=4,
        description="corners of the upright word: top left, top right, bottom right, bottom left",
    )


class TruePage(Record):
    """One page of a binder, as `schemas.page` would have it described."""

    page_number: int = Field(ge=1)
    file: str
    kind: PageKind
    rotation_deg: Literal[0, 90, 180, 270] = Field(description="clockwise turn that makes the image upright")
    skew_deg: float = Field(description="after that turn, positive where the text runs down to the right")
    drawing: bool = Field(default=False, description="a plan or a map, whose words stand in no order of their own")
    language: str | None
    width_px: int
    height_px: int
    dpi: int
    words: tuple[TrueWord, ...]


class TrueBinder(Record):
    """`pages.json` of a binder's truth. Stamps (`load_stamps`), notes by hand and signatures are not in it."""

    binder: str
    pages: tuple[TruePage, ...]


def true_words(words: Sequence[TypedWord], matrix: Affine) -> tuple[TrueWord, ...]:
    """Carry word boxes from sheet pixels to scan pixels."""
    found = []
    for word in words:
        left, top, right, bottom = word.box
        quad = []
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
            mapped = matrix @ (x, y, 1.0)
            quad.append((round(float(mapped[0]), 1), round(float(mapped[1]), 1)))
        xs, ys = [x for x, _ in quad], [y for _, y in quad]
        box = (int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1)
        found.append(TrueWord(text=word.text, line=word.line, box=box, quad=tuple(quad)))
    return tuple(found)


def true_page(
    number: int, file: str, plan: PagePlan, size_px: tuple[int, int], dpi: int, words: tuple[TrueWord, ...]
) -> TruePage:
    """The entry of one page; `size_px` is width and height."""
    return TruePage(
        page_number=number,
        file=file,
        kind=plan.kind,
        rotation_deg=plan.rotation_deg,
        skew_deg=plan.skew_deg,
        drawing=plan.drawing,
        language=None if plan.text is None else plan.language,
        width_px=size_px[0],
        height_px=size_px[1],
        dpi=dpi,
        words=words,
    )


def scaled_page(page: TruePage, number: int, file: str, factor: float, dpi: int) -> TruePage:
    """The same page at another resolution and place in a binder."""
    words = []
    for word in page.words:
        quad = tuple((round(x * factor, 1), round(y * factor, 1)) for x, y in word.quad)
        left, top, right, bottom = word.box
        box = (int(left * factor), int(top * factor), int(right * factor) + 1, int(bottom * factor) + 1)
        words.append(word.model_copy(update={"box": box, "quad": quad}))
    size = {"width_px": round(page.width_px * factor), "height_px": round(page.height_px * factor)}
    changed = {"page_number": number, "file": file, "dpi": dpi, "words": tuple(words), **size}
    return page.model_copy(update=changed)


def write_truth(folder: Path, binder: TrueBinder, texts: Sequence[str], stamps: Sequence[Sequence[str]]) -> None:
    """Write `pages.json` and a text file a page; beside it, where the page has stamps, their lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGES_FILE).write_bytes(_compact(binder))
    for page, text, lines in zip(binder.pages, texts, stamps, strict=True):
        (folder / Path(page.file).with_suffix(".txt").name).write_text(text, "utf-8")
        if lines:
            (folder / _stamps_file(page)).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _compact(binder: TrueBinder) -> bytes:
    """JSON with one word a line: readable, and small in a diff."""
    heads = []
    for page in binder.pages:
        head = page.model_copy(update={"words": ()}).model_dump_json()
        words = ",\n   ".join(word.model_dump_json() for word in page.words)
        heads.append("  " + head.removesuffix('"words":[]}') + '"words":[' + ("\n   " + words if words else "") + "]}")
    name = TrueBinder(binder=binder.binder, pages=()).model_dump_json().removesuffix("[]}")
    return (name + "[\n" + ",\n".join(heads) + "\n]}\n").encode()


def load_truth(folder: Path) -> TrueBinder:
    """Read a binder's `pages.json`. Raises FileNotFoundError and pydantic.ValidationError."""
    return TrueBinder.from_json((folder / PAGES_FILE).read_bytes())


def load_true_text(folder: Path, page: TruePage) -> str:
    """The text of one page; empty on a blank side."""
    return (folder / Path(page.file).with_suffix(".txt").name).read_text("utf-8")


def load_stamps(folder: Path, page: TruePage) -> tuple[str, ...]:
    """The lines on the stamps of one page; none where it has no stamps."""
    file = folder / _stamps_file(page)
    return tuple(file.read_text("utf-8").splitlines()) if file.is_file() else ()


def _stamps_file(page: TruePage) -> str:
    return Path(page.file).with_suffix(STAMPS_SUFFIX).name
