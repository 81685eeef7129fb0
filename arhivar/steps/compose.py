# SPDX-License-Identifier: EUPL-1.2
"""Compose what the package will hold: access PDFs with veraPDF's verdict, and an ALTO file a page."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arhivar.composition import Archive, open_ocrmypdf
from arhivar.package import access_path, alto_path, master_path
from arhivar.steps.captures import Capture, capture_keys, captures
from arhivar.steps.continued import Continued, read_continued
from arhivar.steps.duplicates import Look, find_near_duplicates, look_of
from arhivar.steps.results import PageResults
from processors.verapdf import VeraPdf
from schemas.crash_points import CrashPoint, reached
from schemas.errors import NotPdfA, PdfNotWritten
from schemas.findings import Finding
from schemas.ingest import Manifest, PlannedPage
from schemas.origins import Origin
from schemas.page import Agent, Geometry, PageKind, PageResult
from schemas.unit import PackagedPage, PackagedPdf

if TYPE_CHECKING:  # steps that only hand over what was composed start without the libraries for PDFs
    from processors.compose import ComposePage
    from processors.compose_read import ReadPdf

_PLACEHOLDER = Geometry(
    source_width_px=2480, source_height_px=3508, source_dpi=300, width_px=2480, height_px=3508, dpi=300
)


@dataclass(frozen=True, slots=True)
class Composed:
    """What compose made, and with it the pages and PDFs that the version will have, kept ones included."""

    pages: tuple[PackagedPage, ...]
    pdfs: tuple[PackagedPdf, ...]
    pdf_files: Mapping[str, Path]
    """The new PDFs, by logical path in the package."""
    alto: Mapping[str, bytes]
    """The new ALTO files, by logical path."""
    engines: tuple[Agent, ...]
    """Which programs read the new pages."""
    continued: Continued | None = None
    """What the version keeps of the one before."""


def compose_unit(
    archive: Archive,
    manifest: Manifest,
    unreadable: Mapping[int, Finding],
    results: PageResults,
    folder: Path,
    validator: VeraPdf,
) -> Composed:
    """Make the derivatives of the pages that the ingest reads, PDFs in `folder`; `unreadable` by their positions.

    Pages scanned or read again take their places in the volumes' PDFs, whose other pages are not touched.
    Raises PdfNotWritten, NotPdfA, ToolError, StoreError, DiskFull, DiskUnavailable.
    """
    from processors.compose import ComposeSettings, compose_pdf, splice_pdf

    unit = manifest.description
    read = captures(archive, manifest)
    keys = capture_keys(archive, read)
    pages = _Pages(keys, unreadable, results)
    compose, splice, made_by = compose_pdf, splice_pdf, None
    if archive.settings.composer == "ocrmypdf":
        foreign = _read_with_ocrmypdf(
            archive, manifest, pages.compose(sorted(read, key=lambda page: page.number)), folder
        )
        compose, splice, made_by = foreign.compose, foreign.splice, foreign.agent
        pages = _Pages(keys, unreadable, results, foreign.results)
    continued = read_continued(archive, manifest, unreadable)
    pdf_files: dict[str, Path] = {}
    kept: list[PackagedPdf] = []
    made: list[tuple[str, int, range]] = []
    if continued is None or not continued.replaced:
        path = access_path(manifest.volume)
        pdf_files[path] = folder / Path(path).name
        first = manifest.place(1)
        made.append((path, manifest.volume, range(first, first + len(manifest.pages))))
        compose(pdf_files[path], unit, pages.compose(read), ComposeSettings())
    if continued is not None:
        for pdf in continued.package.pdfs:
            places = continued.replaced.intersection(pdf.numbers)
            new = sorted((page for page in read if page.number in places), key=lambda page: page.number)
            if not new:
                kept.append(pdf)
                continue
            pdf_files[pdf.path] = folder / Path(pdf.path).name
            made.append((pdf.path, pdf.volume, pdf.numbers))
            # The bytes that an ingest would give; OCRmyPDF's pages of several volumes are in one file.
            if manifest.reread is not None and len(new) == pdf.pages and made_by is None:
                compose(pdf_files[pdf.path], unit, pages.compose(new), ComposeSettings())
                continue
            with continued.local_pdf(archive, pdf.path) as source:
                splice(source, pdf_files[pdf.path], unit, pages.compose(new), ComposeSettings())
    reached(CrashPoint.PDF_WRITTEN)
    judged = _judge(unit.reference_code, made, pdf_files, validator, made_by)
    others = () if continued is None else continued.looks(archive, pages.looks)
    new_pages = _add_findings(pages.packaged, find_near_duplicates(pages.looks, others))
    kept_pages = () if continued is None else continued.pages()
    return Composed(
        pages=tuple(sorted((*kept_pages, *new_pages), key=lambda page: page.number)),
        pdfs=tuple(sorted((*kept, *judged), key=lambda pdf: pdf.first_page)),
        pdf_files=pdf_files,
        alto=pages.alto,
        engines=tuple(pages.engines),
        continued=continued,
    )


def _read_with_ocrmypdf(
    archive: Archive, manifest: Manifest, pages: Iterable["ComposePage"], folder: Path
) -> "ReadPdf":
    from processors.compose_read import read_with_ocrmypdf

    settings = archive.settings
    return read_with_ocrmypdf(
        open_ocrmypdf(settings), manifest.description, pages, folder, settings.confidence_threshold
    )


class _Pages:
    """The ingest's pages, gathered for the package while they go into a PDF."""

    def __init__(
        self,
        keys: Mapping[int, str],
        unreadable: Mapping[int, Finding],
        results: PageResults,
        read: Mapping[int, PageResult] | None = None,
    ) -> None:
        """`keys` and `unreadable` are by position; `read`, by numbers in the unit, goes before what `results` has."""
        self.packaged: list[PackagedPage] = []
        self.alto: dict[str, bytes] = {}
        self.engines: dict[Agent, None] = {}
        self.looks: list[Look] = []
        self._unreadable = unreadable
        self._results = results
        self._read = read or {}
        self._keys = keys

    def compose(self, pages: Iterable[Capture]) -> Iterator["ComposePage"]:
        """These pages for the PDF, one at a time."""
        from processors.alto import write_alto
        from processors.compose import ComposePage

        for capture in pages:
            manifest, page, number = capture.manifest, capture.page, capture.number
            master = master_path(manifest, page.file)
            origin = str(Origin(manifest.ingest_id, page.number))
            if capture.position in self._unreadable:
                finding = self._unreadable[capture.position].model_copy(update={"page": number})
                self.packaged.append(_package_placeholder(manifest, page, finding))
                empty = PageResult(source_digest="", geometry=_PLACEHOLDER, kind=PageKind.UNREADABLE)
                yield ComposePage(number, empty, None, original=master, origin=origin)
                continue
            key = self._keys[capture.position]
            processed = self._results.load_page(key)
            if processed is None:
                unit = manifest.description.reference_code
                raise PdfNotWritten(unit=unit, page=number, detail="no page result")
            result = self._read.get(number, processed.result)
            self.alto[alto_path(number)] = write_alto(result, source_file=master, page_number=number)
            look = look_of(number, page.file, key, result)
            self.packaged.append(_package_page(manifest, page, result, look))
            if look is not None:
                self.looks.append(look)
            if result.engine is not None:
                self.engines[result.engine] = None
            yield ComposePage(number, result, processed.image, origin=origin)


