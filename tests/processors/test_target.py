# SPDX-License-Identifier: EUPL-1.2
"""Colour and grey targets are recognised; what is even and regular but no target is not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processors.ink import Pixels, typed
from processors.limits import Limits
from processors.page import PageSettings, process_page
from processors.target import find_target
from schemas.findings import FindingCode
from schemas.page import PageKind
from tests.processors.test_page import ScriptedEngine, codes, good_when_upright, save
from tests.processors.typed_pages import colour, tilt, typed_page

# The 24 colours of the usual chart, in sRGB (D. Pascale, "RGB coordinates of the ColorChecker", 2006).
CHART = [
    (115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170),
    (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46),
    (56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161),
    (243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52),
]  # fmt: skip
GREYS = [(level,) * 3 for level in range(245, 15, -23)]
PAPER = (228, 222, 206)


def lay_patches(
    colours: Sequence[tuple[int, ...]], columns: int, *, ground: tuple[int, int, int] = (20, 20, 20)
) -> Pixels:
    """Patches of 120 pixels with gaps, on a board that lies on paper, with a scanner's noise."""
    page = np.empty((1240, 1000, 3), np.float32)
    page[:] = PAPER
    rows = -(-len(colours) // columns)
    size = min(120, 900 // columns - 20)
    page[80 : 100 + rows * (size + 20), 30 : 50 + columns * (size + 20)] = ground
    for index, shade in enumerate(colours):
        top, left = 100 + index // columns * (size + 20), 50 + index % columns * (size + 20)
        page[top : top + size, left : left + size] = shade
    page += np.random.default_rng(24).normal(0, 3, page.shape)
    return typed(np.clip(page, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("skew_deg", [0.0, 2.0])
def test_a_colour_chart_is_a_target(skew_deg: float) -> None:
    found = find_target(typed(np.asarray(Image.fromarray(lay_patches(CHART, 6)).rotate(skew_deg, fillcolor=PAPER))))
    assert found is not None
    assert found.patches >= found.threshold


def test_a_grey_scale_is_a_target_in_colour_and_in_grey() -> None:
    page = lay_patches(GREYS, len(GREYS), ground=(120, 110, 60))
    assert find_target(page) is not None
    assert find_target(np.ascontiguousarray(np.rot90(page)[:, :, 1])) is not None


def test_a_table_is_no_target() -> None:
    assert find_target(lay_patches([PAPER] * 24, 6)) is None


def test_greys_in_no_order_are_no_scale() -> None:
    order = [4, 0, 7, 2, 9, 1, 6, 3, 8, 5]
    assert find_target(lay_patches([GREYS[one] for one in order], len(GREYS), ground=(120, 110, 60))) is None


def test_text_and_pictures_are_no_target() -> None:
    assert find_target(colour(tilt(typed_page(), 1.0))) is None
    random = np.random.default_rng(3)
    picture = Image.fromarray(random.integers(0, 255, (12, 10, 3), dtype=np.uint8)).resize((1000, 1200))
    assert find_target(typed(np.asarray(picture))) is None


def test_a_page_with_a_target_gets_its_kind_and_no_other_finding(tmp_path: Path) -> None:
    engine = ScriptedEngine(good_when_upright)
    result = process_page(save(tmp_path, lay_patches(CHART, 6)), PageSettings(), engine, Limits()).result
    assert result.kind is PageKind.TARGET
    assert codes(result) == [FindingCode.TARGET_RECOGNISED]
    assert result.quality["target_patches"] >= 12
