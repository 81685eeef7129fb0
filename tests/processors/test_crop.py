# SPDX-License-Identifier: EUPL-1.2
"""Dark scanner borders go; paper, margins and text stay."""

import numpy as np
import pytest

from processors.crop import Crop, find_page
from processors.ink import Pixels
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, bitonal, blank_page, tilt, typed_page

WHOLE = Crop(0, 0, WIDTH, HEIGHT)


def with_border(page: Pixels, left: int, top: int, right: int, bottom: int, dark: int = 15) -> Pixels:
    """The page with a dark frame painted over its margins, widths in pixels."""
    page = page.copy()
    page[:, :left] = dark
    page[:top] = dark
    page[:, WIDTH - right :] = dark
    page[HEIGHT - bottom :] = dark
    return page


@pytest.mark.parametrize("page", [typed_page(), blank_page(), bitonal(typed_page())])
def test_dark_borders_are_cut_and_nothing_more(page: Pixels) -> None:
    found = find_page(with_border(page, 70, 40, 110, 0), DPI)
    assert found.left == pytest.approx(70, abs=4)
    assert found.top == pytest.approx(40, abs=4)
    assert found.right == pytest.approx(WIDTH - 110, abs=4)
    assert found.bottom == HEIGHT


def test_a_page_with_white_edges_stays_whole() -> None:
    for page in (typed_page(), bitonal(typed_page()), tilt(typed_page(), 3.0)):
        assert find_page(page, DPI) == WHOLE


def test_a_white_strip_beside_the_paper_is_no_reason_to_cut() -> None:
    page = typed_page(paper=200)
    page[:, :25] = 255
    assert find_page(page, DPI) == WHOLE


def test_text_that_touches_the_border_is_not_cut() -> None:
    page = typed_page()
    page[50:1650] = page[320:1920].copy()  # the first line of text now begins at about row 60
    page[:62] = np.minimum(page[:62], 30)  # and the border touches it
    found = find_page(page, DPI)
    assert found.top <= 66
    assert found.height_px >= HEIGHT - 66


def test_a_number_beside_an_oblique_border_stays() -> None:
    page = blank_page()
    for row in range(120):  # a wedge: 120 px deep at the left, nothing at the right end
        page[row, : int(WIDTH * (1 - row / 120) * 1.3)] = 8
    number = typed_page(lines=1)[320:370, 240:340]
    page[30:80, WIDTH - 160 : WIDTH - 60] = number
    first_inked_row = 30 + int(np.flatnonzero((number < 100).any(axis=1))[0])
    assert 0 < find_page(page, DPI).top <= first_inked_row - 4


def test_a_page_darker_than_its_border_is_left_alone() -> None:
    dark = np.full((HEIGHT, WIDTH), 30, dtype=np.uint8)
    assert find_page(dark, DPI) == WHOLE


def test_a_dark_half_is_not_taken_for_a_border() -> None:
    page = typed_page()
    page[:, : WIDTH // 2] = 12
    assert find_page(page, DPI).left <= WIDTH * 0.16


def test_what_is_dark_at_the_edge_but_short_is_no_border() -> None:
    page = typed_page()
    for y in range(200, 2200, 200):
        page[y : y + 60, :90] = 20  # as high as letters, and cut by the scan's edge
    assert find_page(page, DPI) == WHOLE
