# SPDX-License-Identifier: EUPL-1.2
"""Stamps, seals and signatures over a page's text: each is read by itself, or left out."""

from pathlib import Path

import pytest

from schemas.page import BlockKind
from tests.processors.drawn_pages import PEN, Page, read, texts

LINES = (
    "Consiliul Local al orașului, întrunit în ședință,",
    "având în vedere raportul serviciului de urbanism",
    "și avizul comisiei, hotărăște prin prezenta ca",
    "terenul din strada Morii să fie dat în folosință",
    "locuitorilor din cartier, pentru o perioadă de",
    "zece ani, fără plata vreunei taxe către primărie.",
)
ENTRY = ("CONSILIUL POPULAR", "INTRARE", "12 MARTIE 1987")
GRAY = (150, 148, 140)


def letter() -> Page:
    return Page().write("ROMÂNIA", "JUDEȚUL", "CONSILIUL", at=(140, 150)).write(*LINES, at=(140, 600))


def test_an_entry_stamp_is_apart_from_the_lines_beside_it_and_comes_after_them(tmp_path: Path) -> None:
    result = read(letter().stamp(*ENTRY, at=(1050, 120)), tmp_path)
    assert texts(result) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
    assert texts(result, BlockKind.STAMP) == list(ENTRY)
    assert result.blocks[-1].kind is BlockKind.STAMP
    assert (result.treatment["coloured_marks"], result.treatment["stamp_lines"]) == (1, 3)


def test_what_a_seal_s_ring_is_read_as_is_no_text(tmp_path: Path) -> None:
    page = letter().seal("PRIMĂRIA ORAȘULUI LUNCA URSULUI * ", centre=(900, 1500))
    result = read(page, tmp_path)
    assert texts(result) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
    assert texts(result, BlockKind.STAMP) == []


def test_lines_that_a_seal_and_a_signature_cross_are_read_without_them(tmp_path: Path) -> None:
    page = letter().seal("PRIMĂRIA ORAȘULUI LUNCA URSULUI * ", centre=(700, 760)).sign(at=(900, 860), ink=PEN)
    result = read(page, tmp_path)
    assert texts(result) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
    assert result.treatment["strips_without_colour_kept"] == 1


def test_lines_under_a_black_stamp_are_read_without_what_is_paler_than_type(tmp_path: Path) -> None:
    page = letter().seal("PRIMĂRIA ORAȘULUI LUNCA URSULUI * ", centre=(700, 760), ink=GRAY)
    result = read(page, tmp_path, gray=True)
    # What is read of the seal's ring itself stays: in grey nothing tells it from type.
    assert [text for text in texts(result) if text in LINES] == list(LINES)
    assert result.treatment["strips_without_pale_kept"] == 1


def test_a_page_typed_in_colour_is_no_stamp(tmp_path: Path) -> None:
    page = Page().write("ROMÂNIA", "JUDEȚUL", "CONSILIUL", at=(140, 150), ink=PEN).write(*LINES, at=(140, 600), ink=PEN)
    result = read(page, tmp_path)
    assert texts(result) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
    assert result.treatment["coloured_marks"] == 0


@pytest.mark.parametrize("gray", [True, False])
def test_a_page_without_stamps_is_read_once(tmp_path: Path, gray: bool) -> None:
    result = read(letter(), tmp_path, gray=gray)
    assert texts(result) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
    assert not [name for name in result.treatment if name.startswith(("strips", "stamp", "noise"))]


def test_signs_read_of_holes_beside_the_text_are_left_out(tmp_path: Path) -> None:
    page = letter().write("e", at=(20, 730), size=52).write("o", at=(24, 1400), size=56)
    assert texts(read(page, tmp_path)) == ["ROMÂNIA", "JUDEȚUL", "CONSILIUL", *LINES]
