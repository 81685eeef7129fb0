# SPDX-License-Identifier: EUPL-1.2
"""A mechanical typewriter: ten letters an inch, each type a little off, each strike a little different."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sample_scans.fonts import Face, open_font
from sample_scans.raster import Affine, Layer, add_coverage, blur, coarse_noise, px, scale, shift, turn

PITCH_MM = 2.54
_FINE = 3  # glyphs are drawn this many times larger than the sheet, so that jitter can be finer than a pixel
_CELL_PX = (56, 84)  # room for one strike on the sheet
_BASE_PX = (28, 54)  # where the middle of a type's base line lies in its cell
_TYPES = {"ș": "ş", "ț": "ţ", "Ș": "Ş", "Ț": "Ţ"}  # the font has the cedilla forms, as machines of the time did


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word, its line (0-based, as in the text) and the box of its ink: left, top, right, bottom in sheet pixels."""

    text: str
    line: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Machine:
    """What stays the same from strike to strike: each type's own fault."""

    seed: int

    def fault(self, letter: str) -> tuple[float, float, float, float]:
        """Shift right and down in px, tilt in degrees, share of ink."""
        rng = np.random.default_rng([self.seed, ord(letter)])
        dx, dy = rng.normal(0, 0.5), rng.normal(0, 0.8)
        return float(dx), float(dy), float(rng.normal(0, 0.5)), float(np.clip(rng.normal(1.0, 0.05), 0.88, 1.06))


@lru_cache(maxsize=256)
def _glyph(letter: str) -> Layer:
    """Coverage of one type, enlarged, softened by the ribbon's weave."""
    font = open_font(Face.TYPEWRITER, round(px(PITCH_MM) * _FINE / 0.62))
    cell = Image.new("L", (_CELL_PX[0] * _FINE, _CELL_PX[1] * _FINE), 0)
    draw = ImageDraw.Draw(cell)
    middle, base = _BASE_PX[0] * _FINE, _BASE_PX[1] * _FINE
    plain = {"ă": "a", "Ă": "A"}.get(letter)
    draw.text((middle, base), plain or _TYPES.get(letter, letter), font=font, fill=255, anchor="ms")
    if plain:  # this font lacks the breve: drawn here, above the letter
        top = base - (101 if letter == "Ă" else 75)
        draw.arc((middle - 21, top - 36, middle + 21, top - 6), 15, 165, fill=255, width=9)
    return blur(np.asarray(cell, dtype=np.float32) / 255.0, 2.0)


def _strike(letter: str, at: tuple[float, float], tilt_deg: float, force: float, lean: tuple[float, float]) -> Layer:
    """One strike in its cell. `at` is the rest of the position, below a pixel; `lean` makes one side heavier."""
    middle: Affine = shift(_BASE_PX[0] + at[0], _BASE_PX[1] + at[1])
    matrix = middle @ turn(tilt_deg) @ scale(1 / _FINE) @ shift(-_BASE_PX[0] * _FINE, -_BASE_PX[1] * _FINE)
    mask = cv2.warpAffine(_glyph(letter), matrix[:2], _CELL_PX, flags=cv2.INTER_LINEAR)
    y, x = np.mgrid[-1 : 1 : _CELL_PX[1] * 1j, -1 : 1 : _CELL_PX[0] * 1j]
    weight = force * (1.0 + lean[0] * x + lean[1] * y)
    # A light strike leaves thinner strokes: the threshold on the softened type rises as the force falls.
    low = np.clip(0.78 - 0.38 * weight, 0.18, 0.75)
    coverage = np.clip((mask - low) / 0.42, 0.0, 1.0) * np.clip(0.25 + 0.72 * weight, 0.0, 0.97)
    return np.asarray(coverage, dtype=np.float32)


def type_lines(
    rng: np.random.Generator,
    layer: Layer,
    lines: Sequence[tuple[int, str]],
    *,
    machine: Machine,
    left_mm: float,
    top_mm: float,
    line_mm: float,
) -> list[TypedWord]:
    """Type numbered lines on a coverage layer, in place; `top_mm` is the base line of line 0."""
    words: list[TypedWord] = []
    typed = np.zeros_like(layer)
    for number, text in lines:
        drift = rng.normal(0, 0.8)  # the platen does not stop at exactly the same place
        y = px(top_mm + number * line_mm) + drift
        tired = float(np.clip(rng.normal(0.92, 0.045), 0.80, 1.0))
        boxes: list[tuple[float, float, float, float]] = []
        word = ""
        for column, letter in enumerate([*text, " "]):
            if letter == " ":
                if word:
                    words.append(TypedWord(word, number, _around(boxes)))
                word, boxes = "", []
                continue
            x = px(left_mm + (column + 0.5) * PITCH_MM)
            boxes.append(_type_letter(rng, typed, letter, (x, y), machine, tired))
            word += letter
    if words:
        ribbon = 1.0 - 0.16 * np.clip(blur(rng.standard_normal(layer.shape, dtype=np.float32), 1.1) * 4, 0, 2.2)
        typed *= ribbon * np.clip(0.97 + 0.05 * coarse_noise(rng, (layer.shape[0], layer.shape[1]), 160), 0.8, 1.05)
    add_coverage(layer, np.clip(typed, 0, 1), 0, 0)
    return words


def _type_letter(
    rng: np.random.Generator, layer: Layer, letter: str, at: tuple[float, float], machine: Machine, tired: float
) -> tuple[float, float, float, float]:
    dx, dy, tilt, share = machine.fault(letter)
    x, y = at[0] + dx + rng.normal(0, 0.45), at[1] + dy + rng.normal(0, 0.75)
    force = float(np.clip(rng.normal(tired, 0.075) * share, 0.66, 1.10))
    lean = (float(rng.normal(0, 0.06)), float(rng.normal(0, 0.05)))
    left, top = int(np.floor(x)), int(np.floor(y))
    piece = _strike(letter, (x - left, y - top), tilt + float(rng.normal(0, 0.3)), force, lean)
    left, top = left - _BASE_PX[0], top - _BASE_PX[1]
    add_coverage(layer, piece, left, top)
    rows, columns = np.nonzero(piece.max(axis=1) > 0.25)[0], np.nonzero(piece.max(axis=0) > 0.25)[0]
    return (left + float(columns[0]), top + float(rows[0]), left + float(columns[-1]) + 1, top + float(rows[-1]) + 1)


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def underscore(rng: np.random.Generator, layer: Layer, words: Sequence[TypedWord], heading: str) -> None:
    """Underline a heading as a typist does: a row of underscores. The heading must stand on one line."""
    by_line: dict[int, list[TypedWord]] = {}
    for word in words:
        by_line.setdefault(word.line, []).append(word)
    for run in by_line.values():
        if " ".join(word.text for word in run).strip() != heading:
            continue
        left, right = run[0].box[0], run[-1].box[2]
        base = float(np.median([word.box[3] for word in run])) + 6 + rng.normal(0, 0.6)
        x = left
        while x < right:
            y, thick = base + rng.normal(0, 0.5), rng.uniform(2.0, 2.8)
            stroke = np.full((round(thick), round(px(PITCH_MM)) + 1), rng.uniform(0.55, 0.9), dtype=np.float32)
            add_coverage(layer, blur(np.pad(stroke, 3), 0.7), round(x) - 3, round(y) - 3)
            x += px(PITCH_MM)
        return
    raise ValueError(f"no line reads {heading!r}")
