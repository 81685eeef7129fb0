# SPDX-License-Identifier: EUPL-1.2
"""Promises of the share of ink that words account for."""

import numpy as np
import pytest

from processors.coverage import explain_ink, find_asked_ink
from processors.ink import Pixels, make_small
from processors.straighten import Prepared, PrepareSettings, Rotation, prepare_page
from schemas.page import Box, Line, Word
from tests.processors.typed_pages import DPI, blank_page, frame_of, print_on, stamp_mask, tilt, typed_page


def explained(page: Pixels, boxes: list[Box], rotation: Rotation = 0) -> float | None:
    return explained_of(page, boxes, prepare_page(frame_of(page), PrepareSettings(), rotation))


def explained_of(page: Pixels, boxes: list[Box], prepared: Prepared) -> float | None:
    small = make_small(page, DPI)
    words = tuple(Word(text="x", box=box, confidence=90.0) for box in boxes)
    lines = [Line(box=words[0].box, words=words)] if words else []
    return explain_ink(find_asked_ink(small), prepared.geometry, lines)


def test_words_over_all_lines_explain_all_ink() -> None:
    boxes = [Box(left=230, top=310 + 66 * at, right=1600, bottom=376 + 66 * at) for at in range(24)]
    assert explained(typed_page(), boxes) == pytest.approx(1.0, abs=0.01)


def test_what_no_word_covers_is_missing_in_proportion() -> None:
    boxes = [Box(left=230, top=310 + 66 * at, right=1600, bottom=366 + 66 * at) for at in range(6)]
    assert explained(typed_page(), boxes) == pytest.approx(0.25, abs=0.08)


def test_a_page_with_text_and_no_words_has_nothing_explained() -> None:
    assert explained(typed_page(), []) == 0.0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_find_their_ink_whichever_way_the_page_was_scanned(rotation: Rotation) -> None:
    upright = tilt(typed_page(), 1.5)
    scanned = np.ascontiguousarray(np.rot90(upright, rotation // 90))
    prepared = prepare_page(frame_of(scanned), PrepareSettings(), rotation)
    assert prepared.geometry.skew_deg != 0.0
    gray = prepared.pixels
    rows = np.flatnonzero((gray < 100).sum(axis=1))
    half = Box(left=0, top=int(rows[0]), right=gray.shape[1], bottom=int(np.median(rows)))
    share = explained_of(scanned, [half], prepared)
    assert share == pytest.approx(0.5, abs=0.1)


def test_a_seals_ring_need_not_be_explained_and_too_little_ink_says_nothing() -> None:
    ring = stamp_mask().copy()
    ring[1600:1800, 940:1260] = 0
    assert explained(print_on(blank_page(), ring, 60), []) is None
    assert explained(blank_page(), []) is None
