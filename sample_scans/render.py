# SPDX-License-Identifier: EUPL-1.2
"""From a binder's plan to page images and truth."""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from sample_scans.plan import BinderPlan, PagePlan, load_plan, load_text
from sample_scans.raster import Image8, Layer
from sample_scans.scanner import scan_sheet
from sample_scans.sheet import Seeds, Sheet, make_sheet
from sample_scans.truth import TruePage, true_page, true_words


@dataclass(frozen=True, slots=True)
class Quality:
    """How the scanner is set."""

    dpi: int
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as a JPEG, its truth, its text (lines as typed), and the lines on its stamps."""

    jpeg: bytes
    truth: TruePage
    text: str
    stamps: tuple[str, ...] = ()


FULL = Quality(dpi=300, jpeg_quality=92)


def sample_quality(plan: BinderPlan) -> Quality:
    """As committed: small enough for the repository, good enough to read."""
    return Quality(plan.sample_dpi, plan.sample_quality)


def render_page(binder: str, number: int, quality: Quality, seed: int | None = None) -> RenderedPage:
    """Draw and scan page `number` (from 1). `seed` replaces the plan's. Raises ToolMissing where a font is missing."""
    plan = load_plan(binder)
    page = plan.pages[number - 1]
    seeds = Seeds(plan.seed if seed is None else seed, number)
    lines = load_text(binder, page.text) if page.text else []
    through = None if page.through is None else _ink_of(binder, plan.pages.index(plan.page_of(page.through)) + 1, seed)
    sheet = make_sheet(page, lines, seeds, through)
    scan = scan_sheet(seeds.stream("scan"), sheet.pixels, page, quality.dpi, sheet.gone)
    height_px, width_px = scan.pixels.shape[:2]
    words = true_words(sheet.words, scan.matrix)
    truth = true_page(number, page_file(number), page, (width_px, height_px), quality.dpi, words)
    text = "".join(line + "\n" for line in _left(lines, sheet))
    return RenderedPage(encode_jpeg(scan.pixels, quality), truth, text, page.stamp_lines)


def _left(lines: list[str], sheet: Sheet) -> list[str]:
    """The lines without the words that are torn off."""
    if sheet.gone is None:
        return lines
    return [" ".join(word.text for word in sheet.words if word.line == number) for number in range(len(lines))]


@lru_cache(maxsize=1)
def _ink_of(binder: str, number: int, seed: int | None) -> Layer:
    """The ink of a page, for the page on its back."""
    plan = load_plan(binder)
    page: PagePlan = plan.pages[number - 1]
    lines = load_text(binder, page.text) if page.text else []
    return make_sheet(page, lines, Seeds(plan.seed if seed is None else seed, number)).ink


def page_file(number: int) -> str:
    """The file name that the scanner gives."""
    return f"{number:03d}.jpg"


def encode_jpeg(pixels: Image8, quality: Quality) -> bytes:
    """A baseline JPEG with its resolution in the JFIF header."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(
        out, "JPEG", quality=quality.jpeg_quality, dpi=(quality.dpi, quality.dpi), subsampling="4:2:0", optimize=True
    )
    return out.getvalue()
