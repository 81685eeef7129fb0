# SPDX-License-Identifier: EUPL-1.2
"""Some pages of a unit's access PDFs as a PDF of their own: PDF/A-2u, which says what it is an excerpt of.

The pages are taken as they are, with their text, and of what is not taken nothing comes along; only the font's list of
characters is that of the volume. The same pages give the same bytes. The pictures of the first volume go from file to
file without being held in memory; those of a further one are, since pikepdf copies them at once.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pikepdf
from pikepdf import AccessMode, Pdf

from processors.compose import ComposeSettings, save_pdf
from processors.page_marks import page_number
from processors.pdf_font import clean
from processors.pdf_metadata import Statement, describe
from processors.pdf_outline import add_outline, add_page_labels
from schemas.disk import disk_error
from schemas.errors import ExcerptEmpty, PdfNotWritten
from schemas.messages import Message
from schemas.unit import UnitDescription

_KEPT = frozenset(
    {
        *("/Type", "/MediaBox", "/CropBox", "/TrimBox", "/Rotate", "/UserUnit", "/Group"),
        *("/Parent", "/Resources", "/Contents", "/LastModified", "/PieceInfo"),
    }
)
"""Of a page. Anything else may lead to other pages: annotations, threads, structure."""

_ABSTRACT = Message(
    ro="Extras din unitatea arhivistică {unit}: paginile {pages}",
    en="Excerpt of the archival unit {unit}: pages {pages}",
)
_TITLE = Message(ro="{title} (paginile {pages})", en="{title} (pages {pages})")


@dataclass(frozen=True, slots=True)
class ExcerptSource:
    """An access PDF, and the numbers (1-based, in the unit) of its pages that are wanted."""

    path: Path
    numbers: Collection[int]


def excerpt_pdf(
    target: Path,
    description: UnitDescription,
    sources: Iterable[ExcerptSource],
    taken_from: str,
    settings: ComposeSettings,
) -> None:
    """Write the wanted pages of `sources` to `target`, whole or not at all, in the order of their numbers.

    The unit's volumes come in order. `taken_from` names the version that they are of, as a URI. A wanted page that no
    source has is left out. Raises ExcerptEmpty where none is left; PdfNotWritten where a source cannot be read or the
    file not be written; DiskFull and DiskUnavailable where that is the disk's fault.
    """
    unit = description.reference_code
    with ExitStack() as stack:
        pdf: Pdf | None = None
        numbers: list[int] = []
        try:
            for source in sources:
                opened = stack.enter_context(pikepdf.open(source.path, access_mode=AccessMode.stream))
                found = _keep(opened, frozenset(source.numbers))
                numbers += found
                if pdf is None and found:
                    pdf = opened
                    _strip(pdf)
                elif pdf is not None:
                    pdf.pages.extend(opened.pages)
            if pdf is None:
                raise ExcerptEmpty(unit=unit)
            _finish(pdf, description, numbers, taken_from, settings)
            save_pdf(pdf, target)
        except (AttributeError, OSError, RuntimeError, TypeError, ValueError, pikepdf.PdfError) as error:
            page = numbers[-1] if numbers else 0
            detail = f"{type(error).__name__}: {error}"
            raise disk_error(error, target.parent) or PdfNotWritten(unit=unit, page=page, detail=detail) from error


def say_numbers(numbers: Sequence[int]) -> str:
    """Ascending numbers in short: ``3–7, 9``."""
    runs = (list(run) for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0]))
    ends = ((run[0][1], run[-1][1]) for run in runs)
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


def _keep(source: Pdf, wanted: frozenset[int]) -> list[int]:
    """Take all other pages out, in memory: the file is not written. The numbers of those that stay."""
    kept: list[int] = []
    for index, number in reversed([(index, page_number(page.obj)) for index, page in enumerate(source.pages)]):
        if number in wanted:
            kept.insert(0, number)
        else:
            del source.pages[index]
    for page in source.pages:
        for key in set(page.obj.keys()) - _KEPT:
            del page.obj[key]
    return kept


def _strip(pdf: Pdf) -> None:
    """Leave nothing but the pages: what nothing leads to any more is not written."""
    for key in set(pdf.Root.keys()) - {"/Type", "/Pages"}:
        del pdf.Root[key]
    for key in set(pdf.trailer.keys()) & {"/Info", "/ID"}:
        del pdf.trailer[key]


def _finish(
    pdf: Pdf, description: UnitDescription, numbers: Sequence[int], taken_from: str, settings: ComposeSettings
) -> None:
    fields = {"unit": clean(description.reference_code), "pages": say_numbers(numbers)}
    whole = Statement.of(description, settings.producer, settings.created)
    title = _TITLE.say(settings.language, {"title": whole.title, **fields})
    abstract = Message(ro=_ABSTRACT.ro.format(**fields), en=_ABSTRACT.en.format(**fields))
    describe(pdf, replace(whole, title=title, abstract=abstract, source=taken_from))
    every = 1 if len(numbers) <= settings.every_page_up_to else 10
    add_outline(pdf, f"{fields['unit']} - {title}", numbers, every=every, language=settings.language)
    add_page_labels(pdf, numbers)
