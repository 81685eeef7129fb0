# SPDX-License-Identifier: EUPL-1.2
"""The access PDF of a volume by OCRmyPDF: it prepares, reads and writes the pages; what makes them ours is put on them.

The scans go into one PDF as they are, OCRmyPDF makes another of it, and its pages get their marks, the unit's metadata,
bookmarks and labels. What it read comes back as page results, from the hOCR that it leaves, for ALTO and index. Which
way each page was turned and straightened it does not say: boxes are in pixels of the page that it made, and the
geometry's matrix is none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from pikepdf import Pdf

from processors.compose import ComposePage, ComposeSettings, compose_pdf, save_pdf
from processors.hocr import HocrPage
from processors.ocrmypdf_tool import OcrMyPdf
from processors.page_findings import reading_findings
from processors.page_marks import mark_page, page_number
from processors.pdf_font import clean
from processors.pdf_metadata import Statement, describe
from processors.pdf_outline import add_outline, add_page_labels
from processors.placeholder import make_placeholder
from processors.read.language import detect_language
from schemas.disk import disk_error
from schemas.errors import PdfNotWritten
from schemas.page import Agent, Geometry, PageKind, PageResult
from schemas.unit import UnitDescription

_POINTS_AN_INCH = 72


@dataclass(frozen=True)
class ReadPdf:
    """Pages that OCRmyPDF made, in `path`, in the order of `results`, which has what it read by the pages' numbers."""

    path: Path
    results: Mapping[int, PageResult]
    agent: Agent

    def compose(
        self, target: Path, description: UnitDescription, pages: Iterable[ComposePage], settings: ComposeSettings
    ) -> None:
        """As `compose_pdf`, of these pages; all of them, in their order."""
        with _open(self.path, description) as pdf:
            numbers = []
            for made, page in zip(pdf.pages, pages, strict=True):
                mark_page(made.obj, page.number, page.origin)
                numbers.append(page.number)
            _finish(pdf, target, description, numbers, settings)

    def splice(
        self,
        source: Path,
        target: Path,
        description: UnitDescription,
        pages: Iterable[ComposePage],
        settings: ComposeSettings,
    ) -> None:
        """As `splice_pdf`, with these pages."""
        with _open(source, description) as pdf, _open(self.path, description) as read:
            numbers = [page_number(page.obj) for page in pdf.pages]
            order = list(self.results)
            for page in pages:
                if page.number not in numbers:
                    raise PdfNotWritten(unit=description.reference_code, page=page.number, detail="no such page")
                index = numbers.index(page.number)
                pdf.pages[index] = read.pages[order.index(page.number)]
                mark_page(pdf.pages[index].obj, page.number, page.origin)
            _finish(pdf, target, description, numbers, settings)


def read_with_ocrmypdf(
    tool: OcrMyPdf,
    description: UnitDescription,
    pages: Iterable[ComposePage],
    folder: Path,
    least_confidence: float,
) -> ReadPdf:
    """Let OCRmyPDF prepare and read the pages, whose images are as scanned; its PDF goes to `folder`.

    A page without an image gets the placeholder, which is read too, and keeps its result. Under `least_confidence` a
    page gets a finding. Raises PdfNotWritten, ToolMissing, ToolTimeout, ToolFailed, DiskFull, DiskUnavailable.
    """
    scanned: dict[int, PageResult] = {}

    def note() -> Iterator[ComposePage]:
        for page in pages:
            scanned[page.number] = page.result
            if page.image is None:  # without the text that it would have with us: OCRmyPDF takes no PDF with text
                shown = make_placeholder(page.number, description.reference_code, page.original).image
                yield replace(page, image=shown)
            else:
                yield page

    path = folder / "read.pdf"
    with TemporaryDirectory(prefix="ocrmypdf-", dir=folder) as scratch:
        scans, work = Path(scratch) / "scans.pdf", Path(scratch) / "work"
        work.mkdir()
        compose_pdf(scans, description, note(), ComposeSettings())
        read = tool.run(scans, path, len(scanned), description.languages, work)
    with _open(path, description) as pdf:
        if len(pdf.pages) != len(scanned):
            detail = f"OCRmyPDF made {len(pdf.pages)} pages of {len(scanned)}"
            raise PdfNotWritten(unit=description.reference_code, page=0, detail=detail)
        widths = [float(page.mediabox[2] - page.mediabox[0]) for page in pdf.pages]
    results = {
        number: result
        if hocr is None or result.kind is PageKind.UNREADABLE
        else _with_words(result, hocr, width, description.languages, tool.agent, least_confidence)
        for (number, result), hocr, width in zip(scanned.items(), read, widths, strict=True)
    }
    return ReadPdf(path, results, tool.agent)


def _with_words(
    result: PageResult,
    hocr: HocrPage,
    width_points: float,
    languages: Sequence[str],
    agent: Agent,
    least_confidence: float,
) -> PageResult:
    reading = hocr.reading
    words = [word.text for word in reading.words()]
    guess = detect_language(" ".join(words), languages) if words else None
    before = result.geometry
    geometry = Geometry(
        source_width_px=before.source_width_px,
        source_height_px=before.source_height_px,
        source_dpi=before.source_dpi,
        width_px=hocr.width_px,
        height_px=hocr.height_px,
        dpi=hocr.width_px * _POINTS_AN_INCH / width_points,
    )
    return result.model_copy(
        update={
            "geometry": geometry,
            "language": None if not words else languages[0] if guess is None else guess.language,
            "blocks": reading.blocks,
            "confidence": reading.confidence,
            "findings": result.findings + tuple(reading_findings(result.kind, reading, least_confidence)),
            "engine": agent,
        }
    )


def _open(path: Path, description: UnitDescription) -> Pdf:
    try:
        return pikepdf.open(path)
    except (OSError, pikepdf.PdfError) as error:
        raise disk_error(error, path.parent) or PdfNotWritten(
            unit=description.reference_code, page=0, detail=f"{type(error).__name__}: {error}"
        ) from error


def _finish(
    pdf: Pdf, target: Path, description: UnitDescription, numbers: Sequence[int], settings: ComposeSettings
) -> None:
    try:
        describe(pdf, Statement.of(description, settings.producer, settings.created))
        heading = clean(f"{description.reference_code} - {description.title}")
        every = 1 if len(numbers) <= settings.every_page_up_to else 10
        add_outline(pdf, heading, numbers, every=every, language=settings.language)
        add_page_labels(pdf, numbers)
        save_pdf(pdf, target)
    except (OSError, RuntimeError, ValueError, pikepdf.PdfError) as error:
        raise disk_error(error, target.parent) or PdfNotWritten(
            unit=description.reference_code, page=numbers[-1], detail=f"{type(error).__name__}: {error}"
        ) from error
