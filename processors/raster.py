# SPDX-License-Identifier: EUPL-1.2
"""Pictures from JPEG, TIFF, PNG and JPEG 2000, by Pillow; sizes are checked before pixels are decoded.

Of a JPEG Pillow reads the header, and the pixels only where simplejpeg, three times as fast, finds anything odd.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import simplejpeg
from PIL import Image, ImageCms

from processors.encoded import Codec, EncodedImage, Pixels, keep_jpeg
from processors.formats import FileFormat
from processors.limits import Limits, allow_pixels, check_pixels, quiet_pillow
from processors.picture import Picture, drop_colour, is_bitonal, swaps_sides
from processors.png import keep_png
from processors.poppler import decode_bitonal
from processors.tiff import (
    COMPRESSION,
    COMPRESSION_G4,
    FILL_ORDER,
    PHOTOMETRIC,
    STRIP_BYTE_COUNTS,
    STRIP_OFFSETS,
    Directory,
    check_extents,
    read_pages,
)
from schemas.errors import ImageTooLarge, ImageUnreadable

_PILLOW_FORMATS = {
    FileFormat.JPEG: "JPEG",
    FileFormat.TIFF: "TIFF",
    FileFormat.PNG: "PNG",
    FileFormat.JPEG2000: "JPEG2000",
}
_EXIF_ORIENTATION = 274
_BLACK_IS_ZERO = 1
_FROM_LOW_BIT = 2
_TURNED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_WHITE = (255, 255, 255, 255)
_BOMB = re.compile(r"(\d+) pixels")


@contextmanager
def open_raster(source: Path | BinaryIO, path: Path, kind: FileFormat, limits: Limits) -> Iterator[Image.Image]:
    """The image, opened as that format and no other, its size checked; its pixels are decoded when asked for.

    `path` is named in errors. Raises ImageTooLarge, ImageUnreadable (also for what goes wrong inside the context).
    """
    allow_pixels(limits)
    try:
        with quiet_pillow(), Image.open(source, formats=[_PILLOW_FORMATS[kind]]) as image:
            check_pixels(path, *image.size, limits)
            yield image
    except Image.DecompressionBombError as error:
        pixels = _BOMB.search(str(error))
        raise ImageTooLarge(
            file=path.name, pixels=int(pixels[1]) if pixels else "?", limit=limits.max_page_pixels
        ) from error
    # Pillow's readers raise SyntaxError, ValueError and the like, beside OSError, for bytes that make no sense.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error) as error:
        raise ImageUnreadable(file=path.name, detail=_first_line(error)) from error
    except (zlib.error, OverflowError, ZeroDivisionError) as error:
        raise ImageUnreadable(file=path.name, detail=_first_line(error)) from error


def decode_raster(path: Path, kind: FileFormat, frame: int, limits: Limits) -> Picture:
    """The picture of one frame (0-based) of an image file.

    Raises ImageTooLarge, ImageUnreadable; IndexError where the file has no such frame; for a TIFF in one Group 4 strip
    also poppler's ToolMissing, ToolFailed, ToolTimeout.
    """
    if kind is FileFormat.TIFF:
        return _decode_tiff(path, read_pages(path)[frame], limits)
    if frame:
        raise IndexError(frame)
    if kind is FileFormat.JPEG:
        with open_raster(path, path, kind, limits):  # the size is checked before the file is read whole
            pass
        return decode_jpeg(path.read_bytes(), path, limits)
    with open_raster(path, path, kind, limits) as image:
        orientation = _orientation(image) if kind is FileFormat.PNG else 1
        pixels = drop_colour(_to_pixels(image))
        one_bit = kind is FileFormat.PNG and image.mode in ("1", "P")
        return _picture(image, pixels, orientation, keep_png(path.read_bytes()) if one_bit else None)


def decode_jpeg(data: bytes, path: Path, limits: Limits) -> Picture:
    """The picture of a JPEG, its own stream kept. A stream that ends early raises ImageUnreadable."""
    with open_raster(io.BytesIO(data), path, FileFormat.JPEG, limits) as image:
        orientation = _orientation(image)
        # A stereo or panorama file (MPO) has more images behind the first; such a stream is not passed on.
        encoded = keep_jpeg(data) if image.format == "JPEG" else None
        pixels = _flawless_jpeg(data, image.mode)
        return _picture(image, _to_pixels(image) if pixels is None else pixels, orientation, encoded)


def _flawless_jpeg(data: bytes, mode: str) -> Pixels | None:
    """Pixels of a grey or RGB JPEG in which the decoder finds nothing to complain of; else None."""
    space = {"L": "GRAY", "RGB": "RGB"}.get(mode)
    if space is None:
        return None
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(data, colorspace=space, strict=True)
    except ValueError:
        return None
    return pixels[:, :, 0] if mode == "L" else pixels


def decode_jpeg2000(data: bytes, path: Path, limits: Limits) -> Picture:
    """The picture of a JPEG 2000 stream."""
    with open_raster(io.BytesIO(data), path, FileFormat.JPEG2000, limits) as image:
        return _picture(image, _to_pixels(image), 1, None)


def _decode_tiff(path: Path, page: Directory, limits: Limits) -> Picture:
    check_pixels(path, page.width_px, page.height_px, limits)
    check_extents(path, page)
    with open_raster(path, path, FileFormat.TIFF, limits) as image:
        image.seek(page.index)
        check_pixels(path, *image.size, limits)
        encoded = _keep_g4(path, page) if image.mode == "1" else None
        if encoded is not None:
            dpi = _dpi(image)
        else:
            pixels = _to_pixels(image)  # Pillow turns a TIFF upright while it loads it
            picture = _picture(image, pixels, 1, None)
    if encoded is None:
        if swaps_sides(page.orientation) and picture.dpi is not None:
            return Picture(picture.pixels, picture.bitonal, (picture.dpi[1], picture.dpi[0]))
        return picture
    return Picture(decode_bitonal(encoded, path, limits), True, dpi, page.orientation, encoded)


def _keep_g4(path: Path, page: Directory) -> EncodedImage | None:
    """The page's CCITT Group 4 stream, where it is in one strip."""
    offsets, counts = page.tags.get(STRIP_OFFSETS, ()), page.tags.get(STRIP_BYTE_COUNTS, ())
    if page.value(COMPRESSION, 1) != COMPRESSION_G4 or len(offsets) != 1 or len(counts) != 1:
        return None
    with path.open("rb") as file:
        file.seek(offsets[0])
        data = file.read(counts[0])
    if page.value(FILL_ORDER, 1) == _FROM_LOW_BIT:
        data = data.translate(_TURNED_BITS)
    return EncodedImage(
        codec=Codec.CCITT_G4,
        data=data,
        width_px=page.width_px,
        height_px=page.height_px,
        components=1,
        bits=1,
        black_is_1=page.value(PHOTOMETRIC, 0) == _BLACK_IS_ZERO,  # coded black is then shown white
    )


