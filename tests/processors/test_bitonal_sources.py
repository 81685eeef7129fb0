# SPDX-License-Identifier: EUPL-1.2
"""A bitonal scan in the access PDF: its own pixels, and never more bytes than it came with."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image

from processors.access import AccessImage, AccessSettings, make_access_image
from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.decode import Frame, decode_frame
from processors.encoded import Codec, encode_bitonal, encode_g4
from processors.ink import Pixels, typed
from processors.limits import Limits
from processors.png import keep_png
from processors.straighten import Prepared, PrepareSettings, prepare_page
from schemas.page import PageResult
from tests.processors.compose_material import DESCRIPTION, encode_jbig2, real_verapdf
from tests.processors.source_files import FULL_PAGE, HEIGHT, WIDTH, pdf_page, save, scan_pdf
from tests.processors.typed_pages import bitonal, tilt, typed_page

LIMITS = Limits()
SIDE_PX = (4 * WIDTH, 4 * HEIGHT)
_INTERLACED = 28  # place of the interlace method in a PNG's header


def text() -> Pixels:
    return bitonal(tilt(typed_page(), 1.0))[300 : 300 + SIDE_PX[1], 200 : 200 + SIDE_PX[0]].copy()


def dithered() -> Pixels:
    """Clouds of grey, as error diffusion (Floyd and Steinberg) prints them."""
    random = np.random.default_rng(3)
    coarse = Image.fromarray(random.integers(40, 215, (9, 6), dtype=np.uint8)).resize(SIDE_PX, Image.Resampling.BICUBIC)
    return typed(np.asarray(coarse.convert("1")).astype(np.uint8) * 255)


def screened() -> Pixels:
    """A regular screen of dots, 4 pixels apart."""
    down, across = np.mgrid[0 : SIDE_PX[1], 0 : SIDE_PX[0]]
    tone = 128 + 100 * np.sin(down / 90) * np.cos(across / 70)
    threshold = 128 + 60 * np.cos(across * np.pi / 2) + 60 * np.cos(down * np.pi / 2)
    return typed(np.where(tone > threshold, 255, 0).astype(np.uint8))


def one_bit(pixels: Pixels) -> Image.Image:
    return Image.fromarray(pixels > 0)


def palette_png(path: Path, pixels: Pixels) -> Path:
    """White first."""
    image = Image.fromarray((pixels == 0).astype(np.uint8), "P")
    image.putpalette(b"\xff\xff\xff\x00\x00\x00")
    return save(path, image, bits=1, optimize=True)


def flate_pdf(path: Path, pixels: Pixels, *, png_rows: bool) -> Path:
    """A page whose image is Flate, with rows as they are or as a PNG has them."""
    with pikepdf.new() as pdf:
        if png_rows:
            file = io.BytesIO()
            one_bit(pixels).save(file, "PNG")
            kept = keep_png(file.getvalue())
            assert kept is not None
            stream = pikepdf.Stream(pdf, kept.data)
            stream.Filter = Name.FlateDecode
            stream.DecodeParms = Array(
                [Dictionary(Predictor=15, Colors=1, BitsPerComponent=1, Columns=pixels.shape[1])]
            )
        else:
            stream = pdf.make_stream(np.packbits(pixels > 0, axis=1).tobytes())
        stream.Type, stream.Subtype, stream.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
        stream.Width, stream.Height, stream.BitsPerComponent = pixels.shape[1], pixels.shape[0], 1
        pdf_page(pdf, FULL_PAGE, {"I": stream})
        pdf.save(path)
    return path


SOURCES: dict[str, Callable[[Path, Pixels], Path]] = {
    "png": lambda path, pixels: save(path.with_suffix(".png"), one_bit(pixels), optimize=True),
    "palette png": lambda path, pixels: palette_png(path.with_suffix(".png"), pixels),
    "g4 tiff": lambda path, pixels: save(
        path.with_suffix(".tif"), one_bit(pixels), compression="group4", strip_size=1 << 20
    ),
    "g4 tiff, strips": lambda path, pixels: save(
        path.with_suffix(".tif"), one_bit(pixels), compression="group4", strip_size=75 * 40
    ),
    "lzw tiff": lambda path, pixels: save(path.with_suffix(".tif"), one_bit(pixels), compression="tiff_lzw"),
    "deflate tiff": lambda path, pixels: save(
        path.with_suffix(".tif"), one_bit(pixels), compression="tiff_adobe_deflate"
    ),
    "g4 pdf": lambda path, pixels: scan_pdf(path.with_suffix(".pdf"), encode_g4(pixels)),
    "jbig2 pdf": lambda path, pixels: scan_pdf(path.with_suffix(".pdf"), encode_jbig2(pixels)),
    "flate pdf": lambda path, pixels: flate_pdf(path.with_suffix(".pdf"), pixels, png_rows=False),
    "flate pdf, png rows": lambda path, pixels: flate_pdf(path.with_suffix(".pdf"), pixels, png_rows=True),
}


def access_of(path: Path) -> tuple[Frame, Prepared, AccessImage]:
    frame = decode_frame(path, 0, LIMITS)
    prepared = prepare_page(frame, PrepareSettings(deskew=False, crop=False), 0)
    return frame, prepared, make_access_image(frame, prepared, AccessSettings())


def compose(folder: Path, frame: Frame, prepared: Prepared, access: AccessImage) -> Path:
    page = ComposePage(1, PageResult(source_digest=frame.digest, geometry=prepared.geometry), access)
    compose_pdf(folder / "access.pdf", DESCRIPTION, [page], ComposeSettings())
    return folder / "access.pdf"


def shown_by_pdfium(path: Path, dpi: float) -> Pixels:
    with pypdfium2.PdfDocument(path) as pdf:  # a hair less, since PDFium rounds up
        shown = pdf[0].render(scale=dpi / 72 * (1 - 1e-6), grayscale=True).to_numpy()
    return typed(shown.reshape(shown.shape[:2]))


@pytest.mark.parametrize("draw", [text, dithered, screened])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_bitonal_page_is_shown_pixel_by_pixel_in_no_more_bytes_than_it_came(
    kind: str, draw: Callable[[], Pixels], tmp_path: Path
) -> None:
    expected = draw()
    path = SOURCES[kind](tmp_path / "scan", expected)
    frame, prepared, access = access_of(path)
    assert frame.bitonal
    assert access.size_bytes <= path.stat().st_size
    target = compose(tmp_path, frame, prepared, access)
    assert np.array_equal(shown_by_pdfium(target, frame.dpi), expected)


def test_dots_that_group_4_would_swell_are_kept_by_flate() -> None:
    for pixels in (dithered(), screened()):
        made = encode_bitonal(pixels)
        assert made.codec is Codec.FLATE
        assert len(made.data) < len(encode_g4(pixels).data)
    assert encode_bitonal(text()) == encode_g4(text())


def test_the_streams_own_bytes_go_through_where_nothing_is_smaller(tmp_path: Path) -> None:
    for kind in ("g4 pdf", "g4 tiff", "jbig2 pdf"):
        frame, _, access = access_of(SOURCES[kind](tmp_path / "text", text()))
        assert access.image is frame.encoded
    for kind in ("png", "palette png", "flate pdf, png rows"):
        frame, _, access = access_of(SOURCES[kind](tmp_path / "text", text()))
        assert frame.encoded is not None
        assert access.image == encode_g4(text())
        assert len(access.image.data) < len(frame.encoded.data)
    frame, _, access = access_of(SOURCES["g4 pdf"](tmp_path / "dots", dithered()))
    assert access.image == encode_bitonal(dithered())


@pytest.mark.parametrize("kind", ["png", "palette png", "flate pdf", "flate pdf, png rows"])
def test_a_flate_stream_that_comes_is_the_picture_that_was_decoded(kind: str, tmp_path: Path) -> None:
    frame, prepared, _ = access_of(SOURCES[kind](tmp_path / "scan", dithered()))
    assert frame.encoded is not None
    assert frame.encoded.codec is Codec.FLATE
    access = AccessImage(frame.encoded, prepared.geometry.matrix, *SIDE_PX, frame.dpi)
    target = compose(tmp_path, frame, prepared, access)
    assert np.array_equal(shown_by_pdfium(target, frame.dpi), dithered())
    (verdict,) = real_verapdf().validate([target])
    assert verdict.failures == ()


def test_a_png_that_a_pdf_would_show_otherwise_is_coded_anew(tmp_path: Path) -> None:
    see_through = save(tmp_path / "see-through.png", one_bit(text()), transparency=0)
    gray = save(tmp_path / "gray.png", Image.fromarray(text()))
    for path in (see_through, gray):
        assert decode_frame(path, 0, LIMITS).encoded is None
    plain = save(tmp_path / "plain.png", one_bit(text())).read_bytes()
    assert keep_png(plain) is not None
    assert keep_png(plain[:_INTERLACED] + b"\x01" + plain[_INTERLACED + 1 :]) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_png_to_keep_or_none(data: bytes) -> None:
    assert keep_png(b"\x89PNG\r\n\x1a\n" + data) is None
