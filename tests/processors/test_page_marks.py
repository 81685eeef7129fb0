# SPDX-License-Identifier: EUPL-1.2
from pathlib import Path

import pikepdf
import pytest

from processors.page_marks import mark_page, marked_pages


def _write(path: Path, numbers: list[int], *, image: bool = True) -> None:
    with pikepdf.new() as pdf:
        for number in numbers:
            pdf.add_blank_page(page_size=(100, 100))
            page = pdf.pages[-1]
            mark_page(page.obj, number)
            if image:
                picture = pikepdf.Stream(
                    pdf,
                    b"\xff",
                    Type=pikepdf.Name.XObject,
                    Subtype=pikepdf.Name.Image,
                    Width=1,
                    Height=1,
                    ColorSpace=pikepdf.Name.DeviceGray,
                    BitsPerComponent=8,
                )
                page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))
                page.obj.Contents = pikepdf.Stream(pdf, b"100 0 0 100 0 0 cm /I Do")
        pdf.save(path)


def test_every_page_says_which_it_is(tmp_path: Path) -> None:
    _write(tmp_path / "a.pdf", [1, 2, 3])
    assert marked_pages(tmp_path / "a.pdf") == {1, 2, 3}


def test_a_page_taken_out_is_missed_by_its_number(tmp_path: Path) -> None:
    _write(tmp_path / "a.pdf", [1, 2, 3])
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        del pdf.pages[1]
        pdf.save(tmp_path / "b.pdf")
    assert marked_pages(tmp_path / "b.pdf") == {1, 3}


def test_a_page_without_an_image_does_not_count(tmp_path: Path) -> None:
    _write(tmp_path / "a.pdf", [1], image=False)
    assert marked_pages(tmp_path / "a.pdf") == set()


def test_a_pdf_of_another_program_has_no_marked_pages(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf")
    assert marked_pages(tmp_path / "a.pdf") == set()


def test_a_file_that_is_no_pdf_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no")
    with pytest.raises(pikepdf.PdfError):
        marked_pages(tmp_path / "a.pdf")


def test_a_damaged_mark_names_no_page(tmp_path: Path) -> None:
    _write(tmp_path / "a.pdf", [1, 2])
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        del pdf.pages[0].obj.PieceInfo["/Arhivar"]["/Private"]
        pdf.save(tmp_path / "b.pdf")
    assert marked_pages(tmp_path / "b.pdf") == {2}
