# SPDX-License-Identifier: EUPL-1.2
"""How well a page was captured: measures from its pixels and words, each with the threshold that makes it a finding.

All but sharpness and clipping is measured on the small image that other steps made already, and costs a few hundredths
of a CPU second. A bitonal page has no edges' softness, no contrast and no exposure left to judge: it gets none of
these measures. A measure that a page does not allow (too few edges, too few words) is left out, never guessed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.decode import Frame
from processors.ink import LETTER_MM, MM_PER_INCH, Pixels, SmallPage, as_gray, find_marks, histogram, percentile
from processors.read.words import count_letters
from processors.step_times import Step, timed
from processors.target import Target, find_target
from schemas.findings import Finding, FindingCode
from schemas.page import Box, Line

_SAMPLE_PIXELS = 250_000
_WHITE, _BLACK = 254, 1
_TILE_PX = 224
_TILES = 8
_EDGE_SHARE = 0.5  # of the page's ink: what is weaker is noise, paper's grain or the other side of the leaf
_EDGE_REACH_MM = 1.0  # a stroke and the paper on both sides of it
_LEAST_EDGES = 200
_LEAST_INK_PX = 200
_LEAST_INK_MM2 = 20.0  # about a line of type
_STRIP_MM = 10.0
_BORDER_DARK = 0.5  # of the paper's brightness
_BORDER_SHARE = 0.4  # of a side
_SPARSE = 4
_LEAST_WORDS = 10
_LEAST_WORD_PAIRS = 8
_FAR_APART = 5.0  # times the words' height: neighbours' slope is mostly descenders
_SOFTWARE_BLACK = 0.25


@dataclass(frozen=True)
class QualitySettings:
    """Where a measure becomes a finding. Chosen on the scans that docs/findings.md names: good pages keep away."""

    least_dpi: float = 200.0
    """Stated resolution. At 200 dpi twice as many characters are lost as at 300, which archives ask for (FADGI)."""
    least_word_px: float = 16.0
    """Median height of a word's box: tells a low resolution where the file states none, or a wrong one. Good pages have
    21 to 37; the recogniser wants 20 at least, as its makers say."""
    most_edge_mm: float = 0.45
    """Width of strokes' edges. Good pages have 0.11 to 0.30; a blur of two pixels at 300 dpi gives 0.42 to 0.47."""
    least_contrast: float = 0.35
    """How much darker ink is than the paper around it, as a share of the paper's brightness.

    Good pages have 0.66 to 0.97, a legible carbon copy 0.54.
    """
    most_white: float = 0.5
    """Share of a grey or colour page with a channel that is full: the paper's tone, and weak pencil with it, is lost.
    Good pages have up to 0.13."""
    most_black: float = 0.01
    """Share of a dark page that is pure black."""
    dark_paper: float = 110.0
    """Brightness (of 255) up to which a page is dark."""
    most_skew_deg: float = 0.7
    """Slope of the lines as read, after straightening. Good pages have up to 0.1; 0.7 is 2 mm on a line of 16 cm."""
    most_cut_letters: int = 6
    """Letters that touch one side of the scan. Good pages have up to 4, which are specks and stray strokes."""


@dataclass(frozen=True)
class Quality:
    """`measures` by name (docs/findings.md lists them); `target` where the page shows one."""

    measures: dict[str, float]
    target: Target | None


@timed(Step.QUALITY)
def measure_quality(frame: Frame, small: SmallPage, lines: Iterable[Line] = (), *, blank: bool = False) -> Quality:
    """Measure a page. `small` is the frame as scanned, reduced; `lines` were read, in derivative pixels.

    What is left on a `blank` page, such as the scanner's border, is not measured as if it were text.
    """
    measures: dict[str, float] = {}
    if frame.dpi_known:
        measures["dpi"] = round(frame.dpi, 1)
    ink = small.ink
    if not blank:
        measures["cut_letters"] = float(_count_cut(small, ink))
    if not frame.bitonal:
        _measure_tones(frame, small, measures)
        if not blank and small.inked.size >= _LEAST_INK_MM2 * small.px_per_mm**2:
            measures["contrast"] = round(percentile(histogram(small.contrast, ink), 75) / 255, 3)
            edge_mm = _edge_width_mm(frame, small, ink)
            if edge_mm is not None:
                measures["edge_mm"] = round(edge_mm, 3)
    _measure_words(lines, measures)
    target = None if frame.bitonal else find_target(small.gray if small.colour is None else small.colour)
    if target is not None:
        measures["target_patches"] = float(target.patches)
    return Quality(measures, target)


