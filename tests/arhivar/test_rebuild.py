# SPDX-License-Identifier: EUPL-1.2
"""Rebuild brings back from the store what catalogue and index lost, and never makes anything worse."""

import json
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from arhivar.cli.main import main
from arhivar.composition import object_id
from arhivar.finding import open_search
from arhivar.keeping.rebuild import RebuildReport, RebuildWatcher, rebuild_archive
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.steps.index import page_records
from repository.ocfl_layout import object_path
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, ArchiveMissing, LeaseLost, StoreUnavailable
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from schemas.search import SearchFilters
from tests.arhivar.conftest import RunArhivar, Town
from tests.binders import make_binder, text_pages

DEAF = RebuildWatcher(lambda total: None, lambda name: None)
UNIT = derive_unit_id("K/1")


def rebuild(town: Town, *, index_only: bool = False) -> RebuildReport:
    return rebuild_archive(town.settings, DEAF, index_only=index_only)


def differences(town: Town) -> list[str]:
    with town.open() as archive:
        quiet = VerifyWatcher(lambda total: None, lambda size: None, lambda verdict: None)
        return [str(finding) for one in verify_units(archive, all_subjects(archive), quiet) for finding in one.findings]


def found(town: Town, query: str) -> int:
    with town.open() as archive:
        return open_search(archive).search(query, SearchFilters()).total


def catalogue_file(town: Town) -> Path:
    return town.settings.home / "catalogue.sqlite"


def rows(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """What the catalogue holds, but for times, leases and positions in the outbox."""
    queries = {
        "unit": "SELECT * FROM unit ORDER BY 1",
        "ingest": "SELECT ingest_id, unit_id, attempt, state, intent, folder, pages, version, reason, manifest "
        "FROM ingest ORDER BY 1",
        "page": "SELECT * FROM page ORDER BY 1, 2",
        "finding": "SELECT * FROM finding ORDER BY 1, 2, 3",
        "outbox": "SELECT unit_id, version FROM outbox",
    }
    with closing(sqlite3.connect(catalogue_file(town))) as connection:
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def sql(town: Town, statement: str) -> None:
    with closing(sqlite3.connect(catalogue_file(town))) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


def test_a_lost_catalogue_comes_back_from_the_store(kept: Town) -> None:
    before = rows(kept)
    for file in kept.settings.home.glob("catalogue.sqlite*"):
        file.unlink()
    report = rebuild(kept)
    assert report.catalogue_made
    assert (report.units, report.ingests, report.pages, report.ledgers) == (3, 3, 7, 2)
    assert report.findings == len(before["finding"]) > 2
    assert (report.troubles, report.unbalanced) == ([], [])
    assert rows(kept) == before
    assert differences(kept) == []
    assert kept.ingest().outcomes == ()


def test_rebuilding_again_adds_nothing(kept: Town) -> None:
    before = rows(kept)
    for _ in range(2):
        report = rebuild(kept)
        assert (report.units, report.ingests, report.pages, report.findings, report.ledgers) == (0, 0, 0, 0, 0)
        assert (report.indexed_units, report.indexed_pages) == (2, 5)
    assert rows(kept) == before
    assert differences(kept) == []
    assert sorted(path.name for path in kept.settings.home.glob("index*")) == ["index"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM unit WHERE reference_code = 'K/1'",
        "DELETE FROM ingest WHERE version = 2",
        "DELETE FROM ingest WHERE folder = 'a' AND version = 1",
        "DELETE FROM page WHERE number = 2",
        "DELETE FROM finding",
        "UPDATE unit SET version = 1, pages = 2 WHERE reference_code = 'K/1'",
        "UPDATE page SET kind = 'blank' WHERE number = 3",
    ],
)
def test_lost_rows_come_back_and_nothing_differs_any_more(kept: Town, statement: str) -> None:
    before = rows(kept)
    sql(kept, statement)
    rebuild(kept)
    assert rows(kept) == before
    assert differences(kept) == []


def test_a_deposit_that_the_catalogue_did_not_hear_of_is_brought_to_its_end(kept: Town) -> None:
    sql(kept, "UPDATE ingest SET state = 'processing', version = NULL WHERE version = 2")
    sql(kept, "UPDATE unit SET version = 1, pages = 2 WHERE reference_code = 'K/1'")
    rebuild(kept)
    with kept.open() as archive:
        assert {row.state for row in archive.catalogue.ingests()} == {IngestState.RECONCILED}
    assert differences(kept) == []


def test_a_lost_or_foreign_index_is_built_anew(kept: Town) -> None:
    index = kept.settings.home / "index"
    (index / "index.json").write_text('{"digest": "of another version"}')
    assert rebuild(kept, index_only=True).indexed_pages == 5
    assert found(kept, "hotararea") == 4
    shutil.rmtree(index)
    assert rebuild(kept, index_only=True).indexed_pages == 5
    assert found(kept, "hotararea") == 4
    assert differences(kept) == []


def test_what_the_index_should_not_show_is_gone(kept: Town) -> None:
    with kept.open() as archive:
        strays = [one.model_copy(update={"page": 9, "unit_version": 1}) for one in page_records(archive, UNIT, 2)][:1]
        archive.index.write(strays)
    assert differences(kept) != []
    before = rows(kept)
    rebuild(kept, index_only=True)
    assert rows(kept) == before
    assert differences(kept) == []


