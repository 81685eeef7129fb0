# SPDX-License-Identifier: EUPL-1.2
"""A page photographed at an angle is read with its lines level, and its words keep their places on the photograph."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from processors.fan import Fan, find_fan
from processors.ink import Pixels, make_small, typed
from processors.page import PageSettings, PageSource, process_page
from processors.read.engine import Layout, Reading
from processors.straighten import PrepareSettings, prepare_page
from schemas.page import Agent, Box, Geometry
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, blank_page, frame_of, typed_page


def photograph(page: Pixels, lean: float) -> Pixels:
    """The page as seen from beside: its right edge is farther away, and shorter by `lean` of it at either end."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners.copy()
    seen[1, 1], seen[2, 1] = lean * height, (1 - lean) * height
    view = cv2.getPerspectiveTransform(corners, seen)
    value = float(np.median(page))
    return typed(cv2.warpPerspective(page, view, (width, height), flags=cv2.INTER_AREA, borderValue=value))


def geometry_of(page: Pixels) -> Geometry:
    height, width = page.shape[:2]
    return Geometry(
        source_width_px=width, source_height_px=height, source_dpi=DPI, width_px=width, height_px=height, dpi=DPI
    )


def fan_of(page: Pixels) -> Fan | None:
    return find_fan(make_small(page, DPI), geometry_of(page))


FULL = typed_page(lines=30)


@pytest.mark.parametrize("lean", [0.03, 0.06, 0.1])
def test_lines_that_run_apart_are_found_by_how_much_they_do(lean: float) -> None:
    seen = photograph(FULL, lean)
    found = fan_of(seen)
    assert found is not None
    # Over the page's width the highest line comes down by `lean` of the page's height, and the lowest one goes up.
    true_deg = np.degrees(2 * lean * HEIGHT / WIDTH)
    assert found.spread_deg == pytest.approx(true_deg, rel=0.3)


@pytest.mark.parametrize("lean", [0.03, 0.06, 0.1])
def test_the_flat_page_has_lines_as_good_as_level(lean: float) -> None:
    seen = photograph(FULL, lean)
    found = fan_of(seen)
    assert found is not None
    assert fan_of(found.flatten(seen)) is None


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(FULL, id="a straight page"),
        pytest.param(blank_page(), id="a blank page"),
        pytest.param(typed_page(lines=3), id="too few lines to tell"),
        pytest.param(photograph(FULL, 0.006), id="so little that a recogniser copes"),
    ],
)
def test_a_page_whose_lines_are_as_good_as_parallel_is_left_alone(page: Pixels) -> None:
    assert fan_of(page) is None


def test_a_straightened_page_is_judged_as_straightened() -> None:
    seen = photograph(FULL, 0.08)
    turned = typed(np.ascontiguousarray(np.rot90(seen, 2)))
    frame = frame_of(turned)
    prepared = prepare_page(frame, PrepareSettings(), 180)
    found = find_fan(make_small(frame.pixels, frame.dpi), prepared.geometry)
    assert found is not None
    assert found.change < 0  # nearer at the left: lower lines rise to the right


@given(
    slope=st.floats(-0.05, 0.05),
    change=st.floats(-1e-4, 1e-4),
    left=st.integers(0, WIDTH - 200),
    top=st.integers(200, HEIGHT - 300),
    width=st.integers(1, 190),
    height=st.integers(8, 60),
)
def test_a_words_box_comes_back_to_its_place(
    slope: float, change: float, left: int, top: int, width: int, height: int
) -> None:
    fan = Fan(slope, change, WIDTH, HEIGHT, -300, HEIGHT + 600)
    box = Box(left=left, top=top, right=left + width, bottom=top + height)
    back = fan.to_page(fan.to_flat(box))
    assert (back.left, back.right) == (box.left, box.right)
    slant = 190 * (abs(slope) + abs(change) * HEIGHT)
    middle, other = (box.top + box.bottom) / 2, (back.top + back.bottom) / 2
    assert other == pytest.approx(middle, abs=2 + slant / 2)
    assert back.height_px <= box.height_px * 1.2 + 2 * slant + 4


class Looker:
    """Keeps what it was given, and says one word at the flat page's left end of each of its lines."""

    agent = Agent(name="Looker", version="1")

    def __init__(self) -> None:
        self.given: list[Pixels] = []

    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        self.given.append(pixels)
        return Reading((), None)

    def close(self) -> None:
        pass


def test_the_engine_gets_the_flat_page_and_the_result_says_so(tmp_path: Path) -> None:
    seen = photograph(FULL, 0.08)
    Image.fromarray(seen).save(tmp_path / "001.png", dpi=(DPI, DPI))
    looker = Looker()
    result = process_page(PageSource(tmp_path / "001.png"), PageSettings(languages=("ron",)), looker).result
    assert float(result.treatment["lines_spread_deg"]) > 8
    first = looker.given[0]
    share = first.shape[1] / result.geometry.width_px
    assert find_fan(make_small(first, DPI * share), geometry_of(first)) is None
    assert first.shape[0] > result.geometry.height_px * share  # nothing of the page's corners is cut off
