# SPDX-License-Identifier: EUPL-1.2
"""Preservation packages: OCFL 1.1 objects over any `ObjectStore`, one object a unit (https://ocfl.io/1.1/spec/).

No store is asked to rename a folder, so a version is written in an order that leaves the head that was there valid
until one small file is replaced: content, then the version's inventory, which decides who has the version, and its
sidecar, then (first version only) the declaration, last the root's inventory and its sidecar, by compare-and-swap
(`repository.ocfl_commit` says why nobody can tear it). What a writer that was killed leaves is recognised at the next
commit, or by `OcflRepository.repair`:

* a version that has its inventory is completed: it becomes the head, and its writer may find it there;
* a root inventory newer than its sidecar is the new head, since its version's own sidecar agrees: the sidecar follows;
* no root inventory, but a version with inventory and sidecar: nothing is lost, so that version becomes the head;
* content that no inventory names is swept by `repair`, and by the commit that gets its version.

Writers may meet: one gets the version, the others `LeaseLost`. Hold a catalogue lease around `repair`, since it sweeps
what it takes for left; around `commit`, a lease saves work in vain. Readers need none.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from repository.object_store import ObjectStore
from repository.ocfl_commit import settle, sweep, write_version
from repository.ocfl_difference import OcflDifference, Problem
from repository.ocfl_folder import VERSION_INVENTORY, Head, ObjectFolder
from repository.ocfl_inventory import (
    DECLARATION,
    DECLARATION_BYTES,
    INVENTORY,
    SIDECAR,
    Version,
    check_logical_paths,
    created_time,
)
from repository.ocfl_layout import ROOT_FILES, STORAGE_ROOT, object_id_of, object_path, split_object_path
from repository.ocfl_source import Kept, Source, StoreKey, source_digest
from schemas.errors import LeaseLost, ObjectDamaged, ObjectMissing, PackageInvalid, StoreUnavailable

__all__ = ["Kept", "OcflFile", "OcflRepository", "Source", "StoreKey"]


@dataclass(frozen=True, slots=True)
class OcflFile:
    """One logical file of a version, its digest, and the key of its content in the store."""

    path: str
    sha512: str
    content_key: str


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
        head = self._folder(object_id).load()
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
        chosen (None: there was no object); if another writer came first, also one that was killed after its version
        was decided: `LeaseLost`, and nothing is changed. `fence` is called before content is stored and around the
        moment at which the version is decided; what it raises (`LeaseLost`, where somebody took the lease) stops the
        commit, as long as that is possible. `user_address` is a URI such as ``mailto:…`` (OCFL asks for one, W008).
        Raises `KeyInvalid` for impossible paths, `ObjectDamaged` for a source that changes while it is stored,
        `ObjectMissing` for `Kept` content that the object does not hold.
        """
        check_logical_paths(files)
        folder = self._folder(object_id)
        state = {path: source_digest(self.store, files[path]) for path in files}
        head, _ = settle(folder)
        if head is not None and dict(head.inventory.versions[-1].state) == state:
            return head.inventory.head
        if expected_head != (head.inventory.head if head else None):
            raise LeaseLost(name=object_id)
        version = Version(created_time(created), message, user_name, user_address, state)
        return write_version(folder, head, version, files, fence or (lambda: None))

    def repair(self, object_id: str) -> list[str]:
        """Settle what a killed writer left; what was done, a sentence each. A sound object is left alone.

        Hold the object's lease. Raises `ObjectDamaged` or `PackageInvalid` where no inventory of the object can be
        believed.
        """
        folder = self._folder(object_id)
        stand_in: Head | None = None
        try:
            folder.load()
        except (ObjectDamaged, PackageInvalid):
            stand_in = folder.last_complete()
            if stand_in is None or folder.top_folder() > stand_in.inventory.head:
                raise  # without the root's inventory, a later version may have been acknowledged
        head, done = settle(folder, stand_in, leave_incomplete=True)
        if head is not None and not folder.exists(DECLARATION):
            self.store.put(folder.key(DECLARATION), DECLARATION_BYTES)
            done.append(f"{folder.key(DECLARATION)} was written again")
        for one in sweep(folder):
            kept = "" if one.aside is None else f" and is kept in {one.aside}"
            done.append(f"{folder.key(one.path)} was swept: no inventory names it{kept}")
        return done

    def objects(self) -> list[str]:
        """The ids of all objects that have a whole version, sorted; read from the store alone.

        An id is what the folder's name says, or for a shortened name its inventory. What is no object's folder is
        passed over, and so is a first version that was never completed.
        """
        found: dict[str, str] = {}
        for stored in self.store.list(f"{self.prefix}/"):
            folder, name = split_object_path(stored.key.removeprefix(f"{self.prefix}/"))
            if folder and (name == INVENTORY or VERSION_INVENTORY.fullmatch(name)):
                found.setdefault(folder, stored.key)
        ids = (object_id_of(folder) or self._id_in(key) for folder, key in found.items())
        return sorted({one for one in ids if one is not None and self._complete(one)})

    def begun(self) -> list[str]:
        """The ids of all objects whose first version was begun and is not whole, sorted, where the folder's name says.

        A writer may be at work on each.
        """
        begun: set[str] = set()
        written: set[str] = set()  # a root's inventory is there: not opened, since that is all the others
        for stored in self.store.list(f"{self.prefix}/"):
            folder, name = split_object_path(stored.key.removeprefix(f"{self.prefix}/"))
            (written if name == INVENTORY else begun).add(folder)
        ids = (object_id_of(folder) for folder in begun - written - {""})
        return sorted(one for one in ids if one is not None and not self._complete(one))

    def verify(self, object_id: str, on_bytes: Callable[[int], object] | None = None) -> list[OcflDifference]:
        """Read every byte of the object again; each difference from its inventories.

        `on_bytes` hears how many bytes were read since the last time. A file that the medium does not give back counts
        as damaged as long as the store itself answers. Where the root's inventory cannot be believed, the newest
        version's own stands in for it. Raises `ObjectMissing` for an unknown object, `ObjectDamaged` or
        `PackageInvalid` where no inventory can be believed, `StoreUnavailable` where the store does not answer.
        """
        folder = self._folder(object_id)
        differences: list[OcflDifference] = []
        try:
            head = self._existing(object_id)
        except (ObjectDamaged, PackageInvalid):
            last = folder.last_complete()
            if last is None:
                raise
            head = Head(last.inventory, last.data)
            differences.append(OcflDifference(INVENTORY, Problem.UNSEALED))
        inventory = head.inventory
        differences += [OcflDifference(name, Problem.TORN) for name in head.torn]
        digests = {path: digest for digest, paths in inventory.manifest.items() for path in paths}
        present = set(folder.paths())
        inventories = [f"v{number}/{INVENTORY}" for number in range(1, inventory.head + 1)]
        expected = {DECLARATION, INVENTORY, SIDECAR, *digests, *inventories}
        expected |= {f"{path}.sha512" for path in inventories}

        def difference(path: str, problem: Problem) -> OcflDifference:
            return OcflDifference(path, problem, inventory.uses(digests[path]) if path in digests else ())

        differences += [difference(path, Problem.MISSING) for path in sorted(expected - present)]
        differences += [difference(path, Problem.UNNAMED) for path in sorted(present - expected)]
        for path in sorted(present & digests.keys()):
            problem = folder.problem(path, digests[path], on_bytes)
            if problem is Problem.UNREADABLE:
                self.require_root()  # a bad sector, and not a disk that is gone
            if problem is not None:
                differences.append(difference(path, problem))
        differences += [OcflDifference(path, Problem.UNSEALED) for path in inventories if folder.unsealed(path)]
        if folder.read(f"v{inventory.head}/{INVENTORY}") not in {head.data, None}:
            differences.append(OcflDifference(INVENTORY, Problem.NOT_THE_HEAD))
        if folder.read(DECLARATION) not in {DECLARATION_BYTES, None}:
            differences.append(OcflDifference(DECLARATION, Problem.NOT_DECLARED))
        return differences

    # --- reading

    def _root(self, object_id: str) -> str:
        return f"{self.prefix}/{object_path(object_id)}"

    def _folder(self, object_id: str) -> ObjectFolder:
        return ObjectFolder(self.store, self._root(object_id), object_id)

    def _existing(self, object_id: str) -> Head:
        head = self._folder(object_id).load()
        if head is None:
            raise ObjectMissing(key=self._root(object_id))
        return head

    def _complete(self, object_id: str) -> bool:
        """Whether the object has something to show, be it damaged."""
        try:
            return self._folder(object_id).load() is not None
        except (ObjectDamaged, PackageInvalid):
            return True

    def _id_in(self, key: str) -> str | None:
        """The id that an inventory states, if it lies where that id belongs."""
        try:
            stated = json.loads(self.store.read(key))["id"]
        except (ObjectMissing, ValueError, KeyError, TypeError):
            return None
        return stated if isinstance(stated, str) and key.startswith(f"{self._root(stated)}/") else None
