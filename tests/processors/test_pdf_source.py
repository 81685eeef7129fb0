# SPDX-License-Identifier: EUPL-1.2
"""PDF pages: the scan itself where the page is one, else the page as poppler draws it."""

import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from processors.decode import Frame, decode_frame
from processors.encoded import Codec, EncodedImage, encode_bitonal, encode_g4
from processors.limits import Limits
from processors.poppler import render_page
from schemas.errors import DocumentEncrypted, ImageTooLarge, ImageUnreadable, ToolFailed, ToolMissing, ToolTimeout
from tests.processors.compose_material import encode_jbig2
from tests.processors.source_files import (
    DPI,
    FULL_PAGE,
    HEIGHT,
    INVISIBLE_TEXT,
    POINTS,
    VISIBLE_TEXT,
    WIDTH,
    colour_drawing,
    difference,
    draw_image,
    drawing,
    flate_stream,
    gray_drawing,
    image_stream,
    jpeg_bytes,
    map_pixels,
    pdf_page,
    scan_pdf,
)

LIMITS = Limits()
W, H = POINTS


def decode(path: Path, frame: int = 0) -> Frame:
    return decode_frame(path, frame, LIMITS)


def jpeg_image(data: bytes) -> EncodedImage:
    return EncodedImage(Codec.JPEG, data, WIDTH, HEIGHT, components=3, bits=8)


def as_shown(path: Path) -> "np.ndarray[Any, Any]":
    """The page as poppler renders it at the scan's own resolution, gray."""
    return np.asarray(Image.fromarray(render_page(path, 1, DPI, LIMITS)).convert("L"))


def is_scan(frame: Frame) -> bool:
    return frame.encoded is not None and frame.dpi == DPI


# --- the page is one image


@pytest.mark.parametrize("codec", [Codec.CCITT_G4, Codec.JBIG2])
def test_a_bitonal_scan_is_the_page_and_passes_through(codec: Codec, tmp_path: Path) -> None:
    encoded = encode_g4(drawing()) if codec is Codec.CCITT_G4 else encode_jbig2(drawing())
    frame = decode(scan_pdf(tmp_path / "scan.pdf", encoded))
    assert np.array_equal(frame.pixels, drawing())
    assert (frame.dpi, frame.dpi_known, frame.bitonal, frame.encoded) == (DPI, True, True, encoded)


def test_a_jpeg_scan_is_the_page_and_passes_through(tmp_path: Path) -> None:
    data = jpeg_bytes(colour_drawing(), dpi=(72, 72))
    frame = decode(scan_pdf(tmp_path / "scan.pdf", jpeg_image(data)))
    assert difference(frame.pixels, colour_drawing()) < 4
    assert (frame.dpi, frame.encoded) == (DPI, jpeg_image(data))


def test_exif_inside_a_pdf_is_not_heeded_as_no_reader_heeds_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    frame = decode(scan_pdf(tmp_path / "scan.pdf", jpeg_image(jpeg_bytes(colour_drawing(), exif=exif.tobytes()))))
    assert difference(frame.pixels, colour_drawing()) < 4


@pytest.mark.parametrize("colour", [False, True])
def test_an_image_without_loss_is_taken_pixel_by_pixel(tmp_path: Path, *, colour: bool) -> None:
    pixels = colour_drawing() if colour else gray_drawing()
    path = tmp_path / "scan.pdf"
    with pikepdf.new() as pdf:
        pdf_page(pdf, FULL_PAGE, {"I": flate_stream(pdf, pixels)})
        pdf.save(path)
    frame = decode(path)
    assert np.array_equal(frame.pixels, pixels)
    assert (frame.dpi, frame.encoded) == (DPI, None)


