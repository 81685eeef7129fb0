# SPDX-License-Identifier: EUPL-1.2
"""The page as a reader sees it is the page that was read, pixel by pixel, however it was turned and straightened."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from processors.compose import ComposeSettings, compose_pdf
from processors.decode import decode_frame
from processors.encoded import Pixels
from processors.limits import Limits
from processors.placeholder import make_placeholder
from processors.shown_page import ShownPage, show_page
from processors.shown_source import DrawnPage, MasterPage, PdfPage
from processors.straighten import PrepareSettings, Rotation, prepare_page
from schemas.errors import ImageTooLarge, ImageUnreadable
from schemas.page import Geometry
from tests.processors.compose_material import DESCRIPTION, DPI, HEIGHT_PX, TEXT, WIDTH_PX, g4_page, lines_of, picture_of

LIMITS = Limits()


def scan(path: Path, mode: str, skew_deg: float) -> Path:
    """A page of type on a dark scanner bed."""
    page = Image.new("RGB", (1000, 1400), (250, 245, 230))
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype("DejaVuSans.ttf", 28)
    for row in range(22):
        draw.text((90, 80 + 55 * row), "Hotărârea consiliului local privind", fill=(40, 30, 60), font=font)
    bed = Image.new("RGB", (1160, 1560), (30, 30, 30))
    bed.paste(page, (80, 80))
    turned = bed.rotate(-skew_deg, resample=Image.Resampling.BICUBIC, fillcolor=(30, 30, 30))
    turned.convert(mode).save(path, dpi=(150, 150))
    return path


def together(shown: ShownPage) -> Pixels:
    pixels = np.concatenate(list(shown.bands))
    assert pixels.shape[:2] == (shown.height_px, shown.width_px)
    return pixels


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("mode", "suffix"), [("RGB", "tif"), ("L", "png"), ("1", "tif"), ("RGB", "jpg")])
@pytest.mark.parametrize("skew_deg", [0.0, 1.7])
def test_it_is_the_derivative_that_was_read(
    tmp_path: Path, mode: str, suffix: str, rotation: Rotation, skew_deg: float
) -> None:
    path = scan(tmp_path / f"page.{suffix}", mode, skew_deg)
    frame = decode_frame(path, 0, LIMITS)
    prepared = prepare_page(frame, PrepareSettings(deskew=skew_deg != 0.0), rotation)
    assert (prepared.geometry.skew_deg != 0.0) == (skew_deg != 0.0)
    assert prepared.geometry.width_px < 1160 or rotation % 180, "the bed is cut off"
    shown = show_page(MasterPage(path, 0, prepared.geometry), LIMITS)
    apart = np.abs(together(shown).astype(int) - prepared.pixels)
    if skew_deg == 0.0:
        assert apart.max() == 0
    else:  # OpenCV counts places in thirty-seconds of a pixel, from the band's edge
        assert apart.mean() < 0.5
        assert (apart > 40).mean() < 0.001


def test_a_scan_that_is_not_the_one_that_was_read_is_an_error(tmp_path: Path) -> None:
    path = scan(tmp_path / "page.tif", "L", 0.0)
    other = Geometry(source_width_px=9, source_height_px=9, source_dpi=150, width_px=9, height_px=9, dpi=150)
    with pytest.raises(ImageUnreadable, match="9x9"):
        show_page(MasterPage(path, 0, other), LIMITS)


def test_a_page_of_another_program_is_rendered_from_the_access_pdf(tmp_path: Path) -> None:
    path = tmp_path / "volume-1.pdf"
    compose_pdf(path, DESCRIPTION, [g4_page(1, (("altceva",),)), g4_page(2)], ComposeSettings())
    geometry = Geometry(
        source_width_px=7, source_height_px=7, source_dpi=DPI, width_px=WIDTH_PX, height_px=HEIGHT_PX, dpi=DPI
    )
    pixels = together(show_page(PdfPage(path, 2, geometry), LIMITS))
    expected = picture_of(lines_of(TEXT))
    assert pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert (np.abs(pixels[:, :, 0].astype(int) - expected) > 128).mean() < 0.01
    with pytest.raises(ImageTooLarge):
        show_page(PdfPage(path, 2, geometry), Limits(max_page_pixels=1000))


def test_a_page_that_could_not_be_read_is_the_one_that_says_so() -> None:
    pixels = together(show_page(DrawnPage(7, "K/1", "masters/007.tif"), LIMITS))
    placeholder = make_placeholder(7, "K/1", "masters/007.tif").image
    assert pixels.shape == (placeholder.height_px, placeholder.width_px)
    assert 0 < (pixels == 0).mean() < 0.1
