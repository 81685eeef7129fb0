# SPDX-License-Identifier: EUPL-1.2
"""Deposit: one new version of the unit's OCFL object, then its row in the catalogue and the outbox."""

from collections.abc import Iterator
from datetime import UTC, datetime

from arhivar import VERSION
from arhivar.auditing import audit_entry
from arhivar.composition import Archive, object_id
from arhivar.log import Logger
from arhivar.monitor import timed
from arhivar.package import DESCRIPTION_PATH, MANIFEST_PATH, package_path, read_package
from arhivar.steps.compose import Composed
from arhivar.steps.masters import master_keys
from repository.ocfl import Source, StoreKey
from schemas.audit import AuditAction, AuditEntry
from schemas.errors import BaseMoved, LeaseLost
from schemas.findings import Finding
from schemas.ingest import FileRole, Manifest, Reread
from schemas.page import Agent
from schemas.stages import Stage
from schemas.unit import EventType, PackageDescription, PreservationEvent

_log = Logger(__name__)

ARHIVAR = Agent(name="Arhivar", version=VERSION)


@timed(Stage.DEPOSIT)
def deposit_unit(
    archive: Archive,
    manifest: Manifest,
    composed: Composed,
    findings: tuple[Finding, ...],
    over: int | None = None,
) -> int:
    """Write the version and record it; the version's number. Where it is written already, only record it.

    `over` is the version that an earlier attempt of this ingest became: only that one may be replaced by a further
    attempt. Raises LeaseLost where another process is depositing, or has deposited, into the unit, BaseMoved where a
    part of a unit continues another version than the newest, StoreError, CatalogueError.
    """
    identifier = object_id(manifest.unit_id)
    with archive.leases.hold(f"unit:{manifest.unit_id}") as lease:
        if lease is None:
            raise LeaseLost(name=manifest.description.reference_code)
        for done in archive.packages.repair(identifier):
            _log.warning("package settled", unit=manifest.description.reference_code, detail=done)
        version = archive.packages.head(identifier)
        head = None if version is None else read_package(archive, identifier)
        if version is None or head is None or (head.ingest_id, head.attempt) != (manifest.ingest_id, manifest.attempt):
            if _moved(manifest, version, head):
                raise BaseMoved(
                    unit=manifest.description.reference_code, base=manifest.base_version, version=version or 0
                )
            if over is not None and version != over:
                raise LeaseLost(name=manifest.description.reference_code)
            files = _files(archive, manifest, composed, findings)

            def fence() -> None:
                archive.leases.fence(lease)

            version = archive.packages.commit(
                identifier,
                files,
                message=_message(manifest),
                user_name=archive.settings.organisation,
                user_address=archive.settings.contact,
                created=datetime.now(UTC),
                expected_head=version,
                fence=fence,
            )
            fence()  # overtaken once the version was decided, it may be another one's ground already
        archive.audit.prepare()
        archive.catalogue.record_deposit(
            manifest.ingest_id,
            version,
            len(composed.pages),
            datetime.now(UTC),
            audit=_audit_entry(archive, manifest, version),
            access_bytes=sum(file.stat().st_size for file in composed.pdf_files.values()),
        )
    return version


def _message(manifest: Manifest) -> str:
    """What the version's inventory says of it."""
    if manifest.reread is not None:
        return f"Reread of version {manifest.reread.version} ({manifest.reread.level})"
    return f"Ingest {manifest.ingest_id} ({manifest.intent.value})"


def _audit_entry(archive: Archive, manifest: Manifest, version: int) -> AuditEntry:
    return audit_entry(
        archive.settings,
        AuditAction.UNIT_DEPOSITED,
        subject=manifest.description.reference_code,
        unit_id=manifest.unit_id,
        details={
            "ingest": manifest.ingest_id,
            "attempt": manifest.attempt,
            "intent": manifest.intent.value,
            "version": version,
            "pages": len(manifest.pages),
        },
    )


def _moved(manifest: Manifest, version: int | None, head: PackageDescription | None) -> bool:
    """Whether a part of a unit would be put on another version than it continues, or than its earlier attempt made."""
    if manifest.base_version is None or manifest.base_version == version:
        return False
    return head is None or head.ingest_id != manifest.ingest_id


def _files(
    archive: Archive, manifest: Manifest, composed: Composed, findings: tuple[Finding, ...]
) -> dict[str, Source]:
    before = composed.continued
    files: dict[str, Source] = {}
    if before is not None:
        files |= before.kept_files(composed.pdf_files)
    arrived = manifest.files if manifest.reread is None else ()  # a reread's are in the version that it reads
    keys = master_keys(archive, manifest) if arrived else {}
    for file in arrived:
        files[package_path(manifest, file)] = StoreKey(keys[file.path])
    files |= composed.alto
    files |= composed.pdf_files
    files[MANIFEST_PATH] = manifest.to_json()
    attachments = tuple(package_path(manifest, file) for file in arrived if file.role is not FileRole.PAGES)
    files[DESCRIPTION_PATH] = PackageDescription(
        unit_id=manifest.unit_id,
        ingest_id=manifest.ingest_id,
        attempt=manifest.attempt,
        intent=manifest.intent,
        description=manifest.description,
        pages=composed.pages,
        pdfs=composed.pdfs,
        attachments=attachments if before is None else before.package.attachments + attachments,
        findings=before.findings() + (() if before.reread else findings) if before is not None else findings,
        events=_events(manifest, composed) if before is None else before.package.events + _events(manifest, composed),
    ).to_json()
    return files


def _events(manifest: Manifest, composed: Composed) -> tuple[PreservationEvent, ...]:
    """What was done, in the order in which it was done."""
    if manifest.reread is not None:
        return _events_of_reread(manifest.reread, composed)
    received, now = manifest.received_at, datetime.now(UTC)
    origin = f"{len(manifest.files)} files, {len(manifest.pages)} pages, from the folder {manifest.folder}"
    return (
        _event(EventType.INGESTION, received, ARHIVAR, origin),
        _event(EventType.MESSAGE_DIGEST, received, ARHIVAR, "SHA-512 of every file on the share"),
        _event(EventType.FIXITY_CHECK, received, ARHIVAR, "every copy read back from the store"),
        *(_event(EventType.METADATA_EXTRACTION, now, engine, "text of pages, as ALTO") for engine in composed.engines),
        *_events_of_pdfs(composed, now),
    )


def _events_of_reread(reread: Reread, composed: Composed) -> tuple[PreservationEvent, ...]:
    now = datetime.now(UTC)
    read = f"text of pages of version {reread.version}, read again ({reread.level}), as ALTO"
    return (
        _event(EventType.FIXITY_CHECK, now, ARHIVAR, f"masters of version {reread.version}, before they were read"),
        *(_event(EventType.METADATA_EXTRACTION, now, engine, read) for engine in composed.engines),
        *_events_of_pdfs(composed, now),
    )


def _events_of_pdfs(composed: Composed, now: datetime) -> Iterator[PreservationEvent]:
    new = [pdf for pdf in composed.pdfs if pdf.path in composed.pdf_files]
    for pdf in new:
        yield _event(EventType.MIGRATION, now, pdf.made_by or ARHIVAR, f"masters to {pdf.path}, {pdf.conformance}")
    for pdf in new:
        yield _event(EventType.VALIDATION, now, pdf.validator, f"{pdf.path} is valid {pdf.conformance}")


def _event(kind: EventType, at: datetime, agent: Agent, detail: str) -> PreservationEvent:
    return PreservationEvent(type=kind, at=at, agent=agent, outcome="success", detail=detail)
