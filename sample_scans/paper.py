# SPDX-License-Identifier: EUPL-1.2
"""A sheet of old paper: tone, blotches, fibres, browned edges, foxing, a fold."""

import numpy as np

from sample_scans.raster import Layer, blur, coarse_noise, px


def make_paper(
    rng: np.random.Generator, size_mm: tuple[float, float], tone: tuple[float, float, float], texture: float
) -> Layer:
    """An empty sheet as HxWx3 RGB, 0..1; `texture` 1 is office paper, 2 cardboard."""
    width_px, height_px = round(px(size_mm[0])), round(px(size_mm[1]))
    shape = (height_px, width_px)
    lightness = 1.0 + 0.010 * coarse_noise(rng, shape, 420) + 0.006 * coarse_noise(rng, shape, 90)
    lightness += texture * (_fibres(rng, shape) + 0.006 * coarse_noise(rng, shape, 9))
    lightness += _fold(rng, shape)
    # Yellowing is a loss of blue first, so blotches and edges act on the channels unequally.
    yellowing = 0.018 * coarse_noise(rng, shape, 300) + _browned_edges(rng, shape) + _foxing(rng, shape)
    sheet = np.empty((height_px, width_px, 3), dtype=np.float32)
    for channel, (base, weight) in enumerate(zip(tone, (0.45, 0.75, 1.25), strict=True)):
        sheet[:, :, channel] = base * lightness * (1.0 - weight * yellowing)
    return np.clip(sheet, 0.0, 1.0, out=sheet)


def _fibres(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    noise = rng.standard_normal(shape, dtype=np.float32)
    along, across = blur(noise, 3.2, 0.8), blur(noise[::-1, ::-1].copy(), 0.9, 2.6)
    mixed: Layer = along / along.std() + across / across.std()
    return 0.0065 * mixed


def _browned_edges(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    height_px, width_px = shape
    reach = px(14)
    x, y = np.arange(width_px, dtype=np.float32), np.arange(height_px, dtype=np.float32)
    across, down = np.minimum(x, width_px - 1 - x), np.minimum(y, height_px - 1 - y)
    near = np.exp(-across / reach)[None, :] + np.exp(-down / reach)[:, None]
    return np.asarray(0.055 * near * (1.0 + 0.25 * coarse_noise(rng, shape, 260)), dtype=np.float32)


def _foxing(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    spots = np.zeros(shape, dtype=np.float32)
    for _ in range(int(rng.integers(6, 22))):
        row, column = int(rng.integers(0, shape[0])), int(rng.integers(0, shape[1]))
        spots[row, column] += float(rng.uniform(1.0, 5.0))
    small = blur(spots, 5.0) * 160.0
    return np.asarray(0.02 * np.minimum(small, 3.0), dtype=np.float32)


def _fold(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    """A fold across the middle: a light ridge and its shade."""
    middle = shape[0] * float(rng.uniform(0.47, 0.53))
    slope = float(rng.uniform(-0.004, 0.004))
    x = np.arange(shape[1], dtype=np.float32)[None, :]
    distance = np.arange(shape[0], dtype=np.float32)[:, None] - middle - slope * x
    ridge = 0.020 * np.exp(-((distance / 3.0) ** 2)) - 0.026 * np.exp(-(((distance - 7.0) / 9.0) ** 2))
    return np.asarray(ridge, dtype=np.float32)
