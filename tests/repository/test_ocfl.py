# SPDX-License-Identifier: EUPL-1.2
"""Preservation packages: valid by ocfl-py, nothing stored twice, damage noticed."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO
from uuid import UUID

import ocfl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.object_store import ObjectStore, StoredObject
from repository.ocfl import Kept, OcflRepository, Source, StoreKey
from repository.ocfl_difference import Problem
from repository.ocfl_layout import object_path
from schemas.errors import (
    KeyInvalid,
    LeaseLost,
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    PackageInvalid,
    StoreUnavailable,
)
from tests.repository.conftest import Referee
from tests.stores import overwrite, take_away

UNIT = UUID("0d1f6a5e-3f0d-5c41-9d57-2c1f7e9d3b11").urn
NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def packages(store: ObjectStore) -> OcflRepository:
    made = OcflRepository(store)
    made.initialise()
    return made


def commit(
    packages: OcflRepository,
    files: Mapping[str, Source],
    expected_head: int | None,
    *,
    unit: str = UNIT,
    created: datetime = NOW,
    fence: Callable[[], object] | None = None,
) -> int:
    return packages.commit(
        unit,
        files,
        message="Rescan",
        user_name="Ana Pop",
        user_address="mailto:arhiva@primaria.example",
        created=created,
        expected_head=expected_head,
        fence=fence,
    )


def root_key(unit: str = UNIT) -> str:
    return f"ocfl/{object_path(unit)}"


def content_files(store: ObjectStore) -> list[str]:
    paths = [stored.key.removeprefix(f"{root_key()}/") for stored in store.list(f"{root_key()}/")]
    return [path for path in paths if "/content/" in path]


def test_an_empty_storage_root_is_valid(packages: OcflRepository, store: ObjectStore, referee: Referee) -> None:
    packages.initialise()
    assert referee(store) == []
    assert packages.head(UNIT) is None


def test_the_referee_sees_warnings_and_damage(packages: OcflRepository, store: ObjectStore, referee: Referee) -> None:
    packages.commit(UNIT, {"a": b"1"}, message="", user_name="Ana", user_address=None, created=NOW, expected_head=None)
    assert "W008" in "".join(referee(store))
    store.delete(f"{root_key()}/v1/content/a")
    assert "E092" in "".join(referee(store))


def test_a_root_of_another_layout_is_not_taken_over(store: ObjectStore) -> None:
    store.put("ocfl/ocfl_layout.json", b"{}")
    with pytest.raises(ObjectExists):
        OcflRepository(store).initialise()


def test_versions_are_valid_and_all_stay_readable(
    packages: OcflRepository, store: ObjectStore, referee: Referee, tmp_path: Path
) -> None:
    (tmp_path / "access.pdf").write_bytes(b"%PDF-1.7 first")
    store.put("staging/001.tif", b"II*\0 one")
    first: dict[str, Source] = {
        "masters/001.tif": StoreKey("staging/001.tif"),
        "masters/Mărășești 12 bis.tif": b"II*\0 two",
        "access/volume-1.pdf": tmp_path / "access.pdf",
        "metadata/unit.json": b'{"v": 1}',
    }
    assert commit(packages, first, None) == 1
    second = {**first, "metadata/unit.json": b'{"v": 2}', "text/001.xml": b"<alto/>"}
    del second["masters/Mărășești 12 bis.tif"]
    assert commit(packages, second, 1) == 2
    third = {**second, "masters/Mărășești 12 bis.tif": b"II*\0 two"}
    assert commit(packages, third, 2) == 3

    assert referee(store) == []
    assert packages.verify(UNIT) == []
    assert packages.head(UNIT) == 3
    with packages.open(UNIT, "metadata/unit.json") as stream:
        assert stream.read() == b'{"v": 2}'
    with packages.open(UNIT, "metadata/unit.json", version=1) as stream:
        assert stream.read() == b'{"v": 1}'
    assert list(packages.files(UNIT, 2)) == sorted(second)
    file = packages.files(UNIT)["masters/001.tif"]
    store.delete("staging/001.tif")
    assert store.read(file.content_key) == b"II*\0 one"


def test_content_that_the_object_holds_is_not_stored_again(packages: OcflRepository, store: ObjectStore) -> None:
    commit(packages, {"a": b"same", "b": b"same", "c": b"other"}, None)
    assert content_files(store) == ["v1/content/a", "v1/content/c"]
    commit(packages, {"moved/c": b"other"}, 1)
    commit(packages, {"b": b"same", "new": b"new"}, 2)
    assert content_files(store) == ["v1/content/a", "v1/content/c", "v3/content/new"]
    assert packages.verify(UNIT) == []


def test_the_heads_state_again_writes_no_version(packages: OcflRepository, store: ObjectStore) -> None:
    files: dict[str, Source] = {"a": b"1", "b": b"2"}
    commit(packages, files, None)
    before = {stored.key: store.read(stored.key) for stored in store.list("ocfl/")}
    later = datetime(2026, 1, 1, tzinfo=UTC)
    assert commit(packages, files, 1, created=later) == 1
    assert commit(packages, files, None, created=later) == 1
    assert {stored.key: store.read(stored.key) for stored in store.list("ocfl/")} == before


@pytest.mark.parametrize("expected", [None, 2, 7])
def test_a_writer_that_was_overtaken_changes_nothing(
    packages: OcflRepository, store: ObjectStore, expected: int | None
) -> None:
    commit(packages, {"a": b"1"}, None)
    before = [stored.key for stored in store.list("ocfl/")]
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, expected)
    assert [stored.key for stored in store.list("ocfl/")] == before
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, 1, unit="urn:uuid:another")


def test_a_writer_without_its_lease_does_not_move_the_head(
    packages: OcflRepository, store: ObjectStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)

    def lost() -> None:
        raise LeaseLost(name=UNIT)

    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, 1, fence=lost)
    assert packages.head(UNIT) == 1
    assert commit(packages, {"a": b"3"}, 1) == 2
    assert referee(store) == []


def test_a_writer_that_slept_while_another_committed_is_stopped(
    packages: OcflRepository, store: ObjectStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)

    def other_writer() -> None:
        assert commit(packages, {"a": b"the other's", "b": b"too"}, 1) == 2

    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine", "c": b"mine too"}, 1, fence=other_writer)
    assert sorted(packages.files(UNIT)) == ["a", "b"]
    assert packages.verify(UNIT) == []
    assert referee(store) == []


def test_a_writer_whose_content_was_swept_is_stopped(
    packages: OcflRepository, store: ObjectStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine"}, 1, fence=lambda: packages.repair(UNIT))
    assert packages.head(UNIT) == 1
    packages.repair(UNIT)
    assert referee(store) == []
    assert commit(packages, {"a": b"mine"}, 1) == 2


@pytest.mark.parametrize("fences", ["hold", "fall"])
def test_a_writer_one_of_whose_files_was_swept_is_stopped(
    packages: OcflRepository, store: ObjectStore, referee: Referee, fences: str
) -> None:
    commit(packages, {"a": b"1"}, None)
    calls = []

    def fence() -> None:
        calls.append(1)
        if len(calls) == 2:  # the last one before the version is decided
            store.delete(f"{root_key()}/v2/content/b")
        if len(calls) > 2 and fences == "fall":
            store.put(f"{root_key()}/v2/content/b", b"another's")
            raise LeaseLost(name=UNIT)

    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine", "b": b"mine too"}, 1, fence=fence)
    assert packages.head(UNIT) == 1
    with pytest.raises(LeaseLost):  # it cannot be completed, and only who holds the lease may sweep it
        commit(packages, {"a": b"other"}, 1)
    packages.repair(UNIT)
    assert commit(packages, {"a": b"other"}, 1) == 2
    assert packages.verify(UNIT) == []
    assert referee(store) == []


def test_a_lease_that_runs_out_after_the_version_was_decided_comes_too_late(
    packages: OcflRepository, store: ObjectStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)

    def fence() -> None:
        if store.exists(f"{root_key()}/v2/inventory.json"):
            raise LeaseLost(name=UNIT)

    assert commit(packages, {"a": b"mine"}, 1, fence=fence) == 2
    assert packages.head(UNIT) == 2
    assert packages.verify(UNIT) == []
    assert referee(store) == []


def test_a_writer_stores_its_content_beside_anothers_and_the_winner_clears_up(
    packages: OcflRepository, store: ObjectStore, referee: Referee, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(packages, {"z": b"1"}, None)
    put = store.put

    def put_after_another(key: str, source: bytes, *, sha512: str | None = None) -> StoredObject:
        if key.endswith("v2/content/a"):
            put(key, b"the other's")
            put(f"{root_key()}/v2/content/only the other's", b"too")
        return put(key, source, sha512=sha512)

    monkeypatch.setattr(store, "put", put_after_another)
    assert commit(packages, {"a": b"mine", "b": b"mine too"}, 1) == 2
    assert store.read(packages.files(UNIT)["a"].content_key) == b"mine"
    assert packages.verify(UNIT) == []
    assert len(content_files(store)) == 3
    assert referee(store) == []


@pytest.mark.parametrize("own", ["own", "own of the loser"], ids=["in-the-way", "elsewhere"])
@pytest.mark.parametrize("moment", [1, 2], ids=["before-its-content", "after-its-content"])
def test_a_loser_takes_back_what_it_stored_and_nothing_of_the_winner(
    packages: OcflRepository, store: ObjectStore, referee: Referee, own: str, moment: int
) -> None:
    """Both have a file of the same content at the same path, and each one of its own, at the same path or another."""
    commit(packages, {"z": b"1"}, None)
    calls = []

    def overtake() -> None:
        calls.append(1)
        if len(calls) == moment:
            assert commit(packages, {"same": b"same", "own": b"the winner's"}, 1) == 2

    with pytest.raises(LeaseLost):
        commit(packages, {"same": b"same", own: b"the loser's", "more": b"of the loser"}, 1, fence=overtake)
    assert {path: store.read(file.content_key) for path, file in packages.files(UNIT).items()} == {
        "same": b"same",
        "own": b"the winner's",
    }
    assert packages.verify(UNIT) == []
    assert referee(store) == []


def test_repair_sweeps_what_a_killed_loser_left_in_a_version_that_is_decided(
    packages: OcflRepository, store: ObjectStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)
    commit(packages, {"a": b"2"}, 1)
    for stray in ("v1/content/lost", "v2/content/lost", "v3/content/begun"):
        store.put(f"{root_key()}/{stray}", b"?")
    assert {one.problem for one in packages.verify(UNIT)} == {Problem.UNNAMED}
    done = packages.repair(UNIT)
    assert [line.removeprefix(f"{root_key()}/").split(" ")[0] for line in done] == [
        "v1/content/lost",
        "v2/content/lost",
        "v3/content/begun",
    ]
    kept = [stored.key for stored in store.list("damaged/")]
    assert [key.partition("/")[2].partition("/")[2] for key in kept] == [
        f"{root_key()}/v1/content/lost",
        f"{root_key()}/v2/content/lost",
    ]
    assert store.read(kept[0]) == b"?"
    assert packages.verify(UNIT) == []
    assert packages.repair(UNIT) == []
    assert referee(store) == []


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/./b", "a/.."])
def test_paths_that_leave_the_package_are_refused(packages: OcflRepository, store: ObjectStore, path: str) -> None:
    with pytest.raises(KeyInvalid):
        commit(packages, {path: b"1"}, None)
    with pytest.raises(KeyInvalid):
        commit(packages, {"a": b"1", "a/b": b"2"}, None)
    assert packages.head(UNIT) is None
    assert list(store.list("ocfl/" + object_path(UNIT))) == []


def test_a_missing_source_stops_the_commit(packages: OcflRepository, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        commit(packages, {"a": StoreKey("staging/none")}, None)
    with pytest.raises(StoreUnavailable):
        commit(packages, {"a": tmp_path / "none"}, None)
    assert packages.head(UNIT) is None


def test_what_is_not_there_is_said_to_be_missing(packages: OcflRepository) -> None:
    with pytest.raises(ObjectMissing):
        packages.files(UNIT)
    with pytest.raises(ObjectMissing):
        packages.verify(UNIT)
    commit(packages, {"a": b"1"}, None)
    with pytest.raises(ObjectMissing):
        packages.open(UNIT, "b")
    with pytest.raises(PackageInvalid):
        packages.files(UNIT, 2)


def test_verify_names_what_was_altered_lost_or_added(packages: OcflRepository, store: ObjectStore) -> None:
    commit(packages, {"a": b"1", "b": b"2", "c": b"3"}, None)
    commit(packages, {"a": b"1", "b": b"2", "c": b"3", "d": b"4"}, 1)
    assert packages.verify(UNIT) == []
    overwrite(store, f"{root_key()}/v1/content/a", b"0")
    store.delete(f"{root_key()}/v1/content/b")
    store.put(f"{root_key()}/v1/content/stray", b"?")
    overwrite(store, f"{root_key()}/v1/inventory.json", b"{}")
    store.delete(f"{root_key()}/0=ocfl_object_1.1")
    differences = packages.verify(UNIT)
    expected = [
        "0=ocfl_object_1.1 is missing",
        "v1/content/b is missing",
        "v1/content/stray is named by no inventory",
        "v1/content/a does not match its digest",
        "v1/inventory.json does not match its sidecar",
    ]
    assert [str(difference) for difference in differences] == expected
    assert differences[3].uses == ((2, "a"), (1, "a"))


def test_an_altered_inventory_is_not_believed(packages: OcflRepository, store: ObjectStore) -> None:
    commit(packages, {"a": b"1"}, None)
    commit(packages, {"a": b"2"}, 1)
    key = f"{root_key()}/inventory.json"
    good = store.read(key)
    store.replace(key, good.replace(b"Ana Pop", b"Ion Pop"))
    for action in (packages.head, packages.files):
        with pytest.raises(ObjectDamaged):
            action(UNIT)
    with pytest.raises(ObjectDamaged):
        commit(packages, {"a": b"3"}, 2)
    assert [str(difference) for difference in packages.verify(UNIT)] == ["inventory.json does not match its sidecar"]
    assert len(packages.repair(UNIT)) == 2
    assert store.read(key) == good
    assert packages.verify(UNIT) == []


def test_a_file_that_the_medium_does_not_give_back_is_named_and_the_rest_is_read(
    packages: OcflRepository, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(packages, {"a": b"1", "b": b"22"}, None)
    opened = store.open

    def bad_sector(key: str) -> BinaryIO:
        if key.endswith("content/a"):
            raise StoreUnavailable(where="disk", detail="Input/output error")
        return opened(key)

    monkeypatch.setattr(store, "open", bad_sector)
    read: list[int] = []
    assert [str(difference) for difference in packages.verify(UNIT, read.append)] == ["v1/content/a cannot be read"]
    assert read == [2]
    take_away(store)
    with pytest.raises(StoreUnavailable):
        packages.verify(UNIT)


def test_objects_are_listed_from_the_store_alone(packages: OcflRepository, store: ObjectStore) -> None:
    assert packages.objects() == []
    long = "urn:x:" + "ș" * 60
    damaged = UUID(int=7).urn
    for unit in (UNIT, long, damaged):
        commit(packages, {"a": b"1"}, None, unit=unit)
    commit(packages, {"a": b"2"}, 1)
    for folder in ("", "v1/"):
        store.replace(f"{root_key(damaged)}/{folder}inventory.json", b"{}")
    store.put(f"ocfl/{object_path(UUID(int=8).urn)}/v1/content/a", b"of a first version that was never completed")
    store.put("ocfl/000/000/000/urn%3auuid%3astray/inventory.json", b"{}")
    assert packages.objects() == sorted([UNIT, long, damaged])


def test_an_inventory_that_leads_out_of_the_object_is_refused(packages: OcflRepository, store: ObjectStore) -> None:
    store.put("staging/secret", b"secret")
    commit(packages, {"a": b"1"}, None)
    root = "ocfl/" + object_path(UNIT)
    document = json.loads(store.read(f"{root}/inventory.json"))
    for path in ("../../../../../staging/secret", "v1/content/../../x", "inventory.json", "v1/content"):
        document["manifest"] = {digest: [path] for digest in document["manifest"]}
        data = json.dumps(document).encode()
        store.replace(f"{root}/inventory.json", data)
        store.replace(f"{root}/inventory.json.sha512", ocfl_sidecar(data))
        with pytest.raises(PackageInvalid):
            packages.files(UNIT)


def ocfl_sidecar(data: bytes) -> bytes:
    return f"{sha512(data).hexdigest()}  inventory.json\n".encode()


@pytest.mark.parametrize("object_id", [UNIT, "a", "info:fedora/Mărășești 12", "x" * 300, "ș" * 40, "..hor/rib:lè-$id"])
def test_objects_lie_where_the_layouts_referee_says(object_id: str) -> None:
    layout = ocfl.layout_registry.get_layout("0003-hash-and-id-n-tuple-storage-layout")
    assert object_path(object_id) == layout.identifier_to_path(object_id)


NAMES = st.sampled_from(["a", "b", "c/d", "c/e", "ș ț.tif", "f/g/h"])
STATES = st.lists(st.dictionaries(NAMES, st.sampled_from([b"", b"1", b"2", b"3"]), min_size=1), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES)
def test_any_history_is_valid_and_gives_back_each_version(
    store: ObjectStore, referee: Callable[[ObjectStore, str], list[str]], states: list[dict[str, bytes]]
) -> None:
    prefix = token_hex(4)
    packages = OcflRepository(store, prefix)
    packages.initialise()
    history: list[dict[str, bytes]] = []
    for state in states:
        version = commit(packages, dict(state), len(history) or None)
        if not history or history[-1] != state:
            history.append(state)
        assert version == len(history)
    for number, state in enumerate(history, start=1):
        files = packages.files(UNIT, number)
        assert {path: store.read(file.content_key) for path, file in files.items()} == state
    assert packages.verify(UNIT) == []
    assert referee(store, prefix) == []


def test_kept_content_is_not_read_again(packages: OcflRepository, store: ObjectStore, referee: Referee) -> None:
    commit(packages, {"masters/1": b"one", "masters/2": b"two"}, None)
    file = packages.files(UNIT)["masters/1"]
    store.delete(file.content_key)
    commit(packages, {"masters/1": Kept(file.sha512), "moved": Kept(file.sha512), "masters/3": b"three"}, 1)
    store.put(file.content_key, b"one")
    files = packages.files(UNIT)
    assert [files[path].content_key for path in ("masters/1", "moved")] == [file.content_key] * 2
    assert packages.verify(UNIT) == []
    assert referee(store) == []


def test_content_that_the_object_does_not_hold_cannot_be_kept(packages: OcflRepository) -> None:
    commit(packages, {"masters/1": b"one"}, None)
    with pytest.raises(ObjectMissing):
        commit(packages, {"masters/1": Kept("0" * 128)}, 1)
    assert packages.head(UNIT) == 1
