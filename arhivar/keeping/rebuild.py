# SPDX-License-Identifier: EUPL-1.2
"""Rebuild from the store alone: rows that the catalogue lost, and the whole index.

The catalogue only gains: what it lacks or is behind with is entered as the packages say. Persons' decisions and drops
in quarantine are in no package; they come from the catalogue's backup. The new index is built beside the one in use and
takes its place when it is complete: searches go on meanwhile, and a rebuild that is killed leaves the old one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from arhivar.access.journal import entry_key, entry_numbers
from arhivar.access.settle import learn, settle
from arhivar.auditing import record_audit
from arhivar.back_ends import index_place
from arhivar.composition import Archive, object_id, open_archive, recover_catalogue
from arhivar.keeping.contents import Contents, page_ranges, read_contents, unit_of
from arhivar.package import DESCRIPTION_PATH, MANIFEST_PATH
from arhivar.pipeline import close_ingest
from arhivar.settings import Settings
from arhivar.steps.attempts import record_packaged
from arhivar.steps.index import index_unit, page_record
from arhivar.steps.reconcile import measure_ledger
from repository.ocfl_inventory import INVENTORY
from repository.records import IngestRow, PageRow
from schemas.audit import AuditAction
from schemas.errors import (
    ArhivarError,
    CatalogueError,
    CatalogueUnavailable,
    IndexUnavailable,
    LeaseLost,
    ObjectDamaged,
    ObjectMissing,
    PackageInvalid,
)
from schemas.findings import Finding, FindingCode
from schemas.ingest import IngestState, Manifest
from schemas.search import PageRecord
from schemas.unit import PackageDescription, PackagedPage
from search.place import NewIndex

_LEASE = "rebuild"
_OUTBOX = 1_000_000
_CLOSING = (IngestState.DEPOSITED, IngestState.INDEXED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What of one unit could not be rebuilt."""

    unit: str
    finding: Finding | None = None
    error: ArhivarError | None = None


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild did: rows that the catalogue gained, the new index, and what could not be rebuilt."""

    catalogue_made: bool = False
    units: int = 0
    ingests: int = 0
    pages: int = 0
    findings: int = 0
    ledgers: int = 0
    decisions: int = 0
    """Decisions about access, from their journals."""
    indexed_units: int = 0
    indexed_pages: int = 0
    unbalanced: list[str] = field(default_factory=list)
    """Units whose ledger was measured again and does not balance."""
    troubles: list[Trouble] = field(default_factory=list)

    def note(self, unit: str, finding: Finding) -> None:
        """Note once what of a unit cannot be rebuilt."""
        trouble = Trouble(unit, finding)
        if trouble not in self.troubles:
            self.troubles.append(trouble)


@dataclass(frozen=True, slots=True)
class RebuildWatcher:
    """Who hears of progress: how many steps there are (one a unit and part), and each step done."""

    started: Callable[[int], None]
    finished: Callable[[str], None]


def rebuild_archive(settings: Settings, watcher: RebuildWatcher, *, index_only: bool = False) -> RebuildReport:
    """Rebuild what the store can tell. The same again adds nothing.

    Raises ArchiveMissing without a store, StoreUnavailable where it does not answer, LeaseLost where another rebuild is
    at work, IndexUnavailable, CatalogueError. What is wrong with one unit is in the report.
    """
    report = RebuildReport()
    if not index_only:
        report.catalogue_made = recover_catalogue(settings)
    with (
        index_place(settings).build() as new,
        open_archive(settings, new.index) as archive,
        archive.leases.hold(_LEASE) as lease,
    ):
        if lease is None:
            raise LeaseLost(name=_LEASE)
        new.sweep_others()
        archive.packages.require_root()
        identifiers = archive.packages.objects()
        watcher.started(len(identifiers) * (1 if index_only else 2))
        if not index_only:
            for identifier in identifiers:
                _restore_unit(archive, identifier, report)
                watcher.finished(identifier)
            _restore_decisions(archive, report)
        decided = archive.catalogue.decision_counts()
        built = _build_index(archive, identifiers, report, watcher)
        lease.check()
        _put_in_place(archive, new, identifiers, built, decided)
    with open_archive(settings) as archive:
        if not index_only:
            _close_ingests(archive, report)
        record_audit(archive, AuditAction.ARCHIVE_REBUILT, subject="archive", details=_told(report))
    return report


def _told(report: RebuildReport) -> dict[str, str | int]:
    """What the audit keeps of a rebuild."""
    return {
        "catalogue_made": int(report.catalogue_made),
        "units": report.units,
        "ingests": report.ingests,
        "pages": report.pages,
        "decisions": report.decisions,
        "indexed_units": report.indexed_units,
        "indexed_pages": report.indexed_pages,
        "unbalanced": len(report.unbalanced),
        "troubles": len(report.troubles),
    }


# --- catalogue


def _restore_unit(archive: Archive, identifier: str, report: RebuildReport) -> None:
    head = _head(archive, identifier, report)
    for number in range(1, (head or 0) + 1):
        contents = read_contents(archive, identifier, number)
        package, manifest = contents.package, contents.manifest
        if package is None or manifest is None:
            _note_unreadable(identifier, contents, report)
            continue
        try:
            _restore_version(archive, package, manifest, number, report, head=number == head)
        except CatalogueUnavailable:
            raise
        except CatalogueError as error:
            report.troubles.append(Trouble(package.description.reference_code, error=error))


def _restore_decisions(archive: Archive, report: RebuildReport) -> None:
    """Enter what people decided about access, from the journals. Where an entry is lost its unit is closed."""
    for unit_id, numbers in entry_numbers(archive.store).items():
        unit = archive.catalogue.unit(unit_id)
        if unit is None:
            fields: dict[str, str | int | float] = {"file": entry_key(unit_id, numbers[0])}
            report.note(str(unit_id), Finding(code=FindingCode.STORED_FILE_UNEXPECTED, fields=fields))
            continue
        try:
            entered, lost = learn(archive, unit_id)
        except CatalogueUnavailable:
            raise
        except CatalogueError as error:
            report.troubles.append(Trouble(unit.reference_code, error=error))
            continue
        report.decisions += entered
        for key in lost:
            fields = {"file": key, "version": unit.version or 0, "pages": "–"}
            report.note(unit.reference_code, Finding(code=FindingCode.STORED_FILE_DAMAGED, fields=fields))


def _restore_version(
    archive: Archive,
    package: PackageDescription,
    manifest: Manifest,
    version: int,
    report: RebuildReport,
    *,
    head: bool,
) -> None:
    pages = list(_page_rows(package, manifest))
    restored = archive.catalogue.restore_deposit(
        manifest,
        version,
        pages,
        head=head,
        now=datetime.now(UTC),
        deposited_at=max((event.at for event in package.events), default=None),
        access_bytes=_access_bytes(archive, package, version),
        unit_pages=len(package.pages),
    )
    report.units += restored.unit
    report.ingests += restored.ingest
    report.pages += restored.pages
    row = archive.catalogue.ingest(manifest.ingest_id)
    if row is None or row.version != version:
        return
    known = archive.catalogue.findings(manifest.ingest_id)
    own = [page for page in package.pages if page.ingest_id == manifest.ingest_id]
    on_pages = [finding for page in own for finding in page.findings]
    for stage, findings in (("intake", manifest.findings), ("pages", on_pages)):
        lost = [finding for finding in findings if finding not in known]
        if lost or restored.ingest:  # what the version before it said of the pages is no longer so
            archive.catalogue.replace_findings(manifest.ingest_id, findings, stage)
            report.findings += len(lost)
    if head and row.attempt == package.attempt:
        report.pages += _restore_others(archive, package)


def _restore_others(archive: Archive, package: PackageDescription) -> int:
    """Bring up to date what the catalogue says of pages of earlier ingests, which a reread may have read again."""
    changed = 0
    for ingest_id in {page.ingest_id for page in package.pages} - {package.ingest_id}:
        own = [page for page in package.pages if page.ingest_id == ingest_id]
        recorded = {row.number: row for row in archive.catalogue.pages(ingest_id)}
        behind = [page for page in own if page.sequence in recorded and not _agrees(recorded[page.sequence], page)]
        if behind:
            record_packaged(archive, behind)
            findings = [finding for page in own for finding in page.findings]
            archive.catalogue.replace_findings(ingest_id, findings, "pages")
            changed += len(behind)
    return changed


def _agrees(row: PageRow, page: PackagedPage) -> bool:
    known = (row.kind, row.language, row.words, row.confidence, row.source_digest)
    return known == (page.kind, page.language, page.words, page.confidence, page.source_digest)


def _access_bytes(archive: Archive, package: PackageDescription, version: int) -> int | None:
    """The size of the version's access PDFs; None where one is lost."""
    try:
        files = archive.packages.files(object_id(package.unit_id), version)
        return sum(archive.store.stat(files[pdf.path].content_key).size_bytes for pdf in package.pdfs)
    except (ObjectMissing, KeyError):
        return None


