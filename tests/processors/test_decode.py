# SPDX-License-Identifier: EUPL-1.2
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processors.decode import Frame, decode_frame
from processors.encoded import Codec, Pixels
from processors.limits import Limits
from processors.poppler import decode_bitonal
from schemas.errors import FormatUnsupported, ImageTooLarge, ImageUnreadable, WorkerLimit
from tests.processors.source_files import (
    DPI,
    HEIGHT,
    WIDTH,
    bare_tiff,
    colour_drawing,
    difference,
    drawing,
    gray_drawing,
    jpeg_bytes,
    map_pixels,
    png_of_size,
    save,
)

LIMITS = Limits()


def decode(path: Path, frame: int = 0) -> Frame:
    return decode_frame(path, frame, LIMITS)


def exif_orientation(value: int) -> bytes:
    exif = Image.Exif()
    exif[274] = value
    return exif.tobytes()


def seen_as(orientation: int, pixels: Pixels) -> Pixels:
    """What Pillow shows of pixels with that orientation."""
    transposed = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    image = Image.fromarray(pixels)
    return np.asarray(image.transpose(transposed[orientation]) if orientation > 1 else image)


# --- JPEG


def test_a_jpeg_gives_its_pixels_its_resolution_and_itself(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(jpeg_bytes(colour_drawing()))
    frame = decode(path)
    assert difference(frame.pixels, colour_drawing()) < 4
    assert (frame.dpi, frame.dpi_known, frame.bitonal) == (DPI, True, False)
    assert frame.encoded is not None
    assert (frame.encoded.codec, frame.encoded.data) == (Codec.JPEG, path.read_bytes())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_as_exif_says_and_the_matrix_says_how(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(jpeg_bytes(gray_drawing(), exif=exif_orientation(orientation)))
    frame = decode(path)
    stored = np.asarray(Image.open(io.BytesIO(path.read_bytes())))
    assert np.array_equal(frame.pixels, seen_as(orientation, stored))
    assert np.array_equal(frame.pixels, map_pixels(stored, frame.orientation, frame.pixels.shape))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_jpeg_that_was_cut_off_is_unreadable(share: float, tmp_path: Path) -> None:
    data = jpeg_bytes(colour_drawing())
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ImageUnreadable):
        decode(path)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_jpeg_has_the_pixels_that_pillow_gives(mode: str, subsampling: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(noise).convert(mode).save(tmp_path / "a.jpg", subsampling=subsampling, quality=80)
    with Image.open(tmp_path / "a.jpg") as image:
        expected = np.asarray(image)
    np.testing.assert_array_equal(decode_frame(tmp_path / "a.jpg", 0, Limits()).pixels, expected)


def test_what_the_fast_decoder_finds_odd_in_a_jpeg_is_for_pillow_to_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ValueError("Could not determine subsampling level of JPEG image")

    Image.fromarray(np.random.default_rng(7).integers(0, 255, (60, 80, 3), np.uint8)).save(tmp_path / "a.jpg")
    fast = decode_frame(tmp_path / "a.jpg", 0, Limits())
    monkeypatch.setattr("processors.raster.simplejpeg.decode_jpeg", refuse)
    assert decode_frame(tmp_path / "a.jpg", 0, Limits()).digest == fast.digest


def test_a_cmyk_jpeg_becomes_rgb(tmp_path: Path) -> None:
    path = save(tmp_path / "page.jpg", Image.fromarray(colour_drawing()).convert("CMYK"))
    frame = decode(path)
    assert difference(frame.pixels, colour_drawing()) < 6
    assert frame.encoded is None


# --- resolution


@pytest.mark.parametrize("dpi", [None, (10, 10), (4000, 4000), (1, 1), (100, 900)])
def test_a_resolution_that_is_missing_or_absurd_is_assumed(dpi: tuple[int, int] | None, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    save(path, Image.fromarray(gray_drawing()), dpi=dpi)
    frame = decode(path)
    assert (frame.dpi, frame.dpi_known) == (300.0, False)


def test_a_camera_that_says_72_for_want_of_better_is_not_believed(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.jpg", Image.new("L", (1600, 1200), 200), dpi=(72, 72))
    assert decode(path).dpi_known is False
    small = save(tmp_path / "small.jpg", Image.new("L", (800, 600), 200), dpi=(72, 72))
    assert (decode(small).dpi, decode(small).dpi_known) == (72.0, True)


def test_dots_a_metre_come_back_as_whole_dots_an_inch(tmp_path: Path) -> None:
    path = save(tmp_path / "page.png", Image.fromarray(gray_drawing()), dpi=(300, 300))
    assert decode(path).dpi == 300.0


def test_a_fax_gets_square_pixels(tmp_path: Path) -> None:
    path = save(tmp_path / "fax.tif", Image.fromarray(drawing() > 0), dpi=(204, 98), compression="group4")
    frame = decode(path)
    assert frame.pixels.shape == (round(HEIGHT * 204 / 98), WIDTH)
    assert (frame.dpi, frame.bitonal, frame.encoded) == (204.0, True, None)
    assert set(np.unique(frame.pixels)) == {0, 255}


# --- PNG and JPEG 2000


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_paper(mode: str, tmp_path: Path) -> None:
    layer = Image.fromarray(gray_drawing()).convert("LA")
    mask = Image.fromarray(np.where(gray_drawing() > 200, 0, 255).astype(np.uint8))
    layer.putalpha(mask)
    path = save(tmp_path / "page.png", layer.convert("RGBA") if mode == "P" else layer.convert(mode))
    if mode == "P":
        save(path, layer.convert("RGBA").quantize(64))
    pixels = decode(path).pixels
    expected = np.where(gray_drawing() > 200, 255, gray_drawing()).astype(np.uint8)
    assert difference(pixels if pixels.ndim == 2 else pixels[:, :, 1], expected) < 3


def test_a_png_of_16_bits_keeps_its_tones(tmp_path: Path) -> None:
    path = save(tmp_path / "page.png", Image.fromarray(gray_drawing().astype(np.uint16) * 257))
    assert np.array_equal(decode(path).pixels, gray_drawing())


def test_gray_in_colour_samples_is_gray_and_black_and_white_is_bitonal(tmp_path: Path) -> None:
    gray = decode(save(tmp_path / "gray.png", Image.fromarray(gray_drawing()).convert("RGB")))
    assert (gray.pixels.ndim, gray.bitonal) == (2, False)
    bitonal = decode(save(tmp_path / "bitonal.png", Image.fromarray(drawing()).convert("RGB")))
    assert bitonal.bitonal
    assert np.array_equal(bitonal.pixels, drawing())
    colour = decode(save(tmp_path / "colour.png", Image.fromarray(colour_drawing())))
    assert np.array_equal(colour.pixels, colour_drawing())


def test_jpeg_2000_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.jp2"
    Image.fromarray(colour_drawing()).save(path)
    frame = decode(path)
    assert np.array_equal(frame.pixels, colour_drawing())
    assert frame.encoded is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG2000"])
def test_an_image_that_was_cut_off_is_unreadable(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "page"
    noise = np.random.default_rng(7).integers(0, 255, (300, 300), np.uint8)
    Image.fromarray(noise).save(path, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageUnreadable):
        decode(path)


# --- TIFF


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "CMYK", "I;16"])
def test_a_tiff_of_any_kind_gives_what_was_scanned(mode: str, compression: str | None, tmp_path: Path) -> None:
    images = {
        "1": Image.fromarray(drawing() > 0),
        "L": Image.fromarray(gray_drawing()),
        "RGB": Image.fromarray(colour_drawing()),
        "P": Image.fromarray(colour_drawing()).quantize(256),
        "CMYK": Image.fromarray(colour_drawing()).convert("CMYK"),
        "I;16": Image.fromarray(gray_drawing().astype(np.uint16) * 257),
    }
    expected = {"1": drawing(), "L": gray_drawing(), "I;16": gray_drawing()}.get(mode, colour_drawing())
    frame = decode(save(tmp_path / "page.tif", images[mode], compression=compression))
    assert difference(frame.pixels, expected) < 3
    assert (frame.dpi, frame.bitonal, frame.encoded) == (DPI, mode == "1", None)


def test_jpeg_in_tiff_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "page.tif", Image.fromarray(colour_drawing()), compression="jpeg", quality=90)
    assert difference(decode(path).pixels, colour_drawing()) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["group4", "tiff_lzw"])
def test_a_tiff_is_turned_as_its_tag_says(orientation: int, compression: str, tmp_path: Path) -> None:
    image = Image.fromarray(drawing() > 0)
    path = save(tmp_path / "page.tif", image, compression=compression, tiffinfo={274: orientation}, strip_size=1 << 20)
    frame = decode(path)
    assert np.array_equal(frame.pixels, seen_as(orientation, drawing()))
    assert (frame.encoded is not None) == (compression == "group4")
    if frame.encoded is not None:
        assert np.array_equal(frame.pixels, map_pixels(drawing(), frame.orientation, frame.pixels.shape))


def g4_tiff(path: Path, *, white_is_zero: bool, low_bit_first: bool) -> Path:
    """A Group 4 TIFF in one strip, with either polarity and either order of bits in a byte."""
    coded = io.BytesIO()
    ink = drawing() == 0
    Image.fromarray(ink if white_is_zero else ~ink).save(coded, "TIFF", compression="group4", strip_size=1 << 20)
    with Image.open(coded) as image:
        tags: Any = image.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[273], tags[279]
    strip = coded.getvalue()[offset : offset + length]
    if low_bit_first:
        strip = bytes(int(f"{byte:08b}"[::-1], 2) for byte in strip)
    entries = {256: WIDTH, 257: HEIGHT, 258: 1, 259: 4, 262: 0 if white_is_zero else 1, 277: 1, 278: HEIGHT}
    entries |= {266: 2 if low_bit_first else 1, 279: len(strip), 273: 0}
    entries[273] = len(bare_tiff(entries))
    path.write_bytes(bare_tiff(entries) + strip)
    return path


@pytest.mark.parametrize("white_is_zero", [True, False])
@pytest.mark.parametrize("low_bit_first", [True, False])
def test_a_group_4_strip_passes_through_with_black_as_black(
    *, white_is_zero: bool, low_bit_first: bool, tmp_path: Path
) -> None:
    path = g4_tiff(tmp_path / "page.tif", white_is_zero=white_is_zero, low_bit_first=low_bit_first)
    frame = decode(path)
    assert np.array_equal(frame.pixels, drawing())
    assert frame.encoded is not None
    assert frame.encoded.codec is Codec.CCITT_G4
    assert np.array_equal(decode_bitonal(frame.encoded, path, LIMITS), drawing())
    with Image.open(path) as image:  # another reader sees the same
        assert np.array_equal(np.asarray(image.convert("L")), drawing())


def test_group_4_in_several_strips_is_read_and_not_passed_through(tmp_path: Path) -> None:
    path = save(tmp_path / "page.tif", Image.fromarray(drawing() > 0), compression="group4", strip_size=25 * 40)
    frame = decode(path)
    assert np.array_equal(frame.pixels, drawing())
    assert (frame.bitonal, frame.encoded) == (True, None)


def test_a_damaged_group_4_strip_is_unreadable_not_half_white(tmp_path: Path) -> None:
    path = g4_tiff(tmp_path / "page.tif", white_is_zero=True, low_bit_first=False)
    data = path.read_bytes()
    path.write_bytes(data[:-40] + bytes(40))
    with pytest.raises(ImageUnreadable):
        decode(path)


def test_a_tiff_whose_strips_were_cut_off_is_unreadable(tmp_path: Path) -> None:
    path = g4_tiff(tmp_path / "page.tif", white_is_zero=True, low_bit_first=False)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ImageUnreadable, match="cut off"):
        decode(path)


