# SPDX-License-Identifier: EUPL-1.2
"""The replica gains what it lacks, holds whole versions only, and is never given or robbed of anything else."""

import json
import shutil
from pathlib import Path

import pytest

from arhivar.composition import object_id, open_replica
from arhivar.keeping.replicate import ReplicaReport, ReplicaWatcher, replicate
from arhivar.settings import Settings
from repository.filesystem_store import FilesystemStore
from repository.object_store import StoredObject
from repository.ocfl import OcflRepository
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, InvalidSetting, LeaseLost, ReplicaMissing, ReplicaUnset, StoreFull
from schemas.findings import FindingCode
from schemas.ingest import unit_id as derive_unit_id
from tests.arhivar.conftest import Town
from tests.arhivar.keeping_help import UNIT, flip_bit, overwrite, run, tree, unit_root
from tests.binders import make_binder, text_pages

DEAF = ReplicaWatcher(lambda total: None, lambda size: None, lambda: None)


def with_replica(town: Town) -> Settings:
    return town.settings.model_copy(update={"replica": town.settings.home.parent / "replica"})


def fill(town: Town, *, new: bool = True, unit: str | None = None) -> ReplicaReport:
    with town.open() as archive:
        return replicate(archive, open_replica(with_replica(town), new=new), DEAF, reference_code=unit)


def replica_folder(town: Town) -> Path:
    folder = with_replica(town).replica
    assert folder is not None
    return Path(folder)


def told(report: ReplicaReport) -> set[tuple[str | None, FindingCode, object]]:
    return {(one.unit, one.finding.code, one.finding.fields["file"]) for one in report.troubles}


def test_the_replica_is_the_store_without_what_passes(kept: Town) -> None:
    store = kept.settings.home / "store"
    with kept.open() as archive:
        archive.store.put("audit/heads/000001.json", b"{}")
        archive.store.put("staging/x/files/1.png", b"passing")
    report = fill(kept)
    wanted = {name: data for name, data in tree(store).items() if not name.startswith("staging/")}
    assert tree(replica_folder(kept)) == wanted
    assert "audit/heads/000001.json" in wanted
    assert (report.units, report.complete, report.troubles) == (2, 2, [])
    assert report.copied_files > 10
    assert fill(kept, new=False).copied_files == 0


def test_a_new_version_is_added_to_what_the_replica_has(kept: Town) -> None:
    fill(kept)
    before = tree(replica_folder(kept))
    make_binder(kept.inbox, "b", text_pages(1, "nou"), description={"reference_code": "K/2", "intent": "replace_unit"})
    kept.ingest()
    assert fill(kept, new=False).complete == 2
    after = tree(replica_folder(kept))
    changed = {name for name, data in before.items() if after[name] != data}
    assert {name.rpartition("/")[2] for name in changed} == {"inventory.json", "inventory.json.sha512"}
    replica = OcflRepository(FilesystemStore(replica_folder(kept)))
    assert [replica.verify(one) for one in replica.objects()] == [[], []]


def test_an_unmounted_replica_is_an_error_and_not_a_new_one(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReplicaUnset):
        open_replica(kept.settings)
    with pytest.raises(ReplicaMissing):
        fill(kept, new=False)
    assert not replica_folder(kept).exists()
    replica_folder(kept).mkdir()  # the empty mount point
    code, _, err = run(capsys, with_replica(kept), "replicate")
    assert code == ReplicaMissing.exit_code
    assert "arhivar replicate --init" in err
    assert list(replica_folder(kept).iterdir()) == []
    with pytest.raises(InvalidSetting):
        open_replica(kept.settings.model_copy(update={"replica": kept.settings.home / "replica"}), new=True)


