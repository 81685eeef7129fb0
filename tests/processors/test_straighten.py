# SPDX-License-Identifier: EUPL-1.2
"""A prepared page is upright, straight and cropped, and its matrix says where every mark of the scan went."""

from typing import get_args

import cv2
import numpy as np
import pytest

from processors.ink import Pixels, as_gray
from processors.skew import find_skew
from processors.straighten import PrepareSettings, Rotation, prepare_page
from schemas.page import Matrix
from tests.processors.typed_pages import (
    DPI,
    HEIGHT,
    PAPER,
    WIDTH,
    bitonal,
    blank_page,
    colour,
    frame_of,
    tilt,
    tilted_place,
    typed_page,
)

TURNED_LEFT = {
    0: Matrix(),
    90: Matrix(a=0, b=1, d=-1, e=0, f=WIDTH),
    180: Matrix(a=-1, c=WIDTH, e=-1, f=HEIGHT),
    270: Matrix(a=0, b=-1, c=HEIGHT, d=1, e=0),
}
"""From the upright page to the scan that needs this turn to the right."""
MARKS = ((160, 150), (1580, 170), (170, 2330), (1570, 2310))


def marked_page() -> Pixels:
    """Text, and a black disc in each corner."""
    page = typed_page()
    for x, y in MARKS:
        cv2.circle(page, (x, y), 9, (0,), -1, cv2.LINE_AA)
    return page


def centre_of_mark(pixels: Pixels, x: float, y: float) -> tuple[float, float]:
    """The centre of what is black around a predicted place, in continuous pixels."""
    gray = as_gray(pixels)
    left, top = max(0, round(x) - 24), max(0, round(y) - 24)
    part = gray[top : top + 48, left : left + 48].astype(np.float64)
    weight = np.clip(150 - part, 0, None)
    assert weight.sum() > 0, "there is no mark near the predicted place"
    ys, xs = np.mgrid[0 : part.shape[0], 0 : part.shape[1]] + 0.5
    return left + float((xs * weight).sum() / weight.sum()), top + float((ys * weight).sum() / weight.sum())


