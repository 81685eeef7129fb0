# SPDX-License-Identifier: EUPL-1.2
"""Preservation packages: OCFL 1.1 objects over any `ObjectStore`, one object a unit (https://ocfl.io/1.1/spec/).

No store is asked to rename a folder, so a version is written in an order that leaves the head that was there valid
until one small file is replaced: content, then the version's inventory and sidecar, then (first version only) the
declaration, last the root's inventory and its sidecar. What a writer that was killed leaves is recognised at the next
commit, or by `OcflRepository.repair`:

* a version folder above the head was never acknowledged: its content is reused where it is the same, else swept;
* a root inventory newer than its sidecar is the new head, since its version's own sidecar agrees: the sidecar follows;
* no root inventory, but a version with inventory and sidecar: nothing is lost, so that version becomes the head.

One writer an object at a time: hold a catalogue lease around `commit` and `repair`. Readers need none. A writer that
lost its lease without noticing is stopped before it replaces the root inventory: by the fence that its caller gave, or
since its version's folder is not as it wrote it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha512
from pathlib import Path
from typing import BinaryIO, Final

from repository.object_store import ObjectStore, digest_object, digest_stream
from repository.ocfl_difference import OcflDifference, Problem
from repository.ocfl_inventory import (
    DECLARATION,
    DECLARATION_BYTES,
    INVENTORY,
    SIDECAR,
    Inventory,
    Version,
    check_logical_paths,
    created_time,
    parse_inventory,
    sidecar,
)
from repository.ocfl_layout import ROOT_FILES, STORAGE_ROOT, object_id_of, object_path, split_object_path
from schemas.crash_points import CrashPoint, reached
from schemas.errors import (
    LeaseLost,
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    PackageInvalid,
    StoreUnavailable,
)

_VERSION_FOLDER = re.compile(r"v([1-9]\d*)/")
_SEALED = (CrashPoint.VERSION_INVENTORY, CrashPoint.VERSION_SIDECAR)
_VERSION_INVENTORY = re.compile(r"v([1-9]\d*)/" + re.escape(INVENTORY))


@dataclass(frozen=True, slots=True)
class StoreKey:
    """Content that lies in the same store already, under another key (in staging, say)."""

    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Content that a version of the object holds already, by its digest; it is not read again."""

    sha512: str


Source = bytes | Path | StoreKey | Kept
"""Where a file's content comes from."""


@dataclass(frozen=True, slots=True)
class OcflFile:
    """One logical file of a version, its digest, and the key of its content in the store."""

    path: str
    sha512: str
    content_key: str


@dataclass(frozen=True, slots=True)
class _Head:
    inventory: Inventory
    data: bytes
    torn: tuple[str, ...] = ()
    """Root files that a killed writer did not get to write."""


