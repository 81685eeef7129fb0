# SPDX-License-Identifier: EUPL-1.2
"""Repair an OCFL object from verified bytes: of a replica, or of another place in the object with the same digest.

Nothing is written that does not agree with an inventory that is believed, and nothing damaged is thrown away: it is
given a second name under ``damaged/`` first, and so is what no inventory names, once all the rest is sound. A sound
copy is brought in whole, under ``repair/``, before the damaged file gives way, so that a full disk or a kill leaves no
more missing than there was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha512
from typing import Final

from repository.object_store import ObjectStore, digest_object
from repository.ocfl import OcflRepository
from repository.ocfl_belief import (
    Believed,
    Inventories,
    believe,
    inventory_of_version,
    object_root,
    read_inventories,
)
from repository.ocfl_commit import Swept, settle, sweep
from repository.ocfl_folder import ObjectFolder, aside_prefix
from repository.ocfl_inventory import DECLARATION, DECLARATION_BYTES, INVENTORY, SIDECAR, is_earlier, sidecar
from schemas.errors import ObjectDamaged, ObjectMissing, StoreUnavailable

REPAIR_PREFIX: Final = "repair/"
"""Where sound copies wait until the damaged file has given way."""


class Reason(StrEnum):
    """Why a file could not be repaired."""

    NO_REPLICA = "no-replica"
    NOT_IN_REPLICA = "not-in-replica"
    REPLICA_WRONG = "replica-wrong"
    NO_INVENTORY = "no-inventory"


@dataclass(frozen=True, slots=True)
class Repaired:
    """One file, by its path in the object: where its bytes came from, and the key that keeps the damaged ones."""

    path: str
    origin: str
    """``replica``, or the path in the object that its content follows from."""
    aside: str | None
    """None where the file was missing."""


@dataclass(frozen=True, slots=True)
class Unrepaired:
    """One file that is as it was."""

    path: str
    reason: Reason


def repair_object(
    packages: OcflRepository,
    replica: OcflRepository | None,
    object_id: str,
    *,
    known_version: int | None = None,
    on_bytes: Callable[[int], object] | None = None,
) -> Iterator[Repaired | Unrepaired | Swept]:
    """Repair every file of the object that is missing or damaged, and say what was done as it is done.

    `known_version`: which version the catalogue knows; where no root inventory is left, an older one is not taken for
    the head. Hold the unit's lease. Raises the stores' errors.
    """
    repair = _Repair(packages, replica, object_id, on_bytes or (lambda _: None))
    whole = True
    for one in repair.run(known_version or 0):
        whole &= isinstance(one, Repaired)
        yield one
    if whole:
        folder = ObjectFolder(packages.store, object_root(packages, object_id), object_id)
        settle(folder, leave_incomplete=True)
        yield from sweep(folder)


class _Repair:
    """The repair of one object."""

    def __init__(
        self,
        packages: OcflRepository,
        replica: OcflRepository | None,
        object_id: str,
        on_bytes: Callable[[int], object],
    ) -> None:
        self._packages, self._replica = packages, replica
        self._store: ObjectStore = packages.store
        self._id, self._on_bytes = object_id, on_bytes
        self._root = object_root(packages, object_id)
        self._aside = aside_prefix()
        self._here = read_inventories(packages, object_id)
        self._there = Inventories({}, frozenset(), frozenset())
        if replica is not None:
            self._there = read_inventories(replica, object_id)

    def run(self, known_version: int) -> Iterator[Repaired | Unrepaired]:
        believed = self._choose(known_version)
        if believed is None:
            yield Unrepaired(INVENTORY, self._why(INVENTORY, wanted=None, absent=Reason.NO_INVENTORY))
            return
        inventory = believed.inventory
        for digest, paths in sorted(inventory.manifest.items(), key=lambda item: item[1]):
            for path in paths:
                yield from self._content(path, digest, [one for one in paths if one != path])
        for number in range(1, inventory.head + 1):
            path = f"v{number}/{INVENTORY}"
            data = believed.data
            if number < inventory.head:
                found = inventory_of_version(believed, number, (self._here, self._there))
                if found is None:
                    if not self._sound(path, None):
                        yield Unrepaired(path, self._why(path, wanted=None, absent=Reason.NO_INVENTORY))
                    continue
                data = found
            yield from self._small(path, data)
            yield from self._small(f"v{number}/{SIDECAR}", sidecar(data))
        yield from self._small(DECLARATION, DECLARATION_BYTES)
        yield from self._small(INVENTORY, believed.data)
        yield from self._small(SIDECAR, sidecar(believed.data))

    def _choose(self, known_version: int) -> Believed | None:
        """The inventory to repair by: the root's; else one that is not older than what is known to have been there."""
        here, there = believe(self._here, self._id), believe(self._there, self._id)
        if here is not None and here.is_root:
            return here
        required = known_version or self._here.top_folder()
        if here is not None and here.inventory.head >= required:
            return here
        if there is None or not there.is_root or there.inventory.head < required:
            return None
        return there if here is None or is_earlier(here.inventory, there.inventory) else None

    def _content(self, path: str, digest: str, twins: list[str]) -> Iterator[Repaired | Unrepaired]:
        if self._sound(path, digest):
            return
        fresh = f"{REPAIR_PREFIX}{digest}"
        for twin in twins:
            if self._sound(twin, digest):
                with self._store.open(f"{self._root}/{twin}") as stream:
                    self._store.put(fresh, stream, sha512=digest)
                yield self._exchange(path, fresh, twin)
                return
        if self._fetch(path, digest, fresh):
            yield self._exchange(path, fresh, "replica")
        else:
            yield Unrepaired(path, self._why(path, wanted=digest, absent=Reason.NOT_IN_REPLICA))

    def _small(self, path: str, data: bytes) -> Iterator[Repaired]:
        digest = sha512(data).hexdigest()
        if self._sound(path, digest):
            return
        origin = "replica" if data in self._there.data.values() and data not in self._here.data.values() else INVENTORY
        fresh = f"{REPAIR_PREFIX}{digest}"
        self._store.put(fresh, data, sha512=digest)
        yield self._exchange(path, fresh, origin)

    def _fetch(self, path: str, digest: str, fresh: str) -> bool:
        """Bring the replica's copy in under `fresh`, if its bytes have the digest."""
        if self._replica is None:
            return False
        try:
            with self._replica.store.open(f"{object_root(self._replica, self._id)}/{path}") as stream:
                self._on_bytes(self._store.put(fresh, stream, sha512=digest).size_bytes)
        except (ObjectMissing, ObjectDamaged):
            return False
        except (StoreUnavailable, OSError):  # a bad sector of the replica, say; but not a disk that is gone
            self._replica.require_root()
            self._packages.require_root()
            return False
        return True

    def _exchange(self, path: str, fresh: str, origin: str) -> Repaired:
        """Put the fresh copy in the file's place. The damaged file keeps a name: it may be all that there is."""
        key = f"{self._root}/{path}"
        aside: str | None = f"{self._aside}{key}"
        try:
            self._store.copy(key, f"{self._aside}{key}")
        except ObjectMissing:
            aside = None
        self._store.delete(key)
        self._store.copy(fresh, key)
        self._store.delete(fresh)
        return Repaired(path, origin, aside)

    def _sound(self, path: str, digest: str | None) -> bool:
        """Whether the file is there and has that digest; with None, whether its sidecar agrees with it."""
        if digest is None:
            data, seal = self._here.data.get(path), f"{self._root}/{path}.sha512"
            return data is not None and self._store.exists(seal) and self._store.read(seal) == sidecar(data)
        try:
            found = digest_object(self._store, f"{self._root}/{path}", self._on_bytes)
        except ObjectMissing:
            return False
        except (StoreUnavailable, OSError):  # a bad sector, say; but not a disk that is gone
            self._packages.require_root()
            return False
        return found == digest

    def _why(self, path: str, *, wanted: str | None, absent: Reason) -> Reason:
        if self._replica is None:
            return Reason.NO_REPLICA
        if path not in self._there.paths:
            return absent
        return Reason.REPLICA_WRONG if wanted is not None or path == INVENTORY else absent
