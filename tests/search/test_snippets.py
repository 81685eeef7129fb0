# SPDX-License-Identifier: EUPL-1.2
"""Snippets: the best piece of the text, whole words, marks where the hits are."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import parse_query
from search.snippets import ELLIPSIS, snippet

FILLER = " ".join(f"vorba{number}" for number in range(60))


def marked(query: str, text: str, width: int = 160) -> tuple[str, list[str]]:
    piece = snippet(parse_query(query), text, "ron", width)
    return piece.text, [piece.text[start:end] for start, end in piece.marks]


def test_a_short_text_is_shown_whole_with_its_lines_folded() -> None:
    assert marked("hotararea", "Hotărîrea\nConsiliului\n\npopular ") == ("Hotărîrea Consiliului popular", ["Hotărîrea"])


def test_a_divided_word_is_shown_and_marked_as_one() -> None:
    assert marked("autorizatii", "o autori-\nzație de con\u00adstruire") == (
        "o autorizație de construire",
        ["autorizație"],
    )


def test_a_phrase_is_one_mark() -> None:
    assert marked('"consiliul popular"', "al consiliului\npopular, popular")[1] == ["consiliului popular"]


def test_the_stretch_with_most_different_terms_is_shown() -> None:
    text = f"plan plan plan {FILLER} planul casei de pe strada Mare {FILLER} strada strada"
    shown, marks = marked("plan strada casa", text, 60)
    assert marks == ["planul", "casei", "strada"]
    assert shown.startswith(ELLIPSIS)
    assert shown.endswith(ELLIPSIS)


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert marked("unit:PS", FILLER, 20) == (f"vorba0 vorba1 vorba2{ELLIPSIS}", [])
    assert marked("unit:PS", "") == ("", [])


def test_a_hit_longer_than_the_width_is_shown_whole() -> None:
    assert marked('"planul casei de pe strada"', f"{FILLER} planul casei de pe strada", 8)[1] == [
        "planul casei de pe strada"
    ]


def test_characters_that_show_nothing_are_left_out() -> None:
    shown, marks = marked("plan", "a\ue000b \x1b[31m plan\x00 \U000f0000 c")
    assert shown == "a b [31m plan c"
    assert marks == ["plan"]


words = st.sampled_from(
    ["plan", "planul", "casă", "12/05.1987", "autori-\nzație", "…", "vorbă\n\n", "\ue000", "x" * 30]
)


@given(
    st.lists(words, max_size=60).map(" ".join),
    st.sampled_from(["plan", "12", '"plan casă"', "autor*"]),
    st.integers(1, 90),
)
def test_words_are_never_cut_and_marks_are_in_the_text(text: str, query: str, width: int) -> None:
    whole, _ = marked(query, text, len(text) + 1)
    piece = snippet(parse_query(query), text, "ron", width)
    body = piece.text
    start = body.startswith(ELLIPSIS) and not whole.startswith(body.rstrip(ELLIPSIS) or body)
    shown = body.removeprefix(ELLIPSIS) if start else body
    assert set(shown.replace(ELLIPSIS, " ").split()) <= set(whole.replace(ELLIPSIS, " ").split())
    assert all(0 <= first < last <= len(body) for first, last in piece.marks)
    assert not any(unicodedata.category(char) == "Co" for char in body)
    if marked(query, text, len(text) + 1)[1]:
        assert piece.marks


@pytest.mark.parametrize("width", [1, 40, 160])
def test_a_snippet_is_about_as_wide_as_asked(width: int) -> None:
    shown, _ = marked("vorba30", FILLER, width)
    assert len(shown) <= width + 2 * len("vorba30 ") + 2 * len(ELLIPSIS)
