# SPDX-License-Identifier: EUPL-1.2
"""Crops of masters and of their access PDFs, one above the other, for people to look at.

    python -m benchmarks.crops --samples DIR [--out docs/crops]

DIR holds the sample binders at full quality (`sample_scans.generate --quality full`). The samples have no photograph:
one is drawn onto a page, once in continuous tones and once in a printer's dots.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image

from benchmarks.look import render_page
from benchmarks.programs import ROOT
from processors.decode import Frame, decode_frame
from processors.ink import Pixels, typed
from processors.limits import Limits
from processors.page import PageSettings, PageSource, process_page
from processors.read import open_engine
from processors.read.engine import OcrEngine
from processors.straighten import PrepareSettings, prepare_page
from schemas.reading import ReadingLevel

_QUALITY = 72
_RULE_PX = 6


@dataclass(frozen=True)
class Crop:
    """A part of a page, in derivative pixels at 300 dpi."""

    name: str
    page: str
    left: int
    top: int
    width: int
    height: int
    photograph: bool = False


CROPS = (
    Crop("faint-typewriter", "permits-1987/006.jpg", 500, 330, 1000, 330),
    Crop("stamp", "permits-1987/002.jpg", 1350, 150, 900, 420),
    Crop("table", "permits-1987/010.jpg", 300, 700, 1000, 400),
    Crop("photograph", "permits-1987/008.jpg", 400, 1500, 1000, 460, photograph=True),
)


def main() -> None:
    """Write every crop and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "crops")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    engine = open_engine("tesserocr", None)
    for crop in CROPS:
        both = side_by_side(crop, decode_frame(arguments.samples / crop.page, 0, Limits()), engine)
        target = arguments.out / f"{crop.name}.jpg"
        cv2.imwrite(str(target), cv2.cvtColor(both, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        print(f"{target}: {target.stat().st_size} bytes")


def side_by_side(crop: Crop, frame: Frame, engine: OcrEngine) -> Pixels:
    """The master's part above, the access PDF's below, a red rule between them."""
    if crop.photograph:
        frame = with_photographs(frame)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        Image.fromarray(frame.pixels).save(path, dpi=(frame.dpi, frame.dpi))
        page = process_page(PageSource(path), PageSettings(languages=("ron",), level=ReadingLevel.FAST), engine)
    prepared = prepare_page(frame, PrepareSettings(), page.result.geometry.rotation_deg)
    shown, _ = render_page(page.image, page.result)
    part = np.s_[crop.top : crop.top + crop.height, crop.left : crop.left + crop.width]
    rule = np.full((_RULE_PX, crop.width, 3), (220, 30, 30), np.uint8)
    return typed(np.vstack([prepared.pixels[part], rule, shown[part]]))


def with_photographs(frame: Frame) -> Frame:
    """The page with two photographs of a house on a hill lying on it, side by side."""
    pixels = frame.pixels.copy()
    tones = draw_photograph(440, 480)
    for left, photograph in ((420, tones), (900, _in_dots(tones))):
        area = pixels[1520 : 1520 + 440, left : left + 480]
        area[...] = area * (photograph[:, :, None] / np.float32(255) * 0.95)
    pixels.setflags(write=False)
    return Frame(pixels, frame.bitonal, frame.dpi, frame.dpi_known, None, frame.orientation, frame.digest)


def draw_photograph(height: int, width: int) -> Pixels:
    """Sky, clouds, hills, a house and grain; HxW."""
    random = np.random.default_rng(1987)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    scene = 205 - 50 * down / height
    for size, strength in ((6, 22), (14, 10), (40, 5)):
        noise = random.normal(0, strength, (size, size)).astype(np.float32)
        scene += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    for depth, tone in ((0.55, 120), (0.66, 92), (0.78, 64)):
        ridge = height * (depth + 0.05 * np.sin(across / width * 9 + depth * 20) + 0.02 * np.sin(across / 17))
        texture = cv2.resize(random.normal(0, 13, (height // 3, width // 3)).astype(np.float32), (width, height))
        scene = np.where(down > ridge, tone + texture, scene)
    x, y = width // 3, int(height * 0.52)
    cv2.rectangle(scene, (x, y), (x + 150, y + 110), 188, -1)
    cv2.fillPoly(scene, [np.array([[x - 16, y], [x + 75, y - 60], [x + 166, y]])], 48)
    for column in range(3):
        cv2.rectangle(scene, (x + 16 + column * 46, y + 28), (x + 40 + column * 46, y + 62), 40, -1)
    scene += random.normal(0, 5, scene.shape)
    return typed(np.clip(scene, 12, 245).astype(np.uint8))


def _in_dots(tones: Pixels) -> Pixels:
    """A screen of 75 lines an inch at 45 degrees, as letterpress prints a photograph; softened as a scanner does."""
    down, across = np.mgrid[0 : tones.shape[0], 0 : tones.shape[1]]
    screen = 128 + 62 * (np.cos((across + down) * np.pi / 4) + np.cos((across - down) * np.pi / 4))
    return typed(cv2.GaussianBlur(np.where(tones > screen, 240, 45).astype(np.uint8), (0, 0), 0.9))


if __name__ == "__main__":
    main()