def test_a_page_whose_text_is_lost_does_not_keep_the_others_out(kept: Town) -> None:
    with kept.open() as archive:
        archive.store.delete(archive.packages.files(object_id(UNIT))["text/00002.xml"].content_key)
    report = rebuild(kept)
    assert [(trouble.unit, trouble.finding and trouble.finding.page) for trouble in report.troubles] == [("K/1", 2)]
    assert report.indexed_pages == 4
    assert found(kept, "hotararea") == 3


def test_a_package_that_cannot_be_read_is_noted_and_the_others_come_back(kept: Town) -> None:
    for path in (kept.settings.home / "store" / "ocfl" / object_path(object_id(UNIT))).rglob("inventory.json"):
        path.chmod(0o644)
        path.write_bytes(b"{}")
    catalogue_file(kept).unlink()
    report = rebuild(kept)
    assert {trouble.unit for trouble in report.troubles} == {object_id(UNIT)}
    assert (report.units, report.indexed_pages) == (1, 2)


def test_a_store_that_is_gone_does_not_empty_the_index(kept: Town) -> None:
    store = kept.settings.home / "store"
    store.rename(store.with_name("unmounted"))
    store.mkdir()
    with pytest.raises(StoreUnavailable):
        rebuild(kept)
    store.rmdir()
    store.with_name("unmounted").rename(store)
    assert found(kept, "hotararea") == 4
    assert sorted(path.name for path in kept.settings.home.glob("index*")) == ["index"]


def test_without_catalogue_and_store_there_is_no_archive(town: Town) -> None:
    shutil.rmtree(town.settings.home)
    with pytest.raises(ArchiveMissing):
        rebuild(town)
    assert not town.settings.home.exists()


def test_two_rebuilds_do_not_work_at_once(kept: Town) -> None:
    with kept.open() as archive, archive.leases.hold("rebuild"), pytest.raises(LeaseLost):
        rebuild(kept)
    assert found(kept, "hotararea") == 4


def test_a_drop_that_comes_in_during_a_rebuild_is_found_after_it(kept: Town) -> None:
    make_binder(kept.inbox, "c", text_pages(1, "tarziu"), description={"reference_code": "K/3"})
    make_binder(
        kept.inbox, "b", text_pages(1, "schimbat"), description={"reference_code": "K/2", "intent": "replace_unit"}
    )
    steps: list[str] = []

    def ingest_at_the_end(name: str) -> None:
        steps.append(name)
        if len(steps) == 4:  # both units are in the new index
            kept.ingest()

    rebuild_archive(kept.settings, RebuildWatcher(lambda total: None, ingest_at_the_end))
    assert (found(kept, "tarziu"), found(kept, "schimbat"), found(kept, "registrul")) == (1, 1, 0)
    assert differences(kept) == []


def test_searches_go_on_while_the_index_is_replaced(kept: Town) -> None:
    stop = threading.Event()
    totals: list[int] = []
    with kept.open() as archive:
        search = open_search(archive)

        def look() -> None:
            while not stop.is_set():
                totals.append(search.search("hotararea", SearchFilters()).total)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            for _ in range(3):
                rebuild(kept, index_only=True)
        finally:
            stop.set()
            thread.join()
        assert set(totals) == {4}
        assert len(totals) > 10
        archive.index.remove_unit(UNIT)  # what was opened before writes into the new index
        assert search.search("hotararea", SearchFilters()).total == 1
    assert found(kept, "hotararea") == 1


@pytest.mark.parametrize("moment", ["building", "at any"])
def test_a_killed_rebuild_leaves_an_index_that_is_whole(kept: Town, start_arhivar: RunArhivar, moment: str) -> None:
    home = kept.settings.home
    for delay in (0.0,) if moment == "building" else (0.01, 0.03, 0.06):
        killed = start_arhivar("rebuild", ARHIVAR_HOME=str(home))
        deadline = time.monotonic() + 60
        while not list(home.glob("index.new-*")) and killed.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(delay)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert moment != "building" or killed.returncode == -signal.SIGKILL
        assert found(kept, "hotararea") == 4
        sql_free_lease(kept)
    assert rebuild(kept).indexed_pages == 5
    assert differences(kept) == []
    assert sorted(path.name for path in home.glob("index*")) == ["index"]


def sql_free_lease(town: Town) -> None:
    """The dead one's leases, without the wait for their end."""
    with closing(sqlite3.connect(catalogue_file(town))) as connection:
        connection.execute("UPDATE lease SET owner = NULL")
        connection.commit()


def test_the_command_says_what_it_added(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(kept.settings.home), "--lang", "en", *words])
        return int(str(ended.value.code)), capsys.readouterr().out

    sql(kept, "DELETE FROM page WHERE number = 2")
    code, out = run("rebuild")
    assert code == EXIT_DONE
    assert "0 units, 0 ingests, 3 pages" in out
    assert "2 units, 5 pages" in out
    document = json.loads(run("rebuild", "--index-only", "--json")[1])
    assert document["indexed"] == {"units": 2, "pages": 5}
    with kept.open() as archive:
        archive.store.delete(archive.packages.files(object_id(UNIT))["text/00002.xml"].content_key)
    assert run("rebuild")[0] == EXIT_FINDINGS
