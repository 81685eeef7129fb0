# SPDX-License-Identifier: EUPL-1.2
"""`status UNIT --pages`: the pages that need a person stand first."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from arhivar.worst_pages import rank_pages
from repository.records import PageRow
from schemas.errors import EXIT_DONE, EXIT_USAGE
from schemas.findings import Finding, FindingCode
from schemas.page import PageKind
from tests.arhivar.conftest import Town
from tests.arhivar.test_cli import run
from tests.binders import make_binder, text_pages


def _row(number: int, confidence: float | None = 90.0) -> PageRow:
    return PageRow(number, f"{number}.jpg", 0, PageKind.PAGE, "ron", 10, confidence, None)


def test_gravity_comes_before_number_and_number_before_confidence() -> None:
    findings = [
        Finding(code=FindingCode.FOLIO_COUNT),
        Finding(code=FindingCode.PAGE_BLANK, page=1),
        Finding(code=FindingCode.RESOLUTION_LOW, page=2),
        Finding(code=FindingCode.BLURRED, page=3),
        Finding(code=FindingCode.RESOLUTION_LOW, page=3),
        Finding(code=FindingCode.PAGE_UNREADABLE, page=4),
    ]
    rows = [_row(1, None), _row(2), _row(3), _row(4, None), _row(5, 95.0), _row(6, 71.0)]
    judged = rank_pages(rows, findings)
    assert [(one.page.number, one.score) for one in judged] == [(4, 100), (3, 15), (2, 5), (1, 1), (6, 0), (5, 0)]


@pytest.fixture
def blurred(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A unit of four pages: the third is blurred, the fourth is the first once more, laid a little otherwise."""
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1", "title": "Dosar"})
    _rewrite(folder / "003.png", folder / "003.png", blur_px=2.5)
    _rewrite(folder / "001.png", folder / "004.png", shift_px=6)
    town.ingest()
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    return town


def _rewrite(source: Path, target: Path, *, blur_px: float = 0, shift_px: int = 0) -> None:
    with Image.open(source) as page:
        changed = Image.new("L", page.size, 255)
        changed.paste(page, (shift_px, shift_px))
        changed.filter(ImageFilter.GaussianBlur(blur_px)).save(target, dpi=page.info["dpi"])


def test_the_worst_page_stands_first_with_its_findings(blurred: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "status", "T/1", "--pages", "--json")
    assert code == EXIT_DONE
    document = json.loads(out)
    pages = document["pages"]
    found = {page["page"]: {finding["code"] for finding in page["findings"]} for page in pages}
    assert pages[0]["page"] == 3
    assert "blurred" in found[3]
    assert [number for number, codes in found.items() if "page-near-duplicate" in codes] == [4]
    assert pages[0]["score"] > pages[-1]["score"]
    assert all({"threshold", "measure"} <= set(one["fields"]) for page in pages for one in page["findings"])
    code, out, _ = run(capsys, "--lang", "ro", "status", "T/1", "--pages")
    assert code == EXIT_DONE
    assert "Pagina 3 este neclară" in out
    assert "Pagina 4 arată ca pagina 1" in out


def test_pages_of_no_unit_are_a_usage_error(blurred: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "status", "--pages")[0] == EXIT_USAGE