@pytest.mark.parametrize("black_is_1", [False, True])
@pytest.mark.parametrize("decode_array", [None, [0, 1], [1, 0]])
@pytest.mark.parametrize("space", ["gray", "stencil", "palette", "turned palette"])
def test_black_and_white_are_as_a_reader_shows_them(
    *, black_is_1: bool, decode_array: list[int] | None, space: str, tmp_path: Path
) -> None:
    encoded = encode_g4(drawing())
    keys: dict[str, Any] = {"DecodeParms": Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT, BlackIs1=black_is_1)}
    if decode_array:
        keys["Decode"] = Array(decode_array)
    if space == "stencil":
        keys["ImageMask"] = True
    elif space != "gray":
        table = b"\x00\x00\x00\xff\xff\xff" if space == "palette" else b"\xff\xff\xff\x00\x00\x00"
        keys["ColorSpace"] = Array([Name.Indexed, Name.DeviceRGB, 1, pikepdf.String(table)])
    path = scan_pdf(tmp_path / "scan.pdf", encoded, image_keys=keys)
    if space == "stencil":
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            del pdf.pages[0].Resources.XObject.I["/ColorSpace"]
            pdf.save(path)
    frame = decode(path)
    assert is_scan(frame)
    assert np.mean((frame.pixels > 127) != (as_shown(path) > 127)) < 0.05
    again = scan_pdf(
        tmp_path / "again.pdf",
        frame.encoded,
        image_keys={"Decode": Array([1, 0])} if frame.encoded and frame.encoded.invert else {},
    )
    assert np.array_equal(decode(again).pixels, frame.pixels)


PLACEMENTS = {
    "upright": draw_image(W, 0, 0, H, 0, 0),
    "turned right": draw_image(0, -H, W, 0, 0, H),
    "turned round": draw_image(-W, 0, 0, -H, W, H),
    "turned left": draw_image(0, H, -W, 0, W, 0),
}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_scan_is_turned_as_the_page_shows_it(placement: str, rotate: int, tmp_path: Path) -> None:
    sideways = placement in ("turned right", "turned left")
    pixels = drawing()
    size_px = (HEIGHT, WIDTH) if sideways else (WIDTH, HEIGHT)  # the image that fills the upright page
    image = np.ascontiguousarray(np.resize(pixels, (size_px[1], size_px[0])))
    if sideways:
        image = np.ascontiguousarray(np.rot90(pixels))
    path = scan_pdf(tmp_path / "scan.pdf", encode_g4(image), PLACEMENTS[placement], Rotate=rotate)
    frame = decode(path)
    shown = as_shown(path)
    assert is_scan(frame)
    assert frame.pixels.shape == shown.shape
    assert np.mean((frame.pixels > 127) != (shown > 127)) < 0.02
    assert np.array_equal(frame.pixels, map_pixels(image, frame.orientation, frame.pixels.shape))


def test_rotate_and_boxes_are_inherited(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pages = pdf.Root.Pages
        pages.Rotate, pages.MediaBox = 90, pdf.pages[0].obj.MediaBox
        del pdf.pages[0].obj["/MediaBox"]
        pdf.save(path)
    frame = decode(path)
    assert is_scan(frame)
    assert np.array_equal(frame.pixels, np.rot90(drawing(), -1))


def test_resolution_comes_from_the_placement_and_the_unit(tmp_path: Path) -> None:
    half = draw_image(W / 2, 0, 0, H / 2, 0, 0)
    assert decode(scan_pdf(tmp_path / "a.pdf", None, half, size=(W / 2, H / 2))).dpi == 2 * DPI
    assert decode(scan_pdf(tmp_path / "b.pdf", None, half, size=(W / 2, H / 2), UserUnit=2)).dpi == DPI


# --- what stands beside the image


ALIEN_LAYERS = {
    "invisible, behind": INVISIBLE_TEXT + FULL_PAGE,
    "invisible, in front": FULL_PAGE + INVISIBLE_TEXT,
    "visible, hidden by the scan": b"q " + VISIBLE_TEXT + b"Q " + FULL_PAGE,
    "a rule, hidden by the scan": b"0 0 50 50 re f " + FULL_PAGE,
    "a clip as large as the page": f"q 0 0 {W} {H} re W n ".encode() + FULL_PAGE + b"Q",
    "marked content": b"/Artifact <</Type /Page>> BDC " + FULL_PAGE + b"EMC",
}


@pytest.mark.parametrize("content", ALIEN_LAYERS.values(), ids=ALIEN_LAYERS)
@pytest.mark.parametrize("codec", [Codec.CCITT_G4, Codec.JBIG2])
def test_an_alien_text_layer_never_gets_into_the_pixels(content: bytes, codec: Codec, tmp_path: Path) -> None:
    encoded = encode_g4(drawing()) if codec is Codec.CCITT_G4 else encode_jbig2(drawing())
    frame = decode(scan_pdf(tmp_path / "scan.pdf", encoded, content))
    assert is_scan(frame)
    assert np.array_equal(frame.pixels, drawing())


def test_a_text_layer_in_a_form_of_its_own_is_passed_over(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf", content=FULL_PAGE + b"/T Do")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        form = pdf.make_stream(INVISIBLE_TEXT)
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, W, H])
        form.Resources = Dictionary(Font=page.Resources.Font)
        page.Resources.XObject.T = form
        pdf.save(path)
    assert is_scan(decode(path))


