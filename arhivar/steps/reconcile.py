# SPDX-License-Identifier: EUPL-1.2
"""Reconcile: measure, page by page, that captured = in PDF/A = in store = in index.

Nothing here asks the steps what they did. Captured is recounted from the manifests in the package, of all ingests that
the version is made of; the PDF is opened with another program's reader, the store is asked for each file, and the index
is asked by a query. A page that PDF or package show as it was captured before is missing there.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.package import read_manifests, read_package
from repository.ocfl import OcflFile
from schemas.errors import ObjectMissing
from schemas.findings import Finding, FindingCode
from schemas.ledger import GapsAccepted, Ledger, LedgerRow
from schemas.origins import Origin, page_origins
from schemas.page import PageKind
from schemas.unit import PackageDescription, PackagedPage

if TYPE_CHECKING:  # steps that open no PDF start without the libraries for it
    from processors.page_marks import PageMark


def measure_ledger(archive: Archive, unit_id: UUID) -> Ledger:
    """The ledger of the unit's current version. Raises StoreError, SearchIndexError."""
    identifier = object_id(unit_id)
    package = read_package(archive, identifier)
    version = archive.packages.head(identifier)
    files = archive.packages.files(identifier)
    captured = page_origins(read_manifests(archive, identifier))
    marks = _marks_in_pdfs(archive, package, files)
    in_pdf = {mark.number for mark in marks if _shows(mark, captured.get(mark.number))}
    in_index = archive.index.present(unit_id, version or 0)
    packaged = {page.number: page for page in package.pages}
    gaps = tuple(page.number for page in package.pages if page.kind is PageKind.UNREADABLE)
    stored = {
        number
        for number, page in packaged.items()
        if captured.get(number) in (None, (page.ingest_id, page.sequence)) and _in_store(archive, page, files)
    }
    rows = tuple(
        LedgerRow(
            page=number,
            captured=number in captured,
            in_pdf=number in in_pdf,
            in_store=number in stored,
            in_index=number in in_index,
        )
        for number in sorted(captured.keys() | set(packaged) | in_pdf | in_index)
    )
    return Ledger(
        unit=package.description.reference_code,
        ingest_id=package.ingest_id,
        rows=rows,
        differences=tuple(_difference(row) for row in rows if row.missing),
        gaps=gaps,
        accepted=_accepted(archive, package, version, gaps),
    )


def _accepted(
    archive: Archive, package: PackageDescription, version: int | None, gaps: tuple[int, ...]
) -> GapsAccepted | None:
    """What a person said of the gaps of this very version."""
    known = archive.catalogue.ledger(package.ingest_id)
    accepted = known.accepted if known is not None else None
    return accepted if accepted is not None and gaps and accepted.version == version else None


def _difference(row: LedgerRow) -> Finding:
    missing = ", ".join(stage.value for stage in row.missing)
    return Finding(code=FindingCode.LEDGER_DIFFERENCE, page=row.page, fields={"missing": missing})


def _shows(mark: "PageMark", captured: Origin | None) -> bool:
    """False where the PDF shows another capture than the newest one of that page."""
    return captured is None or mark.origin in (None, str(captured))


def _marks_in_pdfs(archive: Archive, package: PackageDescription, files: Mapping[str, OcflFile]) -> "set[PageMark]":
    import pikepdf

    from processors.page_marks import page_marks

    found: set[PageMark] = set()
    for pdf in package.pdfs:
        if pdf.path not in files:
            continue
        try:
            with archive.store.local_path(files[pdf.path].content_key) as path:
                found |= page_marks(path)
        except (ObjectMissing, pikepdf.PdfError):
            continue
    return found


def _in_store(archive: Archive, page: PackagedPage, files: Mapping[str, OcflFile]) -> bool:
    wanted = [page.master] if page.text is None else [page.master, page.text]
    return all(path in files and archive.store.exists(files[path].content_key) for path in wanted)
