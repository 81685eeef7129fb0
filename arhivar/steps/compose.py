# SPDX-License-Identifier: EUPL-1.2
"""Compose what the package will hold: the access PDF with veraPDF's verdict, and an ALTO file a page."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arhivar.composition import Archive
from arhivar.package import access_path, alto_path, master_path
from arhivar.steps.duplicates import Look, find_near_duplicates, look_of
from arhivar.steps.pages import result_keys
from arhivar.steps.workarea import WorkArea
from processors.alto import write_alto
from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.verapdf import VeraPdf
from schemas.crash_points import CrashPoint, reached
from schemas.errors import NotPdfA, PdfNotWritten
from schemas.findings import Finding
from schemas.ingest import Manifest, PlannedPage
from schemas.page import Agent, Geometry, PageKind, PageResult
from schemas.unit import PackagedPage, PackagedPdf

_PLACEHOLDER = Geometry(
    source_width_px=2480, source_height_px=3508, source_dpi=300, width_px=2480, height_px=3508, dpi=300
)


@dataclass(frozen=True, slots=True)
class Composed:
    """What compose made: a local PDF and ALTO files by their logical paths in the package."""

    pdf_file: Path
    pdf: PackagedPdf
    pages: tuple[PackagedPage, ...]
    alto: Mapping[str, bytes]
    engines: tuple[Agent, ...]
    """Which programs read the pages."""


def compose_unit(
    archive: Archive, manifest: Manifest, unreadable: Mapping[int, Finding], work: WorkArea, validator: VeraPdf
) -> Composed:
    """Make the unit's derivatives. Raises PdfNotWritten, NotPdfA, ToolError, DiskFull, DiskUnavailable."""
    keys = result_keys(archive, manifest)
    folder = work.ingest_folder(manifest.ingest_id)
    path_in_package = access_path(manifest.volume)
    target = folder / Path(path_in_package).name
    packaged: list[PackagedPage] = []
    alto: dict[str, bytes] = {}
    engines: dict[Agent, None] = {}
    looks: list[Look] = []

    def compose_pages() -> Iterator[ComposePage]:
        for page in manifest.pages:
            master = master_path(page.file)
            if page.number in unreadable:
                packaged.append(_package_placeholder(manifest, page, unreadable[page.number]))
                empty = PageResult(source_digest="", geometry=_PLACEHOLDER, kind=PageKind.UNREADABLE)
                yield ComposePage(page.number, empty, None, original=master)
                continue
            processed = work.load_page(keys[page.number])
            if processed is None:
                raise PdfNotWritten(unit=manifest.description.reference_code, page=page.number, detail="no page result")
            alto[alto_path(page.number)] = write_alto(processed.result, source_file=master, page_number=page.number)
            packaged.append(_package_page(manifest, page, processed.result))
            look = look_of(page.number, page.file, keys[page.number], processed.result)
            if look is not None:
                looks.append(look)
            if processed.result.engine is not None:
                engines[processed.result.engine] = None
            yield ComposePage(page.number, processed.result, processed.image)

    compose_pdf(target, manifest.description, compose_pages(), ComposeSettings())
    reached(CrashPoint.PDF_WRITTEN)
    verdict = validator.validate([target])[0]
    if not verdict.valid:
        raise NotPdfA(unit=manifest.description.reference_code, detail="; ".join(verdict.failures[:5]))
    pdf = PackagedPdf(
        path=path_in_package,
        volume=manifest.volume,
        pages=len(manifest.pages),
        sha512=_digest(target),
        validator=validator.agent,
        valid=verdict.valid,
        failures=verdict.failures,
    )
    pages = _add_findings(packaged, find_near_duplicates(looks))
    return Composed(target, pdf, pages, alto, tuple(engines))


def _add_findings(pages: Sequence[PackagedPage], findings: Sequence[Finding]) -> tuple[PackagedPage, ...]:
    """The pages with these findings beside their own."""
    more = {finding.page: (finding,) for finding in findings}
    return tuple(
        page.model_copy(update={"findings": page.findings + more[page.number]}) if page.number in more else page
        for page in pages
    )


def _package_placeholder(manifest: Manifest, page: PlannedPage, finding: Finding) -> PackagedPage:
    return PackagedPage(
        number=page.number,
        ingest_id=manifest.ingest_id,
        sequence=page.number,
        master=master_path(page.file),
        frame=page.frame,
        kind=PageKind.UNREADABLE,
        findings=(finding,),
    )


def _package_page(manifest: Manifest, page: PlannedPage, result: PageResult) -> PackagedPage:
    here = {"page": page.number, "file": page.file}
    return PackagedPage(
        number=page.number,
        ingest_id=manifest.ingest_id,
        sequence=page.number,
        master=master_path(page.file),
        frame=page.frame,
        source_digest=result.source_digest,
        kind=result.kind,
        language=result.language,
        text=alto_path(page.number),
        words=sum(1 for _ in result.words()),
        confidence=result.confidence,
        geometry=result.geometry,
        quality=result.quality,
        findings=tuple(finding.model_copy(update=here) for finding in result.findings),
    )


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()
