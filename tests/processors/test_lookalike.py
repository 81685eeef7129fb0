# SPDX-License-Identifier: EUPL-1.2
"""The hash knows a page again after a rescan, and tells it from other pages of the same binder."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from arhivar.settings import CHECKOUT
from arhivar.steps.duplicates import MOST_BITS
from processors.decode import decode_frame
from processors.ink import Pixels, make_small, typed
from processors.limits import Limits
from processors.lookalike import count_differing_bits, hash_look
from processors.straighten import PrepareSettings, Rotation, prepare_page
from tests.processors.typed_pages import frame_of

DPI = 125.0
NAMES = ["002", "003", "004", "006", "007", "009", "011", "012"]


@lru_cache(maxsize=8)
def page(name: str) -> Pixels:
    """A sample page at half its resolution."""
    frame = decode_frame(CHECKOUT / "sample_scans" / "permits-1987" / f"{name}.jpg", 0, Limits())
    return typed(cv2.resize(frame.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def look(pixels: Pixels, rotation_deg: Rotation = 0) -> str:
    frame = frame_of(np.ascontiguousarray(pixels), dpi=DPI)
    small = make_small(frame.pixels, frame.dpi)
    geometry = prepare_page(frame, PrepareSettings(), rotation_deg).geometry
    return hash_look(small.contrast, small.factor, geometry)


def laid_again(pixels: Pixels, skew_deg: float, across: float, down: float) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, 1) + np.array([[0, 0, across], [0, 0, down]])
    return typed(cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE))


@pytest.mark.parametrize("name", ["003", "006"])
def test_a_rescan_is_known_again(name: str) -> None:
    once = look(page(name))
    darker = typed((page(name) * 0.85).astype(np.uint8))
    for again in (
        laid_again(page(name), 0, 9, 10),
        laid_again(page(name), -1.5, 6, 8),
        cv2.GaussianBlur(darker, (0, 0), 1.0),
    ):
        assert count_differing_bits(once, look(typed(again))) <= MOST_BITS


def test_a_page_scanned_upside_down_is_known_by_what_is_shown() -> None:
    turned = look(np.rot90(page("003"), 2), 180)
    assert count_differing_bits(look(page("003")), turned) <= 16


def test_other_pages_of_the_binder_are_told_apart() -> None:
    looks = [look(page(name)) for name in NAMES]
    between = [count_differing_bits(one, other) for index, one in enumerate(looks) for other in looks[:index]]
    assert min(between) > MOST_BITS