def test_each_frame_of_a_tiff_is_its_own_page(tmp_path: Path) -> None:
    path = tmp_path / "binder.tif"
    pages = [Image.new("L", (40, 30 + index), 40 * index) for index in range(4)]
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:])
    frames = [decode(path, index) for index in range(4)]
    assert [frame.pixels.shape for frame in frames] == [(30, 40), (31, 40), (32, 40), (33, 40)]
    assert [int(frame.pixels[0, 0]) for frame in frames] == [0, 40, 80, 120]
    with pytest.raises(ImageUnreadable):
        decode(path, 4)


def test_a_page_that_is_too_large_does_not_hold_back_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "binder.tif"
    Image.new("L", (40, 30)).save(path, "TIFF", save_all=True, append_images=[Image.new("L", (400, 300))])
    limits = Limits(max_page_pixels=10_000)
    assert decode_frame(path, 0, limits).pixels.shape == (30, 40)
    with pytest.raises(ImageTooLarge):
        decode_frame(path, 1, limits)


# --- what is refused


@pytest.mark.parametrize("name", ["bomb.png", "bomb.tif"])
def test_a_bomb_is_refused_by_its_header(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(png_of_size(60_000, 50_000) if name.endswith("png") else bare_tiff({256: 60_000, 257: 50_000}))
    with pytest.raises(ImageTooLarge) as caught:
        decode(path)
    assert caught.value.fields["limit"] == LIMITS.max_page_pixels


def test_a_jpeg_whose_header_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(jpeg_bytes(gray_drawing()))
    with pytest.raises(ImageTooLarge) as caught:
        decode_frame(path, 0, Limits(max_page_pixels=1000))
    assert caught.value.fields == {"file": "page.jpg", "pixels": WIDTH * HEIGHT, "limit": 1000}


def test_text_and_large_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "0001.tif"
    path.write_bytes(b"Filele 1-20 lipsesc.")
    with pytest.raises(FormatUnsupported):
        decode(path)
    with pytest.raises(WorkerLimit):
        decode_frame(path, 0, Limits(max_file_bytes=5))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "JPEG2000"])
