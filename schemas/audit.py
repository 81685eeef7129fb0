# SPDX-License-Identifier: EUPL-1.2
"""The audit: who did what to what, when and why, each record bound to the one before it by its hash.

What is hashed (SHA-256) is the record as canonical JSON, and that very text is what the catalogue keeps: UTF-8, keys
sorted, no spaces, fields without a value left out. A record covers its sequence and the hash of the record before it,
so that one that is removed, altered, inserted or moved shows at its place.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationError

from schemas.base import Record, UtcTime

FIRST_HASH = "0" * 64
"""What the first record and the first head name as the one before them."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, lower-case hex."""

Signature = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
"""Ed25519, lower-case hex."""


class AuditAction(StrEnum):
    """What people do, or make the program do. Names are never changed: they are in records that last."""

    INVENTORY_IMPORTED = "inventory-imported"
    NOMENCLATOR_IMPORTED = "nomenclator-imported"
    PLACES_IMPORTED = "places-imported"
    UNIT_DEPOSITED = "unit-deposited"
    UNIT_REREAD = "unit-reread"
    INGEST_RETRIED = "ingest-retried"
    INGEST_ACCEPTED = "ingest-accepted"
    INGEST_REJECTED = "ingest-rejected"
    UNIT_VERIFIED = "unit-verified"
    ARCHIVE_VERIFIED = "archive-verified"
    FILE_REPAIRED = "file-repaired"
    FILE_SET_ASIDE = "file-set-aside"
    ARCHIVE_REBUILT = "archive-rebuilt"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    AUDIT_KEY_CHANGED = "audit-key-changed"
    ACCESS_PUBLISHED = "access-published"
    ACCESS_WITHDRAWN = "access-withdrawn"
    ACCESS_CLASSIFIED = "access-classified"
    LOOK = "record-looked-at"
    TOKEN_ISSUED = "token-issued"  # noqa: S105 - the name of an action


class AuditEntry(Record):
    """What happened, before it has its place in the chain. Ids, codes and counts; no titles, no personal data."""

    at: UtcTime
    actor: str = Field(min_length=1, max_length=500, description="who: user name and host, or what the settings name")
    action: AuditAction
    subject: str = Field(min_length=1, max_length=1000, description="to what: a reference code, an id, a place")
    unit_id: UUID | None = None
    reason: str | None = Field(default=None, max_length=4000, description="why, in the words of who did it")
    details: dict[str, str | int] = Field(default_factory=dict)


class AuditRecord(AuditEntry):
    """An entry in its place."""

    sequence: int = Field(ge=1)
    previous: Digest = Field(description="hash of the record before it; zeros for the first")

    @classmethod
    def after(cls, entry: AuditEntry, sequence: int, previous: str) -> Self:
        """The record that this entry makes after the record of that sequence and hash."""
        return cls(**dict(entry), sequence=sequence + 1, previous=previous)

    def canonical(self) -> str:
        """The text that is hashed and kept."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A record as it is kept, and what it is looked for by: whether it may be believed is what verifying says."""

    sequence: int
    at: datetime
    unit_id: UUID | None
    record: str
    """`AuditRecord.canonical`."""
    hash: str
    """`record_hash` of that."""

    @classmethod
    def of(cls, record: AuditRecord) -> Self:
        """The row of a record."""
        text = record.canonical()
        return cls(record.sequence, record.at, record.unit_id, text, record_hash(text))

    @property
    def sound(self) -> AuditRecord | None:
        """The record, where the row is exactly the one that it makes; None for one that was altered."""
        try:
            record = AuditRecord.model_validate_json(self.record)
        except ValidationError:
            return None
        return record if AuditRow.of(record) == self else None


@dataclass(frozen=True, slots=True)
class AuditEnd:
    """Where the chain ends, and how far it is sealed."""

    sequence: int = 0
    hash: str = FIRST_HASH
    """Of the last record."""
    batch: int = 0
    """Number of the last head that is anchored in the store."""
    sealed: int = 0
    """Last sequence that this head covers."""
    head: str = FIRST_HASH
    """SHA-256 of that head as it is stored."""

    @property
    def waiting(self) -> int:
        """Records that no head covers yet."""
        return self.sequence - self.sealed


class AuditHead(Record):
    """What seals a batch of records: it covers them, and the head before it."""

    batch: int = Field(ge=1)
    first: int = Field(ge=1, description="sequence of the batch's first record")
    last: int
    count: int = Field(ge=1)
    previous: Digest = Field(description="hash of the record before the first")
    hash: Digest = Field(description="hash of the last record")
    digest: Digest = Field(description="SHA-256 of the hashes of all its records, in order, one a line")
    former: Digest = Field(description="SHA-256 of the head before it as stored; zeros for the first")
    sealed_at: UtcTime
    key: Digest = Field(description="fingerprint of the key that signs: SHA-256 of the raw public key")

    @property
    def message(self) -> bytes:
        """What is signed."""
        return b"arhivar audit head\n" + canonical_json(self.model_dump(mode="json")).encode()


class SignedHead(Record):
    """A head as it is anchored in the store."""

    head: AuditHead
    signature: Signature

    @property
    def stored(self) -> bytes:
        """The bytes that the store has: canonical JSON."""
        return canonical_json(self.model_dump(mode="json")).encode()


class AuditKeyStatement(Record):
    """A public key, and the key before it that it vouches for, in the key's own word."""

    public_key: str = Field(pattern=r"^[0-9a-f]{64}$", description="raw Ed25519 public key")
    former: Digest | None = Field(default=None, description="fingerprint of the key that this one takes the place of")
    made_at: UtcTime

    @property
    def message(self) -> bytes:
        """What is signed."""
        return b"arhivar audit key\n" + canonical_json(self.model_dump(mode="json")).encode()


class SignedKey(Record):
    """A public key as the store keeps it."""

    statement: AuditKeyStatement
    signature: Signature


def canonical_json(content: object) -> str:
    """One text for one content: keys sorted, no spaces."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_hash(record: str) -> str:
    """SHA-256 of a record's canonical text, lower-case hex."""
    return sha256(record.encode()).hexdigest()


def hashes_digest(hashes: Iterable[str]) -> str:
    """SHA-256 of record hashes, one a line: what a head says of its batch."""
    digest = sha256()
    for one in hashes:
        digest.update(one.encode() + b"\n")
    return digest.hexdigest()
