# SPDX-License-Identifier: EUPL-1.2
"""A page without its upright rules, for reading: those of tables and stamps, of margins and of the paper's edge.

Tesseract leaves rules out when it looks for lines of text, and then reads the grey page with the rules on it: a `1`
between two columns, an `l` at a word's end. An upright rule is ink that runs straight down for longer than any letter,
and is thin; what crosses it is kept (opening by long segments: Serra, Image Analysis and Mathematical Morphology, 1982,
chapter II). Level rules stay: by them the layout knows a table, and reads its rows.
"""

import cv2
import numpy as np

from processors.ink import MM_PER_INCH, Pixels, find_marks, typed

_INK_UP_TO = 176  # of an evened page, where typical ink is 0: a rule's core is as dark as this
_LONG_MM = 14.0  # longer than the strokes of letters in a heading
_THICK_MM = 1.3
_EDGE_PX = 1  # a rule's grey edge, to each side


def without_upright_rules(evened: Pixels, dpi: float) -> Pixels:
    """A straight page on white paper (HxW uint8) with its upright rules white; the same array where it has none."""
    ink = typed(cv2.threshold(evened, _INK_UP_TO, 255, cv2.THRESH_BINARY_INV)[1])
    rules = _upright_rules(ink, dpi / MM_PER_INCH)
    if rules is None:
        return evened
    wide = typed(cv2.dilate(rules, np.ones((1, 1 + 2 * _EDGE_PX), np.uint8)))
    others = typed(cv2.bitwise_and(ink, typed(cv2.bitwise_not(wide))))
    reach = 1 + 2 * _EDGE_PX + round(_THICK_MM / MM_PER_INCH * dpi)
    crossing = typed(cv2.morphologyEx(others, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8)))
    return typed(np.where((wide > 0) & (crossing == 0), np.uint8(255), evened))


def _upright_rules(ink: Pixels, px_per_mm: float) -> Pixels | None:
    """255 on the rules in `ink` (HxW, not 0 on ink); None where there are none."""
    steady = cv2.dilate(ink, np.ones((1, 3), np.uint8))  # rules waver by a pixel
    long = max(3, round(_LONG_MM * px_per_mm))
    runs = typed(cv2.morphologyEx(steady, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8)))
    if not runs.any():
        return None
    marks = find_marks(runs)
    thin = marks.area <= _THICK_MM * px_per_mm * marks.height
    thin[0] = False
    return typed(thin.astype(np.uint8)[marks.labels] * np.uint8(255)) if thin.any() else None
