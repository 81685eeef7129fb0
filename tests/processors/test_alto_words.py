# SPDX-License-Identifier: EUPL-1.2
"""The quick reader of ALTO files says what the thorough one says."""

from dataclasses import astuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.alto import read_alto, write_alto
from processors.alto_words import _read_quickly, read_words
from schemas.errors import PackageInvalid
from schemas.page import Block, Box, Line, PageResult, Word
from schemas.placed_words import PlacedWords
from tests.processors.test_alto import GEOMETRY, PAGES


def written(*texts: str, left: int = 5) -> bytes:
    box = Box(left=left, top=7, right=left + 30, bottom=40)
    words = tuple(Word(text=text, box=box, confidence=100, raw="x", second="") for text in texts)
    block = Block(box=box, lines=(Line(box=box, words=words[:2]), Line(box=box, words=words[2:])))
    result = PageResult(source_digest="0" * 64, geometry=GEOMETRY, blocks=(block,))
    return write_alto(result, source_file="a.tif", page_number=1)


def thorough(data: bytes) -> PlacedWords:
    return PlacedWords.of([line for block in read_alto(data) for line in block.lines])


PLAIN = written("Ștefan", "&", '"Mare"', "<12>", "a&amp;b")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # a page is made of many parts
@given(PAGES)
def test_the_words_of_a_file_of_ours_are_those_of_the_thorough_reader(page: PageResult) -> None:
    data = write_alto(page, source_file="a.tif", page_number=3)
    assert astuple(read_words(data)) == astuple(thorough(data))


def test_usual_files_are_read_in_the_quick_way() -> None:
    words = _read_quickly(PLAIN)
    assert words is not None
    assert words.text == 'Ștefan &\n"Mare" <12> a&amp;b'
    assert astuple(words) == astuple(thorough(PLAIN))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<PrintSpace", b"<!-- <String/> --><PrintSpace"),
        (b'WC="1.0000"', b'WC="1"'),
        (b'HPOS="5" VPOS="7" WIDTH="30"', b'HPOS="5.4" VPOS="7" WIDTH="30"'),
        ("Ștefan".encode(), b"&#536;tefan"),
        (b"?>\n<alto", b"?>\n\n<alto"),
        (b"</alto>\n", b"</alto>"),
        (b"Mare", b"Ma\nre"),
    ],
)
def test_files_of_another_shape_are_read_by_the_thorough_reader(old: bytes, new: bytes) -> None:
    data = PLAIN.replace(old, new)
    assert data != PLAIN
    assert _read_quickly(data) is None
    assert astuple(read_words(data)) == astuple(thorough(data))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</alto>\n", b""),
        (b"ns-v4#", b"ns-v3#"),
        (b">pixel<", b">mm10<"),
        (b'WC="1.0000"', b'WC="1.5000"'),
        (b"?>\n<alto", b"?>\n<!DOCTYPE alto []><alto"),
        ("Ș".encode(), b"\xff"),
    ],
)
def test_what_is_no_alto_with_words_in_pixels_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(PackageInvalid, match="C/7"):
        read_words(PLAIN.replace(old, new), unit="C/7")


def test_a_page_without_words_has_none() -> None:
    empty = PageResult(source_digest="0" * 64, geometry=GEOMETRY)
    assert len(read_words(write_alto(empty, source_file="a.tif", page_number=1))) == 0


@given(st.integers(-9_999_999, 10**12))
def test_places_far_off_are_read_too(left: int) -> None:
    assert read_words(written("a", "b", "c", left=left)).box(2).left == left
