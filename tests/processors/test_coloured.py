# SPDX-License-Identifier: EUPL-1.2
"""Coloured marks on a page of black writing are found, and nothing else is."""

import cv2
import numpy as np
import pytest

from processors.coloured import PageColour, find_page_colour, without_colour, without_pale
from processors.ink import Pixels, typed
from schemas.page import Box
from tests.processors.typed_pages import DPI, HEIGHT, PAPER, WIDTH, colour, stamp_mask, typed_page

BLUE, RED, GREEN = (70, 66, 160), (168, 44, 40), (60, 130, 80)
STAMP = Box(left=896, top=1496, right=1314, bottom=1914)


def stamped(ink: tuple[int, int, int], mask: Pixels | None = None, *, page: Pixels | None = None) -> Pixels:
    """The page with a stamp (a round one of 35 mm) that takes light from what is there."""
    share = (stamp_mask() if mask is None else mask).astype(np.float32)[:, :, None] / 255
    under = colour(typed_page(lines=14)) if page is None else page
    return typed((under * (1 - share * (1 - np.array(ink, np.float32) / PAPER))).clip(0, 255).astype(np.uint8))


def find_on(page: Pixels) -> PageColour | None:
    def reduced(factor: int) -> Pixels:
        height, width = (side // factor for side in page.shape[:2])
        whole = page[: height * factor, : width * factor]
        return typed(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))

    return find_page_colour(reduced, DPI)


@pytest.mark.parametrize("ink", [BLUE, RED, GREEN])
def test_a_stamp_is_found_whatever_its_colour(ink: tuple[int, int, int]) -> None:
    found = find_on(stamped(ink))
    assert found is not None
    (box,) = found.boxes
    near = 3.5 / 25.4 * DPI  # a millimetre around it, and the small image's grid
    assert all(abs(getattr(box, side) - getattr(STAMP, side)) < near for side in ("left", "top", "right", "bottom"))
    assert not found.over_text(box)


def test_type_under_a_stamp_is_told() -> None:
    found = find_on(stamped(BLUE, page=colour(typed_page())))
    assert found is not None
    assert [found.over_text(box) for box in found.boxes] == [True]


def test_ink_of_a_place_is_told_by_colour() -> None:
    found = find_on(stamped(BLUE))
    assert found is not None
    coloured, dark = found.shares(STAMP)
    assert coloured > 0.05
    assert dark < 0.005
    coloured, dark = found.shares(Box(left=240, top=320, right=1300, bottom=1200))
    assert coloured == 0
    assert dark > 0.05
    assert found.shares(Box(left=-50, top=-50, right=-10, bottom=-10)) == (0.0, 0.0)


def test_no_page_without_colour_has_a_mark() -> None:
    assert find_on(typed_page()) is None
    assert find_on(colour(typed_page())) is None
    assert find_on(np.full((40, 40, 3), 220, np.uint8)) is None


def test_a_page_written_in_colour_has_no_mark() -> None:
    share = (typed_page(paper=255, ink=0) < 128).astype(np.uint8) * np.uint8(255)
    assert find_on(stamped(BLUE, share, page=np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8))) is None


def test_a_brown_edge_is_no_mark() -> None:
    page = colour(typed_page()).astype(np.float32)
    fade = np.clip(np.linspace(-0.4, 1, 260), 0, 1)[:, None, None]
    page[-260:] *= 1 - fade * (1 - np.array([0.62, 0.45, 0.22]))
    found = find_on(typed(page.clip(0, 255).astype(np.uint8)))
    assert found is None or found.boxes == ()


def test_without_colour_a_stamp_is_paper_and_type_under_it_stays() -> None:
    page = colour(typed_page())
    clean, left = (without_colour(one, DPI) for one in (page, stamped(BLUE, page=page)))
    under = typed(cv2.erode((stamp_mask() > 200).astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
    paper, type_ = under & (clean > 235), under & (clean < 60)
    assert np.median(left[paper]) > 225
    assert np.median(left[type_]) < 70


def test_without_pale_ink_a_grey_stamp_is_gone_and_type_stays() -> None:
    page = typed_page()
    share = stamp_mask().astype(np.float32) / 255
    both = typed(np.minimum(page, PAPER - share * 90).astype(np.uint8))
    left = without_pale(both, DPI)
    stamp = (share > 0.9) & (page > 200)
    assert np.mean(left[stamp] > 240) > 0.9
    assert np.mean(left[page < 60] < 60) > 0.9


def test_a_bluish_ribbon_is_no_stamp_and_a_stamp_beside_it_is_one() -> None:
    share = ((PAPER - typed_page().astype(np.float32)) / (PAPER - 40)).clip(0, 1)[:, :, None]
    ribbon = np.full((HEIGHT, WIDTH, 3), (72, 76, 112), np.float32)
    ribbon[HEIGHT // 4 : HEIGHT // 3] = (58, 62, 116)  # a little bluer in some lines, as ribbons are
    page = typed((PAPER * (1 - share) + ribbon * share).clip(0, 255).astype(np.uint8))
    assert find_on(page) is None
    beside = find_on(stamped(RED, page=page))
    assert beside is not None
    assert len(beside.boxes) == 1
