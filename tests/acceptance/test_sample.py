# SPDX-License-Identifier: EUPL-1.2
"""The sample binder, through everything, held against its ground truth."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import Archive, object_id
from arhivar.finding import open_search
from arhivar.intake.take import IntakeOptions
from arhivar.package import read_package
from arhivar.pipeline import RunReport
from arhivar.steps.index import read_lines
from benchmarks.agreement import align_words, character_errors, overlap, word_recall
from schemas.ingest import IngestState
from schemas.page import Box, PageKind
from schemas.search import SearchFilters
from schemas.unit import PackageDescription
from tests.acceptance.conftest import ingested
from tests.referees import judge_ocfl_root

Truth = dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def sample(
    tmp_path_factory: pytest.TempPathFactory, sample_binder: Path
) -> Iterator[tuple[Archive, RunReport, PackageDescription]]:
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(sample_binder, folder / "inbox" / "permits-1987")
    with ingested(folder / "home", folder / "inbox", IntakeOptions()) as (archive, report):
        unit = archive.catalogue.units()[0]
        yield archive, report, read_package(archive, object_id(unit.unit_id))


@pytest.fixture(scope="module")
def truth(sample_truth: Path) -> Truth:
    pages = json.loads((sample_truth / "pages.json").read_text(encoding="utf-8"))["pages"]
    return {page["page_number"]: page for page in pages}


def _texts(archive: Archive, package: PackageDescription) -> dict[int, str]:
    return {
        page.number: "\n".join(
            " ".join(word.text for word in line.words) for line in read_lines(archive, package.unit_id, page.text)
        )
        for page in package.pages
        if page.text is not None
    }


Sample = tuple[Archive, RunReport, PackageDescription]


def test_it_is_reconciled_and_veraPDF_is_content(sample: Sample) -> None:  # noqa: N802 - the program's name
    _, report, package = sample
    assert [outcome.state for outcome in report.outcomes] == [IngestState.RECONCILED]
    assert package.pdfs[0].valid
    assert package.pdfs[0].failures == ()


def test_another_program_finds_the_package_valid(sample: Sample) -> None:
    archive, _, _ = sample
    assert judge_ocfl_root(archive.settings.home / "store" / "ocfl") == []


def test_at_most_five_in_a_hundred_characters_are_wrong(sample: Sample, sample_truth: Path, truth: Truth) -> None:
    archive, _, package = sample
    read = _texts(archive, package)
    numbers = [number for number, page in truth.items() if page["kind"] != "blank"]
    texts = {number: (sample_truth / f"{number:03}.txt").read_text(encoding="utf-8") for number in numbers}
    rate = character_errors([texts[number] for number in numbers], [read[number] for number in numbers])
    assert rate <= 0.05
    recalls = {number: word_recall(texts[number], read[number]) for number in numbers}
    assert min(recalls.values()) > 0.5, recalls


def test_pages_are_upright_and_straight(sample: Sample, truth: Truth) -> None:
    _, _, package = sample
    for page in package.pages:
        known = truth[page.number]
        assert page.geometry is not None
        if known["kind"] == "blank":
            assert page.kind is PageKind.BLANK
            continue
        assert page.geometry.rotation_deg == known["rotation_deg"], page.number
        assert page.geometry.skew_deg == pytest.approx(known["skew_deg"], abs=0.3), page.number


def test_words_lie_where_they_were_typed(sample: Sample, truth: Truth) -> None:
    """Boxes are in pixels of the page as shown; the truth is in pixels of the scan, so it is led through the matrix."""
    archive, _, package = sample
    overlaps = []
    for page in package.pages:
        if page.text is None or page.geometry is None:
            continue
        true_words = []
        for word in truth[page.number].get("words", []):
            corners = [page.geometry.matrix.map(x, y) for x, y in word["quad"]]
            left, right = min(x for x, _ in corners), max(x for x, _ in corners)
            top, bottom = min(y for _, y in corners), max(y for _, y in corners)
            box = Box(left=round(left), top=round(top), right=round(right), bottom=round(bottom))
            true_words.append((str(word["text"]), box))
        lines = read_lines(archive, package.unit_id, page.text)
        read_words = [(word.text, word.box) for line in lines for word in line.words]
        overlaps += [overlap(a[1], b[1]) for a, b in align_words(true_words, read_words)]
    overlaps.sort()
    assert len(overlaps) > 800
    assert overlaps[len(overlaps) // 2] >= 0.6
    assert sum(value > 0.3 for value in overlaps) / len(overlaps) > 0.95


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("autorizatie de constructie marasesti", 7),
        ('"sistematizarea teritoriului"', 7),
        ("AUTORIZAŢIE", 7),
        ("brumarescu costin", 7),
        ('"proces verbal" trasare', 9),
    ],
)
def test_searches_find_their_pages_and_mark_the_words(sample: Sample, query: str, page: int) -> None:
    archive, _, _ = sample
    result = open_search(archive).search(query, SearchFilters())
    hit = next(hit for hit in result.hits if hit.page == page)
    assert hit.marks
    assert hit.snippet.marks


def test_a_word_that_is_not_there_is_not_found(sample: Sample) -> None:
    archive, _, _ = sample
    assert open_search(archive).search("locomotivă", SearchFilters()).total == 0
