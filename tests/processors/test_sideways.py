# SPDX-License-Identifier: EUPL-1.2
"""Sideways pages are told from upright ones without reading."""

import numpy as np
import pytest

from processors.ink import make_small
from processors.sideways import looks_sideways, measure_direction
from tests.processors.typed_pages import DPI, blank_page, print_on, stamp_mask, tilt, typed_page


@pytest.mark.parametrize(("quarters", "expected"), [(0, False), (1, True), (2, False), (3, True)])
def test_the_direction_of_the_lines_is_seen(quarters: int, expected: bool) -> None:
    assert looks_sideways(np.ascontiguousarray(np.rot90(typed_page(), quarters)), DPI) is expected


@pytest.mark.parametrize("angle", [-5.0, 5.0])
def test_skew_does_not_hide_it(angle: float) -> None:
    page = tilt(typed_page(), angle)
    assert not looks_sideways(page, DPI)
    assert looks_sideways(np.ascontiguousarray(np.rot90(page)), DPI)


def test_the_edge_of_the_page_does_not_outvote_the_words() -> None:
    page = typed_page(lines=4)
    page[:, 12:30] = 10  # a dark line along the whole page
    assert measure_direction(make_small(page, DPI)).upright


def test_a_page_without_words_says_nothing() -> None:
    for page in (blank_page(), print_on(blank_page(), stamp_mask(80), 60)):
        direction = measure_direction(make_small(page, DPI))
        assert not direction.sideways
        assert not direction.upright
