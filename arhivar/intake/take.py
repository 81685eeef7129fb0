# SPDX-License-Identifier: EUPL-1.2
"""Intake, strung together: claim → examine → describe → count → digest → stage → register → leave the share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from arhivar.composition import Archive, object_id
from arhivar.intake.acceptance import acceptance
from arhivar.intake.claims import Claim, claim_drop, holding, release_claim
from arhivar.intake.describe import Described, describe_drop, first_access_class, unit_description
from arhivar.intake.drops import Drop, PageCount, Readiness, expected_pages, judge, list_drops
from arhivar.intake.examine import (
    Examined,
    check_page_count,
    digest_files,
    examine_files,
    find_duplicates,
    plan_pages,
)
from arhivar.intake.parts import Base, check_part, continued_description, in_flight, places, read_base
from arhivar.intake.quarantine import quarantine_claim
from arhivar.intake.share import share_error
from arhivar.intake.stage import stage_files, staged_key
from arhivar.log import Logger
from arhivar.package import package_path
from arhivar.stopping import StopRequest
from repository.object_store import digest_object
from repository.records import IngestRow
from schemas.access import strictest
from schemas.crash_points import CrashPoint, reached
from schemas.drop import DropDescription, Intent
from schemas.errors import ArhivarError, CatalogueError, CopyDiffers, ImageError
from schemas.findings import Finding, FindingCode, Severity, worst
from schemas.ingest import IngestState, Manifest, ingest_id, unit_id
from schemas.stages import Stage
from schemas.unit import AccessClass

_log = Logger(__name__)

_BEFORE_STAGED = (IngestState.RECEIVED, IngestState.STAGED)
"""States in which the share may still hold what the store lacks."""
_PATIENCE_SECONDS = 600.0
"""How long one intake waits for another one that has the same unit in hand."""


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How this run treats drops: `bare` accepts folders without description, `languages` overrides theirs.

    `stop` is asked about between two files.
    """

    bare: bool = False
    languages: tuple[str, ...] | None = None
    stop: StopRequest = field(default_factory=StopRequest)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one drop: an ingest, a quarantine, or (known) nothing, since the same bytes are here already."""

    folder: str
    reference_code: str | None = None
    ingest_id: str | None = None
    known: bool = False
    quarantined_at: Path | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A drop that is not ready, and what it waits for."""

    folder: str
    readiness: Readiness


FrameCounter = Callable[[Path], int]


def waiting_drops(archive: Archive, inbox: Path, count_frames: FrameCounter) -> tuple[list[Drop], list[Waiting]]:
    """Split the inbox into drops that are ready and drops that wait."""
    ready: list[Drop] = []
    waiting: list[Waiting] = []

    def count_pages(folder: Path) -> PageCount | None:
        return _count_declared(archive, folder, count_frames)

    for drop in list_drops(inbox):
        try:
            readiness = judge(
                drop, now=time.time(), quiet_seconds=archive.settings.quiet_seconds, count_pages=count_pages
            )
        except CatalogueError:
            raise
        except (OSError, ArhivarError) as error:  # of this drop alone; the others are judged all the same
            _log.warning("drop not judged", folder=drop.name, error=str(error))
            readiness = Readiness(False, "unreadable", str(error), since=_changed(drop))
        if readiness.ready:
            ready.append(drop)
        else:
            waiting.append(Waiting(drop.name, readiness))
    return ready, waiting


def _changed(drop: Drop) -> float:
    try:
        return drop.path.stat().st_ctime
    except OSError:
        return time.time()


def _count_declared(archive: Archive, folder: Path, count_frames: FrameCounter) -> PageCount | None:
    """Pages found and expected; None where nothing is declared or the drop is for the examination to judge."""
    described = describe_drop(folder, folder.name, archive.catalogue, bare=False, languages=None)
    if described.drop is None:
        return None
    least, most = _expected(described.drop)
    if least is None:
        return None
    examined = examine_files(folder, described.drop.pages, max_file_bytes=archive.settings.max_file_bytes)
    pages = 0
    for path in examined.page_paths():
        try:
            pages += count_frames(folder / path)
        except ImageError:
            return None
    return PageCount(pages, least, most)


def _expected(drop: DropDescription) -> tuple[int | None, int | None]:
    """Least and most pages that the drop declares."""
    if drop.intent is not Intent.REPLACE_PAGES:
        return expected_pages(drop.folios, drop.blanks)
    return (None, None) if drop.replaces is None else (len(drop.replaces), len(drop.replaces))


def take_drop(
    archive: Archive, inbox: Path, drop: Drop, options: IntakeOptions, count_frames: FrameCounter
) -> Taken | Waiting | None:
    """Take one ready drop; None where another intake has it.

    Raises IntakeError, StoreError, CatalogueError, MachineError.
    """
    claim = claim_drop(inbox, drop)
    return None if claim is None else take_claim(archive, claim, options, count_frames)


