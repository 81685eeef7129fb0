# SPDX-License-Identifier: EUPL-1.2
"""From a drop to its ledger, on the embedded default; the promises of DESIGN that an operator would notice."""

import hashlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from arhivar.composition import object_id
from arhivar.finding import open_search
from arhivar.intake.drops import REASON_FILE
from arhivar.package import read_package
from arhivar.steps.deposit import deposit_unit
from arhivar.steps.reconcile import measure_ledger
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, EngineFailed, StoreFull
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from schemas.ledger import Stage
from schemas.page import PageKind
from schemas.search import SearchFilters
from search.index import UnitRequest
from search.query import parse_query
from tests.arhivar.conftest import RunArhivar, Town
from tests.binders import make_binder, text_pages

BINDER = {"reference_code": "T/1", "title": "Dosar", "folios": 1, "document_type": "hotărâre"}


def _codes(town: Town, reference_code: str) -> set[FindingCode]:
    with town.open() as archive:
        unit = archive.catalogue.unit_by_reference(reference_code)
        assert unit is not None
        found = archive.catalogue.findings(archive.catalogue.ingests(unit_id=unit.unit_id)[0].ingest_id)
        return {finding.code for finding in found}


def _states(town: Town) -> dict[str, IngestState]:
    with town.open() as archive:
        return {row.manifest.description.reference_code: row.state for row in archive.catalogue.ingests()}


def _pdf_digest(town: Town, reference_code: str) -> str:
    with town.open() as archive:
        package = read_package(archive, object_id(derive_unit_id(reference_code)))
        with archive.packages.open(object_id(package.unit_id), package.pdfs[0].path) as stream:
            digest = hashlib.sha512(stream.read()).hexdigest()
        assert digest == package.pdfs[0].sha512
        return digest


def test_a_binder_goes_all_the_way_and_is_found(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(2), description=BINDER)
    report = town.ingest()
    ledger = report.outcomes[0].ledger
    assert ledger is not None
    assert ledger.balanced
    assert [ledger.count(stage) for stage in Stage] == [2, 2, 2, 2]
    assert _states(town) == {"T/1": IngestState.RECONCILED}
    assert sorted(os.listdir(town.inbox / ".claimed")) == []  # noqa: PTH208 - names alone
    assert not (town.inbox / "a").exists()
    with town.open() as archive:
        assert list(archive.store.list("staging/")) == []
        assert not list((archive.work / "pages").rglob("*.json"))
        result = open_search(archive).search("hotărîrea pagina 2", SearchFilters())
        assert [(hit.reference_code, hit.page) for hit in result.hits] == [("T/1", 2)]
        assert {mark.text.lower() for mark in result.hits[0].marks} >= {"hotararea", "2"}
        (unit,) = archive.index.search_units(UnitRequest(parse_query("-nimic"))).hits
        assert (unit.reference_code, unit.document_type, unit.matching) == ("T/1", "hotărâre", 2)
        package = read_package(archive, object_id(derive_unit_id("T/1")))
        assert package.pdfs[0].valid
        assert {event.type for event in package.events} >= {"ingestion", "metadata extraction", "validation"}


def test_the_same_bytes_again_change_nothing(town: Town) -> None:
    for _ in range(2):
        make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
        report = town.ingest()
    assert report.taken[0].known
    assert report.outcomes == ()
    assert not (town.inbox / "a").exists()
    with town.open() as archive:
        assert archive.packages.head(object_id(derive_unit_id("T/1"))) == 1


