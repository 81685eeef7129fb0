# SPDX-License-Identifier: EUPL-1.2
"""Compressed images as a PDF can carry them: where they come from a source, byte for byte; and encoders."""

import io
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""HxW (gray, or bitonal with 0 and 255 only) or HxWx3 (RGB)."""

_JPEG_FRAMES = {0xC0, 0xC1, 0xC2}
"""Start-of-frame markers of baseline, extended sequential and progressive Huffman JPEG: what DCTDecode takes."""
_JPEG_OTHER_FRAMES = set(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_TIFF_STRIP_OFFSETS, _TIFF_STRIP_BYTE_COUNTS = 273, 279
_DENSE_BITS = 0.1  # a pixel: more than text takes in Group 4 (0.01 to 0.06), less than dots and grain


class Codec(StrEnum):
    """How an image is compressed."""

    JPEG = "jpeg"
    CCITT_G4 = "ccitt-g4"
    JBIG2 = "jbig2"
    FLATE = "flate"


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """One compressed image, to go into a PDF as it is (ISO 32000-1, 7.4).

    `black_is_1` is CCITT's `/BlackIs1`; for JBIG2 it is always False, since the filter's output is fixed (0 is black).
    `invert` asks for `/Decode [1 0]`, for any bitonal codec: the source showed the image inverted. `png_rows` says
    that each row of a Flate stream begins with a PNG filter's number (`/Predictor 15`).
    """

    codec: Codec
    data: bytes
    width_px: int
    height_px: int
    components: int
    bits: int
    globals_data: bytes | None = None
    black_is_1: bool = False
    invert: bool = False
    png_rows: bool = False

    @property
    def dense(self) -> bool:
        """True where the coding gains little, as Group 4 does on dots: another one may gain more."""
        return 8 * len(self.data) > _DENSE_BITS * self.width_px * self.height_px


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What a JPEG's frame header says (ITU-T T.81, B.2.2)."""

    width_px: int
    height_px: int
    components: int
    bits: int
    plain: bool
    """True where every PDF reader decodes it alike: Huffman-coded, and its colours are not a guess."""


def read_jpeg_header(data: bytes) -> JpegHeader | None:
    """The first frame header of a JPEG, or None where there is none."""
    place, adobe = 2, False
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker in _JPEG_STANDALONE:
            place += 2
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker == 0xEE and data[place + 4 : place + 9] == b"Adobe":
            adobe = True
        if marker in _JPEG_FRAMES | _JPEG_OTHER_FRAMES:
            return _jpeg_frame(data[place + 4 : place + 2 + length], coded=marker in _JPEG_FRAMES, adobe=adobe)
        if marker == 0xDA:
            return None
        place += 2 + length
    return None


def _jpeg_frame(segment: bytes, *, coded: bool, adobe: bool) -> JpegHeader | None:
    if len(segment) < 6:
        return None
    bits, height_px, width_px, components = struct.unpack_from(">BHHB", segment)
    # Without Adobe's marker, decoders take components called R, G, B for RGB, but PDF takes them for YCbCr.
    named_rgb = segment[6::3][:3] == b"RGB" and not adobe
    plain = coded and bits == 8 and height_px > 0 and not named_rgb
    return JpegHeader(width_px, height_px, components, bits, plain)


def keep_jpeg(data: bytes) -> EncodedImage | None:
    """The JPEG as it is, where it can stand in a PDF/A beside an sRGB output intent: gray or RGB, 8 bits."""
    header = read_jpeg_header(data)
    if header is None or not header.plain or header.components not in (1, 3):
        return None
    return EncodedImage(
        codec=Codec.JPEG,
        data=data,
        width_px=header.width_px,
        height_px=header.height_px,
        components=header.components,
        bits=header.bits,
    )


def encode_jpeg(pixels: Pixels, quality: int, *, fine_colour: bool = False) -> EncodedImage:
    """Encode gray (one component) or RGB pixels as baseline JPEG; `quality` is libjpeg's, 1–100.

    Colour has half the resolution of brightness, unless it is to be `fine_colour`.
    """
    image: Any = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    if fine_colour:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, data = cv2.imencode(".jpg", image, options)
    if not done:
        raise ValueError(f"JPEG cannot hold an image of shape {pixels.shape}")
    height_px, width_px = pixels.shape[:2]
    return EncodedImage(
        codec=Codec.JPEG,
        data=data.tobytes(),
        width_px=width_px,
        height_px=height_px,
        components=1 if pixels.ndim == 2 else 3,
        bits=8,
    )


def encode_g4(bitonal: Pixels) -> EncodedImage:
    """Encode a bitonal image (HxW; under 128 is black) as one CCITT Group 4 strip (ITU-T T.6), without loss."""
    height_px, width_px = bitonal.shape
    # libtiff codes set bits as black runs whatever the photometric tag says: give it black as 1.
    image = Image.frombytes("1", (width_px, height_px), np.packbits(bitonal < 128, axis=1).tobytes())
    file = io.BytesIO()
    strip_bytes = (width_px + 7) // 8 * height_px
    image.save(file, "TIFF", compression="group4", strip_size=strip_bytes)
    file.seek(0)
    with Image.open(file, formats=["TIFF"]) as written:
        tags: Any = written.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[_TIFF_STRIP_OFFSETS], tags[_TIFF_STRIP_BYTE_COUNTS]
    return EncodedImage(
        codec=Codec.CCITT_G4,
        data=file.getvalue()[offset : offset + length],
        width_px=width_px,
        height_px=height_px,
        components=1,
        bits=1,
    )


def encode_bitonal(bitonal: Pixels) -> EncodedImage:
    """Encode a bitonal image (HxW; under 128 is black) without loss: by Group 4, or by Flate where that is smaller.

    Group 4 codes where runs of a colour end. On printers' dots and dithered tones they end everywhere, and what it
    makes of those can be larger than the pixels.
    """
    coded = encode_g4(bitonal)
    if not coded.dense:
        return coded
    height_px, width_px = bitonal.shape
    data = zlib.compress(np.packbits(bitonal >= 128, axis=1).tobytes(), 9)
    flate = EncodedImage(codec=Codec.FLATE, data=data, width_px=width_px, height_px=height_px, components=1, bits=1)
    return min(coded, flate, key=lambda image: len(image.data))
