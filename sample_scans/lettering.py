# SPDX-License-Identifier: EUPL-1.2
"""Print and handwriting: lines set in type for a cover, notes, folio numbers, signatures, ruled lines."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sample_scans.fonts import Face, open_font
from sample_scans.raster import Layer, add_coverage, blur, coarse_noise, px, shift, turn, warp
from sample_scans.typewriter import TypedWord

_PAD_PX = 12


def draw_words(face: Face, words: str, size_px: float) -> tuple[Layer, int]:
    """Coverage of a line of words and the row of its base line; `_PAD_PX` of room all around."""
    font = open_font(face, round(size_px))
    width_px, height_px = round(font.getlength(words)), round(size_px * 1.5)
    image = Image.new("L", (width_px + 2 * _PAD_PX, height_px + 2 * _PAD_PX), 0)
    base = _PAD_PX + round(size_px * 1.05)
    ImageDraw.Draw(image).text((_PAD_PX, base), words, font=font, fill=255, anchor="ls")
    return np.asarray(image, dtype=np.float32) / 255.0, base


def print_line(
    rng: np.random.Generator, layer: Layer, text: str, *, number: int, face: Face, size_mm: float, base_mm: float
) -> list[TypedWord]:
    """Print a centred line on a coverage layer, in place."""
    font = open_font(face, round(px(size_mm)))
    x = (layer.shape[1] - font.getlength(text)) / 2
    words: list[TypedWord] = []
    for word in text.split():
        words.append(TypedWord(word, number, print_word(rng, layer, word, face, px(size_mm), (x, px(base_mm)))))
        x += font.getlength(word + " ")
    return words


def print_word(
    rng: np.random.Generator, layer: Layer, word: str, face: Face, size_px: float, at_px: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Print a word on a coverage layer, in place, from the left end of its base line; answers the box of its ink."""
    piece, base = draw_words(face, word, size_px)
    worn = 0.86 + 0.08 * coarse_noise(rng, (piece.shape[0], piece.shape[1]), 14)
    left, top = round(at_px[0]) - _PAD_PX, round(at_px[1]) - base
    add_coverage(layer, np.clip(blur(piece, 0.8) * worn, 0, 1), left, top)
    rows, columns = np.nonzero(piece.max(axis=1) > 0.25)[0], np.nonzero(piece.max(axis=0) > 0.25)[0]
    return (left + float(columns[0]), top + float(rows[0]), left + columns[-1] + 1.0, top + rows[-1] + 1.0)


def write_by_hand(
    rng: np.random.Generator,
    layer: Layer,
    words: str,
    *,
    at_mm: tuple[float, float],
    size_mm: float,
    angle_deg: float,
    pressure: float,
) -> None:
    """A note by hand, running upwards by `angle_deg`, on a coverage layer, in place."""
    piece, base = draw_words(Face.HAND, words, px(size_mm) * 1.35)
    grain = 0.85 + 0.22 * blur(rng.standard_normal(piece.shape, dtype=np.float32), 0.9)
    _stick(layer, blur(piece, 0.9) * np.clip(grain, 0.4, 1.0) * pressure, (_PAD_PX, base), at_mm, -angle_deg)


def _stick(
    layer: Layer, piece: Layer, anchor_px: tuple[float, float], at_mm: tuple[float, float], clockwise_deg: float
) -> None:
    """Add a piece, turned about its anchor, so that the anchor lies at `at_mm`."""
    reach = int(np.hypot(piece.shape[0], piece.shape[1])) + 2
    matrix = shift(reach, reach) @ turn(clockwise_deg) @ shift(-anchor_px[0], -anchor_px[1])
    turned = warp(np.asarray(piece, dtype=np.float32), matrix, 2 * reach, 2 * reach)
    add_coverage(layer, np.clip(turned, 0, 1), round(px(at_mm[0])) - reach, round(px(at_mm[1])) - reach)


def sign(rng: np.random.Generator, layer: Layer, at_mm: tuple[float, float], width_mm: float) -> None:
    """An illegible signature: a few loops and a flourish. `at_mm` is the left end of its base line."""
    turns = float(rng.uniform(4.0, 9.5))
    t = np.linspace(0.0, 1.0, 900)
    phase, height = rng.uniform(0, 6.28), px(width_mm) * rng.uniform(0.10, 0.15)
    swell = np.interp(t, [0, 0.12, 0.3, 1], [1.0, 2.0, 1.0, 0.45]) * (
        1 + rng.uniform(0.3, 0.75) * np.sin(rng.uniform(1.2, 5.1) * t * 6.28 + phase)
    )
    x = px(width_mm) * (t + rng.uniform(0.03, 0.09) * np.sin(turns * 6.28 * t + rng.uniform(0.2, 1.8)))
    y = -height * swell * np.sin(turns * 6.28 * t) - px(width_mm) * rng.uniform(-0.02, 0.12) * t
    points = np.stack([x + px(at_mm[0]), y + px(at_mm[1])], axis=1)
    tail = points[-1] + np.array(
        [[0, 0], [-0.45, 0.13], [-rng.uniform(0.5, 1.1), 0.10], [rng.uniform(-0.2, 0.2), 0.02]]
    ) * px(width_mm)
    flourish = np.stack([np.interp(t, [0, 0.2, 0.45, 1], tail[:, axis]) for axis in (0, 1)], axis=1)
    for stroke, weight in ((points, 0.85), (_smooth(flourish), 0.6)):
        speed = np.hypot(*np.gradient(stroke, axis=0).T)
        thick = np.clip(4.2 - 0.35 * speed, 1.6, 4.2)
        _draw_stroke(layer, stroke, thick, weight)


def _smooth(
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    kernel = np.hanning(180) / np.hanning(180).sum()
    padded = np.pad(points, ((90, 89), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)


def _draw_stroke(
    layer: Layer,
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    thick_px: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    weight: float,
) -> None:
    low, high = np.floor(points.min(axis=0)) - 8, np.ceil(points.max(axis=0)) + 8
    canvas = np.zeros((int(high[1] - low[1]), int(high[0] - low[0])), dtype=np.uint8)
    fixed = np.round((points - low) * 16).astype(int)
    for first, second, thick in zip(fixed[:-1], fixed[1:], thick_px, strict=False):
        start, end = (int(first[0]), int(first[1])), (int(second[0]), int(second[1]))
        cv2.line(canvas, start, end, 255, max(1, round(float(thick))), cv2.LINE_AA, 4)
    add_coverage(layer, blur(canvas.astype(np.float32) / 255.0, 0.8) * weight, int(low[0]), int(low[1]))


def rule(rng: np.random.Generator, layer: Layer, ends_mm: Sequence[float]) -> None:
    """A line drawn with pen and ruler: x, y, x, y in mm."""
    x0, y0, x1, y1 = (px(value) for value in ends_mm)
    t = np.linspace(0, 1, 120)
    points = np.stack([x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + rng.normal(0, 0.9) * t], axis=1)
    _draw_stroke(layer, points, np.full(120, 2.0), 0.7)
