# SPDX-License-Identifier: EUPL-1.2
"""The densest part of a page is a few whole lines of it."""

import numpy as np
import pytest

from processors.densest import find_densest_part
from processors.ink import Pixels, make_small
from processors.straighten import PrepareSettings, Rotation, prepare_page
from schemas.page import Box
from tests.processors.typed_pages import DPI, HEIGHT, blank_page, frame_of, tilt, typed_page


def part_of(page: Pixels, rotation_deg: Rotation = 0) -> tuple[Box | None, Pixels]:
    small = make_small(page, DPI)
    prepared = prepare_page(frame_of(page), PrepareSettings(), rotation_deg, small)
    return find_densest_part(small, prepared.geometry), prepared.gray


@pytest.mark.parametrize(("skew", "rotation"), [(0.0, 0), (2.0, 0), (0.0, 90), (1.0, 180)])
def test_a_few_lines_are_taken_and_none_is_cut(skew: float, rotation: Rotation) -> None:
    page = typed_page() if skew == 0 else tilt(typed_page(), skew)
    part, seen = part_of(np.ascontiguousarray(np.rot90(page, rotation // 90)), rotation)
    assert part is not None
    assert (part.left, part.right) == (0, seen.shape[1])
    assert 100 < part.height_px < HEIGHT / 6
    dark = seen < 120
    for row in (part.top, part.bottom - 1):
        assert dark[row].sum() < 0.01 * dark.shape[1]
    assert dark[part.top : part.bottom].sum() > 5000


def test_it_is_where_most_letters_are() -> None:
    page, text = blank_page(), typed_page()
    for top in (310, 710, 1110):  # a line now and then
        page[top : top + 60] = text[310:370]
    page[1700:2300] = text[310:910]
    part, _ = part_of(page)
    assert part is not None
    assert part.top > 1600


def test_a_page_of_little_more_has_none() -> None:
    assert part_of(blank_page())[0] is None
    assert part_of(typed_page(lines=5))[0] is None
