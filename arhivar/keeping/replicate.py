# SPDX-License-Identifier: EUPL-1.2
"""Bring the replica up to the store. It only gains: nothing in it is changed but heads that grow, nothing is deleted.

A package's content goes first, then each version's inventory and sidecar, last the root's, so that a replica that is
cut off holds whole versions only. Bytes that do not agree with the inventory's digest are never copied, and every copy
is read back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha512

from arhivar.composition import Archive, object_id
from arhivar.keeping.contents import unit_of
from arhivar.package import require_unit
from repository.object_store import digest_object
from repository.ocfl import OcflRepository
from repository.ocfl_belief import (
    Believed,
    believe,
    inventory_of_version,
    object_root,
    read_inventories,
)
from repository.ocfl_difference import OcflDifference, Problem
from repository.ocfl_folder import DAMAGED_PREFIX
from repository.ocfl_inventory import DECLARATION, DECLARATION_BYTES, INVENTORY, SIDECAR, is_earlier, sidecar
from repository.ocfl_layout import ROOT_FILES
from repository.ocfl_repair import REPAIR_PREFIX
from schemas.errors import LeaseLost, ObjectDamaged, ObjectMissing, PackageInvalid, StoreUnavailable
from schemas.findings import Finding, FindingCode

_LEASE = "replicate"
_PASSING = ("staging/", DAMAGED_PREFIX, REPAIR_PREFIX)
"""What is not kept for good, and not copied."""


@dataclass(frozen=True, slots=True)
class ReplicaTrouble:
    """What was not copied of a unit (by its reference code, else its object's id; None for what is in no unit)."""

    unit: str | None
    finding: Finding


@dataclass(slots=True)
class ReplicaReport:
    """What was looked at and copied, and what could not be."""

    units: int = 0
    complete: int = 0
    """Units that the replica has whole now, as far as files go; their bytes are read only where they were copied."""
    copied_files: int = 0
    copied_bytes: int = 0
    troubles: list[ReplicaTrouble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReplicaWatcher:
    """Who hears of progress: how many units there are, bytes copied or read again, a unit done."""

    started: Callable[[int], None]
    copied: Callable[[int], None]
    finished: Callable[[], None]


def replicate(
    archive: Archive,
    replica: OcflRepository,
    watcher: ReplicaWatcher,
    *,
    reference_code: str | None = None,
    verify: bool = False,
) -> ReplicaReport:
    """Copy what the replica lacks, of one unit or of the whole store; with `verify`, then read all that it has again.

    What is wrong with one file is in the report and keeps its unit's new version out, not the other units. Raises
    UnitUnknown, LeaseLost where another process fills the replica, StoreFull and StoreUnavailable.
    """
    report = ReplicaReport()
    with archive.leases.hold(_LEASE) as lease:
        if lease is None:
            raise LeaseLost(name=_LEASE)
        archive.packages.require_root()
        if reference_code is None:
            identifiers = archive.packages.objects()
        else:
            identifiers = [object_id(require_unit(archive, reference_code).unit_id)]
        report.units = len(identifiers)
        watcher.started(len(identifiers))
        copy = _Copy(archive.packages, replica, report, watcher)
        for identifier in identifiers:
            lease.check()
            copy.unit(identifier, _name(archive, identifier))
            if verify:
                copy.verify(identifier, _name(archive, identifier))
            watcher.finished()
        if reference_code is None:
            copy.others()
    return report


def _name(archive: Archive, identifier: str) -> str:
    unit_id = unit_of(identifier)
    row = None if unit_id is None else archive.catalogue.unit(unit_id)
    return identifier if row is None else row.reference_code


class _Copy:
    """One run over the store."""

    def __init__(
        self, packages: OcflRepository, replica: OcflRepository, report: ReplicaReport, watcher: ReplicaWatcher
    ) -> None:
        self._packages, self._replica = packages, replica
        self._report, self._watcher = report, watcher

    def unit(self, identifier: str, name: str) -> None:
        """One package: every file that its inventories name, in the order of a commit."""
        here = read_inventories(self._packages, identifier)
        there = read_inventories(self._replica, identifier)
        believed = believe(here, identifier)
        if believed is None or not believed.is_root:  # which version is the head is for a repair to find out
            self._trouble(FindingCode.REPLICA_REFUSED, name, INVENTORY)
            return
        before = believe(there, identifier)
        if (before is None and INVENTORY in there.paths) or (
            before is not None and not is_earlier(before.inventory, believed.inventory)
        ):
            self._trouble(FindingCode.REPLICA_DIFFERS, name, INVENTORY)
            return
        root = object_root(self._packages, identifier)
        target = object_root(self._replica, identifier)
        whole = True
        for path, digest in self._content(believed):
            whole &= self._stored(f"{root}/{path}", f"{target}/{path}", digest, name, path)
        versions: dict[str, bytes] = {}
        for number in range(1, believed.inventory.head + 1):
            path = f"v{number}/{INVENTORY}"
            last = number == believed.inventory.head
            data = believed.data if last else inventory_of_version(believed, number, (here, there))
            if data is None or here.data.get(path) != data:
                self._trouble(FindingCode.REPLICA_REFUSED, name, path)
                whole = False
            else:
                versions |= {path: data, f"v{number}/{SIDECAR}": sidecar(data)}
        if whole and self._sealed(target, versions, believed, name):
            self._report.complete += 1

    def _content(self, believed: Believed) -> Iterator[tuple[str, str]]:
        for digest, paths in sorted(believed.inventory.manifest.items(), key=lambda item: item[1]):
            yield from ((path, digest) for path in paths)

    def _sealed(self, target: str, versions: dict[str, bytes], believed: Believed, name: str) -> bool:
        """Make the version the replica's head: its inventories first, the root's last. False where one differs."""
        whole = True
        for path, data in {**versions, DECLARATION: DECLARATION_BYTES}.items():
            whole &= self._small(f"{target}/{path}", data, name, path)
        if not whole:
            return False
        for path, data in ((INVENTORY, believed.data), (SIDECAR, sidecar(believed.data))):
            key = f"{target}/{path}"
            there = self._replica.store.read(key) if self._replica.store.exists(key) else None
            if there != data:
                if there is None:
                    self._replica.store.put(key, data)
                else:
                    self._replica.store.replace(key, data, over=there)
                self._read_back(key, _digest(data))
                self._count(len(data))
        return True

    def verify(self, identifier: str, name: str) -> None:
        """Every byte that the replica has of a package, against the replica's own inventory."""
        try:
            differences = self._replica.verify(identifier, self._watcher.copied)
        except ObjectMissing:  # it could not be copied, and that is said already
            return
        except (ObjectDamaged, PackageInvalid):
            differences = [OcflDifference(INVENTORY, Problem.DAMAGED)]
        for difference in differences:
            self._trouble(FindingCode.REPLICA_DIFFERS, name, difference.path)

    def others(self) -> None:
        """What lies in the store beside packages: audit heads and the like, each written once and never changed."""
        prefix = f"{self._packages.prefix}/"
        for path in ROOT_FILES:
            self._other(f"{prefix}{path}")
        for stored in self._packages.store.list(""):
            if not stored.key.startswith((prefix, *_PASSING)):
                self._other(stored.key)

    def _other(self, key: str) -> None:
        try:
            digest = digest_object(self._packages.store, key)
        except (ObjectMissing, OSError):
            self._trouble(FindingCode.REPLICA_REFUSED, None, key)
            return
        if not self._replica.store.exists(key):
            self._stored(key, key, digest, None, key)
        elif digest_object(self._replica.store, key) != digest:
            self._trouble(FindingCode.REPLICA_DIFFERS, None, key)

    def _stored(self, source: str, target: str, digest: str, name: str | None, path: str) -> bool:
        """Whether the replica has the file: it did, as far as its size says, or it was copied and read back."""
        try:
            size = self._packages.store.stat(source).size_bytes
        except ObjectMissing:
            size = None
        try:
            there = self._replica.store.stat(target).size_bytes
        except ObjectMissing:
            there = None
        if there is not None:
            if size is not None and size != there:
                self._trouble(FindingCode.REPLICA_DIFFERS, name, path)
                return False
            return True
        try:
            with self._packages.store.open(source) as stream:
                stored = self._replica.store.put(target, stream, sha512=digest)
        except (ObjectMissing, ObjectDamaged):
            self._trouble(FindingCode.REPLICA_REFUSED, name, path)
            return False
        except OSError:  # a bad sector of the store, say; but not a disk that is gone
            self._packages.require_root()
            self._trouble(FindingCode.REPLICA_REFUSED, name, path)
            return False
        self._read_back(target, digest)
        self._count(stored.size_bytes)
        return True

    def _small(self, key: str, data: bytes, name: str, path: str) -> bool:
        if self._replica.store.exists(key):
            if self._replica.store.read(key) == data:
                return True
            self._trouble(FindingCode.REPLICA_DIFFERS, name, path)
            return False
        digest = _digest(data)
        self._replica.store.put(key, data, sha512=digest)
        self._read_back(key, digest)
        self._count(len(data))
        return True

    def _read_back(self, key: str, digest: str) -> None:
        """The copy that was just made; one that reads otherwise is taken away again. Raises StoreUnavailable."""
        try:
            found = digest_object(self._replica.store, key)
        except OSError as error:
            raise StoreUnavailable(where="replica", detail=f"{error.strerror or error} ({key})") from error
        if found != digest:
            self._replica.store.delete(key)
            raise StoreUnavailable(where="replica", detail=f"{key} does not read back as it was written")

    def _count(self, size_bytes: int) -> None:
        self._report.copied_files += 1
        self._report.copied_bytes += size_bytes
        self._watcher.copied(size_bytes)

    def _trouble(self, code: FindingCode, name: str | None, path: str) -> None:
        trouble = ReplicaTrouble(name, Finding(code=code, fields={"file": path}))
        if trouble not in self._report.troubles:
            self._report.troubles.append(trouble)


def _digest(data: bytes) -> str:
    return sha512(data).hexdigest()