def test_other_bytes_for_a_known_unit_do_not_replace_it(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    town.ingest()
    make_binder(town.inbox, "b", text_pages(1, "altul"), description={"reference_code": "T/1"})
    taken = town.ingest().taken[0]
    assert taken.quarantined_at == town.inbox / ".quarantine" / "b"
    assert [finding.code for finding in taken.findings] == [FindingCode.UNIT_CONFLICT]


def test_a_declared_replacement_is_a_new_version_and_keeps_the_old(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1"})
    town.ingest()
    replacement = {"reference_code": "T/1", "intent": "replace_unit"}
    make_binder(town.inbox, "a", text_pages(2, "registrul"), description=replacement)
    assert town.ingest().outcomes[0].state is IngestState.RECONCILED
    with town.open() as archive:
        identifier = object_id(derive_unit_id("T/1"))
        assert archive.packages.head(identifier) == 2
        old = archive.packages.files(identifier, 1)
        new = archive.packages.files(identifier, 2)
        assert old["masters/001.png"].sha512 != new["masters/001.png"].sha512
        search = open_search(archive)
        assert search.search("registrul", SearchFilters()).total == 2
        assert search.search("dosarul", SearchFilters()).total == 0


def test_fewer_pages_than_before_are_said_so(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1"})
    town.ingest()
    replacement = {"reference_code": "T/1", "intent": "replace_unit"}
    make_binder(town.inbox, "a", text_pages(1), description=replacement)
    report = town.ingest()
    assert [finding.code for finding in report.taken[0].findings] == [FindingCode.PAGES_FEWER]
    assert report.outcomes[0].state is IngestState.RECONCILED


def test_a_folder_without_description_is_quarantined_and_the_next_goes_on(town: Town) -> None:
    make_binder(town.inbox, "a-unknown", text_pages(1))
    make_binder(town.inbox, "b", text_pages(1), description={"reference_code": "T/2"})
    report = town.ingest()
    assert _states(town) == {"T/2": IngestState.RECONCILED}
    quarantined = next(one for one in report.taken if one.folder == "a-unknown").quarantined_at
    assert quarantined is not None
    reason = (quarantined / REASON_FILE).read_text(encoding="utf-8")
    assert "description-missing" in reason
    assert "nu are unit.json" in reason
    assert "has no unit.json" in reason
    assert (quarantined / "001.png").exists()


def test_a_bare_folder_is_taken_where_that_is_asked_for(town: Town) -> None:
    make_binder(town.inbox, "Dosar 12", text_pages(1))
    town.ingest(bare=True, languages=("ron", "eng"))
    with town.open() as archive:
        unit = archive.catalogue.unit_by_reference("Dosar 12")
        assert unit is not None
        assert unit.title == "Dosar 12"
        assert read_package(archive, object_id(unit.unit_id)).description.languages == ("ron", "eng")


def test_a_half_copied_folder_is_left_alone_and_said_so(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"}, ready=False)
    report = town.ingest()
    assert report.taken == ()
    assert [(one.folder, one.readiness.waiting_for) for one in report.waiting] == [("a", "quiet")]
    assert folder.exists()


def test_a_page_that_cannot_be_read_is_a_gap_and_the_rest_goes_on(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1"})
    page = folder / "002.png"
    page.write_bytes(page.read_bytes()[:2000])
    outcome = town.ingest().outcomes[0]
    assert outcome.ledger is not None
    assert outcome.ledger.gaps == (2,)
    assert outcome.ledger.differences == ()
    assert outcome.state is IngestState.INDEXED
    assert FindingCode.PAGE_UNREADABLE in _codes(town, "T/1")
    with town.open() as archive:
        package = read_package(archive, object_id(derive_unit_id("T/1")))
        assert [page.kind for page in package.pages] == [PageKind.PAGE, PageKind.UNREADABLE, PageKind.PAGE]
        assert package.pdfs[0].valid
        files = archive.packages.files(object_id(package.unit_id))
        assert "masters/002.png" in files
    assert town.ingest().outcomes == ()


def test_an_encrypted_pdf_is_quarantined(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(folder / "002.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    taken = town.ingest().taken[0]
    assert [finding.code for finding in taken.findings] == [FindingCode.DOCUMENT_ENCRYPTED]
    assert taken.quarantined_at is not None


def test_the_ledger_names_what_was_taken_away(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(4), description={"reference_code": "T/1"})
    town.ingest()
    unit = derive_unit_id("T/1")
    with town.open() as archive:
        files = archive.packages.files(object_id(unit))
        with (
            archive.store.local_path(files["access/volume-1.pdf"].content_key) as path,
            pikepdf.open(path, allow_overwriting_input=True) as pdf,
        ):
            del pdf.pages[1]
            pdf.save(path)
        archive.store.delete(files["text/00003.xml"].content_key)
        ledger = measure_ledger(archive, unit)
        assert {row.page: row.missing for row in ledger.rows if row.missing} == {
            2: (Stage.IN_PDF,),
            3: (Stage.IN_STORE,),
        }
        archive.index.remove_unit(unit)
        assert measure_ledger(archive, unit).count(Stage.IN_INDEX) == 0


def test_a_lost_index_comes_back_from_the_store(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1"})
    town.ingest()
    index = town.settings.home / "index"
    index.rename(index.with_name("lost"))
    town.ingest()
    with town.open() as archive:
        assert open_search(archive).search("hotararea", SearchFilters()).total == 2


@pytest.mark.parametrize("moment", ["pages", "ocfl"])
def test_a_killed_run_goes_on_where_it_stopped(town: Town, start_arhivar: RunArhivar, moment: str) -> None:
    description = {"reference_code": "T/1"}
    make_binder(town.inbox, "a", text_pages(8), description=description)
    killed = start_arhivar("ingest", str(town.inbox))
    waited_for = {"pages": town.settings.home / "work" / "pages", "ocfl": town.settings.home / "work" / "ingests"}
    deadline = time.monotonic() + 60
    while not list(waited_for[moment].rglob("*.json" if moment == "pages" else "*.pdf")):
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    outcome = town.ingest().outcomes[0]
    assert outcome.state is IngestState.RECONCILED
    with town.open() as archive:
        assert archive.packages.head(object_id(derive_unit_id("T/1"))) == 1
    assert _undisturbed_digest(town, description) == _pdf_digest(town, "T/1")


def _undisturbed_digest(town: Town, description: Mapping[str, object]) -> str:
    from arhivar.composition import init_archive

    home = town.settings.home.with_name("undisturbed")
    other = replace(
        town, settings=town.settings.model_copy(update={"home": home}), inbox=town.inbox.with_name("inbox2")
    )
    init_archive(other.settings)
    make_binder(other.inbox, "a", text_pages(8), description=description)
    other.ingest()
    return _pdf_digest(other, str(description["reference_code"]))


def test_two_ingests_at_once_take_each_binder_once(town: Town, start_arhivar: RunArhivar) -> None:
    for number in range(6):
        make_binder(
            town.inbox, f"b{number}", text_pages(1, f"binder{number}"), description={"reference_code": f"T/{number}"}
        )
    runs = [start_arhivar("--lang", "en", "ingest", str(town.inbox)) for _ in range(2)]
    ended = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [EXIT_DONE, EXIT_DONE], ended
    assert _states(town) == {f"T/{number}": IngestState.RECONCILED for number in range(6)}
    taken = sum(out.count("taken in as") for out, _ in ended)
    assert taken == 6, ended
    with town.open() as archive:
        for number in range(6):
            assert archive.packages.head(object_id(derive_unit_id(f"T/{number}"))) == 1
        assert open_search(archive).search("hotararea", SearchFilters()).total == 6


def test_a_quarantine_ends_with_its_exit_code(town: Town, start_arhivar: RunArhivar) -> None:
    make_binder(town.inbox, "a", text_pages(1))
    run = start_arhivar("--lang", "en", "ingest", str(town.inbox))
    out, err = run.communicate(timeout=120)
    assert run.returncode == EXIT_FINDINGS, (out, err)
    assert "description-missing" in out
    assert Path(town.inbox / ".quarantine" / "a" / "001.png").exists()


class MisreadingPool:
    """The town's pool, but the engine fails on some pages, the first so many times that they are tried."""

    def __init__(self, pool: Any, failures: dict[int, int]) -> None:
        self._pool = pool
        self._failures = failures
        self.count_frames = pool.count_frames

    def process(self, sources: Any, settings: Any) -> Iterator[Any]:
        for page, outcome in self._pool.process(sources, settings):
            if self._failures.get(page.number, 0) > 0:
                self._failures[page.number] -= 1
                yield page, EngineFailed(engine="tesserocr", detail="it tripped")
            else:
                yield page, outcome


def test_a_page_that_trips_the_engine_is_tried_again_and_then_a_gap(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1"})
    pool: Any = MisreadingPool(town.pool, {1: 1, 2: 2})
    ledger = replace(town, pool=pool).ingest().outcomes[0].ledger
    assert ledger is not None
    assert ledger.gaps == (2,)
    assert ledger.differences == ()


def test_an_ingest_that_stops_is_reported_once_a_run_and_the_others_go_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        make_binder(town.inbox, name, text_pages(1, name), description={"reference_code": f"T/{name}"})

    def full_for_a(archive: Any, manifest: Any, *rest: Any) -> int:
        if manifest.folder == "a":
            raise StoreFull(where="store")
        return deposit_unit(archive, manifest, *rest)

    monkeypatch.setattr("arhivar.pipeline.deposit_unit", full_for_a)
    report = town.ingest()
    assert [(one.reference_code, one.error is None) for one in report.outcomes] == [
        ("T/a", False),
        ("T/b", True),
        ("T/c", True),
    ]
    monkeypatch.undo()
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
