# SPDX-License-Identifier: EUPL-1.2
"""Bookmarks and page labels of an access PDF."""

from collections.abc import Sequence
from itertools import pairwise

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from schemas.messages import Language, Message

_PAGE = Message(ro="Pagina {number}", en="Page {number}")


def add_outline(
    pdf: Pdf, heading: str, page_numbers: Sequence[int], *, every: int, language: Language = Language.RO
) -> None:
    """One entry for the unit, closed, and below it every `every`-th page, by the numbers of the unit's pages.

    `page_numbers` are in the order of the PDF's pages, one a page.
    """
    outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines))
    top = _entry(pdf, heading, outlines, pdf.pages[0].obj)
    pages = [
        _entry(pdf, _PAGE.say(language, {"number": number}), top, pdf.pages[index].obj)
        for index, number in enumerate(page_numbers)
        if index % every == 0
    ]
    for before, after in pairwise(pages):
        before.Next, after.Prev = after, before
    top.First, top.Last, top.Count = pages[0], pages[-1], -len(pages)  # negative: closed
    outlines.First, outlines.Last, outlines.Count = top, top, 1
    pdf.Root.Outlines = outlines


def _entry(pdf: Pdf, title: str, parent: Object, page: Object) -> Object:
    return pdf.make_indirect(
        Dictionary(Title=String(title), Parent=parent, Dest=Array([page, Name.Fit])),
    )


def add_page_labels(pdf: Pdf, page_numbers: Sequence[int]) -> None:
    """Label each PDF page with its number in the unit (ISO 32000-1, 12.4.2)."""
    ranges = Array()
    expected = None
    for index, number in enumerate(page_numbers):
        if number != expected:
            ranges.append(index)
            ranges.append(Dictionary(S=Name.D, St=number))
        expected = number + 1
    pdf.Root.PageLabels = Dictionary(Nums=ranges)
