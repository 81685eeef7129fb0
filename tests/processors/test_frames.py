# SPDX-License-Identifier: EUPL-1.2
import struct
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from processors.frames import count_frames
from processors.limits import Limits
from schemas.errors import DocumentEncrypted, FormatUnsupported, ImageTooLarge, ImageUnreadable, WorkerLimit
from tests.processors.source_files import bare_tiff, png_of_size, scan_pdf

LIMITS = Limits()


def tiff_of(path: Path, count: int, **options: object) -> Path:
    first, *others = [Image.new("L", (40, 30 + index)) for index in range(count)]
    first.save(path, "TIFF", save_all=True, append_images=others, **options)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "JPEG2000"])
def test_an_image_is_one_page(kind: str, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "page", kind)
    assert count_frames(tmp_path / "page", LIMITS) == 1


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}, {"compression": "tiff_lzw"}])
def test_each_image_of_a_tiff_is_a_page(options: dict[str, object], tmp_path: Path) -> None:
    assert count_frames(tiff_of(tmp_path / "binder.tif", 7, **options), LIMITS) == 7


def test_a_thumbnail_in_a_tiff_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "with thumbnail.tif"
    thumbnail = Image.new("L", (10, 8))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    Image.new("L", (40, 30)).save(path, "TIFF", save_all=True, append_images=[thumbnail])
    with Image.open(path) as image:
        assert getattr(image, "n_frames") == 2  # noqa: B009 only TIFF images have it
    assert count_frames(path, LIMITS) == 1


def test_a_tiff_whose_last_page_was_cut_off_is_not_a_shorter_tiff(tmp_path: Path) -> None:
    path = tiff_of(tmp_path / "cut.tif", 3)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageUnreadable):
        count_frames(path, LIMITS)


def test_a_tiff_that_runs_in_a_circle_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "circle.tif"
    path.write_bytes(bare_tiff({256: 10, 257: 10}, next_offset=8))
    with pytest.raises(ImageUnreadable):
        count_frames(path, LIMITS)


def test_a_tiff_entry_with_a_billion_values_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tif"
    entry = struct.pack("<HHII", 273, 4, 1_000_000_000, 8)
    path.write_bytes(b"II*\x00" + struct.pack("<IH", 8, 1) + entry + bytes(4))
    with pytest.raises(ImageUnreadable):
        count_frames(path, LIMITS)


def test_each_page_of_a_pdf_counts(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages.extend(pdf.pages)
        pdf.pages.extend(pdf.pages)
        pdf.save(path)
    assert count_frames(path, LIMITS) == 4


def test_a_pdf_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(scan_pdf(tmp_path / "scan.pdf")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(DocumentEncrypted) as caught:
        count_frames(path, LIMITS)
    assert caught.value.fields == {"file": "locked.pdf"}


def test_a_pdf_that_was_cut_off_is_damaged_not_shorter(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf")
    path.write_bytes(path.read_bytes()[:-150])
    with pytest.raises(ImageUnreadable) as caught:
        count_frames(path, LIMITS)
    assert str(tmp_path) not in str(caught.value)


def test_an_image_of_a_billion_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of_size(40_000, 30_000))
    with pytest.raises(ImageTooLarge) as caught:
        count_frames(path, LIMITS)
    assert caught.value.fields == {"file": "bomb.png", "pixels": 1_200_000_000, "limit": 300_000_000}
    path.write_bytes(bare_tiff({256: 40_000, 257: 30_000}))
    with pytest.raises(ImageTooLarge):
        count_frames(path, LIMITS)


def test_text_and_nothing_are_not_supported(tmp_path: Path) -> None:
    path = tmp_path / "0001.tif"
    path.write_bytes(b"Filele 1-20 lipsesc.")
    with pytest.raises(FormatUnsupported):
        count_frames(path, LIMITS)
    path.write_bytes(b"")
    with pytest.raises(FormatUnsupported):
        count_frames(path, LIMITS)


def test_a_file_with_too_many_bytes_is_not_opened(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf")
    with pytest.raises(WorkerLimit):
        count_frames(path, Limits(max_file_bytes=100))