def judge_quality(quality: Quality, settings: QualitySettings) -> list[Finding]:
    """The findings of a page's measures, without its number. A page that shows a target is judged by nothing else."""
    measures = quality.measures
    if quality.target is not None:
        fields: dict[str, str | int | float] = {
            "patches": quality.target.patches,
            "threshold": quality.target.threshold,
        }
        return [Finding(code=FindingCode.TARGET_RECOGNISED, fields=fields)]
    found: list[Finding] = []

    def low(code: FindingCode, name: str, least: float) -> None:
        if name in measures and measures[name] < least:
            found.append(Finding(code=code, fields={"measure": measures[name], "threshold": least}))

    def high(code: FindingCode, name: str, most: float, *, scale: float = 1.0) -> None:
        if name in measures and measures[name] > most:
            fields: dict[str, str | int | float] = {
                "measure": round(scale * measures[name], 2),
                "threshold": round(scale * most, 2),
            }
            found.append(Finding(code=code, fields=fields))

    low(FindingCode.RESOLUTION_LOW, "dpi", settings.least_dpi)
    low(FindingCode.LETTERS_SMALL, "word_px", settings.least_word_px)
    high(FindingCode.BLURRED, "edge_mm", settings.most_edge_mm)
    low(FindingCode.CONTRAST_LOW, "contrast", settings.least_contrast)
    if measures.get("software_black", 0.0) < _SOFTWARE_BLACK:
        high(FindingCode.OVEREXPOSED, "white", settings.most_white, scale=100)
    if measures.get("paper", 255.0) <= settings.dark_paper:
        high(FindingCode.UNDEREXPOSED, "black", settings.most_black, scale=100)
    high(FindingCode.SKEW_LEFT, "skew_left_deg", settings.most_skew_deg)
    high(FindingCode.TEXT_CUT, "cut_letters", settings.most_cut_letters)
    return found


def _count_cut(small: SmallPage, ink: Pixels) -> int:
    """Most letters that touch any one side of the scan. A side along which the scanner's dark border runs has none."""
    reach = max(2, round(_STRIP_MM * small.px_per_mm))
    dark = _BORDER_DARK * _brightness(small.gray)
    most = 0
    for quarters in range(4):
        strip = np.ascontiguousarray(np.rot90(ink, quarters)[:reach])
        edge = np.rot90(small.gray, quarters)[0]
        if float((edge < dark).mean()) < _BORDER_SHARE:
            most = max(most, _count_touching(strip, small.px_per_mm))
    return most


def _count_touching(strip: Pixels, px_per_mm: float) -> int:
    """Marks of a letter's size that touch the first row."""
    marks = find_marks(strip)
    low, high = (mm * px_per_mm for mm in LETTER_MM)
    cut = (marks.top == 0) & (marks.long >= low) & (marks.long <= high) & (marks.area >= max(3.0, 0.2 * low * low))
    cut[0] = False
    return int(cut.sum())


def _brightness(gray: Pixels) -> float:
    """Of the paper: the median of some of the pixels."""
    return float(np.median(gray[::_SPARSE, ::_SPARSE]))


