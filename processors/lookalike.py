# SPDX-License-Identifier: EUPL-1.2
"""A page's perceptual hash: pages that look alike have hashes that differ in few bits.

The lowest frequencies of the ink's distribution over the page (a discrete cosine transform, as in C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010), 255 of them where photographs need 63:
typed pages differ by where their paragraphs end. Light, paper, resolution and a small shift hardly change it.
"""

from typing import TYPE_CHECKING

from processors.step_times import Step, timed
from schemas.page import Geometry

if TYPE_CHECKING:  # who compares hashes and makes none starts without numpy and OpenCV
    from processors.ink import Pixels

_SIDE_PX = 64
_FREQUENCIES = 16
HASH_BITS = _FREQUENCIES * _FREQUENCIES
_REDUCED = 8


@timed(Step.QUALITY)
def hash_look(contrast: "Pixels", factor: int, geometry: Geometry) -> str:
    """64 hex digits for the page as people see it.

    `contrast` (HxW uint8, ink against paper) is of the source, reduced by `factor`; `geometry` leads to the derivative.
    """
    import cv2
    import numpy as np

    from processors.ink import typed

    rows, columns = max(1, contrast.shape[0] // _REDUCED), max(1, contrast.shape[1] // _REDUCED)
    tiny = cv2.resize(contrast, (columns, rows), interpolation=cv2.INTER_AREA)
    scale = contrast.shape[1] / columns * factor  # source pixels a tiny pixel
    across, down = geometry.width_px / _SIDE_PX, geometry.height_px / _SIDE_PX
    back = geometry.matrix.inverse()
    # From each of the hash's squares to the place in the tiny image where its middle lies.
    to_tiny = np.array(
        [
            [
                back.a * across / scale,
                back.b * down / scale,
                (back.a * across / 2 + back.b * down / 2 + back.c) / scale,
            ],
            [
                back.d * across / scale,
                back.e * down / scale,
                (back.d * across / 2 + back.e * down / 2 + back.f) / scale,
            ],
        ]
    )
    to_tiny[:, 2] -= 0.5
    soft = cv2.GaussianBlur(tiny, (0, 0), max(0.5, across / scale / 2))
    seen = cv2.warpAffine(soft, to_tiny, (_SIDE_PX, _SIDE_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    waves = cv2.dct(typed(seen).astype(np.float32))[:_FREQUENCIES, :_FREQUENCIES].ravel()
    bits = waves[1:] > np.median(waves[1:])
    return np.packbits(np.concatenate([[False], bits])).tobytes().hex()


def count_differing_bits(one: str, other: str) -> int:
    """In how many of `HASH_BITS` two hashes differ; unrelated pages in about half."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