def test_noise_behind_a_good_magic_is_unreadable(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "page"
    Image.fromarray(gray_drawing()).save(path, kind)
    noise = np.random.default_rng(11)
    for _ in range(20):
        path.write_bytes(path.read_bytes()[:12] + noise.bytes(500))
        with pytest.raises((ImageUnreadable, ImageTooLarge)):
            decode(path)


# --- the digest


def test_the_digest_is_of_what_is_seen_and_its_resolution(tmp_path: Path) -> None:
    as_png = decode(save(tmp_path / "a.png", Image.fromarray(gray_drawing())))
    as_tiff = decode(save(tmp_path / "b.tif", Image.fromarray(gray_drawing()), compression="tiff_lzw"))
    finer = decode(save(tmp_path / "c.png", Image.fromarray(gray_drawing()), dpi=(200, 200)))
    other = decode(save(tmp_path / "d.png", Image.fromarray(gray_drawing()[::-1])))
    assert as_png.digest == as_tiff.digest
    assert len({as_png.digest, finer.digest, other.digest}) == 3
    assert len(as_png.digest) == 64


def test_a_page_of_the_same_pixels_in_another_shape_has_another_digest(tmp_path: Path) -> None:
    wide = decode(save(tmp_path / "a.png", Image.new("L", (20, 10), 90)))
    high = decode(save(tmp_path / "b.png", Image.new("L", (10, 20), 90)))
    assert wide.digest != high.digest


def test_nobody_can_change_a_frame(tmp_path: Path) -> None:
    frame = decode(save(tmp_path / "a.png", Image.fromarray(gray_drawing())))
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0] = 1
