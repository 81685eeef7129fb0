# SPDX-License-Identifier: EUPL-1.2
"""Heads in the store: each seals a batch of records and covers the head before it. They are never overwritten."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from pydantic import ValidationError

from arhivar.audit.keys import AuditKey, signed_by
from repository.object_store import ObjectStore
from schemas.audit import AuditHead, AuditRow, SignedHead, hashes_digest

HEADS = "audit/heads/"

_NAME = re.compile(r"(\d{12})\.json")


class HeadFault(StrEnum):
    """Why a head is not believed."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown-key"
    NOT_SIGNED = "not-signed"
    NOT_FOLLOWING = "not-following"
    NOT_ANCHORED = "not-anchored"


def head_key(batch: int) -> str:
    """Where the head of that number is."""
    return f"{HEADS}{batch:012d}.json"


def anchored(store: ObjectStore) -> Iterator[tuple[str, int | None]]:
    """What is kept among the heads: each key with its batch, by number; None for what no head is called."""
    for one in store.list(HEADS):
        name = _NAME.fullmatch(one.key.removeprefix(HEADS))
        yield one.key, int(name.group(1)) if name else None


def digest_of(stored: bytes) -> str:
    """How the next head and the catalogue name a head: SHA-256 of its bytes, lower-case hex."""
    return sha256(stored).hexdigest()


def make_head(rows: Sequence[AuditRow], batch: int, previous: str, former: str, key: AuditKey) -> SignedHead:
    """The signed head of these records, of which there is at least one."""
    head = AuditHead(
        batch=batch,
        first=rows[0].sequence,
        last=rows[-1].sequence,
        count=len(rows),
        previous=previous,
        hash=rows[-1].hash,
        digest=hashes_digest(row.hash for row in rows),
        former=former,
        sealed_at=datetime.now(UTC),
        key=key.fingerprint,
    )
    return SignedHead(head=head, signature=key.sign(head.message))


def read_head(stored: bytes, batch: int, trusted: Mapping[str, bytes]) -> AuditHead | HeadFault:
    """The head in these bytes, where one of the trusted keys signed it as the head of that batch."""
    try:
        signed = SignedHead.from_json(stored)
    except ValidationError:
        return HeadFault.MALFORMED
    head = signed.head
    if signed.stored != stored or head.batch != batch or head.last - head.first + 1 != head.count:
        return HeadFault.MALFORMED
    public = trusted.get(head.key)
    if public is None:
        return HeadFault.UNKNOWN_KEY
    return head if signed_by(public, head.message, signed.signature) else HeadFault.NOT_SIGNED
