# SPDX-License-Identifier: EUPL-1.2
from pathlib import Path

import pytest
from PIL import Image

from processors.formats import FileFormat, recognise
from tests.processors.source_files import scan_pdf

PILLOW_NAMES = {
    "JPEG": FileFormat.JPEG,
    "TIFF": FileFormat.TIFF,
    "PNG": FileFormat.PNG,
    "JPEG2000": FileFormat.JPEG2000,
}


@pytest.mark.parametrize("name", PILLOW_NAMES)
def test_an_image_is_recognised_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    path = tmp_path / "fila 12.txt"
    Image.new("L", (8, 8)).save(path, name)
    assert recognise(path) is PILLOW_NAMES[name]


def test_a_big_tiff_and_a_big_endian_one_are_tiff(tmp_path: Path) -> None:
    path = tmp_path / "big.tif"
    Image.new("L", (8, 8)).save(path, "TIFF", big_tiff=True)
    assert recognise(path) is FileFormat.TIFF
    path.write_bytes(b"MM\x00*\x00\x00\x00\x08")
    assert recognise(path) is FileFormat.TIFF


def test_a_pdf_is_recognised_also_behind_foreign_bytes(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.jpg")
    assert recognise(path) is FileFormat.PDF
    path.write_bytes(b"\r\nfrom a mail\r\n" + path.read_bytes())
    assert recognise(path) is FileFormat.PDF


@pytest.mark.parametrize(
    "content",
    [b"", b"Proces-verbal, filele 1-20\n", b"II*", b"a note on %PDF-1.7 in running text", b"<svg/>", b"GIF89a", b"BM"],
)
def test_a_text_that_is_called_tif_is_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "0001.tif"
    path.write_bytes(content)
    assert recognise(path) is None


def test_every_format_has_its_own_media_type() -> None:
    assert FileFormat.JPEG2000.media_type == "image/jp2"
    assert len({one.media_type for one in FileFormat}) == len(FileFormat)
