# SPDX-License-Identifier: EUPL-1.2
"""OCRmyPDF in place of our own steps: everything after it holds as it does for our own PDFs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from arhivar.composition import Archive, init_archive, object_id, open_archive, open_pool
from arhivar.finding import open_search
from arhivar.intake.take import IntakeOptions
from arhivar.package import read_package
from arhivar.pipeline import RunReport, run_inbox
from arhivar.settings import CHECKOUT, Settings, load_settings
from arhivar.steps.index import read_lines
from benchmarks.agreement import word_recall
from benchmarks.programs import extract_texts
from processors.page_marks import page_marks
from processors.read.normalise import normalise
from schemas.errors import ToolMissing
from schemas.findings import FindingCode
from schemas.origins import Origin
from schemas.page import PageKind
from schemas.search import SearchFilters
from schemas.unit import EventType, PackageDescription
from tests.arhivar.conftest import SILENT

SAMPLE = CHECKOUT / "sample_scans" / "permits-1987"
TRUTH = CHECKOUT / "sample_scans" / "truth" / "permits-1987"
PAGES = {1: "003", 2: "008", 4: "011"}
"""A typed page, a blank verso and a page upside down, by their numbers; 3 cannot be decoded."""


def _settings(home: Path) -> Settings:
    return load_settings(
        {
            "ARHIVAR_HOME": str(home),
            "ARHIVAR_COMPOSER": "ocrmypdf",
            "ARHIVAR_PAGE_SECONDS": "3600",  # a single page on a machine with much else to do takes minutes
            "ARHIVAR_LEAST_FREE_BYTES": "0",
        }
    )


def _drop(folder: Path, pages: dict[int, str], **description: object) -> None:
    folder.mkdir(parents=True)
    for number, page in pages.items():
        shutil.copyfile(SAMPLE / f"{page}.jpg", folder / f"{number}.jpg")
    (folder / "unit.json").write_text(json.dumps({"reference_code": "O/1", **description}), encoding="utf-8")
    (folder / "_READY").touch()


def _ingest(archive: Archive, inbox: Path) -> RunReport:
    with open_pool(archive.settings) as pool:
        return run_inbox(archive, inbox, IntakeOptions(), pool, SILENT)


def _package(archive: Archive) -> PackageDescription:
    return read_package(archive, object_id(archive.catalogue.units()[0].unit_id))


def _pdf(archive: Archive, package: PackageDescription, target: Path) -> Path:
    file = archive.packages.files(object_id(package.unit_id))[package.pdfs[0].path]
    with archive.store.local_path(file.content_key) as path:
        shutil.copyfile(path, target)
    return target


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, RunReport]]:
    folder = tmp_path_factory.mktemp("ocrmypdf")
    settings = _settings(folder / "home")
    init_archive(settings)
    _drop(folder / "inbox" / "a", PAGES, title="Dosar", languages=["ron"])
    whole = (SAMPLE / "004.jpg").read_bytes()
    (folder / "inbox" / "a" / "3.jpg").write_bytes(whole[: len(whole) // 3])
    with open_archive(settings) as archive:
        yield archive, _ingest(archive, folder / "inbox")


Made = tuple[Archive, RunReport]


def test_the_ledger_has_no_difference_and_veraPDF_is_content(made: Made) -> None:  # noqa: N802 - the program's name
    archive, report = made
    (outcome,) = report.outcomes
    assert outcome.error is None
    assert outcome.ledger is not None
    assert (outcome.ledger.differences, outcome.ledger.gaps) == ((), (3,))
    (pdf,) = _package(archive).pdfs
    assert (pdf.valid, pdf.failures, pdf.pages) == (True, (), 4)


def test_every_page_says_which_one_it_is_the_unreadable_one_too(made: Made, tmp_path: Path) -> None:
    archive, _ = made
    package = _package(archive)
    marks = page_marks(_pdf(archive, package, tmp_path / "a.pdf"))
    assert {mark.number for mark in marks} == {1, 2, 3, 4}
    assert {mark.origin for mark in marks} == {str(Origin(package.ingest_id, number)) for number in (1, 2, 3, 4)}


def test_what_it_read_is_in_alto_with_places_and_confidence(made: Made, tmp_path: Path) -> None:
    archive, _ = made
    package = _package(archive)
    texts = extract_texts(_pdf(archive, package, tmp_path / "a.pdf"))
    for number in (1, 4):
        page = package.pages[number - 1]
        assert page.text is not None
        assert page.geometry is not None
        lines = read_lines(archive, package.unit_id, page.text)
        text = "\n".join(" ".join(word.text for word in line.words) for line in lines)
        assert word_recall((TRUTH / f"{PAGES[number]}.txt").read_text(encoding="utf-8"), text) > 0.7
        # The PDF's own text, which is as Tesseract said it: with cedillas where ALTO has the comma below.
        assert word_recall(text, normalise(texts[number - 1], ["ron"])) > 0.95
        assert all(word.box.right <= page.geometry.width_px for line in lines for word in line.words)
        assert page.geometry.dpi == pytest.approx(page.geometry.source_dpi, rel=0.02)
        assert page.confidence is not None
    assert "Page 3" in texts[2]  # the placeholder, as OCRmyPDF read it


def test_pages_are_judged_as_any(made: Made) -> None:
    archive, _ = made
    pages = _package(archive).pages
    assert [page.kind for page in pages] == [PageKind.PAGE, PageKind.BLANK, PageKind.UNREADABLE, PageKind.PAGE]
    assert FindingCode.PAGE_BLANK in [finding.code for finding in pages[1].findings]
    assert pages[0].quality
    assert pages[0].look is not None


def test_search_finds_what_it_read(made: Made) -> None:
    archive, _ = made
    word = max((TRUTH / "003.txt").read_text(encoding="utf-8").split(), key=len)
    assert 1 in [hit.page for hit in open_search(archive).search(word, SearchFilters()).hits]


def test_the_package_says_who_made_the_pdf_and_who_read(made: Made) -> None:
    archive, _ = made
    package = _package(archive)
    agents = {event.type: event.agent.name for event in package.events}
    assert agents[EventType.MIGRATION] == "OCRmyPDF"
    assert agents[EventType.METADATA_EXTRACTION] == "OCRmyPDF"
    assert package.pdfs[0].made_by is not None


def test_a_page_scanned_again_takes_its_place_and_no_other_page_changes(made: Made, tmp_path: Path) -> None:
    archive, _ = made
    before = extract_texts(_pdf(archive, _package(archive), tmp_path / "before.pdf"))
    _drop(tmp_path / "inbox" / "b", {1: "004"}, intent="replace_pages", replaces=[3])
    (outcome,) = _ingest(archive, tmp_path / "inbox").outcomes
    assert outcome.error is None
    assert outcome.ledger is not None
    assert outcome.ledger.balanced
    package = _package(archive)
    after = extract_texts(_pdf(archive, package, tmp_path / "after.pdf"))
    assert [after[index] for index in (0, 1, 3)] == [before[index] for index in (0, 1, 3)]
    assert word_recall((TRUTH / "004.txt").read_text(encoding="utf-8"), after[2]) > 0.7
    assert package.pdfs[0].valid


def test_where_it_is_not_installed_nothing_is_begun_and_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ToolMissing, match="no package ocrmypdf"):
        open_pool(_settings(tmp_path))