def _measure_tones(frame: Frame, small: SmallPage, measures: dict[str, float]) -> None:
    """Shares of pure white and black, by a sample of the scan's own pixels: reduced ones are averages."""
    height, width = frame.pixels.shape[:2]
    step = max(1, math.isqrt(height * width // _SAMPLE_PIXELS))
    sample = np.ascontiguousarray(frame.pixels[::step, ::step])
    channels = cv2.split(sample) if sample.ndim == 3 else (sample,)
    white, black = np.zeros(sample.shape[:2], dtype=np.bool_), np.ones(sample.shape[:2], dtype=np.bool_)
    for channel in channels:  # yellowed paper loses its red first; black is black in all
        white |= channel >= _WHITE
        black &= channel <= _BLACK
    measures["white"] = round(float(white.mean()), 4)
    measures["black"] = round(float(black.mean()), 4)
    measures["paper"] = _brightness(small.gray)
    if small.inked.size >= _LEAST_INK_PX:
        # Paper pure white *and* ink pure black: drawn by a program, or made so on purpose; exposure has no say in it.
        measures["software_black"] = round(
            int(histogram(small.gray, small.ink)[: _BLACK + 1].sum()) / small.inked.size, 3
        )


def _edge_width_mm(frame: Frame, small: SmallPage, letters: Pixels) -> float | None:
    """Typical width of strokes' edges: a stroke's contrast over its steepest step from pixel to pixel.

    On the few places of the scan that have most letters.
    """
    reach = max(3, round(_EDGE_REACH_MM / MM_PER_INCH * frame.dpi) | 1)
    window = np.ones((reach, reach), np.uint8)
    widths: list[NDArray[np.float32]] = []
    for left, top in _densest_tiles(letters, max(1, _TILE_PX // small.factor)):
        y, x = top * small.factor, left * small.factor
        gray = as_gray(np.ascontiguousarray(frame.pixels[y : y + _TILE_PX, x : x + _TILE_PX]))
        if min(gray.shape) < reach:
            continue
        swing = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, window).astype(np.float32)
        across = np.abs(np.diff(gray[:-1].astype(np.float32), axis=1))
        down = np.abs(np.diff(gray[:, :-1].astype(np.float32), axis=0))
        steepest = cv2.dilate(np.maximum(across, down), window)
        swing = swing[: steepest.shape[0], : steepest.shape[1]]
        strong = swing > max(24.0, _EDGE_SHARE * float(np.percentile(swing, 98)))
        widths.append((swing[strong] / np.maximum(steepest[strong], 1.0)).astype(np.float32))
    every = np.concatenate(widths) if widths else np.empty(0, np.float32)
    if every.size < _LEAST_EDGES:
        return None
    return float(np.median(every)) / frame.dpi * MM_PER_INCH


def _densest_tiles(ink: Pixels, side_px: int) -> list[tuple[int, int]]:
    """Left and top of the tiles with most ink, best first, in pixels of `ink`."""
    rows, columns = max(1, ink.shape[0] // side_px), max(1, ink.shape[1] // side_px)
    part = ink[: rows * side_px, : columns * side_px]
    filled = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA).ravel()
    best = np.argsort(filled, kind="stable")[::-1][:_TILES]
    return [(int(one % columns) * side_px, int(one // columns) * side_px) for one in best if filled[one] > 0]


def _measure_words(lines: Iterable[Line], measures: dict[str, float]) -> None:
    """Height of words, and the slope that lines still have: Theil and Sen's, over pairs of far words of a line."""
    heights: list[int] = []
    slopes: list[float] = []
    weights: list[float] = []
    for line in lines:
        boxes = [word.box for word in line.words if count_letters(word.text) >= 2]
        heights += [box.height_px for box in boxes]
        for first, second in zip(boxes, boxes[len(boxes) // 2 :], strict=False):
            run = _middle(second) - _middle(first)
            if run > _FAR_APART * max(first.height_px, second.height_px):
                slopes.append((second.bottom - first.bottom) / run)
                weights.append(run)
    if len(heights) >= _LEAST_WORDS:
        measures["word_px"] = float(np.median(heights))
    if len(slopes) >= _LEAST_WORD_PAIRS:
        order = np.argsort(slopes)
        total = np.cumsum(np.asarray(weights)[order])
        middle = slopes[int(order[int(np.searchsorted(total, total[-1] / 2))])]
        measures["skew_left_deg"] = round(abs(math.degrees(math.atan(middle))), 2)


def _middle(box: Box) -> float:
    return (box.left + box.right) / 2
