# SPDX-License-Identifier: EUPL-1.2
"""Preservation packages: valid by ocfl-py, nothing stored twice, damage noticed."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import ocfl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.filesystem_store import FilesystemStore
from repository.object_store import StoredObject
from repository.ocfl import Kept, OcflRepository, Source, StoreKey
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

UNIT = UUID("0d1f6a5e-3f0d-5c41-9d57-2c1f7e9d3b11").urn
NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
Referee = Callable[[Path], list[str]]


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    made = FilesystemStore(tmp_path / "store")
    made.initialise()
    return made


@pytest.fixture
def packages(store: FilesystemStore) -> OcflRepository:
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


def folder(store: FilesystemStore, unit: str = UNIT) -> Path:
    return store.root / "ocfl" / object_path(unit)


def content_files(store: FilesystemStore) -> list[str]:
    root = folder(store)
    return sorted(str(path.relative_to(root)) for path in root.rglob("content/**/*") if path.is_file())


def test_an_empty_storage_root_is_valid(packages: OcflRepository, store: FilesystemStore, referee: Referee) -> None:
    packages.initialise()
    assert referee(store.root / "ocfl") == []
    assert packages.head(UNIT) is None


def test_the_referee_sees_warnings_and_damage(
    packages: OcflRepository, store: FilesystemStore, referee: Referee
) -> None:
    packages.commit(UNIT, {"a": b"1"}, message="", user_name="Ana", user_address=None, created=NOW, expected_head=None)
    assert "W008" in "".join(referee(store.root / "ocfl"))
    (folder(store) / "v1/content/a").unlink()
    assert "E092" in "".join(referee(store.root / "ocfl"))


def test_a_root_of_another_layout_is_not_taken_over(store: FilesystemStore) -> None:
    store.put("ocfl/ocfl_layout.json", b"{}")
    with pytest.raises(ObjectExists):
        OcflRepository(store).initialise()


def test_versions_are_valid_and_all_stay_readable(
    packages: OcflRepository, store: FilesystemStore, referee: Referee, tmp_path: Path
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

    assert referee(store.root / "ocfl") == []
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


def test_content_that_the_object_holds_is_not_stored_again(packages: OcflRepository, store: FilesystemStore) -> None:
    commit(packages, {"a": b"same", "b": b"same", "c": b"other"}, None)
    assert content_files(store) == ["v1/content/a", "v1/content/c"]
    commit(packages, {"moved/c": b"other"}, 1)
    commit(packages, {"b": b"same", "new": b"new"}, 2)
    assert content_files(store) == ["v1/content/a", "v1/content/c", "v3/content/new"]
    assert packages.verify(UNIT) == []


def test_the_heads_state_again_writes_no_version(packages: OcflRepository, store: FilesystemStore) -> None:
    files: dict[str, Source] = {"a": b"1", "b": b"2"}
    commit(packages, files, None)
    before = {stored.key: store.read(stored.key) for stored in store.list("ocfl/")}
    later = datetime(2026, 1, 1, tzinfo=UTC)
    assert commit(packages, files, 1, created=later) == 1
    assert commit(packages, files, None, created=later) == 1
    assert {stored.key: store.read(stored.key) for stored in store.list("ocfl/")} == before


@pytest.mark.parametrize("expected", [None, 2, 7])
def test_a_writer_that_was_overtaken_changes_nothing(
    packages: OcflRepository, store: FilesystemStore, expected: int | None
) -> None:
    commit(packages, {"a": b"1"}, None)
    before = [stored.key for stored in store.list("ocfl/")]
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, expected)
    assert [stored.key for stored in store.list("ocfl/")] == before
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, 1, unit="urn:uuid:another")


def test_a_writer_without_its_lease_does_not_move_the_head(
    packages: OcflRepository, store: FilesystemStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)

    def lost() -> None:
        raise LeaseLost(name=UNIT)

    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"2"}, 1, fence=lost)
    assert packages.head(UNIT) == 1
    assert commit(packages, {"a": b"3"}, 1) == 2
    assert referee(store.root / "ocfl") == []


def test_a_writer_that_slept_while_another_committed_is_stopped(
    packages: OcflRepository, store: FilesystemStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)

    def other_writer() -> None:
        assert commit(packages, {"a": b"the other's", "b": b"too"}, 1) == 2

    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine", "c": b"mine too"}, 1, fence=other_writer)
    assert sorted(packages.files(UNIT)) == ["a", "b"]
    assert packages.verify(UNIT) == []
    assert referee(store.root / "ocfl") == []


def test_a_writer_whose_content_was_swept_is_stopped(
    packages: OcflRepository, store: FilesystemStore, referee: Referee
) -> None:
    commit(packages, {"a": b"1"}, None)
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine"}, 1, fence=lambda: packages.repair(UNIT))
    assert packages.head(UNIT) == 1
    assert referee(store.root / "ocfl") == []


def test_a_writer_one_of_whose_files_was_swept_is_stopped(packages: OcflRepository, store: FilesystemStore) -> None:
    commit(packages, {"a": b"1"}, None)
    swept = f"ocfl/{object_path(UNIT)}/v2/content/b"
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine", "b": b"mine too"}, 1, fence=lambda: store.delete(swept))
    assert packages.head(UNIT) == 1


def test_a_writer_does_not_sweep_what_another_writes_meanwhile(
    packages: OcflRepository, store: FilesystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(packages, {"a": b"1"}, None)
    put = store.put

    def put_after_another(key: str, source: bytes, *, sha512: str | None = None) -> StoredObject:
        if key.endswith("v2/content/a"):
            put(key, b"the other's")
        return put(key, source, sha512=sha512)

    monkeypatch.setattr(store, "put", put_after_another)
    with pytest.raises(LeaseLost):
        commit(packages, {"a": b"mine"}, 1)
    assert store.read(f"ocfl/{object_path(UNIT)}/v2/content/a") == b"the other's"


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/./b", "a/.."])
def test_paths_that_leave_the_package_are_refused(packages: OcflRepository, store: FilesystemStore, path: str) -> None:
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


def test_verify_names_what_was_altered_lost_or_added(packages: OcflRepository, store: FilesystemStore) -> None:
    commit(packages, {"a": b"1", "b": b"2", "c": b"3"}, None)
    commit(packages, {"a": b"1", "b": b"2", "c": b"3", "d": b"4"}, 1)
    assert packages.verify(UNIT) == []
    root = folder(store)
    altered = root / "v1/content/a"
    altered.chmod(0o644)
    altered.write_bytes(b"0")
    (root / "v1/content/b").unlink()
    (root / "v1/content/stray").write_bytes(b"?")
    (root / "v1/inventory.json").chmod(0o644)
    (root / "v1/inventory.json").write_bytes(b"{}")
    (root / "0=ocfl_object_1.1").unlink()
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


def test_an_altered_inventory_is_not_believed(packages: OcflRepository, store: FilesystemStore) -> None:
    commit(packages, {"a": b"1"}, None)
    commit(packages, {"a": b"2"}, 1)
    path = folder(store) / "inventory.json"
    good = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(good.replace(b"Ana Pop", b"Ion Pop"))
    for action in (packages.head, packages.files):
        with pytest.raises(ObjectDamaged):
            action(UNIT)
    with pytest.raises(ObjectDamaged):
        commit(packages, {"a": b"3"}, 2)
    assert [str(difference) for difference in packages.verify(UNIT)] == ["inventory.json does not match its sidecar"]
    assert len(packages.repair(UNIT)) == 2
    assert path.read_bytes() == good
    assert packages.verify(UNIT) == []


def test_a_file_that_the_medium_does_not_give_back_is_named_and_the_rest_is_read(
    packages: OcflRepository, store: FilesystemStore, monkeypatch: pytest.MonkeyPatch
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
    store.root.rename(store.root.with_name("unmounted"))
    with pytest.raises(StoreUnavailable):
        packages.verify(UNIT)


def test_objects_are_listed_from_the_store_alone(packages: OcflRepository, store: FilesystemStore) -> None:
    assert packages.objects() == []
    long = "urn:x:" + "ș" * 60
    damaged = UUID(int=7).urn
    for unit in (UNIT, long, damaged):
        commit(packages, {"a": b"1"}, None, unit=unit)
    commit(packages, {"a": b"2"}, 1)
    for path in folder(store, damaged).rglob("inventory.json"):
        path.chmod(0o644)
        path.write_bytes(b"{}")
    store.put(f"ocfl/{object_path(UUID(int=8).urn)}/v1/content/a", b"of a first version that was never completed")
    store.put("ocfl/000/000/000/urn%3auuid%3astray/inventory.json", b"{}")
    assert packages.objects() == sorted([UNIT, long, damaged])


def test_an_inventory_that_leads_out_of_the_object_is_refused(packages: OcflRepository, store: FilesystemStore) -> None:
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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES)
def test_any_history_is_valid_and_gives_back_each_version(
    tmp_path_factory: pytest.TempPathFactory, referee: Referee, states: list[dict[str, bytes]]
) -> None:
    store = FilesystemStore(tmp_path_factory.mktemp("history") / "store")
    store.initialise()
    packages = OcflRepository(store)
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
    assert referee(store.root / "ocfl") == []


def test_kept_content_is_not_read_again(packages: OcflRepository, store: FilesystemStore, referee: Referee) -> None:
    commit(packages, {"masters/1": b"one", "masters/2": b"two"}, None)
    file = packages.files(UNIT)["masters/1"]
    store.delete(file.content_key)
    commit(packages, {"masters/1": Kept(file.sha512), "moved": Kept(file.sha512), "masters/3": b"three"}, 1)
    store.put(file.content_key, b"one")
    files = packages.files(UNIT)
    assert [files[path].content_key for path in ("masters/1", "moved")] == [file.content_key] * 2
    assert packages.verify(UNIT) == []
    assert referee(store.root / "ocfl") == []


def test_content_that_the_object_does_not_hold_cannot_be_kept(packages: OcflRepository) -> None:
    commit(packages, {"masters/1": b"one"}, None)
    with pytest.raises(ObjectMissing):
        commit(packages, {"masters/1": Kept("0" * 128)}, 1)
    assert packages.head(UNIT) == 1
