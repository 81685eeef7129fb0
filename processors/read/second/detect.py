# SPDX-License-Identifier: EUPL-1.2
"""Where text stands on a page, by the detector of PP-OCRv6.

The network gives each pixel the probability of lying in the core of a text line; what is over a threshold and
connected is a line, grown back by what the core was shrunk (Liao et al., Real-time scene text detection with
differentiable binarization, AAAI 2020, section 3.5). Figures without another source are the model's own.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from processors.read.engine import Pixels
from schemas.page import Box

_DPI = 137.0  # an A4 page gets the 1600 px at which typescripts were read best
_SIDE_PX = (1600, 2400)  # smaller pages are shown larger; beyond this, memory goes over the limit
_STRIDE = 32  # the network's sides are multiples of it
_CORE = 0.3
_SURE = 0.5
_GROW = 1.6
_SMALLEST_PX = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of a line, in pixels of the page, and how sure it is (0 to 1)."""

    box: Box
    probability: float


def detect_text(session: Any, pixels: Pixels, dpi: float) -> list[Found]:  # noqa: ANN401 onnxruntime has no types
    """The pieces of lines on an upright page (HxWx3 RGB), from the top. `session` runs the detector's model."""
    height, width = pixels.shape[:2]
    share = _share(width, height, dpi)
    size = tuple(max(_STRIDE, round(side * share / _STRIDE) * _STRIDE) for side in (width, height))
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: as_input(cv2.resize(pixels, size))})
    pieces = _pieces(probabilities[0, 0])
    across, down = width / size[0], height / size[1]
    found = []
    for left, top, right, bottom, probability in pieces:
        box = Box(
            left=max(0, int(left * across)),
            top=max(0, int(top * down)),
            right=min(width, int(right * across) + 1),
            bottom=min(height, int(bottom * down) + 1),
        )
        found.append(Found(box, probability))
    return sorted(found, key=lambda one: (one.box.top, one.box.left))


def as_input(pixels: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """RGB pixels as PP-OCR's networks take them: 1x3xHxW in BGR, from -1 to 1."""
    scaled = pixels[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    scaled *= np.float32(2 / 255)
    scaled -= np.float32(1)
    return scaled


def _share(width: int, height: int, dpi: float) -> float:
    longest = max(width, height)
    side = min(max(longest / dpi * _DPI, _SIDE_PX[0]), _SIDE_PX[1])
    return min(1.0, side / longest)


def _pieces(probabilities: npt.NDArray[np.float32]) -> list[tuple[float, float, float, float, float]]:
    core = (probabilities > _CORE).astype(np.uint8)
    core = cv2.dilate(core, np.ones((2, 2), np.uint8)).astype(np.uint8)
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    pieces = []
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        (_, _), (one, other), _ = cv2.minAreaRect(contour)
        if min(one, other) < _SMALLEST_PX:
            continue
        inside = np.zeros((height, width), np.uint8)
        cv2.fillPoly(inside, [contour - (left, top)], (1,))
        probability = cv2.mean(probabilities[top : top + height, left : left + width], inside)[0]
        if probability < _SURE:
            continue
        grow = one * other * _GROW / (2 * (one + other))
        pieces.append((left - grow, top - grow, left + width + grow, top + height + grow, probability))
    return pieces
