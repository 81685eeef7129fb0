# SPDX-License-Identifier: EUPL-1.2
"""What time did to a sheet: a piece torn off, and folds of a plan that was folded in."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from sample_scans.plan import Point
from sample_scans.raster import Layer, blur, px
from sample_scans.typewriter import TypedWord

_STEP_MM, _RAG_MM, _FIBRES_MM = 1.2, 0.55, 1.1


def tear(rng: np.random.Generator, shape: tuple[int, int], outline_mm: Sequence[Point]) -> Layer:
    """Which part of a sheet is gone: 1 within the outline, whose edge is ragged as paper tears."""
    corners = np.array([*outline_mm, outline_mm[0]], dtype=np.float64)
    ragged = []
    for start, end in pairwise(corners):
        steps = max(2, round(float(np.hypot(*(end - start))) / _STEP_MM))
        along = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
        ragged.append(start + (end - start) * along + rng.normal(0, _RAG_MM, (steps, 2)))
    gone = np.zeros(shape, dtype=np.uint8)
    cv2.fillPoly(gone, [np.round(np.concatenate(ragged) * px(1.0)).astype(np.int32)], 255, cv2.LINE_AA)
    return gone.astype(np.float32) / 255.0


def whiten_edge(sheet: Layer, gone: Layer) -> None:
    """Bare fibres along a tear, in place: the sheet's inside is lighter than its face."""
    near = np.clip(2.2 * blur(gone, px(_FIBRES_MM) / 2), 0.0, 1.0)[:, :, None]
    sheet += (0.97 - sheet) * 0.8 * near


def keep_words(words: Sequence[TypedWord], gone: Layer) -> list[TypedWord]:
    """The words that a tear left whole."""
    kept = []
    for word in words:
        left, top, right, bottom = (max(0, round(side)) for side in word.box)
        if not float(gone[top:bottom, left:right].max(initial=0.0)) > 0.0:
            kept.append(word)
    return kept


def fold(sheet: Layer, folds_mm: Sequence[float]) -> None:
    """Upright folds, in place: a worn ridge and its shade, turn about."""
    x = np.arange(sheet.shape[1], dtype=np.float32)
    for index, fold_mm in enumerate(folds_mm):
        distance = (x - px(fold_mm)) * (-1.0 if index % 2 else 1.0)
        ridge = 0.05 * np.exp(-((distance / 4.0) ** 2)) - 0.07 * np.exp(-(((distance - 14.0) / 16.0) ** 2))
        sheet *= (1.0 + ridge)[None, :, None]
    np.clip(sheet, 0.0, 1.0, out=sheet)
