# SPDX-License-Identifier: EUPL-1.2
"""Compare a package with what the store, the catalogue and the index have of it; each difference is a finding."""

from collections.abc import Iterator, Mapping, Sequence

from arhivar.composition import Archive
from arhivar.keeping.contents import Contents, page_ranges
from arhivar.package import DESCRIPTION_PATH, MANIFEST_PATH
from arhivar.steps.reconcile import measure_ledger
from repository.ocfl_difference import OcflDifference, Problem
from repository.records import IngestRow, PageRow, UnitRow
from schemas.findings import Finding, FindingCode
from schemas.ingest import IngestState, Manifest
from schemas.ledger import Stage
from schemas.unit import PackageDescription, PackagedPage

PagesOf = Mapping[int, Mapping[str, tuple[int, ...]]]
"""By version and logical path, the pages that a file holds."""

_CODES = {
    Problem.MISSING: FindingCode.STORED_FILE_MISSING,
    Problem.DAMAGED: FindingCode.STORED_FILE_DAMAGED,
    Problem.UNREADABLE: FindingCode.STORED_FILE_DAMAGED,
}


_ATTEMPTED = (IngestState.RECEIVED, IngestState.STAGED, IngestState.PROCESSING)
"""Another attempt is on its way: the pages that the catalogue has are those of a version to come."""


def stored_findings(differences: Sequence[OcflDifference], head: int, pages_of: PagesOf) -> Iterator[Finding]:
    """What the store holds otherwise than its inventories say, named by file, version and pages.

    Content that several versions share is named once, for the newest of them.
    """
    inventories: dict[str, None] = {}
    for difference in differences:
        if difference.problem is Problem.UNNAMED:
            yield Finding(code=FindingCode.STORED_FILE_UNEXPECTED, fields={"file": difference.path})
        elif not difference.uses:
            inventories[difference.path] = None
        else:
            version = difference.uses[0][0]
            for path in (path for number, path in difference.uses if number == version):
                pages = pages_of.get(version, {}).get(path, ())
                yield Finding(
                    code=_CODES[difference.problem],
                    page=pages[0] if pages and version == head else None,
                    fields={"file": path, "version": version, "pages": page_ranges(pages)},
                )
    for path in inventories:
        yield Finding(code=FindingCode.PACKAGE_DAMAGED, fields={"file": path})


def record_findings(contents: Contents, named: Sequence[Finding]) -> Iterator[Finding]:
    """The head's own records, where they cannot be understood and no damage of theirs is named yet."""
    for path, record in ((DESCRIPTION_PATH, contents.package), (MANIFEST_PATH, contents.manifest)):
        if record is None and not any(finding.fields.get("file") in (path, "inventory.json") for finding in named):
            yield Finding(code=FindingCode.PACKAGE_DAMAGED, fields={"file": path})


def catalogue_findings(
    archive: Archive, row: UnitRow | None, versions: Sequence[Contents], unit: str
) -> Iterator[Finding]:
    """Where the catalogue lacks the unit, one of its ingests or pages, or says otherwise than the package.

    `versions` from the oldest to the head. What the unit is called and who may see it are a person's to change, and
    not compared.
    """
    head = versions[-1]
    package, manifest = head.package, head.manifest
    if row is None:
        yield _missing(unit, head.version, "unit")
    else:
        expected: dict[str, tuple[object, object]] = {"version": (row.version, head.version)}
        if package is not None:
            expected["reference_code"] = (row.reference_code, package.description.reference_code)
            expected["ingest"] = (row.ingest_id, package.ingest_id)
            expected["pages"] = (row.pages, len(package.pages))
        yield from _differing(unit, expected)
    for contents in versions:
        ingest_id = _ingest_of(contents)
        ingest = None if ingest_id is None else archive.catalogue.ingest(ingest_id)
        if ingest_id is not None and ingest is None:
            yield _missing(unit, contents.version, f"ingest {ingest_id}")
        elif ingest is not None and contents is head:
            yield from _ingest_findings(archive, ingest, package, manifest, unit, head.version)


