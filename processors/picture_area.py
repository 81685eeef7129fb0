# SPDX-License-Identifier: EUPL-1.2
"""Where a page shows a photograph or a halftone: tone over an area, which no stencil can show.

Strokes, however large, leave paper between them; photographs and their dots do not. So an area is a picture where what
is darker than the paper, small gaps closed, fills a square that no stroke and no line of words fills.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from processors.ink import MM_PER_INCH, Pixels, find_marks, typed
from schemas.page import Box

_TONE_DPI = 50.0
_DARKER = 0.14  # than the paper around
_GAP_MM = 1.0
_SQUARE_MM = 7.0
_GROW_MM = 8.0
_SIDE_MM = 15.0
_SPREAD_MM = 40.0
_SPREAD_TONES = 14.0  # standard deviation within a picture, of 255; shadows and tinted paper have less


def find_pictures(gray: Pixels, dpi: float, words: Sequence[Box]) -> list[Box]:
    """Frames of the pictures on a page (HxW), in its pixels; `words` (same pixels) are known to be none."""
    step = max(1, round(dpi / _TONE_DPI))
    height, width = max(1, gray.shape[0] // step), max(1, gray.shape[1] // step)
    tone = typed(cv2.resize(gray[: height * step, : width * step], (width, height), interpolation=cv2.INTER_AREA))
    px_per_mm = dpi / step / MM_PER_INCH
    paper = cv2.blur(cv2.morphologyEx(tone, cv2.MORPH_CLOSE, _square(_SPREAD_MM * px_per_mm)), (9, 9))
    dark = cv2.compare(tone, cv2.convertScaleAbs(paper, alpha=1 - _DARKER), cv2.CMP_LT)
    for box in words:
        dark[box.top // step : -(-box.bottom // step), box.left // step : -(-box.right // step)] = 0
    solid = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, _square(_GAP_MM * px_per_mm))
    seeds = typed(cv2.morphologyEx(solid, cv2.MORPH_OPEN, _square(_SQUARE_MM * px_per_mm)))
    if not seeds.any():
        return []
    joined = typed(cv2.morphologyEx(seeds, cv2.MORPH_CLOSE, _square(_GROW_MM * px_per_mm)))
    marks = find_marks(joined)
    found = []
    for number in range(1, marks.area.size):
        left, top, across, down = (int(side[number]) for side in (marks.left, marks.top, marks.width, marks.height))
        part = np.s_[top : top + down, left : left + across]
        inside = tone[part][marks.labels[part] == number]
        if min(across, down) >= _SIDE_MM * px_per_mm and float(inside.std()) >= _SPREAD_TONES:
            found.append(
                Box(left=left * step, top=top * step, right=(left + across) * step, bottom=(top + down) * step)
            )
    return found


def _square(diameter_px: float) -> Pixels:
    side = max(1, round(diameter_px)) | 1
    return np.ones((side, side), np.uint8)
