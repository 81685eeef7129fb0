# SPDX-License-Identifier: EUPL-1.2
"""Sideways pages are told from upright ones without reading."""

import numpy as np
import pytest

from processors.ink import Pixels, make_small
from processors.sideways import LineDirection, measure_direction
from tests.processors.typed_pages import DPI, blank_page, print_on, stamp_mask, tilt, typed_page


def direction_of(page: Pixels) -> LineDirection:
    return measure_direction(make_small(page, DPI))


@pytest.mark.parametrize(("quarters", "expected"), [(0, False), (1, True), (2, False), (3, True)])
def test_the_direction_of_the_lines_is_seen(quarters: int, expected: bool) -> None:
    assert direction_of(np.ascontiguousarray(np.rot90(typed_page(), quarters))).sideways is expected


@pytest.mark.parametrize("angle", [-5.0, 5.0])
def test_skew_does_not_hide_it(angle: float) -> None:
    page = tilt(typed_page(), angle)
    assert not direction_of(page).sideways
    assert direction_of(np.ascontiguousarray(np.rot90(page))).sideways


def test_the_edge_of_the_page_does_not_outvote_the_words() -> None:
    page = typed_page(lines=4)
    page[:, 12:30] = 10  # a dark line along the whole page
    assert direction_of(page).upright


def test_a_page_without_words_says_nothing() -> None:
    for page in (blank_page(), print_on(blank_page(), stamp_mask(80), 60)):
        direction = direction_of(page)
        assert not direction.sideways
        assert not direction.upright
