# SPDX-License-Identifier: EUPL-1.2
"""One OCFL object as it lies in a store: its keys, and which inventory says what is in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha512
from secrets import token_hex
from typing import Final

from repository.object_store import ObjectStore, digest_object
from repository.ocfl_difference import Problem
from repository.ocfl_inventory import INVENTORY, SIDECAR, Inventory, parse_inventory
from schemas.errors import ObjectDamaged, ObjectMissing, PackageInvalid, StoreUnavailable

DAMAGED_PREFIX: Final = "damaged/"
"""Where damaged and unexpected files are kept: ``damaged/<time>/<key>``."""
VERSION_FOLDER = re.compile(r"v([1-9]\d*)/")
VERSION_INVENTORY = re.compile(r"v([1-9]\d*)/" + re.escape(INVENTORY))


@dataclass(frozen=True, slots=True)
class Head:
    """The inventory of the newest version, with its bytes."""

    inventory: Inventory
    data: bytes
    torn: tuple[str, ...] = ()
    """Root files that a killed writer did not get to write."""


class ObjectFolder:
    """The folder `root` of the object `object_id`; paths are from there. Raises the store's errors too."""

    def __init__(self, store: ObjectStore, root: str, object_id: str) -> None:
        self.store, self.root, self.object_id = store, root, object_id

    def key(self, path: str) -> str:
        return f"{self.root}/{path}"

    def paths(self, under: str = "") -> list[str]:
        """Everything in the folder, or in a folder of it (which ends with '/')."""
        start = f"{self.root}/"
        return [stored.key.removeprefix(start) for stored in self.store.list(start + under)]

    def read(self, path: str) -> bytes | None:
        """A small file; None where it is not there."""
        try:
            return self.store.read(self.key(path))
        except ObjectMissing:
            return None

    def exists(self, path: str) -> bool:
        return self.store.exists(self.key(path))

    def load(self) -> Head | None:
        """The head, seen through what a killed or a working writer may have left undone; None: there is no object.

        Raises `ObjectDamaged` or `PackageInvalid` where the root's inventory cannot be believed.
        """
        data = self.read(INVENTORY)
        if data is None:
            last = self.last_complete()
            if self.top_folder() > max(last.inventory.head if last else 0, 1):
                raise ObjectDamaged(key=self.key(INVENTORY), detail="it is missing, and so is its newest version's")
            return last
        seal = self.read(SIDECAR)
        if agrees(seal, data):
            return Head(parse_inventory(data, self.object_id), data)
        damaged = ObjectDamaged(key=self.key(INVENTORY), detail="its sidecar has another digest")
        try:
            inventory = parse_inventory(data, self.object_id)
        except PackageInvalid as error:
            raise damaged from error
        if not agrees(self.read(f"v{inventory.head}/{SIDECAR}"), data):
            raise damaged
        last = self.last_complete()
        if last is not None and last.inventory.head > inventory.head and agrees(seal, last.data):
            return Head(last.inventory, last.data, (INVENTORY,))  # the head was put back
        return Head(inventory, data, (SIDECAR,))

    def last_complete(self) -> Head | None:
        """The highest version whose own inventory and sidecar are whole, for an object without a usable root's."""
        numbers = [int(match[1]) for path in self.paths() if (match := VERSION_INVENTORY.fullmatch(path))]
        for number in sorted(numbers, reverse=True):
            data = self.read(f"v{number}/{INVENTORY}")
            if data is not None and agrees(self.read(f"v{number}/{SIDECAR}"), data):
                return Head(parse_inventory(data, self.object_id), data, (INVENTORY, SIDECAR))
        return None

    def top_folder(self) -> int:
        """The highest version that has a folder; 0 where there is none."""
        return max((int(match[1]) for path in self.paths() if (match := VERSION_FOLDER.match(path))), default=0)

    def problem(self, path: str, digest: str, on_bytes: Callable[[int], object] | None = None) -> Problem | None:
        """What is wrong with the content there, read again."""
        try:
            found = digest_object(self.store, self.key(path), on_bytes)
        except ObjectMissing:
            return Problem.MISSING
        except (StoreUnavailable, OSError):  # a bad sector, say
            return Problem.UNREADABLE
        return None if found == digest else Problem.DAMAGED

    def unsealed(self, path: str) -> bool:
        """Whether an inventory and its sidecar are both there and do not agree."""
        data, seal = self.read(path), self.read(f"{path}.sha512")
        return data is not None and seal is not None and not agrees(seal, data)


def aside_prefix() -> str:
    """A new place for files that give way."""
    return f"{DAMAGED_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}/"


def agrees(seal: bytes | None, data: bytes) -> bool:
    """Whether a sidecar's digest is that of the inventory."""
    return seal is not None and seal.split()[:1] == [sha512(data).hexdigest().encode()]
