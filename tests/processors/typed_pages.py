# SPDX-License-Identifier: EUPL-1.2
"""Typewritten pages drawn for tests of straightening: A5 at 300 dpi, from the same seed always the same."""

import math
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from processors.decode import Frame
from processors.encoded import EncodedImage
from processors.ink import Pixels, typed
from schemas.page import Matrix

DPI = 300.0
WIDTH, HEIGHT = 1748, 2480
PAPER = 232
_SENTENCE = (
    "primaria orasului in sedinta din ianuarie 1987 aproba cererea pentru autorizatia de construire a unei case "
    "cu parter si etaj pe strada Florilor numarul 12 conform planului depus la dosar si avizelor primite de la "
    "sectia de sistematizare"
)
WORDS = _SENTENCE.split()


def blank_page(paper: int = PAPER, *, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Paper with a scanner's noise."""
    random = np.random.default_rng(1987)
    noise = random.normal(0, 2.5, (height, width))
    return typed(np.clip(paper + noise, 0, 255).astype(np.uint8))


@lru_cache(maxsize=8)
def _text_ink(lines: int) -> Pixels:
    """Text alone: 255 where ink is, 0 elsewhere."""
    image = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSansMono.ttf", 40)
    random = np.random.default_rng(12)
    for number in range(lines):
        start = int(random.integers(len(WORDS)))
        line = " ".join((WORDS + WORDS)[start : start + int(random.integers(6, 9))])[:54]
        draw.text((240, 320 + 66 * number), line, fill=255, font=font)
    return np.asarray(image)


def typed_page(*, lines: int = 24, ink: int = 40, paper: int = PAPER) -> Pixels:
    """Text in grey value `ink` on paper."""
    return print_on(blank_page(paper), _text_ink(lines), ink)


def print_on(page: Pixels, ink_mask: Pixels, ink: int) -> Pixels:
    """Let `ink_mask` (255 = full ink) stand on the page in grey value `ink`."""
    share = ink_mask.astype(np.float32) / 255
    return typed(np.clip(page * (1 - share) + ink * share, 0, 255).astype(np.uint8))


def show_through(page: Pixels, *, ink: int = PAPER - 28) -> Pixels:
    """The text of the other side of the leaf: mirrored, weak, blurred by the paper."""
    mask = typed(cv2.GaussianBlur(_text_ink(24)[:, ::-1], (0, 0), 3.0))
    return print_on(page, mask, ink)


def stamp_mask(angle_deg: float = 17.0) -> Pixels:
    """A round office stamp of 35 mm with slanting text."""
    image = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(image)
    draw.ellipse((900, 1500, 1310, 1910), outline=255, width=8)
    font = ImageFont.truetype("DejaVuSansMono.ttf", 44)
    draw.text((950, 1640), "CONSILIUL\nPOPULAR 3", fill=255, font=font)
    turn = cv2.getRotationMatrix2D((1105, 1705), -angle_deg, 1.0)
    return typed(cv2.warpAffine(np.asarray(image), turn, (WIDTH, HEIGHT)))


def tilt(page: Pixels, skew_deg: float, *, fill: int = PAPER) -> Pixels:
    """Turn the page's content clockwise by `skew_deg` about its middle: its text then runs down to the right."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -skew_deg, 1.0)
    value = (fill,) * (1 if page.ndim == 2 else 3)
    warped = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=value)
    return typed(warped)


def tilted_place(x: float, y: float, skew_deg: float) -> tuple[float, float]:
    """Where `tilt` puts a place of the page."""
    cos, sin = math.cos(math.radians(skew_deg)), math.sin(math.radians(skew_deg))
    dx, dy = x - WIDTH / 2, y - HEIGHT / 2
    return WIDTH / 2 + cos * dx - sin * dy, HEIGHT / 2 + sin * dx + cos * dy


def colour(gray: Pixels) -> Pixels:
    """The page on yellowed paper."""
    tint = np.array([1.0, 0.96, 0.82], dtype=np.float32)
    return typed((gray[:, :, None] * tint).astype(np.uint8))


def bitonal(gray: Pixels) -> Pixels:
    """Black and white by a middle threshold."""
    return typed(np.where(gray < 128, 0, 255).astype(np.uint8))


def frame_of(
    pixels: Pixels,
    *,
    dpi: float = DPI,
    dpi_known: bool = True,
    is_bitonal: bool = False,
    encoded: EncodedImage | None = None,
    orientation: Matrix | None = None,
) -> Frame:
    """A frame as decoding gives it: its pixels cannot be written to."""
    pixels.setflags(write=False)
    return Frame(
        pixels=pixels,
        bitonal=is_bitonal,
        dpi=dpi,
        dpi_known=dpi_known,
        encoded=encoded,
        orientation=orientation or Matrix(),
        digest="0" * 64,
    )
