# SPDX-License-Identifier: EUPL-1.2
"""An access PDF gets a few other pages; the rest of it stays, and nothing is doubled."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from processors.compose import ComposePage, ComposeSettings, compose_pdf, splice_pdf
from processors.encoded import encode_g4
from processors.page_marks import PageMark, page_marks
from schemas.errors import PdfNotWritten
from tests.processors.compose_material import (
    DESCRIPTION,
    encode_jbig2,
    g4_page,
    lines_of,
    page_of,
    picture_of,
    real_verapdf,
    result_of,
)

SETTINGS = ComposeSettings()
OLD = [["vechi", "răspuns"], ["hotărâre", "Kossuth"]]
NEW = [["nou", "știință"], ["𐌀𐌁", "űrlap"]]
NEWER = [["ultim", "cțit"], ["𐌂𐌀", "Straße"]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    target = tmp_path / "old.pdf"
    compose_pdf(target, DESCRIPTION, (g4_page(number, OLD) for number in range(7, 13)), SETTINGS)
    return target


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    read = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [" ".join(text.split()) for text in read]


def contents(path: Path) -> list[tuple[bytes, bytes]]:
    """Each page's operators and image, as they are stored."""
    with pikepdf.open(path) as pdf:
        return [
            (page.obj.Contents.read_raw_bytes(), page.obj.Resources.XObject.I.read_raw_bytes()) for page in pdf.pages
        ]


def fonts(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        return sum(
            isinstance(one, pikepdf.Stream) is False
            and isinstance(one, pikepdf.Dictionary)
            and one.get("/Subtype") == "/Type0"
            for one in pdf.objects
        )


def test_new_pages_take_their_places_and_the_others_keep_their_bytes(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.pdf"
    splice_pdf(source, target, DESCRIPTION, [g4_page(8, NEW), g4_page(12, NEW)], SETTINGS)
    before, after = contents(source), contents(target)
    assert [index for index, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [1, 5]
    old, new = texts(source)[0], " ".join(word for row in NEW for word in row)
    assert texts(target) == [old, new, old, old, old, new]


def test_the_marks_say_which_capture_each_page_shows(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.pdf"
    page = g4_page(9, NEW)
    named = ComposePage(page.number, page.result, page.image, origin="b/1")
    splice_pdf(source, target, DESCRIPTION, [named], SETTINGS)
    assert page_marks(target) == {PageMark(9, "b/1"), *(PageMark(number, None) for number in (7, 8, 10, 11, 12))}


def test_bookmarks_and_labels_lead_to_the_new_pages(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.pdf"
    splice_pdf(source, target, DESCRIPTION, [g4_page(9, NEW)], SETTINGS)
    with pikepdf.open(target) as pdf:
        assert [str(page.label) for page in pdf.pages] == ["7", "8", "9", "10", "11", "12"]
        entries = [pdf.Root.Outlines.First.First]
        while "/Next" in entries[-1]:
            entries.append(entries[-1].Next)
        assert [entry.Dest[0].objgen for entry in entries] == [page.obj.objgen for page in pdf.pages]


def test_nothing_is_doubled_however_often_pages_change(source: Path, tmp_path: Path) -> None:
    targets = [source]
    for turn in range(6):
        target = tmp_path / f"{turn}.pdf"
        splice_pdf(targets[-1], target, DESCRIPTION, [g4_page(7 + turn, OLD)], SETTINGS)
        targets.append(target)
    assert {fonts(target) for target in targets} == {1}
    sizes = [target.stat().st_size for target in targets]
    assert max(sizes) - min(sizes) < 200, sizes


def test_characters_beyond_the_first_plane_survive_every_splice(source: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "1.pdf", tmp_path / "2.pdf"
    splice_pdf(source, once, DESCRIPTION, [g4_page(7, NEW)], SETTINGS)
    splice_pdf(once, twice, DESCRIPTION, [g4_page(8, NEWER)], SETTINGS)
    assert texts(twice)[:2] == ["nou știință 𐌀𐌁 űrlap", "ultim cțit 𐌂𐌀 Straße"]


def test_the_same_pages_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        splice_pdf(source, tmp_path / name, DESCRIPTION, [g4_page(9, NEW)], SETTINGS)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_unit_without_text_gets_its_font_with_the_first_page_that_has_some(tmp_path: Path) -> None:
    source, target = tmp_path / "blank.pdf", tmp_path / "new.pdf"
    blank = encode_g4(picture_of(()))
    compose_pdf(source, DESCRIPTION, (page_of(number, blank) for number in (1, 2)), SETTINGS)
    splice_pdf(source, target, DESCRIPTION, [g4_page(2, NEW)], SETTINGS)
    assert texts(target) == ["", "nou știință 𐌀𐌁 űrlap"]


def test_a_page_that_the_pdf_does_not_have_is_an_error_and_nothing_is_written(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.pdf"
    with pytest.raises(PdfNotWritten, match="13"):
        splice_pdf(source, target, DESCRIPTION, [g4_page(13, NEW)], SETTINGS)
    assert not target.exists()


def test_a_file_that_is_no_access_pdf_is_an_error(tmp_path: Path) -> None:
    source, target = tmp_path / "other.pdf", tmp_path / "new.pdf"
    for data in (b"no PDF", None):
        if data is None:
            with pikepdf.new() as pdf:
                pdf.add_blank_page()
                pdf.save(source)
        else:
            source.write_bytes(data)
        with pytest.raises(PdfNotWritten):
            splice_pdf(source, target, DESCRIPTION, [g4_page(1, NEW)], SETTINGS)


def test_verapdf_accepts_what_was_spliced(source: Path, tmp_path: Path) -> None:
    verapdf = real_verapdf()
    target = tmp_path / "new.pdf"
    lines = lines_of(NEW)
    pages = [
        g4_page(7, NEW, language="hun"),
        page_of(8, encode_jbig2(picture_of(lines)), lines),
        ComposePage(9, result_of(()), None, original="masters/b/001.tif", origin="b/1"),
    ]
    splice_pdf(source, target, DESCRIPTION, pages, SETTINGS)
    verdict = verapdf.validate([target])[0]
    assert verdict.valid, verdict.failures
