# SPDX-License-Identifier: EUPL-1.2
"""Check the audit: every record against its neighbours and against the heads that sealed it.

Heads are believed where a trusted key signed them and each covers the one before it; records are held to them. Only
records after the last head may be without one, and the catalogue's note of where the chain ends must agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from arhivar.audit.heads import HeadFault, anchored, digest_of, head_key, read_head
from arhivar.audit.keys import AuditKey, trusted_keys
from repository.catalogue import Catalogue
from repository.object_store import ObjectStore
from schemas.audit import FIRST_HASH, AuditEnd, AuditHead, AuditRow, SignedHead, hashes_digest
from schemas.findings import Finding, FindingCode
from schemas.messages import Message

_READ_AT_ONCE = 10_000

_PROBLEMS = {
    HeadFault.MALFORMED: Message(ro="nu este un sigiliu așa cum a fost scris", en="it is no head as it was written"),
    HeadFault.NOT_SIGNED: Message(ro="semnătura nu este a cheii sale", en="its signature is not its key's"),
    HeadFault.NOT_FOLLOWING: Message(ro="nu urmează sigiliului dinainte", en="it does not follow the head before it"),
    HeadFault.NOT_ANCHORED: Message(ro="catalogul cunoaște altul", en="the catalogue knows another one"),
}


@dataclass(slots=True)
class AuditVerdict:
    """What a check found: how many records and heads were looked at, the last sequence, and what is wrong."""

    records: int = 0
    heads: int = 0
    last: int = 0
    findings: list[Finding] = field(default_factory=list)


def check_audit(catalogue: Catalogue, store: ObjectStore, key: AuditKey, newest: int | None = None) -> AuditVerdict:
    """Check all records and heads, or only the newest so many heads with their records and those after them.

    Records that are appended meanwhile are no difference. Raises StoreError, CatalogueError.
    """
    verdict = AuditVerdict()
    before = catalogue.audit_end()
    heads = _check_heads(store, key, before, verdict, newest)
    _Records(catalogue, before, heads, verdict).check(whole=newest is None)
    return verdict


# --- heads


def _check_heads(
    store: ObjectStore, key: AuditKey, end: AuditEnd, verdict: AuditVerdict, newest: int | None
) -> list[AuditHead]:
    """The heads that are believed, by number; what is wrong with the others is in the verdict."""
    found: set[int] = set()
    for name, number in anchored(store):
        if number:
            found.add(number)
        else:
            verdict.findings.append(_forged(name, 0, HeadFault.MALFORMED))
    last = max(found | {end.batch})
    verdict.findings += [
        Finding(code=FindingCode.AUDIT_HEAD_MISSING, fields={"batch": number})
        for number in range(1, last + 1)
        if number not in found
    ]
    first = 1 if newest is None else max(1, last - newest + 1)
    trusted = trusted_keys(store, key)
    believed: list[AuditHead] = []
    former: dict[int, tuple[int, str, str]] = {0: (0, FIRST_HASH, FIRST_HASH)}
    """Of each head that was read: its last sequence and hash, and its own digest."""
    for number in sorted(one for one in found if one >= first):
        stored = store.read(head_key(number))
        verdict.heads += 1
        head = read_head(stored, number, trusted)
        if isinstance(head, HeadFault):
            verdict.findings.append(_faulty(number, head, stored))
            continue
        former[number] = (head.last, head.hash, digest_of(stored))
        before = former.get(number - 1)
        if before is not None and (head.first - 1, head.previous, head.former) != before:
            verdict.findings.append(_forged(head_key(number), number, HeadFault.NOT_FOLLOWING))
        elif number == end.batch and digest_of(stored) != end.head:
            verdict.findings.append(_forged(head_key(number), number, HeadFault.NOT_ANCHORED))
        else:
            believed.append(head)
    return believed


def _faulty(batch: int, fault: HeadFault, stored: bytes) -> Finding:
    if fault is HeadFault.UNKNOWN_KEY:
        key = SignedHead.from_json(stored).head.key
        return Finding(code=FindingCode.AUDIT_KEY_UNKNOWN, fields={"batch": batch, "key": key[:16] + "…"})
    return _forged(head_key(batch), batch, fault)


def _forged(name: str, batch: int, fault: HeadFault) -> Finding:
    problem = _PROBLEMS[fault]
    fields: dict[str, str | int | float] = {"batch": batch, "problem_ro": problem.ro, "problem_en": problem.en}
    return Finding(code=FindingCode.AUDIT_HEAD_FORGED, file=name, fields=fields)


# --- records


class _Records:
    """One walk over the records, from the first one or from the first head that is looked at."""

    def __init__(self, catalogue: Catalogue, before: AuditEnd, heads: list[AuditHead], verdict: AuditVerdict) -> None:
        self._catalogue = catalogue
        self._before = before
        self._heads = heads
        self._verdict = verdict
        self._previous: str | None = FIRST_HASH
        self._expected = 1
        self._wrong: set[int] = set()
        """Sequences that have a finding already: the head that they spoil is not named again."""

    def check(self, *, whole: bool) -> None:
        """Walk to the end, then hold the end to what the catalogue noted and to the heads."""
        if not whole:
            self._start_late()
        at_head = {head.last: head for head in self._heads}
        starts = {head.first: head for head in self._heads}
        batch: AuditHead | None = None
        hashes: list[str] = []
        for row in self._rows():
            self._check_row(row, at_head)
            if row.sequence in starts:
                batch, hashes = starts[row.sequence], []
            if batch is not None and row.sequence <= batch.last:
                hashes.append(row.hash)
                if row.sequence == batch.last:
                    self._check_batch(batch, hashes)
            elif batch is not None:
                batch = None
        self._check_end()

    def _start_late(self) -> None:
        if self._heads:
            self._expected, self._previous = self._heads[0].first, self._heads[0].previous
        elif self._before.batch:  # no head can be believed: only what comes after the last one is left
            self._expected, self._previous = self._before.sealed + 1, None

    def _rows(self) -> Iterator[AuditRow]:
        after = self._expected - 1
        while rows := self._catalogue.audit_rows(after=after, limit=_READ_AT_ONCE):
            yield from rows
            after = rows[-1].sequence

    def _check_row(self, row: AuditRow, at_head: dict[int, AuditHead]) -> None:
        self._verdict.records += 1
        if row.sequence != self._expected:
            self._missing(self._expected, row.sequence - 1)
            before = at_head.get(row.sequence - 1)
            self._previous = before.hash if before is not None else None
        record = row.sound
        if record is None:
            self._find(FindingCode.AUDIT_RECORD_ALTERED, row.sequence)
        elif self._previous is not None and record.previous != self._previous:
            self._find(FindingCode.AUDIT_CHAIN_BROKEN, row.sequence)
        self._previous = row.hash
        self._expected = row.sequence + 1
        self._verdict.last = row.sequence

    def _check_batch(self, head: AuditHead, hashes: list[str]) -> None:
        """Whether the batch is what was sealed. A finding about one of its records says so already."""
        sealed = (head.count, head.hash, head.digest)
        if (len(hashes), hashes[-1], hashes_digest(hashes)) == sealed:
            return
        if not self._wrong.intersection(range(head.first, head.last + 1)):
            fields: dict[str, str | int | float] = {"batch": head.batch, "first": head.first, "last": head.last}
            self._verdict.findings.append(Finding(code=FindingCode.AUDIT_BATCH_DIFFERS, fields=fields))

    def _check_end(self) -> None:
        last = self._expected - 1
        due = max([self._before.sequence, *(head.last for head in self._heads)])
        if last < due:
            self._missing(last + 1, due)
            return
        end = self._catalogue.audit_end()
        if last > end.sequence:
            self._find(FindingCode.AUDIT_CHAIN_BROKEN, end.sequence + 1)
        elif last == end.sequence and self._previous not in {end.hash, None}:
            self._find(FindingCode.AUDIT_CHAIN_BROKEN, last)

    def _missing(self, first: int, last: int) -> None:
        fields: dict[str, str | int | float] = {"first": first, "last": last}
        self._verdict.findings.append(Finding(code=FindingCode.AUDIT_RECORD_MISSING, fields=fields))
        self._wrong.update((first, last))

    def _find(self, code: FindingCode, sequence: int) -> None:
        if sequence not in self._wrong:
            self._wrong.add(sequence)
            self._verdict.findings.append(Finding(code=code, fields={"sequence": sequence}))
