# SPDX-License-Identifier: EUPL-1.2
"""The ways in which a page's image can be handed to the reader: plain, evened, and without its coloured ink.

A recogniser parts ink from paper by one threshold for the whole page. In a shadow, over show-through, or where a stamp
is darker than a worn ribbon, it loses letters, and there the evened page is read better; even pages are read alike
either way. Coloured ink over the text is better left out, where the text itself is not coloured. No way is best for
every page: others are tried where the first reading cannot be trusted.
"""

from enum import StrEnum

import cv2
import numpy as np

from processors.ink import Pixels, as_gray, measure_contrast, typed
from processors.ruled import without_upright_rules

_MARKED = 20  # contrast (of 255) from which a pixel is marked at all
_STRONG = 90  # percentile of the marked pixels' contrast that becomes black
_WEAKEST = 40.0  # contrast that is still brought to black: what is weaker is paper's grain or the other side
_SAMPLE = 4


class Treatment(StrEnum):
    """What is done to a page's pixels before the recogniser gets them."""

    PLAIN = "plain"
    """Grey, nothing else."""
    EVEN = "even"
    """Paper made white everywhere, the page's typical ink black, and no upright rules."""
    DROPOUT = "dropout"
    """As `EVEN`, of the brightest channel: coloured ink (stamps, signatures, pencil) becomes weak or vanishes."""


def as_one_channel(pixels: Pixels, treatment: Treatment) -> Pixels:
    """What a treatment looks at (HxW uint8) of a derivative (HxW or HxWx3 RGB, uint8)."""
    if treatment is Treatment.DROPOUT and pixels.ndim == 3:
        red, green, blue = cv2.split(pixels)
        return typed(cv2.max(cv2.max(red, green), blue))
    return as_gray(pixels)


def treat(pixels: Pixels, dpi: float, treatment: Treatment) -> Pixels:
    """The grey page (HxW uint8) that the recogniser gets, of a derivative (HxW or HxWx3 RGB, uint8)."""
    gray = as_one_channel(pixels, treatment)
    return gray if treatment is Treatment.PLAIN else without_upright_rules(_even_out(gray, dpi), dpi)


def _even_out(gray: Pixels, dpi: float) -> Pixels:
    contrast = measure_contrast(gray, dpi)
    sample = contrast[::_SAMPLE, ::_SAMPLE]
    marked = sample[sample > _MARKED]
    strong = float(np.percentile(marked, _STRONG)) if marked.size else 255.0
    return typed(cv2.bitwise_not(cv2.convertScaleAbs(contrast, alpha=255.0 / max(strong, _WEAKEST))))
