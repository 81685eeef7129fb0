# SPDX-License-Identifier: EUPL-1.2
"""Words with their places, in few bytes, are those of the lines."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.page import Box, Line, Word
from schemas.placed_words import PlacedWords
from search.marks import mark_words
from search.query import parse_query


def line(*texts: str) -> Line:
    boxes = [Box(left=10 * at, top=-1, right=10 * at + 9, bottom=20) for at in range(len(texts))]
    words = tuple(Word(text=text, box=box, confidence=9) for text, box in zip(texts, boxes, strict=True))
    return Line(box=Box(left=0, top=0, right=1, bottom=1), words=words)


@given(st.lists(st.lists(st.text("aț b\n", max_size=3), max_size=4), max_size=5))
def test_every_word_is_found_where_it_stands_in_the_text(rows: list[list[str]]) -> None:
    lines = [line(*row) for row in rows]
    words = PlacedWords.of(lines)
    assert words.text == "\n".join(" ".join(row) for row in rows)
    flat = [(number, word) for number, one in enumerate(lines) for word in one.words]
    assert len(words) == len(flat)
    for at, (number, word) in enumerate(flat):
        assert (words.word(at), words.box(at), words.lines[at]) == (word.text, word.box, number)
        assert all(words.at(words.starts[at] + place) == at for place in range(len(word.text)))


def test_lines_without_words_move_what_follows() -> None:
    words = PlacedWords.of([line(), line("un", "plan"), line(), line("vechi")])
    assert (words.text, list(words.starts)) == ("\nun plan\n\nvechi", [1, 4, 10])
    assert [mark.text for mark in mark_words(parse_query("vechi"), [line(), line("un"), line("vechi")], None)] == [
        "vechi"
    ]
