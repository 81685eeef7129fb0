# SPDX-License-Identifier: EUPL-1.2
"""Upright rules are taken out of what the recogniser gets; letters, level rules and what crosses a rule stay."""

import cv2
import numpy as np
import pytest

from processors.ink import Pixels, typed
from processors.ruled import without_upright_rules
from processors.treatments import Treatment, treat
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, blank_page, typed_page

PAPER = np.full((HEIGHT, WIDTH), 255, np.uint8)


def draw(page: Pixels, start: tuple[int, int], end: tuple[int, int], thick_px: int = 3) -> Pixels:
    page = page.copy()
    cv2.line(page, start, end, (0,), thick_px, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("thick_px", [1, 3, 8])
def test_an_upright_rule_goes(thick_px: int) -> None:
    ruled = draw(PAPER, (600, 300), (600, 1500), thick_px)
    assert without_upright_rules(ruled, DPI).min() > 150


def test_a_rule_that_leans_by_a_few_pixels_goes_too() -> None:
    ruled = draw(PAPER, (600, 300), (606, 1500))
    assert (without_upright_rules(ruled, DPI) < 128).sum() < 0.02 * (ruled < 128).sum()


@pytest.mark.parametrize(
    ("start", "end", "thick_px"),
    [
        pytest.param((300, 700), (1500, 700), 3, id="a level rule"),
        pytest.param((600, 700), (600, 820), 10, id="a stroke of a large letter"),
        pytest.param((600, 300), (600, 1500), 40, id="a broad bar"),
        pytest.param((300, 300), (1500, 1500), 5, id="a slanting line"),
    ],
)
def test_what_is_no_upright_rule_stays(start: tuple[int, int], end: tuple[int, int], thick_px: int) -> None:
    page = draw(PAPER, start, end, thick_px)
    assert without_upright_rules(page, DPI) is page


def test_a_letter_that_a_rule_crosses_keeps_its_strokes() -> None:
    letter = draw(PAPER, (570, 900), (630, 900), 6)
    cleared = without_upright_rules(draw(letter, (600, 300), (600, 1500), 3), DPI)
    assert (cleared[898:902, 575:625] < 128).all()
    assert cleared[600, 600] == 255


def test_a_page_of_type_alone_is_not_touched() -> None:
    page = treat(typed_page(), DPI, Treatment.PLAIN)
    evened = typed(np.where(page > 200, 255, 0).astype(np.uint8))
    assert without_upright_rules(evened, DPI) is evened


def test_the_evened_page_has_no_upright_rules_and_the_plain_one_has() -> None:
    ruled = draw(blank_page(), (600, 300), (600, 1500))
    assert treat(ruled, DPI, Treatment.EVEN)[400:1400, 590:610].min() > 128
    assert treat(ruled, DPI, Treatment.PLAIN)[400:1400, 590:610].min() < 128
