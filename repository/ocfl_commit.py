# SPDX-License-Identifier: EUPL-1.2
"""How an OCFL object gets its next version, where any number of writers may try at once and each may die at any moment.

**One request decides.** A writer stores its content, which changes nothing, and then its version's inventory, under a
key that only one can get. Who gets it has the version; everybody else is refused. From then on the version only has to
be completed, and whoever meets it completes it: sidecar, declaration (first version), then the root's inventory by
compare-and-swap over the one before it, then the root's sidecar likewise. So no writer that stalled and wakes up can
put the head back.

**Nothing that may still be named is deleted.** Where content of another writer lies at the path that it wants, a
writer stores its own beside it. What no inventory names is removed from the folders of versions that are decided, since
nobody can name it any more: by the winner, by each loser, and by `sweep` for those that were killed. Where nothing is
decided yet, only `sweep` removes something, for which its caller holds the object's lease; a writer that was swept all
the same finds its content incomplete before it moves the head, and is refused.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from repository.object_store import check_key, digest_object
from repository.ocfl_folder import VERSION_FOLDER, Head, ObjectFolder, agrees, aside_prefix
from repository.ocfl_inventory import (
    DECLARATION,
    DECLARATION_BYTES,
    INVENTORY,
    SIDECAR,
    Inventory,
    Version,
    is_earlier,
    parse_inventory,
    sidecar,
)
from repository.ocfl_source import Source, put_source
from schemas.crash_points import CrashPoint, reached
from schemas.errors import (
    KeyInvalid,
    LeaseLost,
    ObjectChanged,
    ObjectExists,
    ObjectMissing,
    PackageInvalid,
    StoreUnavailable,
)

_TURNS = 20
"""How often others may move the same object while it is settled."""


class _Incomplete(Exception):
    """A version has an inventory, and not all of the content that it names."""


def settle(
    folder: ObjectFolder, head: Head | None = None, *, leave_incomplete: bool = False
) -> tuple[Head | None, list[str]]:
    """Complete what others began and is decided; the head, and what was done, a sentence each.

    `head` stands in for a root's inventory that is damaged. A version that cannot be completed is for `sweep` to
    remove; meanwhile `LeaseLost`, unless it may be left.
    """
    done: list[str] = []
    for _ in range(_TURNS):
        head = head or folder.load()
        try:
            if head is not None and head.torn:
                done += _mend(folder, head)
                head = None
                continue
            data = _decided(folder, head)
            if data is None:
                return head, done
            number = 1 if head is None else head.inventory.head + 1
            _complete(folder, number, data, None if head is None else head.data)
            done.append(f"{folder.root}/v{number} was completed: it was decided and not yet the head")
        except _Incomplete as error:
            if leave_incomplete:
                return head, done
            raise LeaseLost(name=folder.object_id) from error
        except (ObjectChanged, ObjectExists):
            pass  # another one was quicker
        head = None
    raise LeaseLost(name=folder.object_id)


@dataclass(frozen=True, slots=True)
class Swept:
    """A file that no inventory named, and the key that keeps its bytes; None where it was begun and never decided."""

    path: str
    aside: str | None


def sweep(folder: ObjectFolder) -> list[Swept]:
    """Remove from the folders of versions what no inventory names and no living writer can be about to name.

    Hold the object's lease. What lies in a version that is decided keeps a name under ``damaged/``: it may be a killed
    loser's, or somebody else wrote to the store. Of a version that is not, the content goes first and an inventory
    last, so that nobody else can decide on it meanwhile.
    """
    head = folder.load()
    top = 0 if head is None else head.inventory.head
    named = set() if head is None else _named(head.inventory)
    with suppress(_Incomplete):
        if _decided(folder, head) is not None:  # somebody is at work all the same
            return []
    undecided = f"v{top + 1}/{INVENTORY}"
    place = aside_prefix()
    swept: list[Swept] = []
    for path in sorted(set(folder.paths()) - named, key=lambda path: (path == undecided, path)):
        match = VERSION_FOLDER.match(path)
        aside = None
        if match is not None and int(match[1]) <= top:
            aside = f"{place}{folder.key(path)}"
            folder.store.copy(folder.key(path), aside)
        elif match is None and head is not None:
            continue
        folder.store.delete(folder.key(path))
        swept.append(Swept(path, aside))
    return swept


def write_version(
    folder: ObjectFolder,
    head: Head | None,
    version: Version,
    files: Mapping[str, Source],
    fence: Callable[[], object],
) -> int:
    """Add the version after `head`, and return its number. Raises `LeaseLost` where another writer has it."""
    before = head.inventory if head else Inventory(folder.object_id, (), {})
    number = before.head + 1
    sources: dict[str, str] = {}
    for path in sorted(version.state):
        if version.state[path] not in before.manifest:
            sources.setdefault(version.state[path], path)
    content: dict[str, str] = {}
    try:
        fence()
        for digest, path in sources.items():
            content[digest] = _store(folder, number, path, files[path], digest)
            reached(CrashPoint.CONTENT_STORED)
        inventory = before.add(version, content)
        data = inventory.to_json()
        fence()
        folder.store.put(folder.key(f"v{number}/{INVENTORY}"), data)
    except (LeaseLost, ObjectExists) as error:
        _withdraw(folder, number, content.values())
        raise LeaseLost(name=folder.object_id) from error
    reached(CrashPoint.VERSION_INVENTORY)
    try:
        fence()
        intact = set(content.values()) <= set(folder.paths(f"v{number}/"))
    except LeaseLost:  # too late to be refused, unless its content was taken for what a killed writer left
        intact = _intact(folder, inventory)
    if not intact:
        raise LeaseLost(name=folder.object_id)
    _complete(folder, number, data, head.data if head else None, point=reached)
    _remove_unnamed(folder, number, inventory, folder.paths(f"v{number}/"))
    return number


def _store(folder: ObjectFolder, number: int, path: str, source: Source, digest: str) -> str:
    """Store one new file, beside what lies there if need be; its path."""
    check_key(folder.key(f"v{number}/content/{path}"))
    for place in (f"v{number}/content/{path}", f"v{number}/content/~{digest[:32]}"):
        try:
            put_source(folder.store, folder.key(place), source, digest)
        except (ObjectExists, KeyInvalid):
            if folder.exists(f"v{number}/{INVENTORY}"):
                break
        else:
            return place
    raise LeaseLost(name=folder.object_id)


def _withdraw(folder: ObjectFolder, number: int, paths: Iterable[str]) -> None:
    """Take back what a loser stored, unless the winner named it too: it is the same then."""
    winner = _parsed(folder, folder.read(f"v{number}/{INVENTORY}"))
    if winner is not None and winner.head == number:
        _remove_unnamed(folder, number, winner, paths)


def _remove_unnamed(folder: ObjectFolder, number: int, inventory: Inventory, paths: Iterable[str]) -> None:
    """Of paths of a version that is decided."""
    for path in set(paths) - _named(inventory) - _sealing(number):
        folder.store.delete(folder.key(path))


def _decided(folder: ObjectFolder, head: Head | None) -> bytes | None:
    """The inventory of the version after the head, where one is decided on. Raises `_Incomplete`."""
    number = 1 if head is None else head.inventory.head + 1
    data = folder.read(f"v{number}/{INVENTORY}")
    if data is None:
        return None
    inventory = _parsed(folder, data)
    follows = inventory is not None and inventory.head == number
    if inventory is None or not follows or (head is not None and not is_earlier(head.inventory, inventory)):
        raise _Incomplete
    if folder.read(f"v{number}/{SIDECAR}") not in {None, sidecar(data)} or not _intact(folder, inventory):
        raise _Incomplete
    return data


def _intact(folder: ObjectFolder, inventory: Inventory) -> bool:
    """Whether all content of the newest version is there and has its digest."""
    start = f"v{inventory.head}/"
    for digest, paths in inventory.manifest.items():
        for path in (path for path in paths if path.startswith(start)):
            try:
                if digest_object(folder.store, folder.key(path)) != digest:
                    return False
            except ObjectMissing:
                return False
            except OSError as error:
                raise StoreUnavailable(where=folder.key(path), detail=error.strerror or str(error)) from error
    return True


def _complete(
    folder: ObjectFolder,
    number: int,
    data: bytes,
    before: bytes | None,
    point: Callable[[CrashPoint], None] = lambda _: None,
) -> None:
    """Make a decided version the head; one that another has made so, or gone on from, is left alone."""
    folder.store.put(folder.key(f"v{number}/{SIDECAR}"), sidecar(data))
    point(CrashPoint.VERSION_SIDECAR)
    if before is None:
        folder.store.put(folder.key(DECLARATION), DECLARATION_BYTES)
        point(CrashPoint.OBJECT_DECLARED)
    try:
        if before is None:
            folder.store.put(folder.key(INVENTORY), data)
        else:
            folder.store.replace(folder.key(INVENTORY), data, over=before)
    except (ObjectChanged, ObjectExists) as error:
        mine, there = _parsed(folder, data), _parsed(folder, folder.read(INVENTORY))
        if mine is None or there is None or not is_earlier(mine, there):
            raise ObjectChanged(key=folder.key(INVENTORY)) from error
    point(CrashPoint.ROOT_INVENTORY)
    _seal_root(folder)
    point(CrashPoint.ROOT_SIDECAR)


def _mend(folder: ObjectFolder, head: Head) -> list[str]:
    """Write the root's files that a killed writer did not get to. Raises `ObjectChanged`, `ObjectExists`."""
    if INVENTORY in head.torn:
        folder.store.put(folder.key(DECLARATION), DECLARATION_BYTES)
        there = folder.read(INVENTORY)
        if there is None:
            folder.store.put(folder.key(INVENTORY), head.data)
        else:
            folder.store.replace(folder.key(INVENTORY), head.data, over=there)
    _seal_root(folder)
    return [f"{folder.key(name)} was written again from v{head.inventory.head}" for name in head.torn]


