# SPDX-License-Identifier: EUPL-1.2
"""Decide about a drop in quarantine. Its folder stays whole: it is moved back, or stays where it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from arhivar.auditing import actor, record_audit
from arhivar.composition import Archive
from arhivar.exits.cases import Exit, QuarantinedDrop
from arhivar.exits.decided import Decided
from arhivar.intake.acceptance import drop_digest, grave, not_acceptable
from arhivar.intake.quarantine import return_drop
from repository.records import Decision, QuarantineEnd
from schemas.audit import AuditAction
from schemas.errors import CaseClosed, CaseUnknown, DropNameTaken, FindingNotAcceptable, LeaseLost
from schemas.messages import Language, Message

_ACTIONS = {
    Decision.RETRIED: AuditAction.INGEST_RETRIED,
    Decision.ACCEPTED: AuditAction.INGEST_ACCEPTED,
    Decision.REJECTED: AuditAction.INGEST_REJECTED,
}
_DECISIONS = {Exit.RETRY: Decision.RETRIED, Exit.ACCEPT: Decision.ACCEPTED, Exit.REJECT: Decision.REJECTED}
_NOTHING_FOUND = Message(
    ro="nu se știe de ce este în carantină; `arhivar retry` îl trimite să fie judecat din nou",
    en="it is not known why it is in quarantine; `arhivar retry` sends it to be judged again",
)
_DECIDED = Message(
    ro="nu mai este în carantină; {by} a decis la {at}: {decision} ({reason})",
    en="it is no longer in quarantine; {by} decided at {at}: {decision} ({reason})",
)


def retry_drop(archive: Archive, drop: QuarantinedDrop, reason: str) -> Decided:
    """Move the folder back to the inbox, ready to be judged again.

    Raises DropNameTaken, ShareUnavailable, LeaseLost, CaseUnknown where it is gone, CatalogueError.
    """
    with _holding(archive, drop):
        _record(archive, drop, Decision.RETRIED, reason)
        return_drop(drop.place, drop.target)
    return Decided(drop.case_id, drop.row.folder, Decision.RETRIED, where=drop.target)


def accept_drop(archive: Archive, drop: QuarantinedDrop, reason: str) -> Decided:
    """Move the folder back to the inbox, to be taken in despite its findings, as long as its content stays as it is.

    Raises FindingNotAcceptable, CaseClosed where its findings are not known, and what `retry_drop` raises.
    """
    blocking = not_acceptable(drop.row.findings)
    if blocking is not None:
        raise FindingNotAcceptable(
            subject=drop.row.folder,
            problem_ro=blocking.say(Language.RO),
            problem_en=blocking.say(Language.EN),
            advice_ro=blocking.advise(Language.RO),
            advice_en=blocking.advise(Language.EN),
        )
    if not grave(drop.row.findings):
        raise closed(Exit.ACCEPT, drop.row.folder, _NOTHING_FOUND)
    with _holding(archive, drop):
        _record(archive, drop, Decision.ACCEPTED, reason, drop_digest(drop.place))
        return_drop(drop.place, drop.target)
    return Decided(drop.case_id, drop.row.folder, Decision.ACCEPTED, where=drop.target)


def reject_drop(archive: Archive, drop: QuarantinedDrop, reason: str) -> Decided:
    """Mark the folder as rejected; it stays in quarantine, whole. Raises LeaseLost, CaseUnknown, CatalogueError."""
    already = drop.rejected is not None
    if not already:
        with _holding(archive, drop, moves=False):
            _record(archive, drop, Decision.REJECTED, reason)
    return Decided(drop.case_id, drop.row.folder, Decision.REJECTED, already=already, where=drop.place)


def decided_before(end: QuarantineEnd, command: Exit) -> Decided:
    """The same decision as stands. Raises CaseClosed for another one: the drop is no longer in quarantine."""
    if end.decision is not _DECISIONS[command]:
        fields = {"by": end.by, "at": end.at.isoformat(timespec="seconds"), "reason": end.reason}
        raise closed(command, end.drop.folder, _DECIDED, **fields, decision=end.decision.value)
    drop = QuarantinedDrop(end.drop, recorded=True)
    return Decided(drop.case_id, end.drop.folder, end.decision, already=True)


def closed(command: Exit, subject: str, problem: Message, **fields: object) -> CaseClosed:
    """The error that this command cannot be given here."""
    return CaseClosed(
        command=command.value,
        subject=subject,
        problem_ro=problem.say(Language.RO, fields),
        problem_en=problem.say(Language.EN, fields),
    )


@contextmanager
def _holding(archive: Archive, drop: QuarantinedDrop, *, moves: bool = True) -> Iterator[None]:
    """One command at a time decides about a drop, and only while it can be carried out."""
    with archive.leases.hold(f"quarantine:{drop.case_id}") as lease:
        if lease is None:
            raise LeaseLost(name=drop.row.folder)
        if not drop.place.is_dir():
            raise CaseUnknown(subject=drop.row.folder)
        if moves and drop.target.exists():
            raise DropNameTaken(drop=drop.target.name, inbox=str(drop.target.parent))
        yield


def _record(
    archive: Archive, drop: QuarantinedDrop, decision: Decision, reason: str, digest: str | None = None
) -> None:
    codes = ", ".join(dict.fromkeys(finding.code.value for finding in grave(drop.row.findings)))
    record_audit(
        archive,
        _ACTIONS[decision],
        subject=drop.row.where,
        reason=reason,
        details={"folder": drop.row.folder, "findings": codes, **({} if digest is None else {"sha512": digest})},
    )
    archive.catalogue.end_quarantine(
        drop.row, decision, reason=reason, by=actor(archive.settings), now=datetime.now(UTC), digest=digest
    )
