# SPDX-License-Identifier: EUPL-1.2
"""Files as scanners and people hand them in: images and PDFs of a small drawing whose every side can be told apart."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

from processors.encoded import Codec, EncodedImage, Pixels, encode_g4
from schemas.page import Matrix

WIDTH, HEIGHT = 200, 280
DPI = 100
"""Small pages at a resolution that is not the assumed one."""
POINTS = (WIDTH * 72 / DPI, HEIGHT * 72 / DPI)


def drawing() -> Pixels:
    """A bitonal page, HxW: white, with lines, a block at the top left and a bar along the right edge's lower half."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    page[20:60, 20:70] = 0
    page[150:260, 180:190] = 0
    for top in range(80, 140, 12):
        page[top : top + 4, 20:150] = 0
    return page


def gray_drawing() -> Pixels:
    """The same, with a slope of grays under it."""
    slope = np.linspace(120, 255, WIDTH).astype(np.uint8)
    return np.minimum(drawing(), np.broadcast_to(slope, (HEIGHT, WIDTH)))


def colour_drawing() -> Pixels:
    """The same on yellowed paper, HxWx3."""
    gray = gray_drawing()
    return np.stack([gray, gray, (gray * 0.8).astype(np.uint8)], axis=-1)


def difference(one: Pixels, other: Pixels) -> float:
    """Mean absolute difference in gray levels; infinite for other shapes."""
    if one.shape != other.shape:
        return float("inf")
    return float(np.mean(np.abs(one.astype(np.int16) - other.astype(np.int16))))


def save(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **({"dpi": (DPI, DPI)} | options))
    return path


def jpeg_bytes(pixels: Pixels, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **({"dpi": (DPI, DPI), "quality": 90} | options))
    return file.getvalue()


def map_pixels(encoded: Pixels, matrix: Matrix, shape: tuple[int, ...]) -> Pixels:
    """Each pixel of an image carried to where a matrix puts its centre."""
    target = np.zeros(shape, np.uint8)
    for y in range(encoded.shape[0]):
        for x in range(encoded.shape[1]):
            to_x, to_y = matrix.map(x + 0.5, y + 0.5)
            target[int(to_y), int(to_x)] = encoded[y, x]
    return target


def bare_tiff(entries: dict[int, int], next_offset: int = 0) -> bytes:
    """A little-endian TIFF of one directory with 32-bit values, and nothing behind it."""
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(entries.items()))
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", next_offset)


def png_of_size(width_px: int, height_px: int) -> bytes:
    """A PNG whose header promises that many gray pixels."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


def pdf_page(
    pdf: pikepdf.Pdf,
    content: bytes,
    images: dict[str, pikepdf.Stream],
    *,
    size: tuple[float, float] = POINTS,
    **keys: Any,
) -> pikepdf.Page:
    """Add a page with that content; it knows the font /F (Helvetica) and the images by name."""
    page = pdf.add_blank_page(page_size=size)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources = Dictionary(
        XObject=Dictionary({f"/{name}": image for name, image in images.items()}), Font=Dictionary(F=font)
    )
    page.obj.Contents = pdf.make_stream(content)
    for key, value in keys.items():
        page.obj[f"/{key}"] = value
    return page


def image_stream(pdf: pikepdf.Pdf, encoded: EncodedImage, **keys: Any) -> pikepdf.Stream:
    """An image XObject of a compressed image."""
    stream = pdf.make_stream(encoded.data)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height = encoded.width_px, encoded.height_px
    stream.BitsPerComponent = encoded.bits
    stream.ColorSpace = Name.DeviceGray if encoded.components == 1 else Name.DeviceRGB
    if encoded.codec is Codec.JPEG:
        stream.Filter = Name.DCTDecode
    elif encoded.codec is Codec.JBIG2:
        stream.Filter = Name.JBIG2Decode
    elif encoded.codec is Codec.FLATE:
        stream.Filter = Name.FlateDecode
    else:
        stream.Filter = Name.CCITTFaxDecode
        stream.DecodeParms = Dictionary(
            K=-1, Columns=encoded.width_px, Rows=encoded.height_px, BlackIs1=encoded.black_is_1
        )
    for key, value in keys.items():
        stream[f"/{key}"] = value
    return stream


def flate_stream(pdf: pikepdf.Pdf, pixels: Pixels, **keys: Any) -> pikepdf.Stream:
    """An image XObject of gray or RGB pixels, to be compressed by the PDF writer."""
    stream = pdf.make_stream(pixels.tobytes())
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = pixels.shape[1], pixels.shape[0], 8
    stream.ColorSpace = Name.DeviceGray if pixels.ndim == 2 else Name.DeviceRGB
    for key, value in keys.items():
        stream[f"/{key}"] = value
    return stream


def draw_image(a: float, b: float, c: float, d: float, e: float, f: float, name: str = "I") -> bytes:
    return f"q {a} {b} {c} {d} {e} {f} cm /{name} Do Q ".encode()


FULL_PAGE = draw_image(POINTS[0], 0, 0, POINTS[1], 0, 0)
VISIBLE_TEXT = b"BT /F 24 Tf 20 60 Td (ALIEN WORDS) Tj ET "
INVISIBLE_TEXT = b"BT 3 Tr /F 24 Tf 20 60 Td (ALIEN WORDS) Tj ET "


def scan_pdf(
    path: Path, encoded: EncodedImage | None = None, content: bytes = FULL_PAGE, image_keys: Any = None, **keys: Any
) -> Path:
    """A PDF of one page that shows an image, as content says."""
    with pikepdf.new() as pdf:
        stream = image_stream(pdf, encoded or encode_g4(drawing()), **(image_keys or {}))
        pdf_page(pdf, content, {"I": stream}, **keys)
        pdf.save(path)
    return path
