# SPDX-License-Identifier: EUPL-1.2
"""Blank means that nothing of the page's own is on it; in doubt a page is not blank."""

import cv2
import numpy as np
import pytest

from processors.blank import Blankness, find_plain_text, is_blank
from processors.ink import Pixels, make_small
from tests.processors.typed_pages import (
    DPI,
    HEIGHT,
    WIDTH,
    bitonal,
    blank_page,
    print_on,
    show_through,
    stamp_mask,
    tilt,
    typed_page,
)


def with_holes(page: Pixels, value: int = 30) -> Pixels:
    """Two punch holes of 6 mm at the left edge, showing the dark behind."""
    page = page.copy()
    for y in (HEIGHT // 2 - 472, HEIGHT // 2 + 472):
        cv2.circle(page, (140, y), 36, (value,), -1, cv2.LINE_AA)
    return page


def with_specks(page: Pixels) -> Pixels:
    page = page.copy()
    random = np.random.default_rng(8)
    for _ in range(300):
        x, y = int(random.integers(0, WIDTH - 4)), int(random.integers(0, HEIGHT - 4))
        page[y : y + 3, x : x + 3] = 60
    return page


def number_only(ink: int) -> Pixels:
    """A page with nothing but a typed number of two digits in its corner."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(mask, "12", (WIDTH - 300, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (255,), 4, cv2.LINE_AA)
    return print_on(blank_page(), mask, ink)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(blank_page(), id="paper"),
        pytest.param(blank_page(190), id="dark paper"),
        pytest.param(np.full((HEIGHT, WIDTH), 255, np.uint8), id="pure white"),
        pytest.param(with_holes(blank_page()), id="punch holes"),
        pytest.param(with_specks(blank_page()), id="specks"),
        pytest.param(bitonal(with_specks(with_holes(blank_page()))), id="bitonal"),
        pytest.param(show_through(blank_page()), id="show-through"),
        pytest.param(tilt(with_holes(show_through(blank_page())), 2.0), id="all at once, askew"),
    ],
)
def test_a_page_without_its_own_ink_is_blank(page: Pixels) -> None:
    assert is_blank(page, DPI)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(typed_page(), id="text"),
        pytest.param(typed_page(lines=1), id="one line"),
        pytest.param(typed_page(ink=192), id="faint text"),
        pytest.param(print_on(blank_page(), stamp_mask(), 110), id="one stamp"),
        pytest.param(number_only(50), id="page number"),
        pytest.param(number_only(150), id="pencilled number"),
        pytest.param(bitonal(number_only(50)), id="bitonal page number"),
        pytest.param(print_on(show_through(blank_page()), stamp_mask(), 120), id="stamp on show-through"),
    ],
)
def test_a_page_with_any_ink_of_its_own_is_not_blank(page: Pixels) -> None:
    assert not is_blank(page, DPI)


def test_the_remains_of_a_border_are_not_ink() -> None:
    page = blank_page()
    for column in range(WIDTH):
        page[HEIGHT - 10 - 60 * column // WIDTH :, column] = 10
    assert is_blank(page, DPI)


def plain_text_on(page: Pixels) -> Blankness | None:
    small = make_small(page, DPI)
    return find_plain_text(small.marks, small.contrast, np.ones(small.marks.area.size, np.bool_), small.px_per_mm)


def test_a_page_of_plain_text_needs_no_closer_look() -> None:
    for page in (typed_page(), typed_page(ink=150), bitonal(typed_page())):
        found = plain_text_on(page)
        assert found is not None
        assert not found.blank
        assert found.ink_mm2 > 100


@pytest.mark.parametrize(
    "page",
    [
        with_specks(with_holes(blank_page())),
        show_through(blank_page()),
        number_only(40),
        print_on(blank_page(), stamp_mask(), 60),
    ],
)
def test_whatever_is_not_plain_text_is_looked_at_closely(page: Pixels) -> None:
    assert plain_text_on(page) is None