def _judge(
    unit: str,
    made: Sequence[tuple[str, int, range]],
    files: Mapping[str, Path],
    validator: VeraPdf,
    made_by: Agent | None,
) -> Iterator[PackagedPdf]:
    """The new PDFs (path, volume, numbers of pages) with veraPDF's verdict. Raises NotPdfA, ToolError."""
    verdicts = validator.validate([files[path] for path, _, _ in made])
    for (path, volume, numbers), verdict in zip(made, verdicts, strict=True):
        if not verdict.valid:
            raise NotPdfA(unit=unit, detail="; ".join(verdict.failures[:5]))
        yield PackagedPdf(
            path=path,
            volume=volume,
            first_page=numbers.start,
            pages=len(numbers),
            sha512=_digest(files[path]),
            made_by=made_by,
            validator=validator.agent,
            valid=verdict.valid,
            failures=verdict.failures,
        )


def _add_findings(pages: Sequence[PackagedPage], findings: Sequence[Finding]) -> tuple[PackagedPage, ...]:
    """The pages with these findings beside their own."""
    more = {finding.page: (finding,) for finding in findings}
    return tuple(
        page.model_copy(update={"findings": page.findings + more[page.number]}) if page.number in more else page
        for page in pages
    )


def _package_placeholder(manifest: Manifest, page: PlannedPage, finding: Finding) -> PackagedPage:
    return PackagedPage(
        number=manifest.place(page.number),
        ingest_id=manifest.ingest_id,
        sequence=page.number,
        master=master_path(manifest, page.file),
        frame=page.frame,
        kind=PageKind.UNREADABLE,
        findings=(finding,),
    )


def _package_page(manifest: Manifest, page: PlannedPage, result: PageResult, look: Look | None) -> PackagedPage:
    number = manifest.place(page.number)
    here = {"page": number, "file": page.file}
    return PackagedPage(
        number=number,
        ingest_id=manifest.ingest_id,
        sequence=page.number,
        master=master_path(manifest, page.file),
        frame=page.frame,
        source_digest=result.source_digest,
        kind=result.kind,
        language=result.language,
        text=alto_path(number),
        words=sum(1 for _ in result.words()),
        confidence=result.confidence,
        geometry=result.geometry,
        quality=result.quality,
        look=None if look is None else look.hash,
        findings=tuple(finding.model_copy(update=here) for finding in result.findings),
    )


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()
