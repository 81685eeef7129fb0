# SPDX-License-Identifier: EUPL-1.2
"""Promises of the ways in which a page's image is handed to the reader."""

import cv2
import numpy as np
import pytest

from processors.ink import Pixels, typed
from processors.treatments import Treatment, treat
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, print_on, stamp_mask, typed_page


def shaded(page: Pixels) -> Pixels:
    """The page in a shadow that falls to a quarter of the light at its foot."""
    light = np.linspace(1.0, 0.25, page.shape[0])[:, None]
    return typed((page * light).astype(np.uint8))


def threshold(gray: Pixels) -> Pixels:
    """What the recogniser makes of it: ink where it is below the page's one threshold."""
    _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return typed(ink)


def agreement(ink: Pixels, expected: Pixels) -> float:
    return float(((ink > 0) & (expected > 0)).sum() / ((ink > 0) | (expected > 0)).sum())


def coloured(page: Pixels, mask: Pixels, colour: tuple[int, int, int]) -> Pixels:
    return typed(np.dstack([print_on(page, mask, value) for value in colour]))


@pytest.mark.parametrize("treatment", list(Treatment))
def test_a_treated_page_is_grey_and_keeps_its_size_and_the_page_given(treatment: Treatment) -> None:
    page = coloured(typed_page(), stamp_mask(), (70, 60, 190))
    before = page.copy()
    gray = treat(page, DPI, treatment)
    assert (gray.shape, gray.dtype) == ((HEIGHT, WIDTH), np.uint8)
    assert np.array_equal(page, before)


def test_plain_changes_nothing_on_a_grey_page() -> None:
    page = typed_page()
    assert treat(page, DPI, Treatment.PLAIN) is page


def test_evened_paper_is_white_and_its_ink_black() -> None:
    gray = treat(typed_page(ink=40), DPI, Treatment.EVEN)
    assert np.median(gray) >= 250
    assert np.percentile(gray, 1) <= 10


def test_a_faint_page_comes_out_as_black_as_a_strong_one() -> None:
    faint, strong = (treat(typed_page(ink=ink), DPI, Treatment.EVEN) for ink in (170, 40))
    assert abs(float(np.percentile(faint, 2)) - float(np.percentile(strong, 2))) <= 25


def test_one_threshold_reads_an_evened_page_in_shadow_and_not_a_plain_one() -> None:
    letters = threshold(typed_page())
    page = shaded(typed_page(ink=60))
    assert agreement(threshold(treat(page, DPI, Treatment.EVEN)), letters) > 0.6
    assert agreement(threshold(treat(page, DPI, Treatment.PLAIN)), letters) < 0.2


def test_dropout_leaves_out_a_coloured_stamp_and_keeps_the_type() -> None:
    text, stamp = threshold(typed_page()) > 0, (stamp_mask() > 200) & (threshold(typed_page()) == 0)
    page = coloured(typed_page(), stamp_mask(), (120, 110, 225))
    kept, dropped = (treat(page, DPI, one) for one in (Treatment.EVEN, Treatment.DROPOUT))
    assert kept[stamp].mean() < 150
    assert dropped[stamp].mean() > 230
    assert dropped[text].mean() < 60


def test_a_bare_page_is_not_blown_up_into_ink() -> None:
    paper = treat(typed_page(lines=0), DPI, Treatment.EVEN)
    assert paper.min() > 100
    assert np.median(paper) >= 235
