# SPDX-License-Identifier: EUPL-1.2
"""What every object store promises (`repository.object_store.ObjectStore`)."""

import io
from collections.abc import Callable, Iterator
from hashlib import sha512
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Barrier as ThreadBarrier
from threading import Thread

import pytest

from repository.object_store import ObjectStore, StoredObject
from schemas.errors import KeyInvalid, ObjectChanged, ObjectDamaged, ObjectExists, ObjectMissing
from tests.stores import EACH, STORES, Place


@pytest.fixture(params=EACH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    with STORES[request.param](tmp_path) as opened:
        yield opened


_TIMES = 30


def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [stored.key for stored in store.list(prefix)]


def test_what_was_put_is_read_again(store: ObjectStore) -> None:
    content = b"Autoriza\xc8\x9bie" * 300_000
    digest = sha512(content).hexdigest()
    assert store.put("staging/a/001.tif", io.BytesIO(content)) == StoredObject(
        "staging/a/001.tif", len(content), digest
    )
    assert store.read("staging/a/001.tif") == content
    with store.open("staging/a/001.tif") as stream:
        assert stream.read(7) == content[:7]
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == content[-3:]
    assert store.stat("staging/a/001.tif").size_bytes == len(content)
    with store.local_path("staging/a/001.tif") as path:
        assert path.read_bytes() == content


def test_initialising_again_loses_nothing(store: ObjectStore) -> None:
    store.put("a", b"1")
    store.initialise()
    assert store.read("a") == b"1"


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    store.put("empty", b"")
    assert store.exists("empty")
    assert store.read("empty") == b""


def test_the_same_content_again_changes_nothing(store: ObjectStore) -> None:
    first = store.put("a/b", b"one")
    assert store.put("a/b", io.BytesIO(b"one")) == first
    assert keys(store) == ["a/b"]


def test_other_content_under_a_taken_key_is_refused_and_the_old_stays(store: ObjectStore) -> None:
    store.put("a/b", b"one")
    with pytest.raises(ObjectExists):
        store.put("a/b", b"two")
    assert store.read("a/b") == b"one"
    assert keys(store) == ["a/b"]


def test_bytes_without_the_announced_digest_are_refused(store: ObjectStore) -> None:
    with pytest.raises(ObjectDamaged):
        store.put("a/b", b"one", sha512=sha512(b"another").hexdigest())
    assert keys(store) == []
    store.put("a/b", b"one", sha512=sha512(b"one").hexdigest().upper())
    assert store.read("a/b") == b"one"


def test_of_many_writers_of_one_key_exactly_one_wins(store: ObjectStore) -> None:
    barrier = ThreadBarrier(8)
    outcome: list[str] = []

    def write(content: bytes) -> None:
        barrier.wait()
        try:
            store.put("race/key", content * 50_000)
            outcome.append(content.decode())
        except ObjectExists:
            outcome.append("refused")

    threads = [Thread(target=write, args=(str(number % 4).encode(),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = store.read("race/key")[:1].decode()
    assert sorted(outcome) == sorted([winner] * 2 + ["refused"] * 6)


def test_a_source_that_fails_leaves_nothing(store: ObjectStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError("the share went away")
            return super().read(5)

    with pytest.raises(ConnectionResetError):
        store.put("a/b", Broken(b"half of a page"))
    assert not store.exists("a/b")
    assert keys(store) == []


def test_replace_puts_small_data_in_place_of_the_old(store: ObjectStore) -> None:
    store.replace("o/inventory.json", b"1")
    store.replace("o/inventory.json", b"22")
    assert store.read("o/inventory.json") == b"22"
    assert [stored.size_bytes for stored in store.list("o/")] == [2]


def test_replace_over_what_was_read_is_refused_where_another_was_quicker(store: ObjectStore) -> None:
    store.put("o/inventory.json", b"1")
    assert store.replace("o/inventory.json", b"22", over=b"1").size_bytes == 2
    with pytest.raises(ObjectChanged):
        store.replace("o/inventory.json", b"333", over=b"1")
    assert store.read("o/inventory.json") == b"22"
    store.replace("o/inventory.json", b"22", over=b"1")  # it is done already: an answer that was lost, asked again
    store.replace("o/inventory.json", b"", over=b"22")
    store.replace("o/inventory.json", b"1", over=b"")
    assert [stored.key for stored in store.list("")] == ["o/inventory.json"]


def test_replace_over_what_is_not_there_makes_nothing(store: ObjectStore) -> None:
    store.put("o/gone", b"1")
    store.delete("o/gone")
    for key in ("o/never", "o/gone"):
        with pytest.raises(ObjectChanged):
            store.replace(key, b"2", over=b"1")
        assert not store.exists(key)


def _count_up(place: Place, letter: bytes, barrier: Barrier) -> None:
    store = place.open()
    barrier.wait(60)
    for _ in range(_TIMES):
        while True:
            there = store.read("o/count")
            try:
                store.replace("o/count", there + letter, over=there)
            except ObjectChanged:
                continue
            break


def test_of_two_processes_that_replace_over_the_same_one_wins(store: ObjectStore) -> None:
    """Each adds its letter; not one is lost."""
    store.put("o/count", b"")
    context = get_context("spawn")
    barrier = context.Barrier(2)
    processes = [context.Process(target=_count_up, args=(Place.of(store), letter, barrier)) for letter in (b"a", b"b")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    counted = store.read("o/count")
    assert (counted.count(b"a"), counted.count(b"b"), len(counted)) == (_TIMES, _TIMES, 2 * _TIMES)


@pytest.mark.parametrize("key", ["nothing", "a", "a/b/c", "a/c"])
def test_a_missing_object_is_said_to_be_missing(store: ObjectStore, key: str) -> None:
    store.put("a/b", b"one")
    assert not store.exists(key)
    with pytest.raises(ObjectMissing):
        store.read(key)
    with pytest.raises(ObjectMissing):
        store.open(key)
    with pytest.raises(ObjectMissing):
        store.stat(key)
    with pytest.raises(ObjectMissing):
        store.copy(key, "elsewhere")
    with pytest.raises(ObjectMissing), store.local_path(key):
        pass


def test_list_takes_a_prefix_of_text_and_sorts_by_key(store: ObjectStore) -> None:
    made = ["a-b", "a/x", "a/x.json", "a/y/z", "ab", "b", "ă/ț.tif", "a/Z"]
    for key in made:
        store.put(key, key.encode())
    assert keys(store) == sorted(made, key=str.encode)
    assert keys(store, "a/") == ["a/Z", "a/x", "a/x.json", "a/y/z"]
    assert keys(store, "a/x") == ["a/x", "a/x.json"]
    assert keys(store, "a") == ["a-b", "a/Z", "a/x", "a/x.json", "a/y/z", "ab"]
    assert keys(store, "nothing/here") == []
    assert {stored.key: stored.size_bytes for stored in store.list("ă/")} == {"ă/ț.tif": len("ă/ț.tif".encode())}


def test_copy_stores_the_content_under_a_second_key(store: ObjectStore) -> None:
    store.put("staging/001", b"page")
    assert store.copy("staging/001", "ocfl/001").size_bytes == 4
    store.copy("staging/001", "ocfl/001")
    store.delete("staging/001")
    assert store.read("ocfl/001") == b"page"
    store.put("staging/002", b"other")
    with pytest.raises(ObjectExists):
        store.copy("staging/002", "ocfl/001")
    assert store.read("ocfl/001") == b"page"


def test_of_many_copies_to_one_key_exactly_one_wins(store: ObjectStore) -> None:
    barrier = ThreadBarrier(4)
    outcome: list[str] = []
    for number in range(4):
        store.put(f"staging/{number}", str(number).encode() * 50_000)

    def copy(number: int) -> None:
        barrier.wait()
        try:
            store.copy(f"staging/{number}", "ocfl/race")
            outcome.append(str(number))
        except ObjectExists:
            outcome.append("refused")

    threads = [Thread(target=copy, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = store.read("ocfl/race")[:1].decode()
    assert sorted(outcome) == sorted([winner, *["refused"] * 3])
    assert store.read("ocfl/race") == winner.encode() * 50_000


def test_an_empty_object_is_copied(store: ObjectStore) -> None:
    store.put("staging/empty", b"")
    store.copy("staging/empty", "ocfl/empty")
    assert store.read("ocfl/empty") == b""


def test_a_copy_is_not_touched_when_its_source_is_replaced(store: ObjectStore) -> None:
    store.replace("a", b"1")
    store.copy("a", "b")
    store.replace("a", b"2")
    assert store.read("b") == b"1"


def test_delete_removes_the_object_alone_and_forgives_a_missing_one(store: ObjectStore) -> None:
    store.put("a/b/c", b"1")
    store.put("a/d", b"2")
    store.delete("a/b/c")
    store.delete("a/b/c")
    store.delete("a/b")
    store.delete("a")
    assert keys(store) == ["a/d"]
    store.put("a/b", b"a folder's name is free again")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "a/../../b",
        "..",
        "./a",
        "a/.",
        "a//b",
        "a/",
        "a\\b",
        "a\nb",
        "a\x00b",
        "a\x7fb",
        "a\u2028b",
        "a\udcffb",
        "x" * 256,
        "/".join(["y" * 250] * 5),
    ],
    ids=ascii,
)
def test_keys_that_could_do_harm_are_refused_everywhere(store: ObjectStore, key: str) -> None:
    store.put("fine", b"1")
    actions: list[Callable[[], object]] = [
        lambda: store.put(key, b"1"),
        lambda: store.replace(key, b"1"),
        lambda: store.open(key),
        lambda: store.read(key),
        lambda: store.stat(key),
        lambda: store.exists(key),
        lambda: store.copy(key, "b"),
        lambda: store.copy("fine", key),
        lambda: store.delete(key),
    ]
    for action in actions:
        with pytest.raises(KeyInvalid):
            action()
    assert keys(store) == ["fine"]


@pytest.mark.parametrize("key", ["1.II.1987 – nr. 12 bis (copie).tif", ".ascuns/Thumbs", "hotărâre/ș ț/50%.tif", "…"])
def test_names_as_scanners_give_them_are_kept(store: ObjectStore, key: str) -> None:
    store.put(key, b"1")
    assert keys(store) == [key]
    assert store.read(key) == b"1"
