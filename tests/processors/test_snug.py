# SPDX-License-Identifier: EUPL-1.2
"""A word's box comes to lie close about its ink, and never far from where it was read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.ink import Pixels
from processors.snug import fit_to_ink
from schemas.page import Box

WORD = Box(left=40, top=30, right=90, bottom=50)


def page() -> Pixels:
    gray = np.full((100, 140), 230, np.uint8)
    gray[WORD.top : WORD.bottom, WORD.left : WORD.right] = 40
    return gray


@pytest.mark.parametrize("off", [-3, -1, 0, 2, 3])
def test_a_box_that_is_off_by_a_little_comes_to_its_word(off: int) -> None:
    read = Box(left=WORD.left + off, top=WORD.top - off, right=WORD.right + off, bottom=WORD.bottom - off)
    assert fit_to_ink(read, page(), 4) == WORD


def test_a_box_without_ink_stays() -> None:
    nothing = Box(left=5, top=60, right=25, bottom=80)
    assert fit_to_ink(nothing, page(), 4) == nothing


def test_a_side_that_a_neighbour_touches_stays() -> None:
    gray = page()
    gray[WORD.top : WORD.bottom, WORD.right :] = 40
    read = Box(left=38, top=30, right=88, bottom=50)
    assert fit_to_ink(read, gray, 4) == Box(left=40, top=30, right=88, bottom=50)


@given(
    seed=st.integers(0, 2**16),
    left=st.integers(0, 138),
    top=st.integers(0, 98),
    width=st.integers(1, 60),
    height=st.integers(1, 40),
    reach=st.integers(1, 5),
)
def test_no_side_moves_farther_than_it_may_and_no_box_becomes_empty(
    seed: int, left: int, top: int, width: int, height: int, reach: int
) -> None:
    gray = np.random.default_rng(seed).integers(0, 256, (100, 140), np.uint8)
    box = Box(left=left, top=top, right=min(140, left + width), bottom=min(100, top + height))
    fitted = fit_to_ink(box, gray, reach)
    for side in ("left", "top", "right", "bottom"):
        assert abs(getattr(fitted, side) - getattr(box, side)) <= reach
    assert fitted.width_px > 0
    assert fitted.height_px > 0
