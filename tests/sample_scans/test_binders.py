# SPDX-License-Identifier: EUPL-1.2
"""The committed binders: what a scanner would have left, and truth that fits it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from sample_scans.generate import READY_FILE, SAMPLES
from sample_scans.plan import known_binders, load_plan, load_text
from sample_scans.truth import TruePage, load_stamps, load_true_text, load_truth
from schemas.drop import DropDescription
from schemas.page import PageKind

MAX_TOTAL_BYTES = 6 * 2**20
CNP_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)


@pytest.fixture(params=known_binders())
def binder(request: pytest.FixtureRequest) -> str:
    name = request.param
    assert isinstance(name, str)
    return name


def _drop(binder: str) -> Path:
    return SAMPLES / binder


def _truth(binder: str) -> Path:
    return SAMPLES / "truth" / binder


def _pages(binder: str) -> tuple[TruePage, ...]:
    return load_truth(_truth(binder)).pages


def _texts(binder: str) -> Iterator[str]:
    for page in _pages(binder):
        yield load_true_text(_truth(binder), page)


def _gray(binder: str, page: TruePage) -> npt.NDArray[np.uint8]:
    with Image.open(_drop(binder) / page.file) as image:
        return np.asarray(image.convert("L"))


def test_there_is_a_first_binder() -> None:
    assert "permits-1987" in known_binders()


def test_the_description_is_valid_and_is_the_plan_s(binder: str) -> None:
    description = DropDescription.from_json((_drop(binder) / "unit.json").read_bytes())
    assert description == load_plan(binder).description


def test_images_fit_the_certified_folios(binder: str) -> None:
    description = load_plan(binder).description
    assert description.folios is not None
    assert description.blanks is not None
    assert len(list(_drop(binder).glob("*.jpg"))) == 2 * description.folios - description.blanks


def test_the_drop_is_ready_and_holds_nothing_else(binder: str) -> None:
    expected = {READY_FILE, "unit.json", *(page.file for page in _pages(binder))}
    assert {path.name for path in _drop(binder).iterdir()} == expected
    assert (_drop(binder) / READY_FILE).stat().st_size == 0


def test_every_page_has_its_truth_in_order(binder: str) -> None:
    pages = _pages(binder)
    assert [page.page_number for page in pages] == list(range(1, len(pages) + 1))
    assert [page.file for page in pages] == sorted(path.name for path in _drop(binder).glob("*.jpg"))
    expected = {"pages.json", *(f"{Path(page.file).stem}.txt" for page in pages)}
    stamped = {
        f"{Path(page.file).stem}.stamps.txt"
        for page, plan in zip(pages, load_plan(binder).pages, strict=True)
        if plan.stamp_lines
    }
    assert {path.name for path in _truth(binder).iterdir()} == expected | stamped


def test_a_page_s_truth_says_what_its_stamps_do_and_whether_it_is_a_drawing(binder: str) -> None:
    for page, plan in zip(_pages(binder), load_plan(binder).pages, strict=True):
        assert load_stamps(_truth(binder), page) == plan.stamp_lines
        assert page.drawing == plan.drawing


def test_the_text_and_the_words_of_a_page_say_the_same(binder: str) -> None:
    for page in _pages(binder):
        lines = load_true_text(_truth(binder), page).splitlines()
        for number, line in enumerate(lines):
            assert [word.text for word in page.words if word.line == number] == line.split(), f"{page.file}:{number}"
        assert len(page.words) == sum(len(line.split()) for line in lines)


def test_pages_have_the_scanner_s_window_and_say_their_resolution(binder: str) -> None:
    for page, plan in zip(_pages(binder), load_plan(binder).pages, strict=True):
        window = plan.window_mm if page.rotation_deg in (0, 180) else plan.window_mm[::-1]
        with Image.open(_drop(binder) / page.file) as image:
            assert image.format == "JPEG"
            assert image.mode == "RGB"
            assert image.size == (page.width_px, page.height_px)
            assert image.info["dpi"] == pytest.approx((page.dpi, page.dpi))
            assert image.size == tuple(round(side / 25.4 * page.dpi) for side in window)


def test_there_is_ink_where_a_word_is_said_to_be_and_paper_beside_it(binder: str) -> None:
    for page in _pages(binder):
        gray = _gray(binder, page)
        paper = float(np.median(gray))
        inked = 0
        for word in page.words:
            left, top, right, bottom = word.box
            assert 0 <= left < right <= page.width_px
            assert 0 <= top < bottom <= page.height_px
            inside = gray[top:bottom, left:right]
            most = 0.75 if len(word.text) > 1 else 1.01  # a lone "I" or a dash fills its box
            inked += bool(0.05 < float((inside < 0.72 * paper).mean()) < most)
        assert inked >= 0.99 * len(page.words), page.file


def test_word_boxes_lie_along_the_declared_skew(binder: str) -> None:
    for page in _pages(binder):
        for word in page.words:
            (x0, y0), (x1, y1) = word.quad[0], word.quad[1]
            if abs(x1 - x0) < 150:  # too short for its rounded corners to say an angle
                continue
            angle = np.rad2deg(np.arctan2(y1 - y0, x1 - x0))
            assert (angle + page.rotation_deg + 180) % 360 - 180 == pytest.approx(page.skew_deg, abs=0.1)


def test_skew_is_known_and_goes_both_ways(binder: str) -> None:
    skews = [page.skew_deg for page in _pages(binder)]
    assert max(map(abs, skews)) <= 2.5
    assert min(skews) < -0.5
    assert max(skews) > 0.5


def test_the_page_fed_upside_down_is_declared_and_really_is() -> None:
    turned = [page for page in _pages("permits-1987") if page.rotation_deg == 180]
    assert [page.file for page in turned] == ["011.jpg"]
    for page in _pages("permits-1987"):
        if page.words:
            first, last = page.words[0].quad[0][1], page.words[-1].quad[0][1]
            assert (first > last) == (page.rotation_deg == 180)


def test_the_verso_is_blank_but_for_what_shows_through() -> None:
    blanks = [page for page in _pages("permits-1987") if page.kind is PageKind.BLANK]
    assert [page.file for page in blanks] == ["008.jpg"]
    assert blanks[0].words == ()
    gray = _gray("permits-1987", blanks[0])
    middle = gray[400:-400, 300:-300]
    assert float((middle < 0.72 * np.median(middle)).mean()) == 0.0


def test_everything_committed_stays_small() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < MAX_TOTAL_BYTES * len(known_binders())


def test_personal_numbers_are_valid_and_of_the_1800s(binder: str) -> None:
    numbers = [number for text in _texts(binder) for number in re.findall(r"\d{13,}", text)]
    described = load_plan(binder).description
    assert bool(numbers) == ((described.date_to or "") > "1978"), "there are none before that year"
    for number in numbers:
        assert len(number) == 13
        assert number[0] in "34", "first digit 3 and 4 stand for births from 1800 to 1899"
        assert 1 <= int(number[3:5]) <= 12
        assert 1 <= int(number[5:7]) <= 31
        digit = sum(int(a) * b for a, b in zip(number, CNP_WEIGHTS, strict=False)) % 11
        assert int(number[12]) == (1 if digit == 10 else digit)


def test_no_page_holds_a_way_to_reach_a_person(binder: str) -> None:
    for text in _texts(binder):
        assert not re.search(r"\btel(efon)?\b|@|www\.|\b0\d{8,9}\b", text, re.IGNORECASE)


def test_spelling_is_that_of_1987() -> None:
    text = "\n".join(_texts("permits-1987"))
    assert not re.search(r"\bsunt(em|eți)?\b", text, re.IGNORECASE)
    for word in re.findall(r"\w*[âÂ]\w*", text):
        assert word.lower().startswith("român")
    assert "sînt" in text
    assert "AUTORIZAȚIE DE CONSTRUCȚIE\n                Nr. 44 din 12.V.1987" in text


def test_letters_are_comma_below_as_everything_that_is_indexed(binder: str) -> None:
    for text in _texts(binder):
        assert not set("şţŞŢ") & set(text)


def test_no_two_pages_are_alike(binder: str) -> None:
    digests = sorted((_drop(binder) / page.file).read_bytes()[-4000:] for page in _pages(binder))
    assert all(one != other for one, other in pairwise(digests))


def test_pages_fed_sideways_are_declared_and_really_are() -> None:
    turned = {
        (binder, page.file): page for binder in known_binders() for page in _pages(binder) if page.rotation_deg % 180
    }
    assert {(key, page.rotation_deg) for key, page in turned.items()} == {
        (("waterworks-1910", "006.jpg"), 90),
        (("decisions-1995", "003.jpg"), 270),
    }
    for page in turned.values():
        assert page.width_px < page.height_px, "a wide table on a page fed upright"
        left, right = page.words[0].quad[0], page.words[0].quad[1]
        assert (right[1] > left[1]) == (page.rotation_deg == 270)


def test_words_on_a_piece_that_is_torn_off_are_not_in_the_truth() -> None:
    page = _pages("waterworks-1910")[8]
    (plan,) = (plan for plan in load_plan("waterworks-1910").pages if plan.text == "09-cerere")
    written = load_text("waterworks-1910", "09-cerere")
    kept = load_true_text(_truth("waterworks-1910"), page).splitlines()
    assert plan.torn_mm
    assert len(kept) == len(written)
    for before, after in zip(written, kept, strict=True):
        assert before.split()[: len(after.split())] == after.split()
    assert sum(before.split() != after.split() for before, after in zip(written, kept, strict=True)) >= 4


def test_the_plan_is_larger_than_a4() -> None:
    page = _pages("decisions-1995")[6]
    assert (page.width_px, page.height_px) == (round(420 / 25.4 * page.dpi), round(297 / 25.4 * page.dpi))


def test_the_oldest_binder_speaks_three_languages() -> None:
    spoken = {page.language for page in _pages("waterworks-1910")}
    assert spoken == {"ron", "hun", "deu"}
    assert "ſ" in "".join(_texts("waterworks-1910"))


def test_spelling_of_1995_has_a_circumflex_inside_words() -> None:
    text = "\n".join(_texts("decisions-1995"))
    assert not re.search(r"\bsînt\b|hotărîr", text, re.IGNORECASE)
    assert "HOTĂRÂREA" in text
