# SPDX-License-Identifier: EUPL-1.2
"""How large a page's letters are, told before anything is read."""

import numpy as np
from numpy.typing import NDArray

from processors.ink import LETTER_MM, SmallPage

_LOW_MM = 0.6  # dashes and what stands below letters are lower
_ENOUGH = 60  # letters, under which a heading or a stamp decides


def measure_letter_height(small: SmallPage) -> float | None:
    """The median height of the page's letters in pixels of the scan: about 26 for 10-point type at 300 dpi.

    None where there are too few to tell. On a page that lies on its side it is their width, which differs less from
    their height than one size of type from the next.
    """
    letters = find_letters(small)
    if int(letters.sum()) < _ENOUGH:
        return None
    return float(np.median(small.marks.height[letters])) * small.factor


def find_letters(small: SmallPage) -> NDArray[np.bool_]:
    """Which of a page's marks have the size of a letter, by their number."""
    marks = small.marks
    low, high = (mm * small.px_per_mm for mm in LETTER_MM)
    letters: NDArray[np.bool_] = (marks.long >= low) & (marks.long <= high)
    letters &= marks.height >= _LOW_MM * small.px_per_mm
    letters[0] = False
    return letters