def take_claim(
    archive: Archive, claim: Claim, options: IntakeOptions, count_frames: FrameCounter
) -> Taken | Waiting | None:
    """Go on with a claimed drop; None where its owner is alive, Waiting where its unit is at work: the claim stays.

    Raises as `take_drop`.
    """
    with holding(claim, archive.leases) as mine:
        if not mine:
            return None
        try:
            return _take(archive, claim, options, count_frames)
        except OSError as error:  # store and catalogue have errors of their own: it is the share's
            raise share_error(claim.inbox, error) from error


def _take(archive: Archive, claim: Claim, options: IntakeOptions, count_frames: FrameCounter) -> Taken | Waiting | None:
    described = describe_drop(claim.path, claim.name, archive.catalogue, bare=options.bare, languages=options.languages)
    listed = described.drop.pages if described.drop is not None else None
    examined = examine_files(claim.path, listed, max_file_bytes=archive.settings.max_file_bytes)
    findings = [*described.findings, *examined.findings]
    if described.drop is None or _held_up(archive, claim, findings):
        return _set_aside(archive, claim, described, findings)
    pages, page_findings = plan_pages(claim.path, examined.page_paths(), count_frames)
    findings = _counted(described.drop, len(pages), [*findings, *page_findings])
    if not pages:  # those that unit.json lists are missing, and that was accepted
        findings.append(Finding(code=FindingCode.NO_PAGES))
    if _held_up(archive, claim, findings):
        return _set_aside(archive, claim, described, findings)
    manifest = _manifest(archive, claim, described.drop, examined, options.stop).model_copy(update={"pages": pages})
    hold = archive.leases.hold(
        f"intake:{manifest.unit_id}", patience_seconds=_PATIENCE_SECONDS, check=options.stop.check
    )
    with hold as lease:
        if lease is None:  # the claim stays, for the next run
            return None
        findings += find_duplicates(manifest.files)
        known = archive.catalogue.ingest(manifest.ingest_id)
        if known is not None and known.state is not IngestState.REJECTED:
            if known.state in _BEFORE_STAGED:
                return _stage(archive, claim, known.manifest, options.stop)
            return _dismiss(archive, claim, known)
        at_work = in_flight(archive, manifest.unit_id)
        if at_work and (manifest.intent.partial or any(row.intent.partial for row in at_work)):
            return Waiting(claim.name, Readiness(False, "unit", described.drop.reference_code, since=time.time()))
        base = read_base(archive, manifest.unit_id) if manifest.intent.partial else None
        wrong = check_part(described.drop, len(pages), base) or _conflict(archive, manifest)
        if wrong:
            return _set_aside(archive, claim, described, [*findings, *wrong])
        if base is None:
            findings += _fewer_pages(archive, manifest, len(pages))
        else:
            manifest, findings = _as_part(manifest, described.drop, base, findings)
        manifest = manifest.model_copy(update={"findings": tuple(findings)})
        if known is not None:  # rejected, and handed over again: it is judged anew
            manifest = manifest.model_copy(update={"attempt": known.attempt + 1})
            archive.catalogue.begin_attempt(manifest, state=IngestState.RECEIVED, now=datetime.now(UTC))
        return _stage(archive, claim, manifest, options.stop)


def _counted(drop: DropDescription, pages: int, findings: list[Finding]) -> list[Finding]:
    """The findings with those about the number of pages; rescans are numbered as their pages are, with gaps."""
    if drop.intent is Intent.REPLACE_PAGES:
        return [finding for finding in findings if finding.code is not FindingCode.SEQUENCE_GAP]
    return [*findings, *check_page_count(pages, drop.folios, drop.blanks)]


def _as_part(
    manifest: Manifest, drop: DropDescription, base: Base, findings: Sequence[Finding]
) -> tuple[Manifest, list[Finding]]:
    """The manifest as a part of the unit, and findings by their pages' numbers there."""
    description = continued_description(drop, base, manifest.description.access_class)
    numbers = places(drop, len(manifest.pages), base)
    update = {
        "base_version": base.version,
        "places": numbers,
        "description": description,
        "reading": manifest.reading or base.reading,
        "fidelity": manifest.fidelity or base.fidelity,
    }
    moved = [
        finding if finding.page is None else finding.model_copy(update={"page": numbers[finding.page - 1]})
        for finding in findings
    ]
    return manifest.model_copy(update=update), moved


