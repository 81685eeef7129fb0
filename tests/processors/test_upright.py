# SPDX-License-Identifier: EUPL-1.2
"""Letters that stand up or hang down tell which way to try first, without reading."""

import numpy as np
import pytest

from processors.ink import Pixels, make_small
from processors.upright import Lean, measure_lean
from tests.processors.typed_pages import DPI, blank_page, print_on, stamp_mask, tilt, typed_page


def lean_of(page: Pixels, *, lying: bool = False) -> Lean:
    return measure_lean(make_small(np.ascontiguousarray(page), DPI), lying=lying)


def test_upright_letters_stand_up_and_turned_ones_hang_down() -> None:
    upright, turned = lean_of(typed_page()), lean_of(np.rot90(typed_page(), 2))
    assert upright.share > 0.4
    assert not upright.upside_down
    assert turned.share == pytest.approx(-upright.share, abs=0.1)
    assert turned.upside_down


@pytest.mark.parametrize(("quarters", "expected"), [(1, False), (3, True)])
def test_of_a_page_on_its_side_it_says_how_it_lies_after_a_turn_to_the_right(quarters: int, expected: bool) -> None:
    lying = lean_of(np.rot90(typed_page(), quarters), lying=True)
    assert lying.upside_down is expected
    assert abs(lying.share) > 0.4


@pytest.mark.parametrize("angle", [-4.0, 4.0])
def test_skew_does_not_hide_it(angle: float) -> None:
    assert lean_of(np.rot90(tilt(typed_page(), angle), 2)).upside_down


def test_little_says_nothing() -> None:
    for page in (blank_page(), typed_page(lines=1), print_on(blank_page(), stamp_mask(), 60)):
        assert not lean_of(page).upside_down
        assert not lean_of(np.rot90(page, 2)).upside_down
