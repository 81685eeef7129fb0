# SPDX-License-Identifier: EUPL-1.2
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from processors.encoded import Codec, encode_g4, encode_jpeg, keep_jpeg, read_jpeg_header
from processors.limits import Limits
from processors.poppler import decode_bitonal
from tests.processors.source_files import colour_drawing, difference, drawing, gray_drawing, jpeg_bytes


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (8, 8), (200, 280), (2480, 3508)])
def test_group_4_comes_back_pixel_by_pixel(size: tuple[int, int], tmp_path: Path) -> None:
    width_px, height_px = size
    noise = np.random.default_rng(1987).random((height_px, width_px)) < 0.1
    bitonal = np.where(noise, 0, 255).astype(np.uint8)
    encoded = encode_g4(bitonal)
    assert (encoded.width_px, encoded.height_px, encoded.bits, encoded.components) == (width_px, height_px, 1, 1)
    assert np.array_equal(decode_bitonal(encoded, tmp_path / "page", Limits()), bitonal)


def test_group_4_writes_black_as_black_runs() -> None:
    # A white page is a few bytes when white is the runs' colour, in the shortest code.
    white, black = np.full((3508, 2480), 255, np.uint8), np.zeros((3508, 2480), np.uint8)
    assert encode_g4(white).black_is_1 is False
    assert len(encode_g4(white).data) < len(encode_g4(black).data) < 1000


def test_jpeg_keeps_gray_gray_and_colour_in_its_order() -> None:
    gray = encode_jpeg(gray_drawing(), 90)
    assert (gray.codec, gray.components, gray.bits) == (Codec.JPEG, 1, 8)
    assert difference(np.asarray(Image.open(io.BytesIO(gray.data))), gray_drawing()) < 3
    colour = encode_jpeg(colour_drawing(), 90)
    assert colour.components == 3
    assert difference(np.asarray(Image.open(io.BytesIO(colour.data))), colour_drawing()) < 4


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08"}]
)
def test_an_ordinary_jpeg_is_kept_byte_for_byte(options: dict[str, object]) -> None:
    data = jpeg_bytes(colour_drawing(), **options)
    kept = keep_jpeg(data)
    assert kept is not None
    assert kept.data == data
    assert (kept.width_px, kept.height_px, kept.components) == (200, 280, 3)


def test_a_cmyk_jpeg_is_not_kept() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (20, 20)).save(file, "JPEG")
    header = read_jpeg_header(file.getvalue())
    assert header is not None
    assert header.components == 4
    assert keep_jpeg(file.getvalue()) is None


def test_an_arithmetic_coded_or_12_bit_jpeg_is_not_kept() -> None:
    data = jpeg_bytes(gray_drawing())
    start = data.index(b"\xff\xc0")
    assert keep_jpeg(data[:start] + b"\xff\xc9" + data[start + 2 :]) is None
    assert keep_jpeg(data[: start + 4] + b"\x0c" + data[start + 5 :]) is None


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_have_a_jpeg_header_or_none(data: bytes) -> None:
    read_jpeg_header(b"\xff\xd8" + data)
    read_jpeg_header(data)


def test_a_bitonal_drawing_shrinks() -> None:
    assert len(encode_g4(drawing()).data) < drawing().size / 100
