# SPDX-License-Identifier: EUPL-1.2
"""The journals of decisions about access in the store: an entry a decision, written once, never changed.

From them a catalogue that lost its rows learns again what people decided. The store refuses another entry of the same
number, so that of two that decide at once one is told; the audit has the digest of each.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from repository.object_store import ObjectStore
from schemas.access import AccessDecision, DecisionKind
from schemas.errors import ObjectMissing
from schemas.unit import AccessClass

DECISIONS = "decisions/"

_ENTRY = re.compile(rf"{DECISIONS}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})/([0-9]{{6}})\.json")


@dataclass(frozen=True, slots=True)
class Journal:
    """A unit's decisions as the store has them, by number without gap; what cannot be read is `DecisionKind.LOST`."""

    decisions: tuple[AccessDecision, ...]
    lost: tuple[str, ...]
    """Keys of entries that are missing or cannot be read."""


def entry_key(unit_id: UUID, number: int) -> str:
    """Where a decision's entry lies in the store."""
    return f"{DECISIONS}{unit_id}/{number:06d}.json"


def entry_digest(decision: AccessDecision) -> str:
    """SHA-256 of the entry's bytes, lower-case hex: what the audit names."""
    return sha256(decision.to_json()).hexdigest()


def write_entry(store: ObjectStore, decision: AccessDecision) -> None:
    """Write the entry; the same again is nothing. Raises ObjectExists where another one has the number, StoreError."""
    store.put(entry_key(decision.unit_id, decision.number), decision.to_json())


def entry_numbers(store: ObjectStore, unit_id: UUID | None = None) -> dict[UUID, list[int]]:
    """Which entries there are, of a unit or of all, ascending. What has no entry's name is passed over."""
    found: dict[UUID, list[int]] = {}
    for stored in store.list(DECISIONS if unit_id is None else f"{DECISIONS}{unit_id}/"):
        name = _ENTRY.fullmatch(stored.key)
        if name is not None:
            found.setdefault(UUID(name.group(1)), []).append(int(name.group(2)))
    return found


def read_journal(store: ObjectStore, unit_id: UUID, numbers: Sequence[int]) -> Journal:
    """The unit's journal, of which these entries were listed. Raises StoreUnavailable."""
    decisions: list[AccessDecision] = []
    lost: list[str] = []
    for number in range(1, max(numbers, default=0) + 1):
        decision = _read(store, unit_id, number)
        if decision is None:
            lost.append(entry_key(unit_id, number))
            decision = _lost(unit_id, number)
        decisions.append(decision)
    return Journal(tuple(decisions), tuple(lost))


def missing(numbers: Iterable[int], counting: Iterable[int]) -> bool:
    """Whether a journal with these entries has one that does not count yet."""
    return bool(set(numbers) - set(counting))


def _read(store: ObjectStore, unit_id: UUID, number: int) -> AccessDecision | None:
    try:
        decision = AccessDecision.from_json(store.read(entry_key(unit_id, number)))
    except (ObjectMissing, OSError, ValueError):  # pydantic's errors are ValueErrors
        return None
    known = (decision.unit_id, decision.number) == (unit_id, number) and decision.kind is not DecisionKind.LOST
    return decision if known else None


def _lost(unit_id: UUID, number: int) -> AccessDecision:
    return AccessDecision(
        unit_id=unit_id,
        number=number,
        kind=DecisionKind.LOST,
        access_class=AccessClass.RESTRICTED,
        before=AccessClass.RESTRICTED,
        version=1,
        masters={},
        reason="?",
        by="?",
        at=datetime.now(UTC),
    )