@pytest.mark.parametrize("skew", [0.0, -3.4, 2.1])
@pytest.mark.parametrize("rotation", get_args(Rotation))
def test_the_matrix_says_where_each_mark_went(rotation: Rotation, skew: float) -> None:
    upright = tilt(marked_page(), skew)
    source = np.ascontiguousarray(np.rot90(upright, rotation // 90))  # turned left; the turn right makes it upright
    prepared = prepare_page(frame_of(source), PrepareSettings(), rotation)
    assert prepared.geometry.rotation_deg == rotation
    for x, y in MARKS:
        in_source = TURNED_LEFT[rotation].map(*tilted_place(x + 0.5, y + 0.5, skew))
        predicted = prepared.geometry.matrix.map(*in_source)
        found = centre_of_mark(prepared.pixels, *predicted)
        assert found == pytest.approx(predicted, abs=1.0)


@pytest.mark.parametrize("skew", [-4.0, 1.3, 5.0])
def test_the_text_runs_level_afterwards(skew: float) -> None:
    prepared = prepare_page(frame_of(tilt(typed_page(), skew)), PrepareSettings(), 0)
    assert prepared.geometry.skew_deg == pytest.approx(skew, abs=0.3)
    assert find_skew(prepared.pixels, DPI) == pytest.approx(0.0, abs=0.1)


def test_no_corner_of_the_scan_is_lost() -> None:
    scan = tilt(typed_page(), 4.0)
    for x, y in ((8, 8), (WIDTH - 9, 8), (8, HEIGHT - 9), (WIDTH - 9, HEIGHT - 9)):
        cv2.circle(scan, (x, y), 7, (0,), -1)
    prepared = prepare_page(frame_of(scan), PrepareSettings(), 0)
    assert prepared.geometry.skew_deg == pytest.approx(4.0, abs=0.3)
    for mark in ((8.5, 8.5), (WIDTH - 8.5, 8.5), (8.5, HEIGHT - 8.5), (WIDTH - 8.5, HEIGHT - 8.5)):
        predicted = prepared.geometry.matrix.map(*mark)
        assert centre_of_mark(prepared.pixels, *predicted) == pytest.approx(predicted, abs=1.5)


def test_a_straight_page_is_passed_on_untouched() -> None:
    frame = frame_of(typed_page())
    prepared = prepare_page(frame, PrepareSettings(), 0)
    assert np.shares_memory(prepared.pixels, frame.pixels)
    assert prepared.geometry.matrix == Matrix()
    assert (prepared.geometry.width_px, prepared.geometry.height_px) == (WIDTH, HEIGHT)


def test_a_turned_page_that_is_straight_keeps_its_pixels_exactly() -> None:
    page = colour(typed_page())
    prepared = prepare_page(frame_of(page.copy()), PrepareSettings(), 180)
    assert np.array_equal(prepared.pixels, page[::-1, ::-1])


def test_colour_stays_and_new_corners_look_like_paper() -> None:
    page = colour(tilt(typed_page(), 4.0))
    prepared = prepare_page(frame_of(page), PrepareSettings(), 0)
    assert prepared.pixels.ndim == 3
    paper = np.median(page.reshape(-1, 3), axis=0)
    assert np.abs(prepared.pixels[0, 0].astype(float) - paper).max() <= 6


def test_the_corners_of_a_bitonal_page_are_white() -> None:
    page = bitonal(tilt(typed_page(), 3.0))
    prepared = prepare_page(frame_of(page, is_bitonal=True), PrepareSettings(), 0)
    assert prepared.pixels[0, 0] == 255


def test_border_skew_and_turn_at_once() -> None:
    scan = tilt(typed_page(), -2.0, fill=6)
    scan[:, :80] = 6
    scan[:50] = 6
    prepared = prepare_page(frame_of(np.ascontiguousarray(np.rot90(scan, 3))), PrepareSettings(), 270)
    geometry = prepared.geometry
    assert geometry.skew_deg == pytest.approx(-2.0, abs=0.3)
    assert geometry.width_px < WIDTH
    assert geometry.height_px < HEIGHT
    assert (prepared.pixels.shape[1], prepared.pixels.shape[0]) == (geometry.width_px, geometry.height_px)


def test_blank_pages_are_marked_and_keep_their_image() -> None:
    prepared = prepare_page(frame_of(blank_page()), PrepareSettings(), 0)
    assert prepared.blank
    assert prepared.pixels.shape == (HEIGHT, WIDTH)
    assert not prepare_page(frame_of(blank_page()), PrepareSettings(detect_blank=False), 0).blank


def test_settings_switch_each_step_off() -> None:
    scan = tilt(typed_page(), 3.0, fill=PAPER)
    scan[:, :80] = 6
    prepared = prepare_page(frame_of(scan), PrepareSettings(deskew=False, crop=False), 0)
    assert prepared.geometry.matrix == Matrix()
    assert prepared.treatment["skew_deg"] == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (40, 25), (9, 9, 3)])
def test_tiny_images_are_prepared_without_complaint(shape: tuple[int, ...]) -> None:
    prepared = prepare_page(frame_of(np.full(shape, 200, dtype=np.uint8)), PrepareSettings(), 90)
    assert prepared.pixels.shape[:2] == (shape[1], shape[0])


def test_an_image_longer_than_the_resampler_can_take_is_not_straightened() -> None:
    strip = np.full((120, 33_000), 240, dtype=np.uint8)
    strip[40:60, ::50] = 20
    prepared = prepare_page(frame_of(strip), PrepareSettings(), 0)
    assert prepared.geometry.skew_deg == 0.0
    assert prepared.pixels.shape == strip.shape
