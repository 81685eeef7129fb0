# SPDX-License-Identifier: EUPL-1.2
"""Small typed helpers over OpenCV. A layer is float32, 0..1; colour layers are HxWx3 in RGB order."""

import cv2
import numpy as np
import numpy.typing as npt

Layer = npt.NDArray[np.float32]
Image8 = npt.NDArray[np.uint8]
Affine = npt.NDArray[np.float64]
"""A 3x3 matrix of an affine map between pixel frames."""

SHEET_DPI = 300
"""Everything is drawn at this resolution; the scanner brings it to the one that is asked for."""


def px(length_mm: float, dpi: float = SHEET_DPI) -> float:
    """A length in mm as pixels."""
    return length_mm / 25.4 * dpi


def blur(layer: Layer, sigma_px: float, sigma_y_px: float | None = None) -> Layer:
    """Gaussian blur; another vertical sigma where it is given."""
    across = max(sigma_px, 1e-3)
    down = across if sigma_y_px is None else max(sigma_y_px, 1e-3)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), across, sigmaY=down), dtype=np.float32)


def resize(layer: Layer, width_px: int, height_px: int) -> Layer:
    """Resize with cubic interpolation (used to enlarge coarse noise)."""
    return np.asarray(cv2.resize(layer, (width_px, height_px), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def warp(layer: Layer, matrix: Affine, width_px: int, height_px: int, outside: float | None = 0.0) -> Layer:
    """Map a layer by a 3x3 affine matrix; `outside` is the value beyond its edge, None repeats the edge."""
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    value = 0.0 if outside is None else outside
    warped = cv2.warpAffine(
        layer, matrix[:2], (width_px, height_px), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=(value,) * 4
    )
    return np.asarray(warped, dtype=np.float32)


def shift(x_px: float, y_px: float) -> Affine:
    return np.array([[1.0, 0.0, x_px], [0.0, 1.0, y_px], [0.0, 0.0, 1.0]])


def scale(factor: float) -> Affine:
    return np.diag([factor, factor, 1.0])


def turn(degrees: float) -> Affine:
    """A clockwise turn as seen on the image (y runs down)."""
    angle = np.deg2rad(degrees)
    c, s = float(np.cos(angle)), float(np.sin(angle))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def coarse_noise(rng: np.random.Generator, shape: tuple[int, int], grain_px: float) -> Layer:
    """Smooth noise of about unit deviation whose blobs are `grain_px` wide."""
    height_px, width_px = shape
    rows, columns = int(height_px / grain_px) + 3, int(width_px / grain_px) + 3
    return resize(rng.standard_normal((rows, columns), dtype=np.float32), width_px, height_px)


def lay_ink(sheet: Layer, coverage: Layer, ink: tuple[float, float, float]) -> None:
    """Print a coverage layer on a colour sheet, in place: inks and paper multiply as filters do."""
    for channel, tone in enumerate(ink):
        sheet[:, :, channel] *= 1.0 - coverage * (1.0 - tone)


def add_coverage(layer: Layer, piece: Layer, left_px: int, top_px: int) -> None:
    """Merge a small coverage piece into a layer, in place, clipped at the layer's edges."""
    height_px, width_px = layer.shape[:2]
    x0, y0 = max(left_px, 0), max(top_px, 0)
    x1, y1 = min(left_px + piece.shape[1], width_px), min(top_px + piece.shape[0], height_px)
    if x0 >= x1 or y0 >= y1:
        return
    part = piece[y0 - top_px : y1 - top_px, x0 - left_px : x1 - left_px]
    area = layer[y0:y1, x0:x1]
    np.subtract(1.0, (1.0 - area) * (1.0 - part), out=area)