class OcflRepository:
    """An OCFL storage root under `prefix` of the store. Raises the store's errors besides those named."""

    DEFAULT_PREFIX: Final = "ocfl"

    def __init__(self, store: ObjectStore, prefix: str = DEFAULT_PREFIX) -> None:
        self.store = store
        self.prefix = prefix.strip("/")

    def initialise(self) -> None:
        """Make the store and declare the storage root and its layout; again is no error.

        Raises `ObjectExists` where another layout is declared.
        """
        self.store.initialise()
        for path, data in ROOT_FILES.items():
            self.store.put(f"{self.prefix}/{path}", data)

    def require_root(self) -> None:
        """Raises `StoreUnavailable` where the storage root is not there: a disk that is gone is no empty archive."""
        if not self.store.exists(f"{self.prefix}/{STORAGE_ROOT}"):
            raise StoreUnavailable(where=self.prefix, detail=f"it holds no {STORAGE_ROOT}")

    def head(self, object_id: str) -> int | None:
        """The newest version's number, or None where there is no such object."""
        head = self._load(object_id)
        return head.inventory.head if head else None

    def files(self, object_id: str, version: int | None = None) -> Mapping[str, OcflFile]:
        """The logical files of a version (the head's by default), by path in order.

        Raises `ObjectMissing` for an unknown object, `PackageInvalid` for an unknown version.
        """
        inventory = self._existing(object_id).inventory
        state = inventory.version(inventory.head if version is None else version).state
        root = self._root(object_id)
        return {
            path: OcflFile(path, state[path], f"{root}/{inventory.manifest[state[path]][0]}") for path in sorted(state)
        }

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """A stream of one file, which the caller closes. Raises `ObjectMissing`, also for an unknown path."""
        file = self.files(object_id, version).get(logical_path)
        if file is None:
            raise ObjectMissing(key=f"{self._root(object_id)}: {logical_path}")
        return self.store.open(file.content_key)

    def commit(
        self,
        object_id: str,
        files: Mapping[str, Source],
        *,
        message: str,
        user_name: str,
        user_address: str | None,
        created: datetime,
        expected_head: int | None,
        fence: Callable[[], object] | None = None,
    ) -> int:
        """Write a version that consists of exactly these files, and return its number.

        Content that any version of the object holds is not stored again. A state that repeats the head's exactly
        writes nothing and returns the head. Otherwise `expected_head` must be what `head` said when the files were
        chosen (None: there was no object); if another writer came first: `LeaseLost`, and nothing is changed.
        `fence` is called before leftovers give way and around the moment at which the version becomes the head; what it
        raises (`Catalogue.check_lease` raises `LeaseLost`) stops the commit. `user_address` is a URI such as
        ``mailto:…`` (OCFL asks for one, W008).
        Raises `KeyInvalid` for impossible paths, `ObjectDamaged` for a source that changes while it is stored,
        `ObjectMissing` for `Kept` content that the object does not hold.
        """
        check_logical_paths(files)
        acknowledged = self.store.exists(f"{self._root(object_id)}/{INVENTORY}")
        head = self._load(object_id)
        state = {path: self._source_digest(files[path]) for path in files}
        if head is not None:
            self._settle(object_id, head)
            if dict(head.inventory.versions[-1].state) == state:
                return head.inventory.head
        found = head.inventory.head if head else None
        if expected_head != found and (acknowledged or expected_head is not None):
            raise LeaseLost(name=object_id)
        version = Version(created_time(created), message, user_name, user_address, state)
        return self._write_version(object_id, head, version, files, fence or (lambda: None))

    def repair(self, object_id: str) -> list[str]:
        """Settle what a killed writer left; what was done, a sentence each. A sound object is left alone.

        Raises `ObjectDamaged` or `PackageInvalid` where no inventory of the object can be believed.
        """
        root = self._root(object_id)
        try:
            head = self._load(object_id)
        except (ObjectDamaged, PackageInvalid):
            head = self._last_complete(object_id)
            if head is None or self._top_folder(object_id) > head.inventory.head:
                raise  # without the root's inventory, a later version may have been acknowledged
        done = []
        if head is not None:
            done += [f"{root}/{name} was written again from v{head.inventory.head}" for name in head.torn]
            self._settle(object_id, head)
            if not self.store.exists(f"{root}/{DECLARATION}"):
                self.store.put(f"{root}/{DECLARATION}", DECLARATION_BYTES)
                done.append(f"{root}/{DECLARATION} was written again")
        top = head.inventory.head if head else 0
        for key in self._keys(object_id):
            match = _VERSION_FOLDER.match(key)
            if (match and int(match[1]) > top) or head is None:
                self.store.delete(f"{root}/{key}")
                done.append(f"{root}/{key} was swept: no inventory names it")
        return done

    def objects(self) -> list[str]:
        """The ids of all objects that have a whole version, sorted; read from the store alone.

        An id is what the folder's name says, or for a shortened name its inventory. What is no object's folder is
        passed over, and so is a first version that was never completed.
        """
        found: dict[str, str] = {}
        for stored in self.store.list(f"{self.prefix}/"):
            folder, name = split_object_path(stored.key.removeprefix(f"{self.prefix}/"))
            if folder and (name == INVENTORY or _VERSION_INVENTORY.fullmatch(name)):
                found.setdefault(folder, stored.key)
        ids = (object_id_of(folder) or self._id_in(key) for folder, key in found.items())
        return sorted({one for one in ids if one is not None and self._complete(one)})

    def verify(self, object_id: str, on_bytes: Callable[[int], object] | None = None) -> list[OcflDifference]:
        """Read every byte of the object again; each difference from its inventories.

        `on_bytes` hears how many bytes were read since the last time. A file that the medium does not give back counts
        as damaged as long as the store itself answers. Where the root's inventory cannot be believed, the newest
        version's own stands in for it. Raises `ObjectMissing` for an unknown object, `ObjectDamaged` or
        `PackageInvalid` where no inventory can be believed, `StoreUnavailable` where the store does not answer.
        """
        differences: list[OcflDifference] = []
        try:
            head = self._existing(object_id)
        except (ObjectDamaged, PackageInvalid):
            last = self._last_complete(object_id)
            if last is None:
                raise
            head = _Head(last.inventory, last.data)
            differences.append(OcflDifference(INVENTORY, Problem.UNSEALED))
        root = self._root(object_id)
        inventory = head.inventory
        differences += [OcflDifference(name, Problem.TORN) for name in head.torn]
        digests = {path: digest for digest, paths in inventory.manifest.items() for path in paths}
        present = set(self._keys(object_id))
        inventories = [f"v{number}/{INVENTORY}" for number in range(1, inventory.head + 1)]
        expected = {DECLARATION, INVENTORY, SIDECAR, *digests, *inventories}
        expected |= {f"{path}.sha512" for path in inventories}

        def difference(path: str, problem: Problem) -> OcflDifference:
            return OcflDifference(path, problem, inventory.uses(digests[path]) if path in digests else ())

        differences += [difference(path, Problem.MISSING) for path in sorted(expected - present)]
        differences += [difference(path, Problem.UNNAMED) for path in sorted(present - expected)]
        for path in sorted(present & digests.keys()):
            problem = self._read_again(f"{root}/{path}", digests[path], on_bytes or (lambda _: None))
            if problem is not None:
                differences.append(difference(path, problem))
        differences += [OcflDifference(path, Problem.UNSEALED) for path in inventories if self._unsealed(root, path)]
        if self._read(f"{root}/v{inventory.head}/{INVENTORY}") not in {head.data, None}:
            differences.append(OcflDifference(INVENTORY, Problem.NOT_THE_HEAD))
        if self._read(f"{root}/{DECLARATION}") not in {DECLARATION_BYTES, None}:
            differences.append(OcflDifference(DECLARATION, Problem.NOT_DECLARED))
        return differences

    # --- reading

    def _root(self, object_id: str) -> str:
        return f"{self.prefix}/{object_path(object_id)}"

    def _keys(self, object_id: str) -> list[str]:
        """Of everything in the object's folder, from that folder."""
        root = f"{self._root(object_id)}/"
        return [stored.key.removeprefix(root) for stored in self.store.list(root)]

    def _read(self, key: str) -> bytes | None:
        try:
            return self.store.read(key)
        except ObjectMissing:
            return None

    def _existing(self, object_id: str) -> _Head:
        head = self._load(object_id)
        if head is None:
            raise ObjectMissing(key=self._root(object_id))
        return head

    def _load(self, object_id: str) -> _Head | None:
        """The head, seen through what a killed or a working writer may have left undone."""
        root = self._root(object_id)
        data = self._read(f"{root}/{INVENTORY}")
        if data is None:
            last = self._last_complete(object_id)
            if self._top_folder(object_id) > max(last.inventory.head if last else 0, 1):
                raise ObjectDamaged(key=f"{root}/{INVENTORY}", detail="it is missing, and so is its newest version's")
            return last
        seal = self._read(f"{root}/{SIDECAR}")
        if _agrees(seal, data):
            return _Head(parse_inventory(data, object_id), data)
        damaged = ObjectDamaged(key=f"{root}/{INVENTORY}", detail="its sidecar has another digest")
        try:
            inventory = parse_inventory(data, object_id)
        except PackageInvalid as error:
            raise damaged from error
        if not _agrees(self._read(f"{root}/v{inventory.head}/{SIDECAR}"), data):
            raise damaged
        last = self._last_complete(object_id)
        if last is not None and last.inventory.head > inventory.head and _agrees(seal, last.data):
            return _Head(last.inventory, last.data, (INVENTORY,))  # an overtaken writer put the head back
        return _Head(inventory, data, (SIDECAR,))

    def _last_complete(self, object_id: str) -> _Head | None:
        """The highest version whose own inventory and sidecar are whole, for an object without a usable root's."""
        root = self._root(object_id)
        numbers = [int(match[1]) for key in self._keys(object_id) if (match := _VERSION_INVENTORY.fullmatch(key))]
        for number in sorted(numbers, reverse=True):
            data = self._read(f"{root}/v{number}/{INVENTORY}")
            if data is not None and _agrees(self._read(f"{root}/v{number}/{SIDECAR}"), data):
                return _Head(parse_inventory(data, object_id), data, (INVENTORY, SIDECAR))
        return None

    def _top_folder(self, object_id: str) -> int:
        return max((int(match[1]) for key in self._keys(object_id) if (match := _VERSION_FOLDER.match(key))), default=0)

    def _complete(self, object_id: str) -> bool:
        """Whether the object has something to show, be it damaged."""
        try:
            return self._load(object_id) is not None
        except (ObjectDamaged, PackageInvalid):
            return True

    def _id_in(self, key: str) -> str | None:
        """The id that an inventory states, if it lies where that id belongs."""
        try:
            stated = json.loads(self.store.read(key))["id"]
        except (ObjectMissing, ValueError, KeyError, TypeError):
            return None
        return stated if isinstance(stated, str) and key.startswith(f"{self._root(stated)}/") else None

    def _read_again(self, key: str, digest: str, on_bytes: Callable[[int], object]) -> Problem | None:
        try:
            found = digest_object(self.store, key, on_bytes)
        except ObjectMissing:
            return Problem.MISSING
        except (StoreUnavailable, OSError):  # a bad sector, say; but not a disk that is gone
            self.require_root()
            return Problem.UNREADABLE
        return None if found == digest else Problem.DAMAGED

    def _unsealed(self, root: str, path: str) -> bool:
        data = self._read(f"{root}/{path}")
        seal = self._read(f"{root}/{path}.sha512")
        return data is not None and seal is not None and not _agrees(seal, data)

    # --- writing

    def _settle(self, object_id: str, head: _Head) -> None:
        root = self._root(object_id)
        if INVENTORY in head.torn:
            self.store.put(f"{root}/{DECLARATION}", DECLARATION_BYTES)
            self.store.replace(f"{root}/{INVENTORY}", head.data)
        if SIDECAR in head.torn:
            self.store.replace(f"{root}/{SIDECAR}", sidecar(head.data))

    def _write_version(
        self,
        object_id: str,
        head: _Head | None,
        version: Version,
        files: Mapping[str, Source],
        fence: Callable[[], object],
    ) -> int:
        root = self._root(object_id)
        before = head.inventory if head else Inventory(object_id, (), {})
        folder = f"v{before.head + 1}"
        sources: dict[str, str] = {}
        for path in sorted(version.state):
            if version.state[path] not in before.manifest:
                sources.setdefault(version.state[path], path)
        content = {digest: f"{folder}/content/{path}" for digest, path in sources.items()}
        data = before.add(version, content).to_json()
        small = {f"{folder}/{INVENTORY}": data, f"{folder}/{SIDECAR}": sidecar(data)}

        def still_ours() -> None:
            """What another one made the head since must not be taken for what a killed writer left."""
            fence()
            if self._read(f"{root}/{INVENTORY}") != (head.data if head else None):
                raise LeaseLost(name=object_id)

        leftovers = {stored.key for stored in self.store.list(f"{root}/{folder}/")}
        if leftovers:
            still_ours()
        for key in sorted(leftovers - {f"{root}/{path}" for path in content.values()}):
            self.store.delete(key)
        for digest, path in content.items():
            self._store(object_id, f"{root}/{path}", files[sources[digest]], digest, leftovers, still_ours)
            reached(CrashPoint.CONTENT_STORED)
        for (path, seal), point in zip(small.items(), _SEALED, strict=True):
            self._store(object_id, f"{root}/{path}", seal, None, leftovers, still_ours)
            reached(point)
        if head is None:
            self.store.put(f"{root}/{DECLARATION}", DECLARATION_BYTES)
            reached(CrashPoint.OBJECT_DECLARED)

        fence()
        written = {f"{root}/{path}" for path in (*content.values(), *small)}
        found = {stored.key for stored in self.store.list(f"{root}/{folder}/")}
        if found != written or self._read(f"{root}/{folder}/{INVENTORY}") != data:
            raise LeaseLost(name=object_id)
        fence()  # the last thing before, since what follows it cannot be taken back
        self.store.replace(f"{root}/{INVENTORY}", data)
        reached(CrashPoint.ROOT_INVENTORY)
        fence()  # overtaken in that very moment, the head stays torn, and `repair` gives it to the other one
        self.store.replace(f"{root}/{SIDECAR}", sidecar(data))
        reached(CrashPoint.ROOT_SIDECAR)
        return before.head + 1

    def _store(
        self,
        object_id: str,
        key: str,
        source: Source,
        digest: str | None,
        leftovers: set[str],
        still_ours: Callable[[], None],
    ) -> None:
        """Store one new file. A killed writer's leftover of other content gives way; a living writer's does not."""
        try:
            self._put(key, source, digest)
        except ObjectExists as error:
            if key not in leftovers:
                raise LeaseLost(name=object_id) from error
            still_ours()
            self.store.delete(key)
            self._put(key, source, digest)

    def _put(self, key: str, source: Source, digest: str | None) -> None:
        match source:
            case bytes():
                self.store.put(key, source, sha512=digest)
            case StoreKey(key=staged):
                copied = self.store.copy(staged, key)
                if copied.sha512 not in {None, digest}:
                    raise ObjectDamaged(key=staged, detail="it changed while it was stored")
            case Path():
                with _open_file(source) as stream:
                    self.store.put(key, stream, sha512=digest)
            case Kept():
                raise ObjectMissing(key=key)

    def _source_digest(self, source: Source) -> str:
        match source:
            case bytes():
                return sha512(source).hexdigest()
            case StoreKey(key=key):
                with self.store.open(key) as stream:
                    return digest_stream(stream)
            case Path():
                with _open_file(source) as stream:
                    return digest_stream(stream)
            case Kept(sha512=digest):
                return digest


def _agrees(seal: bytes | None, data: bytes) -> bool:
    """Whether a sidecar's digest is that of the inventory."""
    return seal is not None and seal.split()[:1] == [sha512(data).hexdigest().encode()]


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise StoreUnavailable(where=str(path), detail=error.strerror or str(error)) from error
