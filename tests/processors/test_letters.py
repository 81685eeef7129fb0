# SPDX-License-Identifier: EUPL-1.2
"""A page's letters are measured without reading, and decide how finely it is read."""

import cv2
import pytest

from processors.ink import make_small, typed
from processors.letters import measure_letter_height
from processors.readable import reading_share
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, blank_page, typed_page


def test_the_same_page_scanned_twice_as_finely_has_letters_twice_as_high() -> None:
    page = typed_page()
    fine = typed(cv2.resize(page, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    coarse_px, fine_px = (measure_letter_height(make_small(one, dpi)) for one, dpi in ((page, DPI), (fine, 2 * DPI)))
    assert coarse_px is not None
    assert fine_px == pytest.approx(2 * coarse_px, rel=0.15)


def test_a_page_with_hardly_any_letters_does_not_tell_their_size() -> None:
    assert measure_letter_height(make_small(blank_page(), DPI)) is None


@pytest.mark.parametrize(
    ("dpi", "letter_px", "share"),
    [
        pytest.param(300, 26.0, 16 / 26, id="type at 300 dpi"),
        pytest.param(600, 52.0, 16 / 52, id="the same at 600 dpi"),
        pytest.param(300, 14.0, 1.0, id="small print keeps its pixels"),
        pytest.param(300, 17.0, 1.0, id="hardly larger: not blurred for nothing"),
        pytest.param(300, None, 1.0, id="unknown"),
        pytest.param(600, None, 0.5, id="unknown, finer than any type needs"),
    ],
)
def test_a_page_is_reduced_until_its_letters_are_as_high_as_the_recogniser_reads_them(
    dpi: float, letter_px: float | None, share: float
) -> None:
    assert reading_share(WIDTH, HEIGHT, dpi, letter_px) == pytest.approx(share)


def test_a_plan_of_any_resolution_is_reduced_to_what_memory_allows() -> None:
    assert reading_share(20_000, 15_000, 300, 14.0) == pytest.approx(0.387, abs=0.001)