def test_bytes_that_do_not_agree_are_not_copied_and_the_others_are(
    kept: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    with kept.open() as archive:
        key = archive.packages.files(object_id(UNIT))["masters/002.png"].content_key
    flip_bit(kept.settings.home / "store" / key)
    report = fill(kept)
    assert told(report) == {("K/1", FindingCode.REPLICA_REFUSED, "v2/content/masters/002.png")}
    assert report.complete == 1
    replica = OcflRepository(FilesystemStore(replica_folder(kept)))
    assert not replica.store.exists(key)
    assert replica.objects() == [object_id(derive_unit_id("K/2"))]
    code, out, _ = run(capsys, with_replica(kept), "replicate", "--json")
    assert code == EXIT_FINDINGS
    assert json.loads(out)["troubles"][0]["unit"] == "K/1"


@pytest.mark.parametrize("name", ["inventory.json", "inventory.json.sha512", "v1/inventory.json"])
def test_an_inventory_that_is_not_sound_does_not_reach_the_replica(kept: Town, name: str) -> None:
    fill(kept)
    before = tree(replica_folder(kept))
    flip_bit(unit_root(kept.settings.home / "store") / name)
    report = fill(kept, new=False)
    assert tree(replica_folder(kept)) == before
    if name == "inventory.json.sha512":  # its twin in v2 says that the inventory is right
        assert report.troubles == []
    else:
        assert {code for _, code, _ in told(report)} == {FindingCode.REPLICA_REFUSED}


@pytest.mark.parametrize("after", range(0, 24, 3))
def test_a_replica_that_is_cut_off_holds_whole_versions_only(
    kept: Town, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    put, replace = FilesystemStore.put, FilesystemStore.replace

    def count(store: FilesystemStore) -> None:
        nonlocal written
        if store.root == replica_folder(kept) and (written := written + 1) > after + 4:
            raise StoreFull(where="replica")

    def putting(self: FilesystemStore, *words: object, **named: object) -> StoredObject:
        count(self)
        return put(self, *words, **named)  # type: ignore[arg-type]

    def replacing(self: FilesystemStore, *words: object) -> StoredObject:
        count(self)
        return replace(self, *words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(FilesystemStore, "put", putting)
        patch.setattr(FilesystemStore, "replace", replacing)
        with pytest.raises(StoreFull):
            fill(kept)
    replica = OcflRepository(FilesystemStore(replica_folder(kept)))
    for identifier in replica.objects():
        head = replica.head(identifier)
        assert head is not None
        for file in replica.files(identifier, head).values():
            assert replica.store.exists(file.content_key)
    assert fill(kept, new=False).complete == 2
    assert [replica.verify(one) for one in replica.objects()] == [[], []]


def test_what_differs_in_the_replica_is_named_and_left_alone(kept: Town) -> None:
    with kept.open() as archive:
        archive.store.put("audit/heads/000001.json", b"{}")
    fill(kept)
    master = next(replica_folder(kept).rglob("v2/content/masters/003.png"))
    overwrite(master, b"other")
    overwrite(replica_folder(kept) / "audit/heads/000001.json", b"[]")
    before = tree(replica_folder(kept))
    report = fill(kept, new=False)
    assert told(report) == {
        ("K/1", FindingCode.REPLICA_DIFFERS, "v2/content/masters/003.png"),
        (None, FindingCode.REPLICA_DIFFERS, "audit/heads/000001.json"),
    }
    assert tree(replica_folder(kept)) == before


def test_rot_in_the_replica_is_found_when_it_is_read_and_mended_by_moving_it_aside(
    kept: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(kept)
    settings = with_replica(kept)
    damaged = [unit_root(replica_folder(kept)) / name for name in ("v2/content/masters/003.png", "v1/inventory.json")]
    for file in damaged:
        flip_bit(file)
    code, out, _ = run(capsys, settings, "replicate", "--verify", "--json")
    assert code == EXIT_FINDINGS
    assert {(one["code"], one["fields"]["file"]) for one in json.loads(out)["troubles"]} == {
        ("replica-differs", "v2/content/masters/003.png"),
        ("replica-differs", "v1/inventory.json"),
    }
    for file in damaged:
        file.rename(replica_folder(kept).parent / f"aside-{file.name}")
    assert run(capsys, settings, "replicate", "--verify")[0] == EXIT_DONE


def test_a_replica_that_is_ahead_of_the_store_is_not_set_back(kept: Town) -> None:
    fill(kept)
    store = kept.settings.home / "store"
    shutil.rmtree(unit_root(store) / "v2")
    for name in ("inventory.json", "inventory.json.sha512"):
        (unit_root(store) / name).unlink()
        shutil.copy(unit_root(store) / "v1" / name, unit_root(store) / name)
    before = tree(replica_folder(kept))
    assert told(fill(kept, new=False)) == {("K/1", FindingCode.REPLICA_DIFFERS, "inventory.json")}
    assert tree(replica_folder(kept)) == before


def test_one_unit_alone_and_one_at_a_time(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert fill(kept, unit="K/2").complete == 1
    assert OcflRepository(FilesystemStore(replica_folder(kept))).objects() == [object_id(derive_unit_id("K/2"))]
    with kept.open() as archive, archive.leases.hold("replicate"), pytest.raises(LeaseLost):
        fill(kept)
    code, out, _ = run(capsys, with_replica(kept), "replicate")
    assert code == EXIT_DONE
    assert "2 of 2 units whole" in out