def test_a_scan_inside_a_form_is_found(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf", content=f"q {W / 100} 0 0 {H / 100} 0 0 cm /S Do Q".encode())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        form = pdf.make_stream(b"100 0 0 100 0 0 cm /I Do")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 100])
        form.Resources = Dictionary(XObject=Dictionary(I=page.Resources.XObject.I))
        page.Resources.XObject.S = form
        pdf.save(path)
    frame = decode(path)
    assert is_scan(frame)
    assert np.array_equal(frame.pixels, drawing())


def patch_pdf(path: Path, patch: "np.ndarray[Any, Any]", left: int, top: int) -> Path:
    """The scan, and over it a smaller image at a place in the scan's pixels."""
    points = 72 / DPI
    height_px, width_px = patch.shape
    over = draw_image(
        width_px * points, 0, 0, height_px * points, left * points, H - (top + height_px) * points, name="P"
    )
    with pikepdf.new() as pdf:
        images = {"I": image_stream(pdf, encode_g4(drawing())), "P": image_stream(pdf, encode_g4(patch))}
        pdf_page(pdf, FULL_PAGE + over, images)
        pdf.save(path)
    return path


def test_a_figure_laid_over_the_scan_it_was_cut_from_changes_nothing(tmp_path: Path) -> None:
    frame = decode(patch_pdf(tmp_path / "scan.pdf", np.ascontiguousarray(drawing()[10:110, 10:150]), 10, 10))
    assert is_scan(frame)
    assert np.array_equal(frame.pixels, drawing())


def test_a_figure_that_shows_something_else_is_drawn(tmp_path: Path) -> None:
    path = patch_pdf(tmp_path / "scan.pdf", np.zeros((100, 140), np.uint8), 10, 10)
    frame = decode(path)
    assert frame.encoded is None
    assert np.mean(frame.pixels[40:300, 50:400] < 128) > 0.99


# --- the page is something else: it is rendered


RENDERED = {
    "visible text over the scan": FULL_PAGE + VISIBLE_TEXT,
    "a rule over the scan": FULL_PAGE + b"10 10 50 2 re f",
    "a scan that leaves a margin": draw_image(W * 0.9, 0, 0, H * 0.9, 5, 5),
    "a scan that is cut by the page": draw_image(W * 1.2, 0, 0, H * 1.2, 0, 0),
    "a scan clipped to a part": f"q 0 0 {W / 2} {H} re W n ".encode() + FULL_PAGE + b"Q",
    "a mirrored scan": draw_image(-W, 0, 0, H, W, 0),
    "a tilted scan": draw_image(W, 4, -4, H, 0, 0),
    "the scan twice": FULL_PAGE + draw_image(20, 0, 0, 20, 60, 60),
    "no image": VISIBLE_TEXT,
    "an optional layer": b"/OC /Layer BDC " + FULL_PAGE + b"EMC",
}


@pytest.mark.parametrize("content", RENDERED.values(), ids=RENDERED)
def test_a_page_that_is_not_one_scan_is_rendered_at_300_dpi(content: bytes, tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "page.pdf", None, content)
    frame = decode(path)
    assert (frame.dpi, frame.dpi_known, frame.encoded) == (300.0, True, None)
    assert frame.pixels.shape == (round(H / 72 * 300), round(W / 72 * 300))
    assert 0 < np.mean(frame.pixels < 128) < 0.9


def test_a_stencil_over_text_or_in_colour_is_rendered(tmp_path: Path) -> None:
    keys = {"ImageMask": True}
    over_text = decode(scan_pdf(tmp_path / "a.pdf", None, VISIBLE_TEXT + FULL_PAGE, keys))
    in_blue = decode(scan_pdf(tmp_path / "b.pdf", None, b"0 0 1 rg " + FULL_PAGE, keys))
    assert over_text.encoded is None
    assert in_blue.encoded is None


def test_a_stamp_as_annotation_is_part_of_the_page(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        look = pdf.make_stream(b"0 0 40 40 re f")
        look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 40, 40])
        stamp = Dictionary(
            Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([80, 120, 120, 160]), AP=Dictionary(N=look), F=4
        )
        pdf.pages[0].obj.Annots = Array([stamp])
        pdf.save(path)
    frame = decode(path)
    assert frame.encoded is None
    height_px = frame.pixels.shape[0]
    assert np.all(frame.pixels[height_px - 650 : height_px - 520, 350:480] < 128)


