# SPDX-License-Identifier: EUPL-1.2
"""Repair writes verified bytes alone, keeps what it replaces, tells what it did, and says so where it cannot."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from arhivar.composition import object_id, open_replica
from arhivar.keeping.replicate import ReplicaWatcher, replicate
from repository.filesystem_store import FilesystemStore
from repository.ocfl_inventory import sidecar
from schemas.audit import AuditAction, AuditRecord
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, ReplicaMissing, StoreFull
from schemas.findings import FindingCode
from tests.arhivar.conftest import Town
from tests.arhivar.keeping_help import UNIT, flip_bit, overwrite, run, tree, unit_root

Harm = Callable[[Path], object]


@pytest.fixture
def doubled(kept: Town) -> Town:
    """The archive with a replica of all of it."""
    settings = kept.settings.model_copy(update={"replica": kept.settings.home.parent / "replica"})
    town = Town(settings, kept.inbox, kept.pool)
    with town.open() as archive:
        replicate(
            archive, open_replica(settings, new=True), ReplicaWatcher(lambda _: None, lambda _: None, lambda: None)
        )
    return town


def store(town: Town) -> Path:
    return town.settings.home / "store"


def replica(town: Town) -> Path:
    assert town.settings.replica is not None
    return Path(town.settings.replica)


def packages(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in tree(folder).items() if name.startswith("ocfl/")}


def take_page_from_pdf(root: Path) -> None:
    path = root / "v2/content/access/volume-1.pdf"
    path.chmod(0o644)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[1]
        pdf.save(path)


def lose(*files: Path) -> None:
    assert files
    for file in files:
        file.unlink()


def harm_both_inventories(root: Path) -> None:
    flip_bit(root / "inventory.json")
    flip_bit(root / "v2/inventory.json")


def lose_inventory_and_its_copy(root: Path) -> None:
    (root / "inventory.json").unlink()
    (root / "v2/inventory.json.sha512").unlink()
    flip_bit(root / "v2/inventory.json")


HARMED: dict[str, Harm] = {
    "a page of the PDF": take_page_from_pdf,
    "an ALTO file": lambda root: (root / "v2/content/text/00002.xml").unlink(),
    "a bit of a master": lambda root: flip_bit(root / "v2/content/masters/002.png"),
    "an old master": lambda root: (root / "v1/content/masters/001.png").unlink(),
    "the description": lambda root: flip_bit(root / "v2/content/metadata/unit.json"),
    "the whole package": shutil.rmtree,
    "the first version's folder": lambda root: shutil.rmtree(root / "v1"),
    "both of the head's inventories": harm_both_inventories,
    "every inventory of the head": lose_inventory_and_its_copy,
}
"""What only the replica can bring back."""

HARMED_LIGHTLY: dict[str, Harm] = {
    "the root's inventory": lambda root: flip_bit(root / "inventory.json"),
    "a lost root's inventory": lambda root: (root / "inventory.json").unlink(),
    "the root's sidecar": lambda root: (root / "inventory.json.sha512").unlink(),
    "a damaged sidecar": lambda root: flip_bit(root / "inventory.json.sha512"),
    "an old inventory": lambda root: flip_bit(root / "v1/inventory.json"),
    "an old inventory with its sidecar": lambda root: lose(*(root / "v1").glob("inventory*")),
    "the newest version's inventory": lambda root: flip_bit(root / "v2/inventory.json"),
    "the newest version's sidecar": lambda root: (root / "v2/inventory.json.sha512").unlink(),
    "both sidecars": lambda root: lose(*root.rglob("inventory.json.sha512")),
    "the declaration": lambda root: flip_bit(root / "0=ocfl_object_1.1"),
}
"""What the package can bring back by itself, for its inventories repeat each other."""


@pytest.mark.parametrize("what", [*HARMED, *HARMED_LIGHTLY])
def test_what_is_damaged_comes_back_byte_for_byte(doubled: Town, capsys: pytest.CaptureFixture[str], what: str) -> None:
    before = packages(store(doubled))
    (HARMED | HARMED_LIGHTLY)[what](unit_root(store(doubled)))
    harmed = packages(store(doubled))
    assert harmed != before
    code, out, _ = run(capsys, doubled.settings, "verify", "--repair")
    assert code == EXIT_DONE, out
    assert packages(store(doubled)) == before
    kept = [data for name, data in tree(store(doubled)).items() if name.startswith("damaged/")]
    assert sorted(kept) == sorted(data for name, data in harmed.items() if data != before[name])
    assert not list(store(doubled).glob("repair/**/*"))


@pytest.mark.parametrize("what", HARMED_LIGHTLY)
def test_inventories_come_back_without_a_replica(kept: Town, capsys: pytest.CaptureFixture[str], what: str) -> None:
    before = packages(store(kept))
    HARMED_LIGHTLY[what](unit_root(store(kept)))
    code, out, _ = run(capsys, kept.settings, "verify", "--repair")
    assert (code, packages(store(kept))) == (EXIT_DONE, before), out


@pytest.mark.parametrize("what", HARMED)
def test_without_a_replica_nothing_is_changed_and_that_is_said(
    kept: Town, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    HARMED[what](unit_root(store(kept)))
    harmed = packages(store(kept))
    code, out, _ = run(capsys, kept.settings, "verify", "--repair")
    assert code == EXIT_FINDINGS
    assert "no replica is named" in out
    assert {name: data for name, data in packages(store(kept)).items() if name in harmed} == harmed


def test_a_repair_is_reported_and_recorded(doubled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    flip_bit(unit_root(store(doubled)) / "v2/content/masters/002.png")
    document = json.loads(run(capsys, doubled.settings, "verify", "K/1", "--repair", "--json")[1])
    (repair,) = document["repairs"]
    assert (repair["unit"], repair["unrepaired"], repair["left"]) == ("K/1", [], [])
    (finding,) = repair["repaired"]
    assert finding["fields"]["origin"] == "replica"
    assert (store(doubled) / finding["fields"]["aside"]).is_file()
    flip_bit(unit_root(store(doubled)) / "inventory.json")
    assert run(capsys, doubled.settings, "verify", "--repair")[0] == EXIT_DONE
    with doubled.open() as archive:
        row = archive.catalogue.unit(UNIT)
        assert row is not None
        assert row.ingest_id is not None
        noted = [one for one in archive.catalogue.findings(row.ingest_id) if one.code is FindingCode.FILE_REPAIRED]
        assert [one.fields["file"] for one in noted] == ["v2/content/masters/002.png", "inventory.json"]
        records = [AuditRecord.model_validate_json(one.record) for one in archive.catalogue.audit_rows()]
    repaired = [one for one in records if one.action is AuditAction.FILE_REPAIRED]
    assert [(one.subject, one.unit_id, one.details["file"]) for one in repaired] == [
        ("K/1", UNIT, "v2/content/masters/002.png"),
        ("K/1", UNIT, "inventory.json"),
    ]


def test_what_no_inventory_names_is_taken_out_of_the_package_and_kept(
    kept: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    root = unit_root(store(kept))
    before = packages(store(kept))
    (root / "v1/content/lost").write_bytes(b"a killed depositor's")
    assert run(capsys, kept.settings, "verify")[0] == EXIT_FINDINGS
    code, out, _ = run(capsys, kept.settings, "verify", "--repair")
    assert code == EXIT_DONE
    assert "'v1/content/lost', which no inventory named, was taken out of the package" in out
    assert packages(store(kept)) == before
    (aside,) = (store(kept) / "damaged").rglob("lost")
    assert aside.read_bytes() == b"a killed depositor's"
    with kept.open() as archive:
        records = [AuditRecord.model_validate_json(one.record) for one in archive.catalogue.audit_rows()]
    (taken,) = (one for one in records if one.action is AuditAction.FILE_SET_ASIDE)
    assert (taken.unit_id, taken.details["file"]) == (UNIT, "v1/content/lost")


def test_a_replica_whose_own_copy_is_wrong_gives_nothing(doubled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (store(doubled), replica(doubled)):
        flip_bit(unit_root(folder) / "v2/content/masters/002.png")
    (unit_root(store(doubled)) / "v2/content/masters/003.png").unlink()
    before, other = packages(store(doubled)), tree(replica(doubled))
    code, out, _ = run(capsys, doubled.settings, "verify", "--repair")
    assert code == EXIT_FINDINGS
    assert "'v2/content/masters/002.png' of the package could not be repaired: the replica's own copy is wrong" in out
    assert "'v2/content/masters/003.png' of the package was repaired from: replica" in out
    after = packages(store(doubled))
    assert {name: after[name] for name in before} == before
    assert [name.rpartition("/")[2] for name in after.keys() - before.keys()] == ["003.png"]
    assert tree(replica(doubled)) == other


def test_a_replica_that_does_not_know_the_newest_version_is_not_taken_for_the_truth(
    doubled: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    old = unit_root(replica(doubled))
    for name in ("inventory.json", "inventory.json.sha512"):
        (old / name).unlink()
        shutil.copy(old / "v1" / name, old / name)
    shutil.rmtree(old / "v2")
    harm_both_inventories(unit_root(store(doubled)))
    before = packages(store(doubled))
    code, out, _ = run(capsys, doubled.settings, "verify", "--repair")
    assert code != EXIT_DONE
    assert "can be believed" in out or "own copy is wrong" in out
    assert packages(store(doubled)) == before


def test_a_replica_with_a_tampered_inventory_gives_nothing(doubled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    harm_both_inventories(unit_root(replica(doubled)))
    harm_both_inventories(unit_root(store(doubled)))
    before = packages(store(doubled))
    assert run(capsys, doubled.settings, "verify", "--repair")[0] != EXIT_DONE
    assert packages(store(doubled)) == before


def test_an_unmounted_replica_is_an_error(doubled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    flip_bit(unit_root(store(doubled)) / "v2/content/masters/002.png")
    replica(doubled).rename(replica(doubled).with_name("unmounted"))
    before = tree(store(doubled))
    assert run(capsys, doubled.settings, "verify", "--repair")[0] == ReplicaMissing.exit_code
    assert tree(store(doubled)) == before


def test_a_second_name_of_the_damaged_file_keeps_its_bytes(doubled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    master = unit_root(store(doubled)) / "v2/content/masters/002.png"
    staged = store(doubled) / "staging/x/files/002.png"
    staged.parent.mkdir(parents=True)
    os.link(master, staged)
    flip_bit(master)
    damaged = master.read_bytes()
    assert run(capsys, doubled.settings, "verify", "--repair")[0] == EXIT_DONE
    assert staged.read_bytes() == damaged
    assert master.stat().st_ino != staged.stat().st_ino
    assert master.stat().st_nlink == 1
    assert not master.stat().st_mode & 0o222


def test_a_twin_in_the_package_serves_without_a_replica(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program may store the same bytes twice; its inventory then names both places."""
    root = unit_root(store(kept))
    document = json.loads((root / "inventory.json").read_bytes())
    digest = next(one for one, paths in document["manifest"].items() if "v2/content/masters/002.png" in paths)
    document["manifest"][digest].append("v2/content/twin.png")
    shutil.copy(root / "v2/content/masters/002.png", root / "v2/content/twin.png")
    data = (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    for folder in (root, root / "v2"):
        overwrite(folder / "inventory.json", data)
        overwrite(folder / "inventory.json.sha512", sidecar(data))
    assert run(capsys, kept.settings, "verify")[0] == EXIT_DONE
    (root / "v2/content/masters/002.png").unlink()
    code, out, _ = run(capsys, kept.settings, "verify", "--repair")
    assert code == EXIT_DONE
    assert "was repaired from: v2/content/twin.png" in out


def test_a_full_disk_leaves_no_more_missing_than_there_was(
    doubled: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flip_bit(unit_root(store(doubled)) / "v2/content/masters/002.png")
    before = tree(store(doubled))

    def full(*_: object, **__: object) -> None:
        raise StoreFull(where="store")

    with monkeypatch.context() as patch:
        patch.setattr(FilesystemStore, "put", full)
        code, out, _ = run(capsys, doubled.settings, "verify", "--repair")
    assert code == StoreFull.exit_code
    assert "K/1: the repair stopped. ARH-5005" in out
    assert tree(store(doubled)) == before
    assert run(capsys, doubled.settings, "verify", "--repair")[0] == EXIT_DONE


def test_a_lost_row_is_not_for_repair_and_the_advice_says_what_is(
    doubled: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    with doubled.open() as archive:
        archive.index.remove_unit(UNIT)
        archive.store.delete(archive.packages.files(object_id(UNIT))["text/00002.xml"].content_key)
    code, out, _ = run(capsys, doubled.settings, "verify", "--repair")
    assert code == EXIT_FINDINGS
    assert "1 files repaired, 0 not; at the second look: 3 differences" in out
    assert "arhivar rebuild" in out