def _page_rows(package: PackageDescription, manifest: Manifest) -> Iterator[PageRow]:
    planned = {page.number: page for page in manifest.pages}
    for page in package.pages:
        if page.ingest_id == manifest.ingest_id and page.sequence in planned:
            yield PageRow(
                number=page.sequence,
                file=planned[page.sequence].file,
                frame=page.frame,
                kind=page.kind,
                language=page.language,
                words=page.words,
                confidence=page.confidence,
                source_digest=page.source_digest,
            )


def _head(archive: Archive, identifier: str, report: RebuildReport) -> int | None:
    """The newest version of a unit's object; None, and noted, for a stranger or where no inventory can be believed."""
    if unit_of(identifier) is None:
        report.note(identifier, Finding(code=FindingCode.STORED_FILE_UNEXPECTED, fields={"file": identifier}))
        return None
    try:
        return archive.packages.head(identifier)
    except (ObjectDamaged, PackageInvalid):
        report.note(identifier, Finding(code=FindingCode.PACKAGE_DAMAGED, fields={"file": INVENTORY}))
        return None


def _note_unreadable(identifier: str, contents: Contents, report: RebuildReport) -> None:
    for path, record in ((DESCRIPTION_PATH, contents.package), (MANIFEST_PATH, contents.manifest)):
        if record is None:
            fields: dict[str, str | int | float] = {"file": path, "version": contents.version, "pages": "–"}
            report.note(identifier, Finding(code=FindingCode.STORED_FILE_DAMAGED, fields=fields))


