# SPDX-License-Identifier: EUPL-1.2
"""Which inventory of an OCFL object can be believed, when files of it may be damaged.

An inventory is believed where a second file confirms it: a sidecar with its digest, or another copy with the same
bytes. What an older version's inventory must say follows from any later one.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha512

from repository.ocfl import OcflRepository
from repository.ocfl_inventory import INVENTORY, SIDECAR, Inventory, is_earlier, parse_inventory
from repository.ocfl_layout import object_path
from schemas.errors import ObjectMissing, PackageInvalid, StoreUnavailable

_VERSION_INVENTORY = re.compile(r"v([1-9]\d*)/" + re.escape(INVENTORY))
_VERSION_FOLDER = re.compile(r"v([1-9]\d*)/")


@dataclass(frozen=True, slots=True)
class Believed:
    """An inventory with its bytes, and whether it is the root's: only that one says for certain which the head is."""

    inventory: Inventory
    data: bytes
    is_root: bool


@dataclass(frozen=True, slots=True)
class Inventories:
    """Every inventory file of an object, by path from its root, and the digests that its sidecars state."""

    data: dict[str, bytes]
    seals: frozenset[str]
    paths: frozenset[str]
    """All files of the object, whatever they are."""

    def top_folder(self) -> int:
        """The highest version that has a folder; 0 where there is none."""
        return max((int(match[1]) for path in self.paths if (match := _VERSION_FOLDER.match(path))), default=0)


def object_root(packages: OcflRepository, object_id: str) -> str:
    """The key under which all of an object lies."""
    return f"{packages.prefix}/{object_path(object_id)}"


def read_inventories(packages: OcflRepository, object_id: str) -> Inventories:
    """What there is of an object's inventories. Raises StoreUnavailable where the store as a whole does not answer."""
    root = object_root(packages, object_id)
    paths = frozenset(stored.key.removeprefix(f"{root}/") for stored in packages.store.list(f"{root}/"))
    data: dict[str, bytes] = {}
    seals: set[str] = set()
    for path in paths:
        if path == INVENTORY or _VERSION_INVENTORY.fullmatch(path):
            content = read_small(packages, f"{root}/{path}")
            if content is not None:
                data[path] = content
        elif path.endswith(SIDECAR) and path.count("/") <= 1:
            seals |= {
                part.decode("ascii", "replace") for part in (read_small(packages, f"{root}/{path}") or b"").split()[:1]
            }
    return Inventories(data, frozenset(seals), paths)


def read_small(packages: OcflRepository, key: str) -> bytes | None:
    """The bytes of a small object; None where it is missing, or the medium does not give it back."""
    try:
        return packages.store.read(key)
    except ObjectMissing:
        return None
    except StoreUnavailable:
        packages.require_root()
        return None


def believe(found: Inventories, object_id: str) -> Believed | None:
    """The root's inventory where it is confirmed, else the newest one of a version that is."""
    confirmed = {
        path: inventory
        for path, data in found.data.items()
        if _confirmed(found, data) and (inventory := _parsed(data, object_id)) is not None
    }
    if INVENTORY in confirmed:
        return Believed(confirmed[INVENTORY], found.data[INVENTORY], is_root=True)
    if not confirmed:
        return None
    path = max(confirmed, key=lambda one: confirmed[one].head)
    return Believed(confirmed[path], found.data[path], is_root=False)


def inventory_of_version(believed: Believed, number: int, known: Iterable[Inventories]) -> bytes | None:
    """The bytes that the inventory of an older version must have: a confirmed copy, else what follows from `believed`.

    None where no copy is confirmed and another program wrote the inventories, whose bytes do not follow.
    """
    follows = _at_version(believed.inventory, number).to_json()
    for found in known:
        for data in (found.data.get(f"v{number}/{INVENTORY}"), follows):
            if data is not None and _digest(data) in found.seals:
                inventory = _parsed(data, believed.inventory.object_id)
                if inventory is not None and inventory.head == number and is_earlier(inventory, believed.inventory):
                    return data
    return follows if believed.inventory.to_json() == believed.data else None


def _confirmed(found: Inventories, data: bytes) -> bool:
    return _digest(data) in found.seals or _times(found.data.values(), data) > 1


def _times(values: Collection[bytes], data: bytes) -> int:
    return sum(one == data for one in values)


def _at_version(inventory: Inventory, number: int) -> Inventory:
    """The inventory as it was when that version was the head."""
    manifest = {}
    for digest, paths in inventory.manifest.items():
        there = tuple(path for path in paths if int(path[1:].split("/", 1)[0]) <= number)
        if there:
            manifest[digest] = there
    return Inventory(inventory.object_id, inventory.versions[:number], manifest)


def _parsed(data: bytes, object_id: str) -> Inventory | None:
    try:
        return parse_inventory(data, object_id)
    except PackageInvalid:
        return None


def _digest(data: bytes) -> str:
    return sha512(data).hexdigest()
