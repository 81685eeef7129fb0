# SPDX-License-Identifier: EUPL-1.2
"""Layers in a PDF, drawn by other programs than the one that wrote it."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image

from processors.compose import ComposeSettings, compose_pdf
from tests.processors.compose_material import (
    DESCRIPTION,
    DPI,
    HEIGHT_PX,
    TEXT,
    WIDTH_PX,
    layered_page,
    lines_of,
    picture_of,
    real_verapdf,
)

SETTINGS = ComposeSettings()


def test_layers_are_shown_one_over_the_other_by_two_renderers(tmp_path: Path) -> None:
    target = tmp_path / "unit.pdf"
    compose_pdf(target, DESCRIPTION, [layered_page(1)], SETTINGS)
    drawn = subprocess.run(["pdftoppm", "-r", f"{DPI}", target], capture_output=True, check=True, timeout=60).stdout
    with pypdfium2.PdfDocument(target) as pdf:
        by_pdfium = pdf[0].render(scale=DPI / 72 * (1 - 1e-9), rev_byteorder=True).to_numpy()
    ink = picture_of(lines_of(TEXT)) == 0
    for shown in (np.asarray(Image.open(io.BytesIO(drawn))), np.asarray(by_pdfium)[:, :, :3]):
        assert shown.shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert np.abs(np.median(shown[ink], axis=0) - (70, 50, 110)).max() < 6
        assert np.abs(shown[920:1080, 620:730].mean(axis=(0, 1)) - (200, 40, 40)).max() < 6
        assert np.abs(shown[20:100].mean(axis=(0, 1)) - (240, 230, 200)).max() < 4
        assert np.mean((shown[:880, :, 0] < 150) == ink[:880]) > 0.995


def test_layers_are_pdfa_2u_without_transparency_and_their_streams_are_untouched(tmp_path: Path) -> None:
    target = tmp_path / "unit.pdf"
    page = layered_page(1)
    compose_pdf(target, DESCRIPTION, [page], SETTINGS)
    (verdict,) = real_verapdf().validate([target])
    assert verdict.failures == ()
    assert page.image is not None
    _, ink = page.image.layers
    assert ink.stencil is not None
    with pikepdf.open(target) as pdf:
        drawn = pdf.pages[0].obj.Resources.XObject
        assert set(drawn.keys()) == {"/I", "/L1", "/L2"}
        assert drawn.L2.Mask.ImageMask
        assert drawn.L2.Mask.read_raw_bytes() == ink.stencil.data
        assert drawn.L2.read_raw_bytes() == ink.image.data
        assert not any("/SMask" in image for image in (drawn.I, drawn.L1, drawn.L2))
