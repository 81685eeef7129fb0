# SPDX-License-Identifier: EUPL-1.2
"""Intake, strung together: claim → examine → describe → count → digest → stage → register → leave the share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from arhivar.composition import Archive, object_id
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
from arhivar.intake.quarantine import quarantine_claim
from arhivar.intake.share import share_error
from arhivar.intake.stage import digest_object, stage_files, staged_key
from arhivar.package import package_path
from repository.records import IngestRow
from schemas.drop import DropDescription, Intent
from schemas.errors import CopyDiffers, ImageError
from schemas.findings import Finding, FindingCode, Severity, worst
from schemas.ingest import IngestState, Manifest, ingest_id, unit_id

_log = structlog.get_logger(__name__)

SUPPORTED_INTENTS = (Intent.NEW, Intent.REPLACE_UNIT)

_PATIENCE_SECONDS = 600.0
"""How long one intake waits for another one that has the same unit in hand."""


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How this run treats drops: `bare` accepts folders without description, `languages` overrides theirs."""

    bare: bool = False
    languages: tuple[str, ...] | None = None


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
        readiness = judge(drop, now=time.time(), quiet_seconds=archive.settings.quiet_seconds, count_pages=count_pages)
        if readiness.ready:
            ready.append(drop)
        else:
            waiting.append(Waiting(drop.name, readiness))
    return ready, waiting


def _count_declared(archive: Archive, folder: Path, count_frames: FrameCounter) -> PageCount | None:
    """Pages found and expected; None where nothing is declared or the drop is for the examination to judge."""
    described = describe_drop(folder, folder.name, archive.catalogue, bare=False, languages=None)
    if described.drop is None or described.drop.folios is None:
        return None
    examined = examine_files(folder, described.drop.pages, max_file_bytes=archive.settings.max_file_bytes)
    pages = 0
    for path in examined.page_paths():
        try:
            pages += count_frames(folder / path)
        except ImageError:
            return None
    return PageCount(pages, *expected_pages(described.drop.folios, described.drop.blanks))


def take_drop(
    archive: Archive, inbox: Path, drop: Drop, options: IntakeOptions, count_frames: FrameCounter
) -> Taken | None:
    """Take one ready drop; None where another intake has it.

    Raises IntakeError, StoreError, CatalogueError, MachineError.
    """
    claim = claim_drop(inbox, drop)
    return None if claim is None else take_claim(archive, claim, options, count_frames)


def take_claim(archive: Archive, claim: Claim, options: IntakeOptions, count_frames: FrameCounter) -> Taken | None:
    """Go on with a claimed drop; None where its owner is alive. Raises as `take_drop`."""
    with holding(claim, archive.leases) as mine:
        if not mine:
            return None
        try:
            return _take(archive, claim, options, count_frames)
        except OSError as error:  # store and catalogue have errors of their own: it is the share's
            raise share_error(claim.inbox, error) from error


def _take(archive: Archive, claim: Claim, options: IntakeOptions, count_frames: FrameCounter) -> Taken | None:
    described = describe_drop(claim.path, claim.name, archive.catalogue, bare=options.bare, languages=options.languages)
    listed = described.drop.pages if described.drop is not None else None
    examined = examine_files(claim.path, listed, max_file_bytes=archive.settings.max_file_bytes)
    findings = [*described.findings, *examined.findings]
    if described.drop is not None and described.drop.intent not in SUPPORTED_INTENTS:
        fields: dict[str, str | int | float] = {"intent": described.drop.intent.value}
        findings.append(Finding(code=FindingCode.INTENT_UNSUPPORTED, fields=fields))
    if described.drop is None or worst(findings) is Severity.QUARANTINE:
        return _set_aside(archive, claim, described, findings)
    pages, page_findings = plan_pages(claim.path, examined.page_paths(), count_frames)
    findings += [
        *page_findings,
        *check_page_count(len(pages), described.drop.folios, described.drop.blanks),
    ]
    if worst(findings) is Severity.QUARANTINE:
        return _set_aside(archive, claim, described, findings)
    manifest = _manifest(archive, claim, described.drop, examined)
    with archive.leases.hold(f"intake:{manifest.unit_id}", patience_seconds=_PATIENCE_SECONDS) as lease:
        if lease is None:  # the claim stays, for the next run
            return None
        findings += [*find_duplicates(manifest.files), *_fewer_pages(archive, manifest, len(pages))]
        known = archive.catalogue.ingest(manifest.ingest_id)
        if known is not None and known.state not in (IngestState.RECEIVED, IngestState.STAGED):
            return _dismiss(archive, claim, known)
        if known is None and (conflict := _conflict(archive, manifest)) is not None:
            return _set_aside(archive, claim, described, [*findings, conflict])
        return _stage(archive, claim, manifest.model_copy(update={"pages": pages, "findings": tuple(findings)}))


def _manifest(archive: Archive, claim: Claim, drop: DropDescription, examined: Examined) -> Manifest:
    unit = archive.catalogue.unit_by_reference(drop.reference_code)
    access_class = unit.access_class if unit is not None else first_access_class(drop, archive.catalogue)
    unit_uuid = unit.unit_id if unit is not None else unit_id(drop.reference_code)
    files = digest_files(claim.path, examined.files)
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
    )


def _fewer_pages(archive: Archive, manifest: Manifest, pages: int) -> tuple[Finding, ...]:
    unit = archive.catalogue.unit(manifest.unit_id)
    if unit is None or unit.pages is None or pages >= unit.pages:
        return ()
    fields: dict[str, str | int | float] = {"unit": unit.reference_code, "before": unit.pages, "pages": pages}
    return (Finding(code=FindingCode.PAGES_FEWER, fields=fields),)


def _conflict(archive: Archive, manifest: Manifest) -> Finding | None:
    """Other bytes for a known unit need a declared intent: a mistyped folder must not replace a binder."""
    if manifest.intent is Intent.REPLACE_UNIT:
        return None
    others = [
        row
        for row in archive.catalogue.ingests(unit_id=manifest.unit_id)
        if row.state not in (IngestState.QUARANTINED, IngestState.REJECTED)
    ]
    if not others:
        return None
    return Finding(code=FindingCode.UNIT_CONFLICT, fields={"unit": manifest.description.reference_code})


def _stage(archive: Archive, claim: Claim, manifest: Manifest) -> Taken:
    manifest = archive.catalogue.register_ingest(manifest).manifest
    stage_files(claim.path, manifest, archive.store)
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
        keys = {file.path: files[package_path(file)].content_key for file in known.manifest.files}
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