def _close_ingests(archive: Archive, report: RebuildReport) -> None:
    """Measure the ledgers that are not there, and let ingests that are deposited come to their end."""
    for unit in archive.catalogue.units():
        row = None if unit.ingest_id is None else archive.catalogue.ingest(unit.ingest_id)
        if row is None or (row.state not in _CLOSING and archive.catalogue.ledger(row.ingest_id) is not None):
            continue
        with archive.leases.hold(f"ingest:{row.ingest_id}") as lease:
            if lease is None:  # an ingest of this unit is at work and measures it itself
                continue
            try:
                _measure(archive, row, report)
            except (ObjectMissing, ObjectDamaged, PackageInvalid) as error:
                report.troubles.append(Trouble(unit.reference_code, error=error))


def _measure(archive: Archive, row: IngestRow, report: RebuildReport) -> None:
    new = archive.catalogue.ledger(row.ingest_id) is None
    if row.state in _CLOSING:
        ledger = close_ingest(archive, row.manifest)
    else:
        ledger = measure_ledger(archive, row.unit_id)
        archive.catalogue.record_ledger(row.ingest_id, ledger, datetime.now(UTC))
    report.ledgers += new
    if not ledger.balanced:
        report.unbalanced.append(ledger.unit)


# --- index


def _build_index(
    archive: Archive, identifiers: list[str], report: RebuildReport, watcher: RebuildWatcher
) -> dict[str, int]:
    """Write every unit's current version into the new index, as one commit; the versions that are in it."""
    built: dict[str, int] = {}

    def records() -> Iterator[PageRecord]:
        for identifier in identifiers:
            head = _head(archive, identifier, report)
            if head is not None:
                contents = read_contents(archive, identifier, head)
                if contents.package is None:
                    _note_unreadable(identifier, contents, report)
                else:
                    built[identifier] = head
                    report.indexed_units += 1
                    yield from _unit_records(archive, contents.package, head, report)
            watcher.finished(identifier)

    archive.index.write(records())
    return built


def _unit_records(
    archive: Archive, package: PackageDescription, version: int, report: RebuildReport
) -> Iterator[PageRecord]:
    """The unit's pages; one whose text is lost is left out and noted, so that the others are found."""
    access = settle(archive, package, version)
    for page in package.pages:
        try:
            record = page_record(archive, package, page, version, access.page(version, page.number))
        except (ObjectMissing, ObjectDamaged, PackageInvalid) as error:
            missing = isinstance(error, ObjectMissing)
            finding = Finding(
                code=FindingCode.STORED_FILE_MISSING if missing else FindingCode.STORED_FILE_DAMAGED,
                page=page.number,
                fields={"file": page.text or "", "version": version, "pages": page_ranges((page.number,))},
            )
            report.note(package.description.reference_code, finding)
            continue
        report.indexed_pages += 1
        yield record


def _put_in_place(
    archive: Archive,
    new: NewIndex,
    identifiers: list[str],
    built: dict[str, int],
    decided: dict[UUID, tuple[int, int]],
) -> None:
    """Bring the new index up to what was deposited and decided meanwhile, then let it take the old one's place.

    The lease of the index keeps other writers away for that moment, so that nothing is written into the old one.
    """
    failed = set(identifiers) - built.keys()
    new.index.tidy()
    with archive.leases.hold("index", patience_seconds=2.0 * archive.settings.lease_seconds) as lease:
        if lease is None:
            raise IndexUnavailable(detail="another process holds the lease 'index'")
        entries = archive.catalogue.outbox(_OUTBOX)  # what is decided from here on waits under another id
        now_decided = archive.catalogue.decision_counts()
        for unit in archive.catalogue.units():
            identifier = object_id(unit.unit_id)
            stands = decided.get(unit.unit_id) == now_decided.get(unit.unit_id)
            if unit.version is None or identifier in failed or (stands and built.get(identifier, 0) >= unit.version):
                continue
            if archive.packages.head(identifier) == unit.version:
                index_unit(archive, unit.unit_id, unit.version)
                built[identifier] = unit.version
        lease.check()
        new.take_place()
        archive.catalogue.outbox_done(
            [entry.id for entry in entries if built.get(object_id(entry.unit_id)) == entry.version]
        )
