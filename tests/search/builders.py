# SPDX-License-Identifier: EUPL-1.2
"""Pages for the index, and lines of words as a page has them, from plain text.

Each letter is 10 px wide, each line 20 px high; lines begin 30 px apart.
"""

from uuid import UUID

from hypothesis import strategies as st

from schemas.page import Box, Line, Word
from schemas.search import PageRecord

UNIT = UUID("1b671a64-40d5-591e-99b0-da01ff1f3341")

LETTER_PX = 10
LINE_PX = 20
STEP_PX = 30


def page(number: int, text: str) -> PageRecord:
    return PageRecord(unit_id=UNIT, unit_version=1, page=number, reference_code="PS", title="", text=text)


def lines_of(text: str) -> tuple[Line, ...]:
    """A line a line; empty ones are left out, as between blocks."""
    rows = [row for row in text.split("\n") if row]
    return tuple(_line(row, index) for index, row in enumerate(rows))


def _line(row: str, index: int) -> Line:
    top = index * STEP_PX
    words = []
    left = 0
    for text in row.split(" "):
        right = left + LETTER_PX * len(text)
        words.append(Word(text=text, box=Box(left=left, top=top, right=right, bottom=top + LINE_PX), confidence=90))
        left = right + LETTER_PX
    return Line(box=Box(left=0, top=top, right=left - LETTER_PX, bottom=top + LINE_PX), words=tuple(words))


# --- what people, and others, may type into a search box

FRAGMENTS = (
    *(
        "-",
        '"',
        "„",
        "*",
        ":",
        "..",
        " ",
        "/",
        ".",
        ",",
        "&",
        "'",
        "\0",
        "\u202e",
        "\u0307",
        "\ud800",
        "İ",
        "ﬁ",
        "\u00ad",
    ),
    *("unit:", "cota:", "year:", "an:", "lang:", "titlu:", "loc:", "fond:"),
    *("1987", "987", "87", "12", "05", "1948..1952", "ro", "plan", "ș", "mai", "V", "XI", "din", "data", "de", "én"),
    *("nr.", "str.", "strada", "b-dul", "ap", "al.", "12.05.1987", "123/", "1987. május 12"),
)
pieces = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), max_size=60).map("".join)
spaced = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(" ".join)
any_text = st.one_of(st.text(st.characters(), max_size=600), pieces, spaced)
