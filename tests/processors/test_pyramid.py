# SPDX-License-Identifier: EUPL-1.2
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.encoded import Pixels
from processors.pyramid import TILE_PX, Pyramid, PyramidDamaged, level_sizes, write_pyramid
from schemas.page import Box


def picture(width_px: int, height_px: int, *, colour: bool = True, bits: bool = False) -> Pixels:
    """Waves, whose value tells the place, in each channel others."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    if bits:
        return np.where((x // 7 + y // 11) % 2 == 0, 0, 255).astype(np.uint8)
    channels = [127 + 120 * np.sin(x / period) * np.cos(y / (period + 9)) for period in (97, 61, 143)]
    gray = channels[0] if not colour else np.dstack(channels)
    return gray.astype(np.uint8)


def bands(pixels: Pixels, rows: int) -> Iterator[Pixels]:
    return (pixels[top : top + rows] for top in range(0, len(pixels), rows))


def written(folder: Path, pixels: Pixels, rows: int = 300) -> Path:
    path = folder / "page.pyramid"
    with path.open("wb") as file:
        write_pyramid(file, pixels.shape[1], pixels.shape[0], bands(pixels, rows))
    return path


def whole(pixels: Pixels) -> Box:
    return Box(left=0, top=0, right=pixels.shape[1], bottom=pixels.shape[0])


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("size", [(1300, 1111), (512, 512), (513, 1), (40, 1500)])
def test_the_page_comes_back_as_it_was_at_full_size_and_reduced(
    tmp_path: Path, size: tuple[int, int], colour: bool
) -> None:
    pixels = picture(*size, colour=colour)
    with Pyramid(written(tmp_path, pixels)) as pyramid:
        assert (pyramid.width_px, pyramid.height_px) == size
        assert np.abs(pyramid.read(whole(pixels), *size).astype(int) - pixels).mean() < 1.5
        small = (max(1, size[0] // 3), max(1, size[1] // 3))
        expected = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
        assert np.abs(pyramid.read(whole(pixels), *small).astype(int) - expected).mean() < 2.5


def test_black_and_white_comes_back_exactly(tmp_path: Path) -> None:
    pixels = picture(1301, 777, bits=True)
    with Pyramid(written(tmp_path, pixels)) as pyramid:
        assert (pyramid.read(whole(pixels), 1301, 777) == pixels).all()


PAGE = picture(1500, 1200)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_part_at_any_size_shows_what_lies_there(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "part.pyramid"
    if not path.exists():
        path.write_bytes(written(tmp_path_factory.mktemp("parts"), PAGE, 512).read_bytes())
    left, top = data.draw(st.integers(0, 1499)), data.draw(st.integers(0, 1199))
    right, bottom = data.draw(st.integers(left + 1, 1500)), data.draw(st.integers(top + 1, 1200))
    width_px, height_px = data.draw(st.integers(1, right - left)), data.draw(st.integers(1, bottom - top))
    with Pyramid(path) as pyramid:
        shown = pyramid.read(Box(left=left, top=top, right=right, bottom=bottom), width_px, height_px)
    assert shown.shape == (height_px, width_px, 3)
    expected = cv2.resize(PAGE[top:bottom, left:right], (width_px, height_px), interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - expected).mean() < 12


def test_where_the_bands_are_cut_makes_no_difference(tmp_path: Path) -> None:
    pixels = picture(700, 1100)
    files = [io.BytesIO() for _ in range(3)]
    for file, rows in zip(files, (1, 512, 5000), strict=True):
        write_pyramid(file, 700, 1100, bands(pixels, rows))
    assert files[0].getvalue() == files[1].getvalue() == files[2].getvalue()


def test_the_page_is_never_in_memory_whole(tmp_path: Path) -> None:
    """4096 by 8192 pixels in colour are 100 MB; a band of them is 6 MB."""
    band = picture(4096, TILE_PX)
    path = tmp_path / "large.pyramid"
    tracemalloc.start()
    try:
        with path.open("wb") as file:
            write_pyramid(file, 4096, 8192, (band for _ in range(8192 // TILE_PX)))
        with Pyramid(path) as pyramid:
            pyramid.read(Box(left=0, top=0, right=4096, bottom=8192), 100, 200)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40e6


def test_the_last_level_is_one_tile() -> None:
    sizes = level_sizes(13_244, 18_724)
    assert sizes[0] == (13_244, 18_724)
    assert max(sizes[-1]) <= TILE_PX < max(sizes[-2])
    assert level_sizes(512, 1) == [(512, 1)]


def test_a_page_with_too_few_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="fewer rows"):
        write_pyramid(io.BytesIO(), 100, 1000, [picture(100, 400)])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 255), st.booleans())
def test_damage_anywhere_is_noticed(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int, cut: bool) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    pixels = picture(600, 300)
    path = written(folder, pixels)
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at] ^= flip
    path.write_bytes(data[:at] if cut else data)

    def read() -> None:
        with Pyramid(path) as pyramid:
            pyramid.read(whole(pixels), 600, 300)
            pyramid.read(whole(pixels), 60, 30)

    with pytest.raises(PyramidDamaged):
        read()
