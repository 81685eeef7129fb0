# SPDX-License-Identifier: EUPL-1.2
"""Which page of the unit is this page of the PDF? Each says so itself, so that a page taken away can be named.

The mark is private data of this program in the page's piece dictionary (ISO 32000-1, 14.5), which PDF/A-2 permits.
"""

from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_APPLICATION = "/Arhivar"
_MODIFIED = "D:20000101000000Z"  # the standard asks for a time; a constant one keeps the same page the same bytes


class PageMark(NamedTuple):
    """What a page says of itself; `origin` is None on pages that were composed without one."""

    number: int
    origin: str | None


def mark_page(page: pikepdf.Object, number: int, origin: str | None = None) -> None:
    """Write the page's number (1-based, within the unit) and which capture it shows into the page's dictionary."""
    page.LastModified = pikepdf.String(_MODIFIED)
    private = pikepdf.Dictionary(Page=number)
    if origin is not None:
        private.Origin = pikepdf.String(origin)
    page.PieceInfo = pikepdf.Dictionary(
        {_APPLICATION: pikepdf.Dictionary(LastModified=pikepdf.String(_MODIFIED), Private=private)}
    )


def page_number(page: pikepdf.Object) -> int:
    """The number that the page says it has. Raises ValueError for one without a mark."""
    mark = _mark_of(page)
    if mark is None:
        raise ValueError("a page does not say which one it is")
    return mark.number


def marked_pages(path: Path) -> set[int]:
    """The numbers of `page_marks`. Raises pikepdf.PdfError."""
    return {mark.number for mark in page_marks(path)}


def page_marks(path: Path) -> set[PageMark]:
    """Marks of the pages that are really in the PDF: they carry one, and a second reader opens them.

    A page counts only if PDFium loads it and finds an image on it. Raises pikepdf.PdfError.
    """
    shown = _pages_with_image(path)
    found: set[PageMark] = set()
    with pikepdf.open(path) as pdf:
        for index, page in enumerate(pdf.pages):
            mark = _mark_of(page.obj)
            if mark is not None and index in shown:
                found.add(mark)
    return found


def _mark_of(page: pikepdf.Object) -> PageMark | None:
    piece = page.get(pikepdf.Name.PieceInfo)
    if piece is None or _APPLICATION not in piece:
        return None
    try:
        private = piece[_APPLICATION].Private
        origin = private.get(pikepdf.Name.Origin)
        return PageMark(int(private.Page), None if origin is None else str(origin))
    except (AttributeError, KeyError, TypeError, ValueError):  # a damaged mark names no page
        return None


def _pages_with_image(path: Path) -> set[int]:
    shown: set[int] = set()
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return shown
    try:
        for index in range(len(document)):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                continue
            if any(True for _ in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
                shown.add(index)
            page.close()
    finally:
        document.close()
    return shown
