# SPDX-License-Identifier: EUPL-1.2
"""Which page of the ingest is this page of the PDF? Each says so itself, so that a page taken away can be named.

The mark is private data of this program in the page's piece dictionary (ISO 32000-1, 14.5), which PDF/A-2 permits.
"""

from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_APPLICATION = "/Arhivar"
_MODIFIED = "D:20000101000000Z"  # the standard asks for a time; a constant one keeps the same page the same bytes


def mark_page(page: pikepdf.Object, number: int) -> None:
    """Write the page's number (1-based, within the ingest) into the page's dictionary."""
    page.LastModified = pikepdf.String(_MODIFIED)
    page.PieceInfo = pikepdf.Dictionary(
        {
            _APPLICATION: pikepdf.Dictionary(
                LastModified=pikepdf.String(_MODIFIED), Private=pikepdf.Dictionary(Page=number)
            )
        }
    )


def marked_pages(path: Path) -> set[int]:
    """Numbers of the pages that are really in the PDF: they carry their mark, and a second reader opens them.

    A page counts only if PDFium loads it and finds an image on it. Raises pikepdf.PdfError.
    """
    shown = _pages_with_image(path)
    found: set[int] = set()
    with pikepdf.open(path) as pdf:
        for index, page in enumerate(pdf.pages):
            piece = page.obj.get(pikepdf.Name.PieceInfo)
            if piece is None or _APPLICATION not in piece or index not in shown:
                continue
            try:
                found.add(int(piece[_APPLICATION].Private.Page))
            except (AttributeError, KeyError, TypeError, ValueError):  # a damaged mark names no page
                continue
    return found


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
