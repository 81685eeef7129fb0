# SPDX-License-Identifier: EUPL-1.2
"""The access PDF of one volume: PDF/A-2u, the pages' compressed images put in as they are.

Each page is its image, placed by a matrix (so that a bitonal scan is straightened without being encoded again), and
invisible text over it. The same pages, description and settings give the same bytes. A volume is composed from nothing,
or its PDF gets a few other pages, and all others stay as they are, byte for byte.
"""

import io
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, StreamDecodeLevel

from processors.access import AccessImage
from processors.page_marks import mark_page, page_number
from processors.pdf_font import BlankFont, clean, packed
from processors.pdf_image import ImageShelf, image_operators
from processors.pdf_metadata import Statement, describe, language_tag
from processors.pdf_outline import add_outline, add_page_labels
from processors.pdf_text import PageFrame, text_operators
from processors.placeholder import make_placeholder
from schemas.disk import disk_error
from schemas.errors import ArhivarError, PdfNotWritten
from schemas.messages import Language
from schemas.page import Line, PageResult
from schemas.unit import UnitDescription

_LARGEST_POINTS = 14_400.0  # ISO 19005-2, 6.1.13: page boundaries are 3 to 14,400 units
_SMALLEST_POINTS = 3.0


@dataclass(frozen=True)
class ComposeSettings:
    """How PDFs are made."""

    created: datetime | None = None
    """The PDF's time of creation and change, with its zone; without it, the end of the unit's period. Never the clock.
    """
    producer: str = "Arhivar"
    """The program that the PDF names as its maker."""
    language: Language = Language.RO
    """Of the bookmarks."""
    every_page_up_to: int = 60
    """Units of at most so many pages get a bookmark a page, larger ones one every ten pages."""


@dataclass(frozen=True)
class ComposePage:
    """One page to put in."""

    number: int
    """1-based, within the unit; ascending from page to page."""
    result: PageResult
    """The page's words in derivative pixels, and their language."""
    image: AccessImage | None
    """What the page shows; None makes a placeholder that says that the page could not be read."""
    original: str | None = None
    """Logical path of the page's master in the package, for the placeholder to name."""
    origin: str | None = None
    """Which capture the page shows, for its mark."""


def compose_pdf(
    target: Path, description: UnitDescription, pages: Iterable[ComposePage], settings: ComposeSettings
) -> None:
    """Write the PDF/A-2u of a unit to `target`, whole or not at all; what was there before is replaced.

    `pages` is consumed one page at a time; its own errors pass through. Only compressed images are kept.

    Raises PdfNotWritten, with the page, when a page cannot be put in, pages are out of order or there are none, or the
    file cannot be written; DiskFull and DiskUnavailable where that is the disk's fault.
    """
    unit = description.reference_code
    with pikepdf.new() as pdf:
        composer = _Composer(pdf, description)
        numbers: list[int] = []
        for page in pages:
            if numbers and page.number <= numbers[-1]:
                raise PdfNotWritten(unit=unit, page=page.number, detail=f"page {page.number} after page {numbers[-1]}")
            try:
                composer.add(page)
            except (ArithmeticError, OSError, RuntimeError, TypeError, ValueError, pikepdf.PdfError) as error:
                raise _failure(error, target, unit, page.number) from error
            numbers.append(page.number)
        if not numbers:
            raise PdfNotWritten(unit=unit, page=0, detail="it has no pages")
        try:
            composer.finish(numbers, settings)
            save_pdf(pdf, target)
        except (OSError, RuntimeError, ValueError, pikepdf.PdfError) as error:
            raise _failure(error, target, unit, numbers[-1]) from error


def splice_pdf(
    source: Path, target: Path, description: UnitDescription, pages: Iterable[ComposePage], settings: ComposeSettings
) -> None:
    """Write the PDF of `source`, made by `compose_pdf` or this, with `pages` in place of those of the same numbers.

    All other pages stay as they are; font and colour profile are shared with them. Whole or not at all, as
    `compose_pdf`; `source` is not changed. Raises PdfNotWritten also where `source` cannot be read or lacks a page.
    """
    unit = description.reference_code
    number = 0
    try:
        pdf = pikepdf.open(source)
    except (OSError, pikepdf.PdfError) as error:
        raise PdfNotWritten(unit=unit, page=number, detail=_in_words(error)) from error
    with pdf:
        try:
            numbers = [page_number(page.obj) for page in pdf.pages]
            composer = _Composer(pdf, description, _font_of(pdf))
        except (AttributeError, TypeError, ValueError, pikepdf.PdfError) as error:
            raise PdfNotWritten(unit=unit, page=number, detail=_in_words(error)) from error
        for page in pages:
            number = page.number
            try:
                pdf.pages[numbers.index(number)] = composer.make(page)
            except (ArithmeticError, OSError, RuntimeError, TypeError, ValueError, pikepdf.PdfError) as error:
                raise PdfNotWritten(unit=unit, page=number, detail=_in_words(error)) from error
        try:
            composer.finish(numbers, settings)
            save_pdf(pdf, target)
        except (OSError, RuntimeError, ValueError, pikepdf.PdfError) as error:
            raise PdfNotWritten(unit=unit, page=number, detail=_in_words(error)) from error


