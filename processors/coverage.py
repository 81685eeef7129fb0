# SPDX-License-Identifier: EUPL-1.2
"""How much of a page's ink the words account for: what a recogniser lost leaves no word that could be doubted.

Only what has the size of letters is asked for. Rules, pictures, seals' rings and the strokes of signatures are ink that
no word need explain; what stands outside the page as cropped is none of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import LETTER_MM, MM_PER_INCH, Pixels, SmallPage
from schemas.page import Box, Geometry, Line

_AROUND_MM = 0.6  # accents and commas below stand out of their words' boxes
_LEAST_INK_MM2 = 8.0  # about a short line of type: under it a share says nothing


@dataclass(frozen=True)
class AskedInk:
    """A page's letter-sized ink, as scanned: which pixels of `small`, counted row by row."""

    small: SmallPage
    places: NDArray[np.int64]


def find_asked_ink(small: SmallPage) -> AskedInk:
    """What words should account for of the ink on a page as scanned."""
    marks = small.marks
    low, high = (mm * small.px_per_mm for mm in LETTER_MM)
    letters = (marks.long >= low) & (marks.long <= high) & (marks.area >= max(3.0, 0.2 * low * low))
    letters[0] = False
    return AskedInk(small, small.inked[letters[marks.labels.ravel()[small.inked]]])


def explain_ink(asked: AskedInk, geometry: Geometry, lines: Iterable[Line], marks: Iterable[Box] = ()) -> float | None:
    """Share, 0 to 1, of the ink asked for that lies in words; None where there is too little to tell.

    The words' boxes are derivative pixels; `geometry` leads there. For what lies in `marks`, stamps and signatures,
    nothing is asked.
    """
    small = asked.small
    inside = _cover([_page(geometry)], small, geometry).ravel()[asked.places] > 0
    inside &= _cover([_sides(box) for box in marks], small, geometry).ravel()[asked.places] == 0
    wanted = asked.places[inside]
    if wanted.size < _LEAST_INK_MM2 * small.px_per_mm**2:
        return None
    around = _AROUND_MM / MM_PER_INCH * geometry.dpi
    boxes = [
        (word.box.left - around, word.box.top - around, word.box.right + around, word.box.bottom + around)
        for line in lines
        for word in line.words
    ]
    return round(float((_cover(boxes, small, geometry).ravel()[wanted] > 0).mean()), 3)


def _sides(box: Box) -> tuple[float, float, float, float]:
    return float(box.left), float(box.top), float(box.right), float(box.bottom)


def _page(geometry: Geometry) -> tuple[float, float, float, float]:
    return 0.0, 0.0, float(geometry.width_px), float(geometry.height_px)


def _cover(boxes: Iterable[tuple[float, float, float, float]], small: SmallPage, geometry: Geometry) -> Pixels:
    """255 where a box (left, top, right, bottom; derivative pixels) lies on the small page as scanned."""
    back = geometry.matrix.inverse()
    cover = np.zeros(small.gray.shape, dtype=np.uint8)
    for left, top, right, bottom in boxes:
        corners = [back.map(x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
        places = np.round(np.asarray(corners) / small.factor).astype(np.int32)
        cv2.fillConvexPoly(cover, places, 255)
    return cover
