# SPDX-License-Identifier: EUPL-1.2
"""A scanner: a window of A4, or a larger one; the lid behind the sheet, a crooked feed, soft optics, a little noise."""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_scans.plan import PagePlan
from sample_scans.raster import SHEET_DPI, Affine, Image8, Layer, blur, coarse_noise, px, scale, shift, turn, warp

_LIDS = {"white": (0.90, 0.90, 0.89), "black": (0.085, 0.085, 0.095)}
_HOLE_MM, _HOLES_APART_MM, _HOLE_FROM_EDGE_MM = 5.5, 80.0, 12.0


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner gave: HxWx3 RGB uint8, and the map from sheet pixels to its pixels."""

    pixels: Image8
    dpi: int
    matrix: Affine


def scan_sheet(rng: np.random.Generator, sheet: Layer, plan: PagePlan, dpi: int, gone: Layer | None = None) -> Scan:
    """Scan a sheet at `dpi`, crooked by `plan.skew_deg`, fed so that `plan.rotation_deg` makes it upright.

    Where `gone` is 1 the sheet is torn off and the lid shows.
    """
    sides = plan.window_mm if plan.rotation_deg in (0, 180) else plan.window_mm[::-1]
    width_px, height_px = (round(px(length, dpi)) for length in sides)
    sheet_h, sheet_w = sheet.shape[:2]
    offset = [rng.normal(0, px(0.5, dpi)), rng.normal(0, px(0.5, dpi))]
    if plan.lid == "black":  # pushed to a corner of the window, so that one side shows more of the lid
        offset = [px(rng.uniform(-2.0, 0.5), dpi), px(rng.uniform(-2.5, 0.5), dpi)]
    centre = shift(width_px / 2, height_px / 2)
    matrix: Affine = (
        centre
        @ turn(-plan.rotation_deg)
        @ shift(offset[0], offset[1])
        @ turn(plan.skew_deg)
        @ scale(dpi / SHEET_DPI)
        @ shift(-sheet_w / 2, -sheet_h / 2)
    )
    lid = np.array(_LIDS[plan.lid], dtype=np.float32)
    # Blurred to what the scanner can resolve before it is sampled, or strokes would alias.
    soft = blur(sheet, 0.42 * SHEET_DPI / dpi)
    seen = warp(soft, matrix, width_px, height_px, outside=None)
    outline = _outline(sheet_h, sheet_w, plan)
    if gone is not None:
        outline *= 1.0 - gone
    mask = warp(outline, matrix, width_px, height_px)[:, :, None]
    shade = _shadow(mask[:, :, 0], plan, dpi)[:, :, None]
    picture = seen * mask + lid * shade * (1.0 - mask)
    return Scan(_expose(rng, np.asarray(picture, dtype=np.float32), plan.dim), dpi, matrix)


def _outline(height_px: int, width_px: int, plan: PagePlan) -> Layer:
    """Where the sheet is: 1, and 0 in its punch holes."""
    outline = np.ones((height_px, width_px), dtype=np.float32)
    if plan.holes:
        x = px(_HOLE_FROM_EDGE_MM)
        x = width_px - x if plan.holes_right else x
        for side in (-1, 1):
            y = height_px / 2 + side * px(_HOLES_APART_MM) / 2
            cv2.circle(outline, (round(x), round(y)), round(px(_HOLE_MM) / 2), 0.0, -1, cv2.LINE_AA)
    outline[[0, -1], :] = 0.0
    outline[:, [0, -1]] = 0.0
    return outline


def _shadow(mask: Layer, plan: PagePlan, dpi: int) -> Layer:
    """The sheet's shadow on the lid: the lamp stands to one side."""
    strength = 0.5 if plan.lid == "white" else 0.3
    moved = warp(mask, shift(px(0.35, dpi), px(0.5, dpi)), mask.shape[1], mask.shape[0])
    return np.asarray(1.0 - strength * blur(moved, px(0.45, dpi)), dtype=np.float32)


def _expose(rng: np.random.Generator, picture: Layer, dim: tuple[float, float]) -> Image8:
    """Uneven lamp, colour lines that do not quite meet, sensor noise, eight bits."""
    height_px, width_px = picture.shape[:2]
    lamp = 1.0 - 0.02 * np.linspace(-1, 1, width_px, dtype=np.float32)[None, :] ** 2
    lamp = lamp * (1.0 + 0.004 * coarse_noise(rng, (height_px, width_px), 500))
    lamp = lamp * _falling_light(height_px, width_px, dim)
    picture = picture * lamp[:, :, None]
    for channel, offset in ((0, 0.18), (2, -0.15)):
        layer = np.ascontiguousarray(picture[:, :, channel])
        picture[:, :, channel] = warp(layer, shift(0.0, offset), width_px, height_px, outside=None)
    grain = rng.standard_normal((height_px, width_px), dtype=np.float32)
    picture += 0.006 * grain[:, :, None]
    exposed: Image8 = np.clip(picture * 255.0 + 0.5, 0, 255).astype(np.uint8)
    return exposed


def _falling_light(height_px: int, width_px: int, dim: tuple[float, float]) -> Layer:
    """Light that falls off to the left (right, where negative) and to the top (foot), as under a copying stand."""
    x, y = np.linspace(1, 0, width_px, dtype=np.float32), np.linspace(1, 0, height_px, dtype=np.float32)
    across, down = (axis[:: 1 if share >= 0 else -1] for axis, share in ((x, dim[0]), (y, dim[1])))
    light = (1.0 - abs(dim[0]) * across**2)[None, :] * (1.0 - abs(dim[1]) * down**2)[:, None]
    return np.asarray(light, dtype=np.float32)
