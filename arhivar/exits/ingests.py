# SPDX-License-Identifier: EUPL-1.2
"""Decide about an ingest. A version that is deposited stays, whatever is decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from arhivar.auditing import actor, record_audit
from arhivar.composition import Archive, object_id
from arhivar.exits.cases import Exit, is_superseded
from arhivar.exits.decided import Decided
from arhivar.exits.drops import closed
from arhivar.package import read_package
from arhivar.pipeline import clear_work, close_ingest
from arhivar.steps.masters import has_masters
from arhivar.steps.reconcile import measure_ledger
from repository.records import Decision, IngestRow
from schemas.audit import AuditAction
from schemas.drop import Intent
from schemas.errors import CaseUnknown, CurrentVersionStays, DifferencesRemain, LeaseLost
from schemas.ingest import IngestState, Reread
from schemas.ledger import GapsAccepted
from schemas.messages import Message

_SET_ASIDE = (IngestState.QUARANTINED, IngestState.REJECTED)
_SUPERSEDED = Message(
    ro='o versiune mai nouă a unității i-a luat locul; la nevoie, predați din nou folderul cu "intent": "replace_unit"',
    en='a newer version of the unit has taken its place; if need be, hand the folder over again with "intent": '
    '"replace_unit"',
)
_OTHERS = Message(
    ro='unitatea are între timp alt lot; predați din nou folderul cu "intent": "replace_unit"',
    en='the unit has got another drop meanwhile; hand the folder over again with "intent": "replace_unit"',
)
_GONE = Message(
    ro="fișierele lui nu mai sunt în depozit; predați din nou folderul",
    en="its files are no longer in the store; hand the folder over again",
)
_RECONCILED = Message(ro="este reconciliată, fără pagini ilizibile", en="it is reconciled, without unreadable pages")
_NO_GAPS = Message(
    ro="nu are pagini ilizibile; rulați `arhivar ingest`", en="it has no unreadable pages; run `arhivar ingest`"
)
_DONE = Message(ro="este reconciliată", en="it is reconciled")
_IN_WORK = Message(
    ro="este încă în lucru; rulați întâi `arhivar ingest`", en="it is still being worked on; run `arhivar ingest` first"
)
_ASIDE = Message(
    ro="a fost pusă deoparte; `arhivar retry` o reia", en="it was set aside; `arhivar retry` takes it up again"
)


def retry_ingest(archive: Archive, row: IngestRow, reason: str) -> Decided:
    """Put the ingest back in line as its next attempt: pages that could not be read are read again.

    One that is in line already stays as it is. Raises CaseClosed, LeaseLost, StoreError, CatalogueError.
    """
    with _holding(archive, row) as current:
        if _in_line(archive, current):
            return _decided(current, Decision.RETRIED, already=True)
        if current.state is IngestState.RECONCILED and not _gaps(archive, current):
            raise closed(Exit.RETRY, current.ingest_id, _RECONCILED)
        if is_superseded(archive, current):
            raise closed(Exit.RETRY, current.ingest_id, _SUPERSEDED)
        if current.version is None and current.intent is Intent.NEW and _has_others(archive, current):
            raise closed(Exit.RETRY, current.ingest_id, _OTHERS)
        if not has_masters(archive, current.manifest):
            raise closed(Exit.RETRY, current.ingest_id, _GONE)
        manifest = current.manifest.model_copy(
            update={"attempt": current.attempt + 1, "reread": _again(current.manifest.reread, current.version)}
        )
        _audit(archive, current, AuditAction.INGEST_RETRIED, reason, attempt=manifest.attempt)
        begun = archive.catalogue.begin_attempt(manifest, state=IngestState.STAGED, now=datetime.now(UTC))
    return _decided(begun, Decision.RETRIED)


def _again(reread: Reread | None, version: int | None) -> Reread | None:
    """What the next attempt reads, where the last one was a reread: the version that this one became, or left."""
    return reread if reread is None or version is None else reread.model_copy(update={"version": version})


def accept_ingest(archive: Archive, row: IngestRow, reason: str) -> Decided:
    """Let the unreadable pages of the current version stay placeholders; the ingest is reconciled then.

    The ledger is measured first, and differences in it cannot be accepted: DifferencesRemain. Raises CaseClosed,
    LeaseLost, StoreError, SearchIndexError, CatalogueError.
    """
    with _holding(archive, row) as current:
        known = archive.catalogue.ledger(current.ingest_id)
        if current.state is IngestState.RECONCILED:
            if known is None or known.accepted is None:
                problem = _SUPERSEDED if is_superseded(archive, current) else _RECONCILED
                raise closed(Exit.ACCEPT, current.ingest_id, problem)
            return _decided(current, Decision.ACCEPTED, already=True)
        if current.state in _SET_ASIDE:
            raise closed(Exit.ACCEPT, current.ingest_id, _ASIDE)
        if is_superseded(archive, current):
            raise closed(Exit.ACCEPT, current.ingest_id, _SUPERSEDED)
        if current.state is not IngestState.INDEXED:
            raise closed(Exit.ACCEPT, current.ingest_id, _IN_WORK)
        ledger = measure_ledger(archive, current.unit_id)
        if ledger.differences:
            pages = ", ".join(str(one.page) for one in ledger.differences)
            raise DifferencesRemain(unit=ledger.unit, pages=pages)
        if not ledger.gaps:
            raise closed(Exit.ACCEPT, current.ingest_id, _NO_GAPS)
        if ledger.open_gaps:
            accepted = GapsAccepted(
                pages=ledger.gaps,
                version=archive.packages.head(object_id(current.unit_id)) or 1,
                by=actor(archive.settings),
                at=datetime.now(UTC),
                reason=reason,
            )
            _audit(archive, current, AuditAction.INGEST_ACCEPTED, reason, pages=", ".join(map(str, ledger.gaps)))
            ledger = ledger.model_copy(update={"accepted": accepted})
            archive.catalogue.record_ledger(current.ingest_id, ledger, datetime.now(UTC))
        close_ingest(archive, current.manifest)
    return _decided(archive.catalogue.ingest(current.ingest_id) or current, Decision.ACCEPTED)


def reject_ingest(archive: Archive, row: IngestRow, reason: str) -> Decided:
    """Set the ingest aside for good; its files stay in staging, and the same folder dropped again is a new attempt.

    Raises CurrentVersionStays where it is what the unit shows, CaseClosed, LeaseLost, StoreError, CatalogueError.
    """
    with _holding(archive, row) as current:
        if current.state is IngestState.REJECTED:
            return _decided(current, Decision.REJECTED, already=True)
        version = _current_version(archive, current)
        if version is not None:
            unit = current.manifest.description.reference_code
            raise CurrentVersionStays(ingest=current.ingest_id, version=version, unit=unit)
        if current.state is IngestState.RECONCILED:
            raise closed(Exit.REJECT, current.ingest_id, _DONE)
        if current.state is IngestState.RECEIVED:
            raise closed(Exit.REJECT, current.ingest_id, _IN_WORK)
        _audit(archive, current, AuditAction.INGEST_REJECTED, reason, state=current.state.value)
        rejected = archive.catalogue.advance(
            current.ingest_id, IngestState.REJECTED, reason=reason, now=datetime.now(UTC)
        )
        clear_work(archive, current.manifest)
    return _decided(rejected, Decision.REJECTED)


@contextmanager
def _holding(archive: Archive, row: IngestRow) -> Iterator[IngestRow]:
    """The ingest as it is now, while nobody else works on it."""
    with archive.leases.hold(f"ingest:{row.ingest_id}") as lease:
        if lease is None:
            raise LeaseLost(name=row.manifest.description.reference_code)
        current = archive.catalogue.ingest(row.ingest_id)
        if current is None:
            raise CaseUnknown(subject=row.ingest_id)
        yield current


def _in_line(archive: Archive, row: IngestRow) -> bool:
    """Whether the next `arhivar ingest` goes on with it anyway."""
    if row.state in (*_SET_ASIDE, IngestState.RECONCILED):
        return False
    return row.state is not IngestState.INDEXED or not _gaps(archive, row)


def _gaps(archive: Archive, row: IngestRow) -> tuple[int, ...]:
    ledger = archive.catalogue.ledger(row.ingest_id)
    return ledger.gaps if ledger is not None else ()


def _has_others(archive: Archive, row: IngestRow) -> bool:
    """Whether the unit has other ingests that were not set aside."""
    rows = archive.catalogue.ingests(unit_id=row.unit_id)
    return any(one.ingest_id != row.ingest_id and one.state not in _SET_ASIDE for one in rows)


def _current_version(archive: Archive, row: IngestRow) -> int | None:
    """The unit's version where that is of this ingest, also where the catalogue does not know so yet."""
    version = archive.packages.head(object_id(row.unit_id))
    if version is None or read_package(archive, object_id(row.unit_id)).ingest_id != row.ingest_id:
        return None
    return version


def _audit(archive: Archive, row: IngestRow, action: AuditAction, reason: str, **details: str | int) -> None:
    record_audit(archive, action, subject=row.ingest_id, unit_id=row.unit_id, reason=reason, details=details)


def _decided(row: IngestRow, decision: Decision, *, already: bool = False) -> Decided:
    name = row.manifest.description.reference_code
    return Decided(row.ingest_id, name, decision, already=already, state=row.state)
