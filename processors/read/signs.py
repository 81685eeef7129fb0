# SPDX-License-Identifier: EUPL-1.2
"""What sign stands at the end of a word, by its ink: a comma, a full stop or a semicolon.

Tesseract's models take the heavy comma of a typewriter for a semicolon, and a heavy full stop for a comma. In the image
there is little doubt: a semicolon is two marks above each other, a full stop is round, and a comma is longer than wide.
"""

from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from processors.ink import find_marks
from processors.read.engine import Pixels
from schemas.page import Box

_ROOM_SHARE = 0.3  # of the box's height, looked at above and below it, since boxes cut signs off
_WIDTH_SHARE = 3.0  # times the box's height, that is looked at: the last letters give the line
_SPECK_PX = 6  # of ink, under which it is none
_LEAST_PX = 5  # wide and high; of smaller marks the shape says nothing
_LEAST_CONTRAST = 40  # tones between ink and paper
_LOW = 0.8  # letter heights above the line, under which a sign's top stands
_DEEP = 0.3  # letter heights around the line, within which a full stop's lower edge stands
_ROUND = 1.2  # times its width that a full stop may be high
_LONG = 1.35  # times its width that a comma is high at least
_CLEAR = 0.25  # of the contrast; over a mark that stands alone no ink is darker


@dataclass(frozen=True, slots=True)
class _Mark:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def see_last_sign(pixels: Pixels, box: Box, before: Box | None = None) -> str | None:
    """The sign, ``,`` or ``.``, that stands alone at the end of what is in `box`; None where that is not plain.

    `pixels` are the page's, grey, bitonal or RGB, dark on light. Where the sign is all that is in the box, the word
    in the box `before` gives the line that it stands on.
    """
    gray = _cut(pixels, box, before)
    ink = np.asarray(cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], np.uint8)
    sign, letters = _sign_and_letters(ink)
    if sign is None or not letters or min(sign.width, sign.height) < _LEAST_PX:
        return None
    line, height = median(mark.bottom for mark in letters), median(mark.height for mark in letters)
    if line - sign.top > _LOW * height or not _alone(gray, ink, sign, line - height):
        return None
    if sign.height <= _ROUND * sign.width and abs(sign.bottom - line) <= _DEEP * height:
        return "."
    return "," if sign.height >= _LONG * sign.width and sign.bottom > line - _DEEP * height else None


def _cut(pixels: Pixels, box: Box, before: Box | None) -> Pixels:
    around = box if before is None else box.union(before)
    room = round(around.height_px * _ROOM_SHARE) + 1
    left = max(around.left - 1, box.right - round(around.height_px * _WIDTH_SHARE), 0)
    cut = pixels[max(around.top - room, 0) : around.bottom + room, left : box.right + 2]
    return np.ascontiguousarray(cut[:, :, 1] if cut.ndim == 3 else cut)  # green is nearly what the eye takes for grey


def _sign_and_letters(ink: Pixels) -> tuple[_Mark | None, list[_Mark]]:
    """The lowest of the marks above each other at the right end, and the greater ones left of it."""
    found = find_marks(ink)
    sides = np.column_stack((found.left, found.top, found.left + found.width, found.top + found.height))
    marks = [_Mark(*sides[number].tolist()) for number in range(1, len(sides)) if found.area[number] >= _SPECK_PX]
    if not marks:
        return None, []
    last = max(marks, key=lambda mark: (mark.right, mark.bottom))
    sign = max(
        (mark for mark in marks if mark.left < last.right and mark.right > last.left), key=lambda mark: mark.bottom
    )
    return sign, [mark for mark in marks if mark.right <= sign.left + 1 and mark.height > sign.height]


def _alone(gray: Pixels, ink: Pixels, sign: _Mark, top: float) -> bool:
    """Whether there is nothing above the sign, up to `top`, be it ever so faint, and the sign itself is plain."""
    rows, columns = slice(sign.top, sign.bottom), slice(sign.left, sign.right)
    above = gray[max(round(top), 0) : max(sign.top - 1, 0), columns]
    paper = cv2.mean(gray, cv2.bitwise_not(ink))[0]
    contrast = paper - cv2.mean(gray[rows, columns], ink[rows, columns])[0]
    if contrast < _LEAST_CONTRAST or not above.size:
        return False
    return float(cv2.blur(above, (3, 3)).min()) > paper - _CLEAR * contrast
