# SPDX-License-Identifier: EUPL-1.2
"""Layers show what the page shows: all of its ink, nothing that was not there, and in much fewer bytes."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from processors.encoded import Codec, EncodedImage, encode_jpeg
from processors.ink import Pixels, as_gray, typed
from processors.layers import Layer, LayerSettings, fill_under, make_layers
from processors.limits import Limits
from processors.picture_area import find_pictures
from processors.poppler import decode_bitonal
from schemas.page import Box
from tests.processors.typed_pages import (
    DPI,
    HEIGHT,
    PAPER,
    WIDTH,
    blank_page,
    colour,
    print_on,
    show_through,
    stamp_mask,
    typed_page,
)
from tests.processors.typed_pages import _text_ink as text_ink

SETTINGS = LayerSettings()


def layers_of(page: Pixels, dpi: float = DPI, words: tuple[Box, ...] = ()) -> tuple[Layer, ...]:
    return make_layers(page, dpi, words, SETTINGS)


def drawn(layers: tuple[Layer, ...], height: int = HEIGHT, width: int = WIDTH) -> Pixels:
    """The layers one over the other, HxWx3, as a PDF reader draws them."""
    page = np.zeros((height, width, 3), np.uint8)
    for layer in layers:
        image = picture(layer.image)
        place = layer.placement
        size = (round(place.a * image.shape[1]), round(place.e * image.shape[0]))
        left, top = round(place.c), round(place.f)
        shown = typed(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))[: height - top, : width - left]
        area = page[top : top + shown.shape[0], left : left + shown.shape[1]]
        where = np.ones(area.shape[:2], np.bool_)
        if layer.stencil is not None:
            stencil = cv2.resize(bilevel(layer.stencil), size, interpolation=cv2.INTER_AREA)
            where = np.asarray(stencil[: area.shape[0], : area.shape[1]] < 128)
        area[where] = shown[where]
    return page


def picture(image: EncodedImage) -> Pixels:
    decoded = typed(cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_COLOR))
    return typed(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB))


def bilevel(image: EncodedImage) -> Pixels:
    return decode_bitonal(image, Path("stencil"), Limits())


def stencil_of(layers: tuple[Layer, ...]) -> NDArray[np.bool_]:
    """Where ink is drawn, on the page."""
    stencil = layers[-1].stencil
    assert stencil is not None
    return np.asarray(bilevel(stencil)[:HEIGHT, :WIDTH] == 0)


def size_of(layers: tuple[Layer, ...]) -> int:
    return sum(layer.size_bytes for layer in layers)


@pytest.mark.parametrize("ink", [40, 120, 170, 200])
def test_type_is_drawn_without_holes_however_faint(ink: int) -> None:
    solid = text_ink(24) > 200
    found = stencil_of(layers_of(typed_page(ink=ink)))
    assert found[solid].mean() > 0.99
    near = typed(cv2.dilate((text_ink(24) > 25).astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
    assert found[~near].mean() < 0.0005


def test_a_letter_of_which_the_top_is_faint_keeps_it() -> None:
    mask = text_ink(24)
    page = blank_page().copy()
    for number in range(24):
        for part, ink in ((np.s_[310 + 66 * number : 346 + 66 * number], 165), (np.s_[346 + 66 * number :], 40)):
            page[part] = print_on(blank_page()[part], mask[part], ink)
    found = stencil_of(layers_of(page))
    assert found[mask > 200].mean() > 0.92  # where black and faint meet without a transition, a little is lost


def test_a_faint_line_beside_a_black_one_keeps_its_strokes() -> None:
    mask = text_ink(24)
    page = blank_page().copy()
    for number in range(24):
        rows = np.s_[310 + 66 * number : 376 + 66 * number]
        page[rows] = print_on(page[rows], mask[rows], 30 if number % 2 else 175)
    found = stencil_of(layers_of(page))
    assert found[mask > 200].mean() > 0.98


@pytest.mark.parametrize("shade", [(40, 40, 40), (90, 70, 130), (40, 60, 140)])
def test_ink_is_drawn_in_its_own_colour(shade: tuple[int, int, int]) -> None:
    mask = text_ink(24)
    page = np.stack([print_on(blank_page(), mask, channel) for channel in shade], axis=2)
    shown = drawn(layers_of(page))
    core = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 200
    assert np.abs(shown[core].mean(axis=0) - shade).max() < 14


def test_a_faint_page_stays_as_faint_as_it_was() -> None:
    page = typed_page(ink=180)
    shown = as_gray(drawn(layers_of(page)))
    rows = np.s_[320:1800, 240:1500]
    assert abs(float(shown[rows].mean()) - float(page[rows].mean())) < 1.0


def test_a_coloured_stamp_stays_a_picture_and_the_type_under_it_is_drawn_sharp() -> None:
    page = colour(typed_page())
    stamp = (stamp_mask() > 128)[:, :, None]
    page = np.where(stamp, (page * np.array([0.55, 0.5, 0.85])).astype(np.uint8), page)
    layers = layers_of(page)
    _, framed, _ = layers
    assert framed.stencil is None
    left, top = framed.placement.c, framed.placement.f
    right, bottom = framed.placement.map(framed.image.width_px, framed.image.height_px)
    ys, xs = np.nonzero(stamp_mask() > 128)
    assert left <= xs.min()
    assert top <= ys.min()
    assert right >= xs.max()
    assert bottom >= ys.max()
    found = stencil_of(layers)
    type_alone = (text_ink(24) > 200) & ~stamp[:, :, 0]
    assert found[type_alone].mean() > 0.98
    stamp_alone = stamp[:, :, 0] & (cv2.dilate(text_ink(24), np.ones((9, 9), np.uint8)) == 0)
    assert found[stamp_alone].mean() < 0.02
    shown, true = (cv2.blur(image, (5, 5))[stamp_alone].astype(int) for image in (drawn(layers), page))
    assert np.abs(shown - true).mean() < 12


def test_words_that_were_read_in_colour_are_drawn_and_no_stamp() -> None:
    mask = text_ink(3)
    page = colour(typed_page(lines=24))
    rows = np.s_[320:500]
    purple = page.copy()
    purple[rows][mask[rows] > 60] = (110, 80, 190)
    box = Box(left=200, top=310, right=1700, bottom=505)
    assert len(layers_of(purple, words=(box,))) == 2
    assert len(layers_of(purple)) > 2


def test_what_shows_through_from_the_other_side_is_not_drawn() -> None:
    page = show_through(typed_page(lines=6))
    found = stencil_of(layers_of(page))
    assert found[760:2000].mean() < 0.0005


def photograph() -> Pixels:
    """Tones over an area: smooth shapes and fine detail."""
    random = np.random.default_rng(5)
    coarse = cv2.resize(random.integers(30, 200, (9, 12)).astype(np.float32), (900, 600), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(random.normal(0, 18, (200, 300)).astype(np.float32), (900, 600), interpolation=cv2.INTER_CUBIC)
    return typed(np.clip(coarse + fine, 0, 255).astype(np.uint8))


def halftone() -> Pixels:
    """The photograph in dots of 0.34 mm, as newspapers print it."""
    across, down = np.meshgrid(np.arange(900), np.arange(600))
    screen = 127 + 60 * np.cos((across + down) * np.pi / 4) + 60 * np.cos((across - down) * np.pi / 4)
    return typed(np.where(screen > photograph(), 40, PAPER).astype(np.uint8))


@pytest.mark.parametrize("draw", [photograph, halftone])
def test_a_photograph_is_left_a_picture(draw: Callable[[], Pixels]) -> None:
    page = typed_page().copy()
    page[1500:2100, 300:1200] = shown = draw()
    page[1420:1500] = page[2100:2180] = PAPER
    (frame,) = find_pictures(page, DPI, ())
    assert frame.left < 360
    assert frame.right > 1140
    layers = layers_of(page)
    assert stencil_of(layers)[1540:2060, 340:1160].mean() < 0.001
    blurred = cv2.blur(shown, (9, 9))[60:-60, 60:-60].astype(int)
    seen = cv2.blur(as_gray(drawn(layers)), (9, 9))[1560:2040, 360:1140]
    assert np.abs(seen - blurred).mean() < 12


def test_text_close_to_a_photograph_is_drawn_sharp_and_none_is_lost() -> None:
    mask = text_ink(24)
    page = print_on(blank_page(), mask, 40)
    page[900:1500, 300:1200] = photograph()
    margin = 12  # a millimetre of paper around the photograph
    for part in (np.s_[900 - margin : 900, 288:1212], np.s_[1500 : 1500 + margin, 288:1212], np.s_[888:1512, 288:300]):
        page[part], mask = PAPER, mask.copy()
        mask[part] = 0
    mask[900:1500, 300:1200] = 0
    (frame,) = find_pictures(page, DPI, ())
    assert frame.left > 250
    assert frame.top > 850
    assert frame.right < 1250
    assert frame.bottom < 1550
    found = stencil_of(layers_of(page))
    outside = mask > 200
    outside[frame.top : frame.bottom, frame.left : frame.right] = False
    assert found[outside].mean() > 0.98
    shown = as_gray(drawn(layers_of(page)))
    assert float(shown[mask > 200].mean()) < 110  # what the frame cuts off is in the picture, softer but there


def test_large_letters_tables_and_shadows_are_no_pictures() -> None:
    page = typed_page().copy()
    for row in range(300, 2000, 120):
        page[row : row + 4, 200:1600] = 40
    cv2.putText(page, "DOSAR 12", (150, 250), cv2.FONT_HERSHEY_DUPLEX, 7, 30, 24)
    shade = np.linspace(1.0, 0.45, WIDTH)[None, :]
    assert find_pictures(typed((page * shade).astype(np.uint8)), DPI, ()) == []


def test_layers_are_a_small_part_of_a_plain_jpeg_and_a_blank_page_has_one() -> None:
    page = colour(typed_page())
    plain = encode_jpeg(typed(cv2.resize(page, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)), 50)
    assert size_of(layers_of(page)) < 0.5 * len(plain.data)
    (paper,) = layers_of(colour(blank_page()))
    assert paper.stencil is None
    assert paper.size_bytes < 12_000


def test_the_same_page_gives_the_same_bytes() -> None:
    page = colour(typed_page(ink=120))
    assert layers_of(page) == layers_of(page)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.booleans(), st.sampled_from([72.0, 150.0, 300.0, 600.0]))
@example(16, 19, False, 600.0)
def test_a_page_of_any_size_has_layers_that_cover_it(height: int, width: int, in_colour: bool, dpi: float) -> None:
    random = np.random.default_rng(height * 71 + width)
    page = random.integers(0, 255, (height, width, 3) if in_colour else (height, width), dtype=np.uint8)
    layers = make_layers(page, dpi, [Box(left=0, top=0, right=width, bottom=height)], SETTINGS)
    paper = layers[0]
    assert paper.image.components == (3 if in_colour else 1)
    right, bottom = paper.placement.map(paper.image.width_px, paper.image.height_px)
    assert right >= width - 1e-6
    assert bottom >= height - 1e-6
    for layer in layers[1:]:
        assert layer.image.codec is Codec.JPEG
        assert layer.stencil is None or layer.stencil.codec is Codec.CCITT_G4


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 255), st.integers(0, 2**31))
def test_what_is_filled_has_the_colours_around_it_and_the_rest_is_untouched(
    height: int, width: int, shade: int, seed: int
) -> None:
    unknown = typed((np.random.default_rng(seed).random((height, width)) < 0.5) * np.uint8(255))
    unknown[0, 0] = 0
    image = np.full((height, width), shade, np.uint8)
    image[unknown > 0] = 255 - shade
    filled = fill_under(image, unknown)
    assert np.array_equal(filled[unknown == 0], image[unknown == 0])
    assert image[0, 0] == shade
