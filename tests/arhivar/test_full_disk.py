# SPDX-License-Identifier: EUPL-1.2
"""A disk that is full at any stage: a clear error, nothing half done, nothing lost, and the next run goes on."""

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import object_id
from arhivar.package import read_package
from arhivar.pipeline import RunReport
from repository.filesystem_store import FilesystemStore
from repository.sql import connection as sql_connection
from schemas.errors import (
    ArhivarError,
    CatalogueFull,
    DiskFull,
    DiskUnavailable,
    IndexFull,
    ShareFull,
    StoreFull,
)
from schemas.ingest import IngestState, unit_id
from schemas.messages import Language
from schemas.page import PageKind
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

PAGES = {name: [f"pagina {number} din {name}" for number in range(1, pages)] for name, pages in (("a", 16), ("b", 12))}

Fault = Callable[[pytest.MonkeyPatch, Town], None]


def no_space(*args: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _store_writes(wanted: str) -> Fault:
    """The store has no room for keys that contain `wanted`: half a chunk goes in, then the disk is full."""

    def fault(patch: pytest.MonkeyPatch, town: Town) -> None:
        original_write = FilesystemStore._write
        keys: list[str] = []

        def write(self: FilesystemStore, key: str, source: Any) -> Any:
            keys.append(key)
            return original_write(self, key, source)

        def write_all(target: Any, chunk: bytes) -> None:
            if wanted in keys[-1]:
                target.write(chunk[: len(chunk) // 2])
                no_space()
            target.write(chunk)

        patch.setattr(FilesystemStore, "_write", write)
        patch.setattr("repository.filesystem_store._write_all", write_all)

    return fault


def _path_method(name: str, wanted: str) -> Fault:
    """A method of Path has no room where the path contains `wanted`; what it writes is cut off."""

    def fault(patch: pytest.MonkeyPatch, town: Town) -> None:
        original = getattr(Path, name)

        def method(self: Path, *args: Any, **options: Any) -> Any:
            if wanted in str(self):
                if name in {"write_bytes", "write_text"}:
                    original(self, args[0][:7], **options)
                no_space()
            return original(self, *args, **options)

        patch.setattr(Path, name, method)

    return fault


def _attribute(target: str) -> Fault:
    return lambda patch, town: patch.setattr(target, no_space)


def _pdf_on_a_full_disk(patch: pytest.MonkeyPatch, town: Town) -> None:
    original = Path.open

    def opened(self: Path, mode: str = "r", **options: Any) -> Any:
        return original(Path("/dev/full") if self.name.endswith(".part") else self, mode.replace("x", "w"), **options)

    patch.setattr(Path, "open", opened)


def _index(patch: pytest.MonkeyPatch, town: Town) -> None:
    def commit(self: object) -> None:
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    patch.setattr("search.tantivy_index._Batch.commit", commit)


def _catalogue(spare_pages: int) -> Fault:
    """SQLite's own "database or disk is full", once the catalogue has grown by so many pages of its file."""

    def fault(patch: pytest.MonkeyPatch, town: Town) -> None:
        prepare = sql_connection._prepare_sqlite

        def bounded(connection: Any, record: object) -> None:
            prepare(connection, record)
            have = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {have + spare_pages}")

        patch.setattr(sql_connection, "_prepare_sqlite", bounded)

    return fault


FAULTS: dict[str, tuple[Fault, type[ArhivarError]]] = {
    "claim": (_path_method("mkdir", ".claimed"), ShareFull),
    "staged file": (_store_writes("/files/002.png"), StoreFull),
    "staged manifest": (_store_writes("/manifest.json"), StoreFull),
    "page result": (_path_method("write_bytes", "work/pages/"), DiskFull),
    "page result's head": (_path_method("write_bytes", ".json."), DiskFull),
    "folder of the work area": (_path_method("mkdir", "work/ingests/"), DiskFull),
    "compose": (_pdf_on_a_full_disk, DiskFull),
    "PDF's name": (_path_method("replace", ".pdf."), DiskFull),
    "master's name": (_attribute("repository.filesystem_store.os.link"), StoreFull),
    "OCFL content": (_store_writes("/content/access/"), StoreFull),
    "version's inventory": (_store_writes("/v1/inventory.json"), StoreFull),
    "declaration": (_store_writes("/0=ocfl_object"), StoreFull),
    "root inventory": (_store_writes("inventory.json"), StoreFull),
    "sidecar": (_store_writes("inventory.json.sha512"), StoreFull),
    "catalogue, at once": (_catalogue(0), CatalogueFull),
    "catalogue, later": (_catalogue(1), CatalogueFull),
    "catalogue, last": (_catalogue(2), CatalogueFull),
    "index": (_index, IndexFull),
}


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    use_quick_validator(monkeypatch)
    return quick_town(tmp_path)


def _drop_binders(town: Town) -> None:
    for name, texts in PAGES.items():
        make_quick_binder(town.inbox, name, texts, {"reference_code": f"T/{name}"})


def _errors(report: RunReport) -> list[ArhivarError]:
    return [*report.errors, *(one.error for one in report.outcomes if one.error is not None)]


def _pdf_digests(town: Town) -> dict[str, str]:
    found = {}
    with town.open() as archive:
        for name in PAGES:
            identifier = object_id(unit_id(f"T/{name}"))
            with archive.packages.open(identifier, read_package(archive, identifier).pdfs[0].path) as stream:
                found[name] = hashlib.sha512(stream.read()).hexdigest()
    return found


def _files_below(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("stage", FAULTS)
def test_a_full_disk_is_said_so_and_the_next_run_goes_on(
    stage: str, quick: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fault, expected = FAULTS[stage]
    _drop_binders(quick)
    with monkeypatch.context() as patch:
        fault(patch, quick)
        report = quick.ingest()
    errors = _errors(report)
    assert {type(error) for error in errors} == {expected}
    assert all(error.retryable for error in errors)
    assert all(str(tmp_path) in error.say(Language.RO) and "plin" in error.say(Language.RO) for error in errors)
    told = {one.folder for one in report.stopped_drops} | {one.folder for one in report.taken}
    assert told == set(PAGES), "each drop's outcome is said"
    assert not list((quick.settings.home / "store" / ".tmp").glob("*-*")), "no half a file fills the disk"
    assert not list((quick.settings.home / "work").rglob("*.part"))
    _no_page_was_blamed(quick)

    again = quick.ingest()
    assert _errors(again) == []
    with quick.open() as archive:
        rows = archive.catalogue.ingests()
        assert {row.manifest.folder: row.state for row in rows} == dict.fromkeys(PAGES, IngestState.RECONCILED)
        for name in PAGES:
            identifier = object_id(unit_id(f"T/{name}"))
            assert archive.packages.head(identifier) == 1
            assert archive.packages.verify(identifier) == []
        assert list(archive.store.list("staging/")) == []
    assert _files_below(quick.inbox) == []
    _no_page_was_blamed(quick)
    pool: Any = quick.pool
    if not stage.startswith(("page result", "catalogue")):
        assert set(pool.read.values()) == {1}, "no page was read twice"
    assert _pdf_digests(quick) == _undisturbed(tmp_path)


def _no_page_was_blamed(town: Town) -> None:
    with town.open() as archive:
        for row in archive.catalogue.ingests():
            assert PageKind.UNREADABLE not in {page.kind for page in archive.catalogue.pages(row.ingest_id)}


def _undisturbed(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    other = quick_town(folder)
    _drop_binders(other)
    other.ingest()
    return _pdf_digests(other)


def test_a_share_that_is_full_keeps_a_drop_whole_until_it_can_say_why(
    quick: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_quick_binder(quick.inbox, "a", ["prima"], {"reference_code": ""})
    files = sorted(_files_below(folder))
    with monkeypatch.context() as patch:
        _path_method("write_text", "REASON")(patch, quick)
        report = quick.ingest()
    assert [type(one.error) for one in report.stopped_drops] == [ShareFull]
    assert set(files) <= set(_files_below(quick.inbox))
    aside = quick.ingest().taken[0].quarantined_at
    assert aside is not None
    assert set(_files_below(aside)) == {*files, "REASON.txt"} - {"_READY"}
    assert "description-invalid" in (aside / "REASON.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.EDQUOT, DiskFull), (errno.EROFS, DiskUnavailable), (errno.EIO, DiskUnavailable)],
)
def test_a_disk_that_fails_otherwise_stops_the_ingest_and_not_the_program(
    number: int, expected: type[ArhivarError], quick: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drop_binders(quick)

    def fail(self: object, *args: object) -> None:
        raise OSError(number, "by design")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fail)
        report = quick.ingest()
    assert [type(one.error) for one in report.outcomes] == [expected, expected]
    assert [one.state for one in quick.ingest().outcomes] == [IngestState.RECONCILED] * 2


def test_a_share_that_fails_while_it_is_read_is_named(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick_binder(quick.inbox, "a", ["prima"], {"reference_code": "T/a"})
    with monkeypatch.context() as patch:

        def fail(*args: object) -> None:
            raise OSError(errno.EIO, "Input/output error")

        patch.setattr("arhivar.intake.take.digest_files", fail)
        report = quick.ingest()
    assert [error.code for error in report.errors] == ["ARH-1202"]
    assert [one.state for one in quick.ingest().outcomes] == [IngestState.RECONCILED]


def test_below_the_least_free_space_nothing_is_begun_and_every_drop_is_said_to_wait(tmp_path: Path) -> None:
    town = quick_town(tmp_path, ARHIVAR_LEAST_FREE_BYTES=str(1 << 60))
    _drop_binders(town)
    report = town.ingest()
    assert [error.code for error in report.errors] == ["ARH-9203"]
    assert str(town.settings.home) in str(report.errors[0])
    assert [(one.folder, one.readiness.waiting_for) for one in report.waiting] == [("a", "space"), ("b", "space")]
    assert report.taken == ()
    assert sorted(path.name for path in town.inbox.iterdir()) == ["a", "b"]
