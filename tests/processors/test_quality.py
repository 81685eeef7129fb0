# SPDX-License-Identifier: EUPL-1.2
"""A degraded page is found, by its measure, and the same page as it was is not."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from time import process_time

import cv2
import numpy as np
import pytest

from arhivar.settings import CHECKOUT
from processors.decode import Frame, decode_frame
from processors.ink import Pixels, make_small, typed
from processors.limits import Limits
from processors.quality import Quality, QualitySettings, judge_quality, measure_quality
from schemas.findings import FindingCode
from schemas.messages import Language
from schemas.page import Box, Line, Word
from tests.processors.typed_pages import bitonal, blank_page, colour, frame_of, tilted_place, typed_page

TYPED, CARBON, BLANK = "003", "006", "008"
ALL = [f"{number:03}" for number in range(1, 13) if number != 8]


@lru_cache(maxsize=2)
def sample(name: str) -> Frame:
    return decode_frame(CHECKOUT / "sample_scans" / "permits-1987" / f"{name}.jpg", 0, Limits())


def measure(pixels: Pixels, like: Frame, *, dpi: float | None = None, blank: bool = False) -> Quality:
    frame = replace(like, pixels=np.ascontiguousarray(pixels), dpi=dpi or like.dpi)
    small = make_small(frame.pixels, frame.dpi)
    return measure_quality(frame, small, blank=blank)


def codes(quality: Quality) -> list[FindingCode]:
    return [finding.code for finding in judge_quality(quality, QualitySettings())]


def tones(pixels: Pixels, gain: float, lift: float = 0.0) -> Pixels:
    return typed(np.clip(pixels.astype(np.float32) * gain + lift, 0, 255).astype(np.uint8))


def blur(pixels: Pixels, sigma_px: float) -> Pixels:
    return typed(cv2.GaussianBlur(pixels, (0, 0), sigma_px))


def shrink(pixels: Pixels, share: float) -> Pixels:
    return typed(cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize("name", ALL)
def test_a_good_page_has_no_finding(name: str) -> None:
    page = sample(name)
    assert codes(measure(page.pixels, page)) == []


def test_a_blank_page_is_not_judged_as_text() -> None:
    page = sample(BLANK)
    quality = measure(page.pixels, page, blank=True)
    assert codes(quality) == []
    assert not {"contrast", "edge_mm", "cut_letters"} & set(quality.measures)


Change = Callable[[Pixels], Pixels]


@pytest.mark.parametrize("name", [TYPED, CARBON])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda page: blur(page, 3), FindingCode.BLURRED, id="blur"),
        pytest.param(lambda page: tones(page, 0.4, 120), FindingCode.CONTRAST_LOW, id="contrast squeeze"),
        pytest.param(lambda page: tones(page, 1.3), FindingCode.OVEREXPOSED, id="too much light"),
        pytest.param(lambda page: tones(page, 1.0, -160), FindingCode.UNDEREXPOSED, id="too little light"),
        pytest.param(lambda page: page[:, int(0.2 * page.shape[1]) :], FindingCode.TEXT_CUT, id="crop through text"),
    ],
)
def test_a_degraded_page_is_found(name: str, change: Change, code: FindingCode) -> None:
    page = sample(name)
    assert code in codes(measure(change(page.pixels), page))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda page: blur(page, 0.8), id="a little soft"),
        pytest.param(lambda page: tones(page, 0.8, 30), id="a little flat"),
        pytest.param(lambda page: tones(page, 0.8), id="a little dark"),
        pytest.param(lambda page: page[20:-20, 20:-20], id="a cropped margin"),
        pytest.param(lambda page: np.ascontiguousarray(np.rot90(page)), id="sideways"),
    ],
)
def test_a_page_that_is_good_enough_has_no_finding(change: Change) -> None:
    page = sample(TYPED)
    assert codes(measure(change(page.pixels), page)) == []


def test_a_low_resolution_is_found_and_named() -> None:
    page = sample(TYPED)
    quality = measure(shrink(page.pixels, 100 / page.dpi), page, dpi=100)
    assert codes(quality) == [FindingCode.RESOLUTION_LOW]
    said = judge_quality(quality, QualitySettings())[0].say(Language.EN)
    assert "100" in said
    assert "200" in said


def test_an_assumed_resolution_is_not_judged() -> None:
    page = sample(TYPED)
    unknown = replace(page, dpi_known=False)
    assert FindingCode.RESOLUTION_LOW not in codes(measure(page.pixels, unknown, dpi=100))


def test_a_scanners_dark_border_is_no_cut_text() -> None:
    page = colour(typed_page())
    page[:, :60] = 12
    assert codes(measure(page, frame_of(page))) == []


def test_a_page_drawn_in_black_and_white_is_not_overexposed() -> None:
    drawn = typed_page(ink=0, paper=255)
    drawn = typed(np.where(drawn > 200, 255, drawn).astype(np.uint8))
    quality = measure(drawn, frame_of(drawn))
    assert quality.measures["white"] > 0.9
    assert codes(quality) == []


def test_a_bitonal_page_has_no_tones_to_judge() -> None:
    page = bitonal(typed_page())
    quality = measure(page, frame_of(page, is_bitonal=True))
    assert not {"edge_mm", "contrast", "white", "black"} & set(quality.measures)
    assert codes(quality) == []


def _lines(slope_deg: float, height_px: int) -> list[Line]:
    lines = []
    for row in range(8):
        words = []
        for column in range(8):
            x, y = tilted_place(240 + 170 * column, 320 + 66 * row, slope_deg)
            descends = 8 if (row + column) % 3 == 0 else 0
            box = Box(left=round(x), top=round(y) - height_px, right=round(x) + 140, bottom=round(y) + descends)
            words.append(Word(text="cuvânt", box=box, confidence=90))
        lines.append(Line(box=words[0].box.union(words[-1].box), words=tuple(words)))
    return lines


@pytest.mark.parametrize(("slope_deg", "found"), [(0.0, False), (0.3, False), (-1.5, True), (2.0, True)])
def test_lines_that_still_slope_are_found(slope_deg: float, found: bool) -> None:
    page = frame_of(blank_page(width=400, height=400))
    small = make_small(page.pixels, page.dpi)
    quality = measure_quality(page, small, _lines(slope_deg, 32), blank=True)
    assert quality.measures["skew_left_deg"] == pytest.approx(abs(slope_deg), abs=0.15)
    assert (FindingCode.SKEW_LEFT in codes(quality)) is found


@pytest.mark.parametrize(("height_px", "found"), [(30, False), (9, True)])
def test_letters_too_small_to_read_are_found_whatever_the_file_says(height_px: int, found: bool) -> None:
    page = frame_of(blank_page(width=400, height=400))
    small = make_small(page.pixels, page.dpi)
    quality = measure_quality(page, small, _lines(0, height_px), blank=True)
    assert (FindingCode.LETTERS_SMALL in codes(quality)) is found


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 40)])
def test_the_smallest_image_is_measured_too(size: tuple[int, int]) -> None:
    page = np.full(size, 255, np.uint8)
    assert FindingCode.BLURRED not in codes(measure(page, frame_of(page)))


def test_measuring_is_cheap() -> None:
    page = sample(TYPED)
    small = make_small(page.pixels, page.dpi)
    costs = []
    for _ in range(5):
        start = process_time()
        measure_quality(page, small)
        costs.append(process_time() - start)
    assert min(costs) < 0.1  # 0.03 on an idle processor
