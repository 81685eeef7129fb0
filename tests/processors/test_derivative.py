# SPDX-License-Identifier: EUPL-1.2
"""What is made of a straightened page shows the same, however much of it was asked for."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processors import derivative
from processors.derivative import Derivative
from processors.ink import Pixels, as_gray
from processors.straighten import PrepareSettings, Rotation, prepare_page
from schemas.page import Box
from tests.processors.typed_pages import colour, frame_of, tilt, typed_page


def derivative_of(page: Pixels, rotation_deg: Rotation = 0) -> Derivative:
    return prepare_page(frame_of(page), PrepareSettings(), rotation_deg).derivative


def tinted(page: Pixels) -> Pixels:
    """With a band of red, so that channels differ."""
    page = colour(page)
    page[900:1100, :, 1:] //= 2
    return page


@pytest.mark.parametrize("rotation", [0, 90, 180])
@pytest.mark.parametrize("skew", [0.0, 1.5])
def test_grey_and_half_size_are_of_the_page_in_colour(rotation: Rotation, skew: float) -> None:
    page = tinted(typed_page())
    made = derivative_of(page if skew == 0 else tilt(page, skew), rotation)
    gray, half = made.gray, made.reduced(2)
    pixels = made.pixels
    assert gray.shape == pixels.shape[:2]
    assert int(cv2.absdiff(gray, as_gray(pixels)).max()) <= 3
    rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
    assert half.shape == (rows, columns, 3)
    wanted = cv2.resize(pixels[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    assert float(cv2.absdiff(half, wanted).mean()) < 2.5  # half as fine a resampling
    assert abs(float(half.mean()) - float(wanted.mean())) < 0.5


def test_lines_are_in_colour_where_they_are_asked_for_and_only_there() -> None:
    page = tilt(tinted(typed_page()), 1.5)
    part = derivative_of(page).within(
        [Box(left=0, top=900, right=50, bottom=1000), Box(left=9, top=950, right=20, bottom=1100)]
    )
    whole = derivative_of(page).pixels
    assert part.shape == whole.shape
    assert int(cv2.absdiff(part[900:1100], whole[900:1100]).max()) <= 3
    assert not part[:900].any()
    assert not part[1100:].any()


def test_what_was_not_asked_for_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, ...]] = []

    def counted(work: Callable[..., Pixels]) -> Callable[..., Pixels]:
        def warp(pixels: Pixels, *rest: object) -> Pixels:
            made.append(pixels.shape)
            return work(pixels, *rest)

        return warp

    page = tilt(colour(typed_page()), 1.5)
    one = derivative_of(page)
    monkeypatch.setattr(derivative, "warp", counted(derivative.warp))
    assert one.gray is one.gray
    one.reduced(2)
    assert made == [page.shape[:2], (page.shape[0] // 2, page.shape[1] // 2, 3)]


def test_the_fill_around_a_straightened_page_is_its_paper() -> None:
    made = derivative_of(tilt(colour(typed_page()), 4.0))
    corner = made.pixels[:5, :5].reshape(-1, 3)
    assert np.ptp(corner, axis=0).max() == 0
    assert tuple(corner[0]) != (255, 255, 255)
    assert abs(int(made.gray[0, 0]) - int(as_gray(made.pixels)[0, 0])) <= 1
