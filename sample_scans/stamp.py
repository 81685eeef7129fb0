# SPDX-License-Identifier: EUPL-1.2
"""Rubber stamps: a round one with text along its ring and a town's tower, and a boxed one for registration."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from sample_scans.fonts import Face, open_font
from sample_scans.lettering import draw_words
from sample_scans.raster import Layer, add_coverage, blur, coarse_noise, px, shift, turn, warp


def press_round_stamp(
    rng: np.random.Generator,
    layer: Layer,
    *,
    ring: str,
    middle: str,
    centre_mm: tuple[float, float],
    angle_deg: float,
    diameter_mm: float,
    pressure: float,
) -> None:
    """Press a round stamp on a coverage layer, in place."""
    side = round(px(diameter_mm)) + 40
    centre, radius = side / 2, px(diameter_mm) / 2
    die = _rings(side, radius)
    step = 360.0 / len(ring)
    for index, letter in enumerate(ring):
        if letter != " ":
            _set_letter(die, letter, angle_deg + index * step, radius * 0.80, radius * 0.235)
    _draw_tower(die, centre, radius)
    words, base = draw_words(Face.SANS_NARROW, middle, radius * 0.145)
    place = shift(centre, centre + radius * 0.48) @ shift(-words.shape[1] / 2, -base)
    die = np.maximum(die, warp(words, place, side, side))
    tilt = shift(centre, centre) @ turn(angle_deg) @ shift(-centre, -centre)
    die = warp(die, tilt, side, side)
    _press(rng, layer, die, round(px(centre_mm[0]) - centre), round(px(centre_mm[1]) - centre), pressure)


def press_boxed_stamp(
    rng: np.random.Generator,
    layer: Layer,
    *,
    lines: Sequence[str],
    corner_mm: tuple[float, float],
    angle_deg: float,
    pressure: float,
) -> None:
    """Press a framed stamp of centred lines on a coverage layer, in place."""
    size = px(4.4)
    drawn = [draw_words(Face.SANS_NARROW, line, size) for line in lines]
    inner = max(piece.shape[1] for piece, _ in drawn)
    width, height = inner + 40, round(size * 1.45 * len(lines)) + 44
    frame = Image.new("L", (width + 80, height + 80), 0)
    ImageDraw.Draw(frame).rectangle((40, 40, 40 + width, 40 + height), outline=255, width=5)
    die = np.asarray(frame, dtype=np.float32) / 255.0
    for index, (piece, base) in enumerate(drawn):
        top = 40 + 22 + round(size * 1.45 * (index + 0.8)) - base
        add_coverage(die, piece, 40 + (width - piece.shape[1]) // 2, top)
    middle = (die.shape[1] / 2, die.shape[0] / 2)
    die = warp(die, shift(*middle) @ turn(angle_deg) @ shift(-middle[0], -middle[1]), die.shape[1], die.shape[0])
    _press(rng, layer, die, round(px(corner_mm[0])), round(px(corner_mm[1])), pressure)


def _rings(side: int, radius: float) -> Layer:
    image = Image.new("L", (side * 2, side * 2), 0)
    draw = ImageDraw.Draw(image)
    for share, width in ((1.0, 11), (0.94, 4), (0.62, 5)):
        reach = radius * share * 2
        draw.ellipse((side - reach, side - reach, side + reach, side + reach), outline=255, width=width)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX), dtype=np.float32) / 255.0


def _set_letter(die: Layer, letter: str, angle_deg: float, radius_px: float, size_px: float) -> None:
    """Set one letter on the ring, its foot towards the centre."""
    piece, base = draw_words(Face.SANS_NARROW, letter, size_px)
    height = open_font(Face.SANS_NARROW, round(size_px)).getbbox("H", anchor="ls")[1]
    matrix = (
        shift(die.shape[1] / 2, die.shape[0] / 2)
        @ turn(angle_deg)
        @ shift(0, -radius_px)
        @ shift(-piece.shape[1] / 2, -base - height / 2)
    )
    np.maximum(die, warp(piece, matrix, die.shape[1], die.shape[0]), out=die)


def _draw_tower(die: Layer, centre: float, radius: float) -> None:
    """The town's sign: a tower with three merlons over two waves. Invented, like the town."""
    unit = radius * 0.52 / 10
    image = Image.new("L", (die.shape[1], die.shape[0]), 0)
    draw = ImageDraw.Draw(image)

    def place(x: float, y: float) -> tuple[float, float]:
        return (centre + x * unit, centre + (y - 2.2) * unit)

    draw.rectangle((*place(-3, -3), *place(3, 6)), outline=255, width=4)
    for left in (-3.6, -0.9, 1.8):
        draw.rectangle((*place(left, -5.4), *place(left + 1.8, -3)), fill=255)
    draw.rectangle((*place(-1.0, 2.2), *place(1.0, 6)), fill=255)
    for row in (7.2, 8.4):
        for x in (-6, -2, 2):
            draw.arc((*place(x, row - 0.8), *place(x + 4, row + 0.8)), 180, 360, fill=255, width=4)
    np.maximum(die, np.asarray(image, dtype=np.float32) / 255.0, out=die)


def _press(rng: np.random.Generator, layer: Layer, die: Layer, left_px: int, top_px: int, pressure: float) -> None:
    """Ink a die unevenly: a heavier side, dry patches, grain, and a little spread."""
    shape = (die.shape[0], die.shape[1])
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    heading = rng.uniform(0, 2 * np.pi)
    side = 1.0 + 0.22 * (np.cos(heading) * x + np.sin(heading) * y)
    patches = np.clip(0.92 + 0.16 * coarse_noise(rng, shape, 46), 0.25, 1.1)
    grain = np.clip(0.85 + 0.9 * blur(rng.standard_normal(shape, dtype=np.float32), 1.2), 0.25, 1.0)
    inked = blur(die, 1.3) * side * patches * grain * pressure
    add_coverage(layer, np.asarray(np.clip(inked, 0, 0.95), dtype=np.float32), left_px, top_px)
