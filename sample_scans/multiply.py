# SPDX-License-Identifier: EUPL-1.2
"""A large binder out of a small one: its images again and again, each made distinct by seeded noise. Needs no fonts."""

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sample_scans.raster import Image8
from sample_scans.render import Quality, RenderedPage, encode_jpeg, page_file
from sample_scans.truth import load_stamps, load_true_text, load_truth, scaled_page
from schemas.drop import DropDescription

LARGE = Quality(dpi=300, jpeg_quality=85)
_TILE_PX = 1024


def multiply_pages(drop: Path, truth: Path, pages: int, seed: int) -> Iterator[RenderedPage]:
    """Pages 1 to `pages`, one at a time, from the images of `drop` in turn, at 300 dpi."""
    known = load_truth(truth).pages
    tile = np.random.default_rng(seed).normal(0, 2.5, (_TILE_PX, _TILE_PX)).astype(np.float32)
    for index in range(pages):
        source = known[index % len(known)]
        with Image.open(io.BytesIO((drop / source.file).read_bytes())) as image:
            pixels = np.asarray(image.convert("RGB"))
        factor = LARGE.dpi / source.dpi
        size = (round(source.width_px * factor), round(source.height_px * factor))
        larger = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
        noisy = _add_noise(larger, tile, np.random.default_rng([seed, index]))
        number = index + 1
        moved = scaled_page(source, number, page_file(number), factor, LARGE.dpi)
        yield RenderedPage(encode_jpeg(noisy, LARGE), moved, load_true_text(truth, source), load_stamps(truth, source))


def _add_noise(
    pixels: Image8, tile: np.ndarray[tuple[int, ...], np.dtype[np.float32]], rng: np.random.Generator
) -> Image8:
    """The tile, rolled to a place of the page's own, and a lamp of its own brightness."""
    rolled = np.roll(tile, tuple(rng.integers(0, _TILE_PX, 2)), axis=(0, 1)) + rng.uniform(-3.0, 3.0)
    height_px, width_px = pixels.shape[:2]
    repeats = (-(-height_px // _TILE_PX), -(-width_px // _TILE_PX))
    noise = np.tile(np.round(rolled).astype(np.int16), repeats)[:height_px, :width_px]
    lighter, darker = np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)
    brighter = cv2.add(pixels, cv2.merge([lighter] * 3))
    return np.asarray(cv2.subtract(brighter, cv2.merge([darker] * 3)), dtype=np.uint8)


def describe_multiplied(description: DropDescription, pages: int) -> DropDescription:
    """The description of the large binder: its own reference code, and folios that fit its pages."""
    folios = (pages + 1) // 2
    return description.model_copy(
        update={
            "reference_code": f"{description.reference_code}-{pages}",
            "title": f"{description.title} ({pages} pagini de încercare)",
            "folios": folios,
            "blanks": 2 * folios - pages,
            "barcode": None,
        }
    )
