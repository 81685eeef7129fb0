# SPDX-License-Identifier: EUPL-1.2
"""What a line says, by the recogniser of PP-OCRv6: a row of probabilities along the line, read off by CTC's best path
(Graves et al., Connectionist temporal classification, ICML 2006, section 3.2).

Its alphabet is mostly Chinese; only letters and signs of Latin writing are let through, so that a smudge does not
become an ideograph.
"""

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from processors.read.engine import Pixels
from processors.read.second.detect import as_input
from processors.read.second.seen import SeenLine
from schemas.page import Box

_HEIGHT_PX = 48
_WIDTHS_PX = (48, 4096)
_ABOVE = 0.10  # of the line's height, added on each side
_LETTERS = "ȘșȚțẞ"
_SIGNS = "«»‘’‚“”„–—…•°§№†ªº²³¹·½¼¾×±€£′″"
_BLANK = 0


class Alphabet:
    """The characters of the model's outputs, and which of them are let through."""

    def __init__(self, characters: Sequence[str]) -> None:
        """`characters` as in the model's file; the outputs are a blank, these, and a space."""
        outputs = ["", *characters, " "]
        self._indices = np.array(
            [index for index, said in enumerate(outputs) if index == _BLANK or _is_latin(said)], dtype=np.intp
        )
        self._said = [outputs[index] for index in self._indices]
        self.size = len(outputs)

    def best_path(self, probabilities: npt.NDArray[np.float32]) -> list[tuple[str, float, float]]:
        """Characters with the middle of each one's columns and its greatest probability, from TxC probabilities."""
        allowed = probabilities[:, self._indices]
        best = allowed.argmax(axis=1)
        sure = allowed[np.arange(len(best)), best] / np.maximum(allowed.sum(axis=1), 1e-6)
        path: list[tuple[str, float, float]] = []
        start = 0
        for end in range(1, len(best) + 1):
            if end == len(best) or best[end] != best[start]:
                if best[start] != _BLANK:
                    path.append((self._said[best[start]], (start + end) / 2, float(sure[start:end].max())))
                start = end
        return path


def recognise_line(
    session: Any,  # noqa: ANN401 onnxruntime has no types
    alphabet: Alphabet,
    pixels: Pixels,
    box: Box,
    *,
    beside: float = 0.0,
    narrowed: float = 1.0,
) -> SeenLine:
    """Read the line at `box` of a page (HxWx3 RGB). `session` runs the recogniser's model.

    So many times the line's height `beside` it is looked at too. The line is shown `narrowed` to that share of its
    width (to 1), which takes time in proportion.
    """
    crop, left = crop_line(pixels, box, beside)
    height, width = crop.shape[:2]
    resized_px = min(max(math.ceil(width * narrowed * _HEIGHT_PX / height), _WIDTHS_PX[0]), _WIDTHS_PX[1])
    smaller = resized_px < width and height > _HEIGHT_PX
    shown = cv2.resize(
        crop,
        (resized_px, _HEIGHT_PX),
        interpolation=cv2.INTER_AREA if smaller and narrowed < 1 else cv2.INTER_LINEAR,
    )
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: as_input(shown)})
    path = alphabet.best_path(probabilities[0])
    column_px = width / probabilities.shape[1]
    return SeenLine(
        box=box,
        text="".join(said for said, _, _ in path),
        middles_px=tuple(round(left + middle * column_px, 1) for said, middle, _ in path for _ in said),
        probabilities=tuple(round(sure, 4) for said, _, sure in path for _ in said),
    )


def crop_line(pixels: Pixels, box: Box, beside: float = 0.0) -> tuple[Pixels, int]:
    """What is looked at of a page (HxWx3) for the line at `box`, and where its left edge lies."""
    above, aside = round(box.height_px * _ABOVE), round(box.height_px * beside)
    left = max(0, box.left - aside)
    return pixels[max(0, box.top - above) : box.bottom + above, left : box.right + aside], left


def _is_latin(said: str) -> bool:
    if len(said) != 1:
        return False
    if said.isascii():
        return said.isprintable()
    return said in _LETTERS or said in _SIGNS or (said.isalpha() and "À" <= said <= "ſ")