def _picture(image: Image.Image, pixels: Pixels, orientation: int, encoded: EncodedImage | None) -> Picture:
    if encoded is None:
        pixels = drop_colour(pixels)
    return Picture(pixels, is_bitonal(pixels), _dpi(image), orientation, encoded)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    stated: Any = image.info.get("dpi")
    return (float(stated[0]), float(stated[1])) if stated else None


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(_EXIF_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _to_pixels(image: Image.Image) -> Pixels:
    """Decode; 16 bits are cut to 8, CMYK, Lab and palettes become RGB, what is transparent becomes white."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _on_white(image)
    match image.mode:
        case "1":
            return np.asarray(image).astype(np.uint8) * np.uint8(255)
        case "L" | "RGB":
            return np.asarray(image)
        case "I" | "I;16" | "I;16L" | "I;16B" | "I;16N":
            return _to_8_bits(np.asarray(image))
        case "P" | "CMYK" | "YCbCr":
            return np.asarray(image.convert("RGB"))
        case "LAB":
            lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
            return np.asarray(converted, dtype=np.uint8)
        case mode:
            raise ValueError(f"pixels of the kind {mode} are not known")


def _to_8_bits(samples: "np.ndarray[Any, Any]") -> Pixels:
    # Pillow's mode I holds 16-bit PNG samples as well as 32-bit TIFF ones.
    shift = 24 if samples.dtype.itemsize > 2 and samples.max(initial=0) > 0xFFFF else 8
    pixels: Pixels = np.clip(samples >> shift, 0, 255).astype(np.uint8)
    return pixels


def _on_white(image: Image.Image) -> Pixels:
    layer = image.convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", layer.size, _WHITE), layer).convert("RGB"))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
