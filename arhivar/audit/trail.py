# SPDX-License-Identifier: EUPL-1.2
"""The audit of an open archive: records are appended at once, and sealed in batches.

A batch is sealed by a signed head in the store, which refuses to overwrite it: of two processes that seal at once one
gets the number, the other takes note of that head and goes on after it. The catalogue notes a head after it is
anchored; where a crash came in between, or the catalogue was lost or is an older one, the next process finds the head
in the store and the chain goes on from there. So there is one chain, and it never starts again.
"""

from collections.abc import Sequence
from pathlib import Path

from arhivar.audit.heads import HeadFault, digest_of, head_key, make_head, read_head
from arhivar.audit.keys import load_key, trusted_keys
from arhivar.log import Logger
from repository.catalogue import Catalogue
from repository.object_store import ObjectStore
from schemas.audit import FIRST_HASH, AuditEnd, AuditEntry, AuditHead, AuditRow
from schemas.errors import ArhivarError, AuditBroken, CatalogueError, ObjectExists

_LARGEST_BATCH = 10_000

_log = Logger(__name__)


class AuditTrail:
    """Appends and seals. One instance serves one process."""

    def __init__(self, catalogue: Catalogue, store: ObjectStore, key_file: Path, batch_records: int) -> None:
        self._catalogue = catalogue
        self._store = store
        self._key_file = key_file
        self._batch_records = batch_records
        self._caught_up = False

    def append(self, entry: AuditEntry) -> None:
        """Add a record, durably; seal where a whole batch waits. Raises CatalogueError; sealing never stops it."""
        self.append_all([entry])

    def append_all(self, entries: Sequence[AuditEntry]) -> None:
        """Add records in one transaction; seal where a whole batch waits. Raises CatalogueError."""
        self.prepare()
        if self._catalogue.append_audit(entries).waiting >= self._batch_records:
            self.seal_if_possible()

    def prepare(self) -> None:
        """Once a process, before it appends: see to it that the chain goes on after the last anchored head.

        What is wrong with heads, key or store does not keep people's actions from being recorded: it is logged, and
        `verify` names it. Raises CatalogueError.
        """
        if self._caught_up:
            return
        try:
            self._catch_up(self._catalogue.audit_end())
        except CatalogueError:
            raise
        except ArhivarError as error:
            _log.error("audit not compared with its heads", error=str(error))
        self._caught_up = True

    def seal(self) -> AuditEnd:
        """Seal all records that wait, also those of others and of a process that was killed.

        Raises AuditKeyMissing, AuditKeyUnsafe, AuditKeyUnreadable; AuditBroken where what is to be sealed is not what
        was appended; StoreError, CatalogueError.
        """
        end = self._catch_up(self._catalogue.audit_end())
        while end.waiting:
            key = load_key(self._key_file)
            rows = self._catalogue.audit_rows(after=end.sealed, limit=_LARGEST_BATCH)
            previous = self._sealed_hash(end)
            _require_chain(rows, end.sealed, previous)
            head = make_head(rows, end.batch + 1, previous, end.head, key)
            try:
                self._store.put(head_key(head.head.batch), head.stored)
            except ObjectExists:  # another process sealed meanwhile
                end = self._catch_up(self._catalogue.audit_end())
                continue
            end = self._note(head.head, digest_of(head.stored))
        return end

    def seal_if_possible(self) -> None:
        """Seal what waits; where that fails, say so in the log: the records are safe, the next command seals them."""
        try:
            if self._catalogue.audit_end().waiting:
                self.seal()
        except ArhivarError as error:
            _log.error("audit not sealed", error=str(error))

    def _catch_up(self, end: AuditEnd) -> AuditEnd:
        """Take note of heads that are anchored and that the catalogue does not know. Raises AuditBroken."""
        while self._store.exists(head_key(end.batch + 1)):
            stored = self._store.read(head_key(end.batch + 1))
            trusted = trusted_keys(self._store, load_key(self._key_file))
            head = read_head(stored, end.batch + 1, trusted)
            if isinstance(head, HeadFault):
                raise AuditBroken(detail=f"head {end.batch + 1} is {head.value}")
            if (head.former, head.first) != (end.head, end.sealed + 1):
                raise AuditBroken(detail=f"head {head.batch} does not follow the one before it")
            if end.sequence >= head.last and self._hash_of(head.last) != head.hash:
                raise AuditBroken(detail=f"record {head.last} is not the one that head {head.batch} sealed")
            end = self._note(head, digest_of(stored))
        return end

    def _note(self, head: AuditHead, digest: str) -> AuditEnd:
        return self._catalogue.seal_audit(batch=head.batch, sealed=head.last, last_hash=head.hash, head=digest)

    def _sealed_hash(self, end: AuditEnd) -> str:
        """Hash of the last sealed record, as its head in the store says, not as the catalogue has it."""
        if end.batch == 0:
            return FIRST_HASH
        stored = self._store.read(head_key(end.batch))
        if digest_of(stored) != end.head:
            raise AuditBroken(detail=f"head {end.batch} in the store is not the one that was anchored")
        head = read_head(stored, end.batch, trusted_keys(self._store, load_key(self._key_file)))
        if isinstance(head, HeadFault):
            raise AuditBroken(detail=f"head {end.batch} is {head.value}")
        return head.hash

    def _hash_of(self, sequence: int) -> str | None:
        return next((row.hash for row in self._catalogue.audit_rows(after=sequence - 1, limit=1)), None)


def _require_chain(rows: list[AuditRow], sealed: int, previous: str) -> None:
    """A signature must not make whole what somebody changed before it was given."""
    sequence = sealed
    for row in rows:
        sequence += 1
        record = row.sound
        if row.sequence != sequence or record is None or record.previous != previous:
            raise AuditBroken(detail=f"record {sequence} is missing or was altered")
        previous = row.hash
    if not rows:
        raise AuditBroken(detail=f"record {sealed + 1} is missing")