def _ingest_of(contents: Contents) -> str | None:
    record = contents.package or contents.manifest
    return None if record is None else record.ingest_id


def _ingest_findings(
    archive: Archive,
    ingest: IngestRow,
    package: PackageDescription | None,
    manifest: Manifest | None,
    unit: str,
    version: int,
) -> Iterator[Finding]:
    yield from _differing(unit, {"ingest.version": (ingest.version, version)})
    if manifest is not None:
        yield from _differing(
            unit,
            {
                "ingest.files": (len(ingest.manifest.files), len(manifest.files)),
                "ingest.pages": (ingest.pages, len(manifest.pages)),
            },
        )
        if ingest.manifest.files != manifest.files or ingest.manifest.pages != manifest.pages:
            yield from _differing(unit, {"ingest.manifest": ("≠", "metadata/manifest.json")})
    if package is None or ingest.state in _ATTEMPTED:
        return
    by_ingest: dict[str, list[PackagedPage]] = {ingest.ingest_id: []}
    for page in package.pages:
        by_ingest.setdefault(page.ingest_id, []).append(page)
    for ingest_id, pages in by_ingest.items():
        planned = {page.number for page in archive.catalogue.planned_pages(ingest_id)}
        recorded = {page.number: page for page in archive.catalogue.pages(ingest_id)}
        for page in pages:
            if page.sequence not in planned or page.sequence not in recorded:
                yield _missing(unit, version, f"page[{page.number}]", page.number)
            else:
                yield from _page_findings(unit, recorded[page.sequence], page)
        if ingest_id == ingest.ingest_id:  # earlier ones have pages that others took the place of
            for sequence in sorted(planned - {page.sequence for page in pages}):
                number = sequence if manifest is None else manifest.place(sequence)
                yield from _differing(unit, {f"page[{number}]": (number, "–")}, number)


def _page_findings(unit: str, row: PageRow, page: PackagedPage) -> Iterator[Finding]:
    pairs = {
        "frame": (row.frame, page.frame),
        "kind": (row.kind.value, page.kind.value),
        "language": (row.language, page.language),
        "words": (row.words, page.words),
        "confidence": (row.confidence, page.confidence),
        "source_digest": (row.source_digest, page.source_digest),
    }
    yield from _differing(unit, {f"page[{page.number}].{name}": pair for name, pair in pairs.items()}, page.number)


def index_findings(archive: Archive, contents: Contents) -> Iterator[Finding]:
    """The recount of the ledger, and pages that the index shows of other versions.

    A package whose description cannot be read is compared with the index by its manifest alone.
    """
    record = contents.package or contents.manifest
    if record is None:
        return
    if contents.package is not None and contents.manifest is not None and contents.earlier:
        yield from measure_ledger(archive, record.unit_id).differences
    else:
        present = archive.index.present(record.unit_id, contents.version)
        for number in sorted(contents.numbers() - present):
            fields: dict[str, str | int | float] = {"missing": Stage.IN_INDEX.value}
            yield Finding(code=FindingCode.LEDGER_DIFFERENCE, page=number, fields=fields)
    for version in range(1, contents.version):
        stale = archive.index.present(record.unit_id, version)
        if stale:
            fields = {"version": version, "pages": page_ranges(tuple(stale))}
            yield Finding(code=FindingCode.INDEX_STALE, fields=fields)


def _missing(unit: str, version: int, row: str, page: int | None = None) -> Finding:
    fields: dict[str, str | int | float] = {"unit": unit, "version": version, "row": row}
    return Finding(code=FindingCode.CATALOGUE_ROW_MISSING, page=page, fields=fields)


def _differing(unit: str, pairs: Mapping[str, tuple[object, object]], page: int | None = None) -> Iterator[Finding]:
    for row, (found, expected) in pairs.items():
        if found != expected:
            fields: dict[str, str | int | float] = {
                "unit": unit,
                "row": row,
                "found": "–" if found is None else str(found),
                "expected": "–" if expected is None else str(expected),
            }
            yield Finding(code=FindingCode.CATALOGUE_DIFFERS, page=page, fields=fields)
