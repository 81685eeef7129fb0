# SPDX-License-Identifier: EUPL-1.2
"""The 111 real pages: typewritten council minutes with another engine's text layer, and photographs of typescripts."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2 as pdfium
import pytest

from arhivar.composition import Archive, object_id
from arhivar.finding import open_search
from arhivar.intake.take import IntakeOptions
from arhivar.package import read_package
from arhivar.steps.index import read_lines
from benchmarks.agreement import align_words, character_errors, overlap, word_recall, words_of
from schemas.findings import FindingCode
from schemas.page import Box, PageKind
from schemas.search import SearchFilters
from schemas.unit import PackageDescription
from tests.acceptance.conftest import ingested
from tests.real_binders import MINUTES, TYPESCRIPT, put_minutes, put_photographs
from tests.referees import judge_ocfl_root

pytestmark = pytest.mark.real_scans


@pytest.fixture(scope="module")
def minutes(real_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("minutes")
    put_minutes(real_scans, folder / "inbox")
    with ingested(folder / "home", folder / "inbox", IntakeOptions(bare=True, languages=("eng",))) as (archive, report):
        assert all(one.ledger is not None and one.ledger.balanced for one in report.outcomes), report
        yield archive


@pytest.fixture(scope="module")
def typescript(real_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("typescript")
    put_photographs(real_scans, folder / "inbox", TYPESCRIPT)
    options = IntakeOptions(bare=True, languages=("eng", "fra"))
    with ingested(folder / "home", folder / "inbox", options) as (archive, report):
        assert all(one.ledger is not None and one.ledger.balanced for one in report.outcomes), report
        yield archive


def _packages(archive: Archive) -> list[PackageDescription]:
    return [read_package(archive, object_id(unit.unit_id)) for unit in archive.catalogue.units()]


def _pdf(archive: Archive, package: PackageDescription) -> Path:
    key = archive.packages.files(object_id(package.unit_id))[package.pdfs[0].path].content_key
    with archive.store.local_path(key) as path:
        return path


def _complaints(archive: Archive) -> list[str]:
    return judge_ocfl_root(archive.settings.home / "store" / "ocfl")


def _layer_words(pdf: Path) -> list[list[tuple[str, Box]]]:
    """Words with boxes, page by page, of a PDF's text layer, in hundredths of a point; by poppler."""
    shown = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    cleaned = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", shown)
    pages = []
    for page in ET.fromstring(cleaned).iter("{http://www.w3.org/1999/xhtml}page"):  # noqa: S314 - poppler's own output
        words = []
        for word in page:
            left, top, right, bottom = (
                round(100 * float(word.attrib[side])) for side in ("xMin", "yMin", "xMax", "yMax")
            )
            words.append((word.text or "", Box(left=left, top=top, right=right, bottom=bottom)))
        pages.append(words)
    return pages


def test_all_minutes_are_reconciled_valid_and_pdf_a(minutes: Archive) -> None:
    packages = _packages(minutes)
    assert sorted(len(package.pages) for package in packages) == [46, 53]
    assert all(package.pdfs[0].valid for package in packages)
    assert _complaints(minutes) == []


def test_the_access_pdfs_are_no_larger_than_their_sources_plus_text(minutes: Archive, real_scans: Path) -> None:
    ours = sum(_pdf(minutes, package).stat().st_size for package in _packages(minutes))
    sources = sum(pdf.stat().st_size for pdf in (real_scans / MINUTES).glob("*.pdf"))
    assert ours <= 1.15 * sources