def test_a_rendered_page_is_turned_and_cropped_as_readers_show_it(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "page.pdf", None, VISIBLE_TEXT, Rotate=90, CropBox=Array([0, 0, 72, 144]))
    assert decode(path).pixels.shape == (300, 600)


def test_each_page_is_taken_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "binder.pdf"
    with pikepdf.new() as pdf:
        for index in range(3):
            image = np.full((HEIGHT, WIDTH), 255, np.uint8)
            image[: 10 * (index + 1)] = 0
            pdf_page(pdf, FULL_PAGE, {"I": image_stream(pdf, encode_g4(image))})
        pdf_page(pdf, VISIBLE_TEXT, {})
        pdf.save(path)
    inks = [int((decode(path, index).pixels == 0).any(axis=1).sum()) for index in range(3)]
    assert inks == [10, 20, 30]
    assert decode(path, 3).encoded is None
    with pytest.raises(ImageUnreadable):
        decode(path, 4)


# --- what is refused


def test_a_password_is_said_to_be_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(scan_pdf(tmp_path / "scan.pdf")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(DocumentEncrypted):
        decode(path)


@pytest.mark.parametrize("codec", list(Codec))
def test_a_scan_whose_stream_was_cut_off_is_unreadable(codec: Codec, tmp_path: Path) -> None:
    noise = np.where(np.random.default_rng(3).random((HEIGHT, WIDTH)) < 0.1, 0, 255).astype(np.uint8)
    encoded = {
        Codec.CCITT_G4: encode_g4(noise),
        Codec.JBIG2: encode_jbig2(noise),
        Codec.FLATE: encode_bitonal(noise),
        Codec.JPEG: jpeg_image(jpeg_bytes(colour_drawing())),
    }[codec]
    assert encoded.codec is codec
    half = EncodedImage(
        codec, encoded.data[: len(encoded.data) // 2], WIDTH, HEIGHT, components=encoded.components, bits=encoded.bits
    )
    with pytest.raises(ImageUnreadable):
        decode(scan_pdf(tmp_path / "scan.pdf", half))


def test_a_damaged_image_on_a_rendered_page_is_not_passed_over(tmp_path: Path) -> None:
    data = jpeg_bytes(colour_drawing())
    half = jpeg_image(data[:700])
    with pytest.raises(ImageUnreadable):
        decode(scan_pdf(tmp_path / "scan.pdf", half, draw_image(W / 2, 0, 0, H / 2, 0, 0) + VISIBLE_TEXT))


def test_sizes_are_checked_before_anything_is_drawn(tmp_path: Path) -> None:
    lying = EncodedImage(Codec.CCITT_G4, encode_g4(drawing()).data, 30_000, 20_000, components=1, bits=1)
    with pytest.raises(ImageTooLarge):
        decode(scan_pdf(tmp_path / "scan.pdf", lying))
    with pytest.raises(ImageTooLarge) as caught:
        decode(scan_pdf(tmp_path / "page.pdf", None, VISIBLE_TEXT, size=(14_400, 14_400)))
    assert caught.value.fields["pixels"] == 60_000 * 60_000


def test_an_image_that_is_smaller_than_it_says_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with pikepdf.new() as pdf:
        pdf_page(pdf, FULL_PAGE, {"I": flate_stream(pdf, gray_drawing(), Height=HEIGHT + 10)})
        pdf.save(path)
    with pytest.raises(ImageUnreadable):
        decode(path)


# --- poppler's own failures


def fake_poppler(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str, *names: str) -> None:
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_poppler_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_pdf(tmp_path / "scan.pdf")
    page = scan_pdf(tmp_path / "page.pdf", None, VISIBLE_TEXT)
    fake_poppler(tmp_path, monkeypatch, "exec sleep 60", "pdfimages")
    with pytest.raises(ToolTimeout):
        decode_frame(scan, 0, Limits(page_seconds=2))
    script = 'case "$1" in -v) echo "pdftoppm version 22.12.0" >&2;; *) exec sleep 60;; esac'
    fake_poppler(tmp_path, monkeypatch, script, "pdftoppm")
    with pytest.raises(ToolTimeout):
        decode_frame(page, 0, Limits(page_seconds=2))


def test_a_poppler_that_crashes_is_a_tool_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_pdf(tmp_path / "scan.pdf")
    page = scan_pdf(tmp_path / "page.pdf", None, VISIBLE_TEXT)
    fake_poppler(tmp_path, monkeypatch, "echo out of memory >&2; kill -KILL $$", "pdfimages")
    with pytest.raises(ToolFailed) as caught:
        decode(scan)
    assert caught.value.fields == {"tool": "pdfimages", "status": -9, "detail": "out of memory"}
    script = 'case "$1" in -v) echo "pdftoppm version 22.12.0" >&2;; *) kill -SEGV $$;; esac'
    fake_poppler(tmp_path, monkeypatch, script, "pdftoppm")
    with pytest.raises(ToolFailed):
        decode(page)


def test_a_missing_poppler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_pdf(tmp_path / "scan.pdf")
    page = scan_pdf(tmp_path / "page.pdf", None, VISIBLE_TEXT)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing):
        decode(scan)
    with pytest.raises(ToolMissing):
        decode(page)


# --- real scans


@pytest.mark.real_scans
def test_council_minutes_are_bitonal_and_pass_through(real_scans: Path) -> None:
    for name, pages in (("1970-01-07", (0, 1, 22, 52)), ("1970-01-13", (0, 26, 45))):
        path = real_scans / "council-minutes-en" / f"CityOfVancouver_CouncilMinutes-{name}.pdf"
        for index in pages:
            frame = decode(path, index)
            assert frame.bitonal
            assert frame.encoded is not None
            assert frame.encoded.codec is Codec.JBIG2
            assert frame.dpi == 300.0
            assert frame.pixels.shape == (frame.encoded.height_px, frame.encoded.width_px)
            # typed pages: dark on light; their alien text layer, drawn, would be twice as dark
            assert 0.01 < float(np.mean(frame.pixels == 0)) < 0.15


@pytest.mark.real_scans
def test_photographs_of_typescripts_pass_through_as_jpeg(real_scans: Path) -> None:
    for path in sorted((real_scans / "typescript-fr").glob("*.jpg"))[:2]:
        frame = decode(path)
        assert frame.encoded is not None
        assert frame.encoded.data == path.read_bytes()
        assert (frame.dpi, frame.pixels.ndim) == (300.0, 3)