def _font_of(pdf: Pdf) -> Object | None:
    """The font of the invisible text that pages share; None where no page has text."""
    for page in pdf.pages:
        font = page.obj.Resources.get(Name.Font)
        if font is not None:
            return font.F
    return None


class _Composer:
    """A PDF in the making. The font is embedded last, when it is known which characters it stands for."""

    def __init__(self, pdf: Pdf, description: UnitDescription, font: Object | None = None) -> None:
        self._pdf = pdf
        self._description = description
        self._language = language_tag(description.languages[0])
        self._font = BlankFont() if font is None else BlankFont.continued(font)
        self._font_object: Object = pdf.make_indirect(Dictionary()) if font is None else font
        self._shelf = ImageShelf(pdf)

    def add(self, page: ComposePage) -> None:
        self._pdf.pages.append(self.make(page))

    def make(self, page: ComposePage) -> pikepdf.Page:
        image, lines, language = page.image, tuple(page.result.lines()), page.result.language
        if image is None:
            placeholder = make_placeholder(page.number, self._description.reference_code, page.original)
            image, lines, language = placeholder.image, placeholder.lines, None
        made = self._make(image, lines, language_tag(language) if language else self._language)
        mark_page(made, page.number, page.origin)
        return pikepdf.Page(self._pdf.make_indirect(made))

    def _make(self, image: AccessImage, lines: Sequence[Line], language: str) -> Dictionary:
        frame = PageFrame(_points_a_pixel(image), image.height_px)
        other = language if language != self._language else None
        text = text_operators(lines, frame, self._font, other)
        drawn = Dictionary(I=self._shelf.add(image.image))
        operators = [image_operators(image.image, image.placement, frame)]
        for place, layer in enumerate(image.layers, start=1):
            name = f"/L{place}"
            drawn[name] = self._shelf.add(layer.image, layer.stencil)
            operators.append(image_operators(layer.image, layer.placement, frame, name))
        content = b"\n".join(part for part in (*operators, text) if part)
        resources = Dictionary(XObject=drawn)
        if text:
            resources.Font = Dictionary(F=self._font_object)
        return Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, *(_side(side * frame.scale) for side in (image.width_px, image.height_px))]),
            Resources=resources,
            Contents=self._pdf.make_indirect(packed(self._pdf, content)),
        )

    def finish(self, numbers: Sequence[int], settings: ComposeSettings) -> None:
        description = self._description
        self._font.embed(self._pdf, self._font_object)
        describe(self._pdf, Statement.of(description, settings.producer, settings.created))
        heading = clean(f"{description.reference_code} - {description.title}")
        every = 1 if len(numbers) <= settings.every_page_up_to else 10
        add_outline(self._pdf, heading, numbers, every=every, language=settings.language)
        add_page_labels(self._pdf, numbers)


def _points_a_pixel(image: AccessImage) -> float:
    """The page's true size, unless a wrong resolution makes it one that PDF/A does not allow."""
    longest, shortest = max(image.width_px, image.height_px), min(image.width_px, image.height_px)
    scale = max(72 / image.dpi, _SMALLEST_POINTS / shortest)
    return min(scale, _LARGEST_POINTS / longest)


def _side(points: float) -> float:
    return round(max(points, _SMALLEST_POINTS), 3)


class _Sink(io.RawIOBase):
    """Hands on to a file what qpdf writes, and keeps a failure to itself until `close`.

    Where a write raises, qpdf writes once more while it cleans up, and that ends the whole process (std::terminate).
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._failed: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]  # all that qpdf hands over
        if self._failed is None:
            try:
                self._file.write(data)
            except OSError as error:
                self._failed = error
        return memoryview(data).nbytes

    def close(self) -> None:
        """Raises OSError where a write failed."""
        super().close()
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed


def save_pdf(pdf: Pdf, target: Path) -> None:
    """Write the PDF whole or not at all, the same bytes for the same content."""
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as stream:
            sink = _Sink(stream)
            pdf.save(
                cast(BinaryIO, sink),
                min_version="1.7",
                deterministic_id=True,
                object_stream_mode=ObjectStreamMode.generate,
                stream_decode_level=StreamDecodeLevel.none,  # leaves what is compressed as it is
            )
            sink.close()
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _failure(error: Exception, target: Path, unit: str, page: int) -> ArhivarError:
    return disk_error(error, target.parent) or PdfNotWritten(unit=unit, page=page, detail=_in_words(error))


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