def _held_up(archive: Archive, claim: Claim, findings: list[Finding]) -> bool:
    """Whether the drop cannot go on. Where a person accepted all that holds it up, `findings` gain a note of it."""
    if worst(findings) is not Severity.QUARANTINE:
        return False
    note = acceptance(archive.catalogue, claim.path, claim.name, findings)
    if note is None:
        return True
    findings[:] = [*(one for one in findings if one.code is not note.code), note]
    return False


def _manifest(archive: Archive, claim: Claim, drop: DropDescription, examined: Examined, stop: StopRequest) -> Manifest:
    unit = archive.catalogue.unit_by_reference(drop.reference_code)
    access_class = unit.access_class if unit is not None else first_access_class(drop, archive.catalogue)
    access_class = strictest((access_class, AccessClass.STAFF))  # a rescan is not published; that is for a person
    unit_uuid = unit.unit_id if unit is not None else unit_id(drop.reference_code)
    files = digest_files(claim.path, examined.files, stop.check)
    return Manifest(
        ingest_id=ingest_id(unit_uuid, drop.intent, [file.sha512 for file in files]),
        unit_id=unit_uuid,
        intent=drop.intent,
        volume=drop.volume,
        folder=claim.name,
        received_at=datetime.now(UTC),
        description=unit_description(drop, archive.settings.languages, access_class),
        files=files,
        pages=(),
        reading=drop.reading,
        fidelity=drop.fidelity,
    )


def _fewer_pages(archive: Archive, manifest: Manifest, pages: int) -> tuple[Finding, ...]:
    unit = archive.catalogue.unit(manifest.unit_id)
    if unit is None or unit.pages is None or pages >= unit.pages:
        return ()
    fields: dict[str, str | int | float] = {"unit": unit.reference_code, "before": unit.pages, "pages": pages}
    return (Finding(code=FindingCode.PAGES_FEWER, fields=fields),)


def _conflict(archive: Archive, manifest: Manifest) -> tuple[Finding, ...]:
    """Other bytes for a known unit need a declared intent: a mistyped folder must not replace a binder."""
    if manifest.intent is not Intent.NEW:
        return ()
    others = [
        row
        for row in archive.catalogue.ingests(unit_id=manifest.unit_id)
        if row.state not in (IngestState.QUARANTINED, IngestState.REJECTED)
    ]
    if not others:
        return ()
    return (Finding(code=FindingCode.UNIT_CONFLICT, fields={"unit": manifest.description.reference_code}),)


def _stage(archive: Archive, claim: Claim, manifest: Manifest, stop: StopRequest) -> Taken:
    manifest = archive.catalogue.register_ingest(manifest).manifest
    reached(CrashPoint.REGISTERED)
    with archive.monitor.stage(Stage.STAGE, manifest.ingest_id, unit_id=manifest.unit_id, pages=len(manifest.pages)):
        stage_files(claim.path, manifest, archive.store, stop.check)
        archive.catalogue.replace_findings(manifest.ingest_id, manifest.findings, "intake")
        archive.catalogue.advance(manifest.ingest_id, IngestState.STAGED, now=datetime.now(UTC))
    # From here the store has every byte, verified; only now may the share let go of the folder.
    release_claim(claim)
    _log.info("drop taken", unit=str(manifest.unit_id), ingest=manifest.ingest_id, pages=len(manifest.pages))
    return _taken(claim, manifest, known=False)


def _dismiss(archive: Archive, claim: Claim, known: IngestRow) -> Taken:
    """The same bytes again: nothing to do, once every one of them is seen to be in the store still."""
    if known.version is None:
        keys = {file.path: staged_key(known.ingest_id, file.path) for file in known.manifest.files}
    else:
        files = archive.packages.files(object_id(known.unit_id), known.version)
        keys = {file.path: files[package_path(known.manifest, file)].content_key for file in known.manifest.files}
    for file in known.manifest.files:
        if digest_object(archive.store, keys[file.path]) != file.sha512:
            raise CopyDiffers(file=file.path)
    release_claim(claim)
    return _taken(claim, known.manifest, known=True)


def _taken(claim: Claim, manifest: Manifest, *, known: bool) -> Taken:
    return Taken(
        folder=claim.name,
        reference_code=manifest.description.reference_code,
        ingest_id=manifest.ingest_id,
        known=known,
        findings=manifest.findings,
    )


def _set_aside(archive: Archive, claim: Claim, described: Described, findings: Sequence[Finding]) -> Taken:
    code = described.drop.reference_code if described.drop is not None else None

    def record(place: Path) -> None:
        archive.catalogue.record_quarantine(claim.name, code, findings, str(place), datetime.now(UTC))

    where = quarantine_claim(claim, findings, record)
    _log.info("drop quarantined", folder=claim.name, codes=[finding.code.value for finding in findings])
    return Taken(folder=claim.name, reference_code=code, quarantined_at=where, findings=tuple(findings))