def _seal_root(folder: ObjectFolder) -> None:
    """Let the root's sidecar say what the root's inventory is. Who moves the head comes here afterwards, each time."""
    for _ in range(_TURNS):
        seal = folder.read(SIDECAR)  # before the inventory, else another's newer one could be taken for an old one
        data = folder.read(INVENTORY)
        if data is None or agrees(seal, data):
            return
        wanted = sidecar(data)
        try:
            if seal is None:
                folder.store.put(folder.key(SIDECAR), wanted)
            else:
                folder.store.replace(folder.key(SIDECAR), wanted, over=seal)
        except (ObjectChanged, ObjectExists):
            continue
    raise ObjectChanged(key=folder.key(SIDECAR))


def _named(inventory: Inventory) -> set[str]:
    """All files of an object with that inventory."""
    versions = set().union(*(_sealing(number) for number in range(1, inventory.head + 1)))
    content = {path for paths in inventory.manifest.values() for path in paths}
    return {DECLARATION, INVENTORY, SIDECAR} | versions | content


def _sealing(number: int) -> set[str]:
    return {f"v{number}/{INVENTORY}", f"v{number}/{SIDECAR}"}


def _parsed(folder: ObjectFolder, data: bytes | None) -> Inventory | None:
    try:
        return None if data is None else parse_inventory(data, folder.object_id)
    except PackageInvalid:
        return None