def test_the_minutes_agree_with_another_engine_in_words_and_places(minutes: Archive, real_scans: Path) -> None:
    agreeing = total = 0
    overlaps: list[float] = []
    for package in _packages(minutes):
        source = next((real_scans / MINUTES).glob(f"{package.description.reference_code}.pdf"))
        for ours, theirs in zip(_layer_words(_pdf(minutes, package)), _layer_words(source), strict=True):
            pairs = align_words(theirs, ours)
            agreeing += len(pairs)
            total += sum(1 for word, _ in theirs if re.search(r"\w", word))
            overlaps += [overlap(a[1], b[1]) for a, b in pairs]
    overlaps.sort()
    assert agreeing / total >= 0.90
    assert overlaps[len(overlaps) // 2] >= 0.6


def test_the_text_in_the_pdf_is_ours(minutes: Archive, real_scans: Path) -> None:
    """Page for page, the layer holds what our ALTO holds, and not what came with the source."""
    differs = 0
    for package in _packages(minutes):
        source = next((real_scans / MINUTES).glob(f"{package.description.reference_code}.pdf"))
        mine, foreign = pdfium.PdfDocument(_pdf(minutes, package)), pdfium.PdfDocument(source)
        for page in package.pages:
            if page.text is None:
                continue
            lines = read_lines(minutes, package.unit_id, page.text)
            read = " ".join(word.text for line in lines for word in line.words)
            layer = mine[page.number - 1].get_textpage().get_text_bounded()
            # PDFium joins words that overlap, such as the k k k of a typed rule.
            assert word_recall(read, layer) > 0.97, (package.description.reference_code, page.number)
            differs += words_of(layer) != words_of(foreign[page.number - 1].get_textpage().get_text_bounded())
        mine.close()
        foreign.close()
    assert differs > 50


def test_bitonal_pages_pass_through_unchanged(minutes: Archive) -> None:
    listed = subprocess.run(
        ["pdfimages", "-list", str(_pdf(minutes, _packages(minutes)[0]))], capture_output=True, check=True
    ).stdout.decode()
    assert {line.split()[8] for line in listed.splitlines()[2:]} == {"jbig2"}


def test_a_phrase_read_off_a_page_is_found_there(minutes: Archive) -> None:
    result = open_search(minutes).search('"regular meeting of the council"', SearchFilters())
    assert result.total >= 1
    for hit in result.hits:
        assert any("council" in mark.text.lower() for mark in hit.marks)
        assert all(box.width_px > 0 for mark in hit.marks for box in mark.boxes)


def test_the_typescripts_are_reconciled_and_read(typescript: Archive, real_scans: Path) -> None:
    package = _packages(typescript)[0]
    assert package.pdfs[0].valid
    assert _complaints(typescript) == []
    truths, texts = [], []
    for page in package.pages:
        name = Path(page.master).stem
        truth = (real_scans / TYPESCRIPT / f"{name}.gt.txt").read_text(encoding="utf-8")
        truth = re.sub(r"~~~|[_^]", "", truth)
        assert page.text is not None
        lines = read_lines(typescript, package.unit_id, page.text)
        text = "\n".join(" ".join(word.text for word in line.words) for line in lines)
        truths.append(truth)
        texts.append(text)
        assert word_recall(truth, text) > 0.5, name
        if len(truth) > 200:
            assert page.language == "fra", name
        assert page.kind is PageKind.PAGE
    assert character_errors(truths, texts) <= 0.12


_CAPTURE = {
    FindingCode.RESOLUTION_LOW,
    FindingCode.LETTERS_SMALL,
    FindingCode.BLURRED,
    FindingCode.CONTRAST_LOW,
    FindingCode.OVEREXPOSED,
    FindingCode.UNDEREXPOSED,
    FindingCode.SKEW_LEFT,
    FindingCode.TEXT_CUT,
    FindingCode.TARGET_RECOGNISED,
    FindingCode.PAGE_NEAR_DUPLICATE,
}


def test_good_typescripts_get_no_quality_finding(typescript: Archive) -> None:
    assert _poorly_captured(typescript) == []


def test_good_minutes_get_next_to_no_quality_finding(minutes: Archive) -> None:
    assert len(_poorly_captured(minutes)) <= 2


def _poorly_captured(archive: Archive) -> list[tuple[int, FindingCode]]:
    return [
        (page.number, finding.code)
        for package in _packages(archive)
        for page in package.pages
        for finding in page.findings
        if finding.code in _CAPTURE
    ]
