# SPDX-License-Identifier: EUPL-1.2
"""Which words of a page a query hits, with their places on the image.

The page's own word list is analysed as its text was for the index, so what is found is marked and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.page import Box, Line, Word
from schemas.search import Mark
from search.analysis import Token, analyse
from search.expansion import NO_EXPANSION, Expansion
from search.matching import find_all
from search.query import Query


@dataclass(frozen=True, slots=True)
class _Placed:
    word: Word
    line: int
    start: int
    end: int


def mark_words(
    query: Query, lines: Sequence[Line], language: str | None, expansion: Expansion = NO_EXPANSION
) -> tuple[Mark, ...]:
    """Mark the runs of words that the query's words and phrases hit, in reading order.

    Boxes are in derivative pixels, one for each line that a run touches. Whole words are marked, also where only a part
    of one is hit (``1987`` in ``12.05.1987``); what the query excludes is never marked.
    """
    text, placed = _lay_out(lines)
    page = analyse(text, language)
    spans: dict[tuple[int, int], None] = {}
    for run, _term in find_all(query.terms, page, expansion):
        words = [
            index
            for found in page[run.first : run.last + 1]
            for index, one in enumerate(placed)
            if _overlap(found.token, one)
        ]
        spans[min(words), max(words)] = None
    return tuple(_mark(first, last, placed) for first, last in _outer(sorted(spans)))


def _lay_out(lines: Sequence[Line]) -> tuple[str, list[_Placed]]:
    """The page's text as `PageResult.text` gives it, but for empty lines, and each word's place in it."""
    placed: list[_Placed] = []
    rows: list[str] = []
    position = 0
    for number, line in enumerate(lines):
        rows.append(" ".join(word.text for word in line.words))
        for word in line.words:
            placed.append(_Placed(word, number, position, position + len(word.text)))
            position += len(word.text) + 1
        position += 0 if line.words else 1
    return "\n".join(rows), placed


def _overlap(token: Token, word: _Placed) -> bool:
    return any(word.start < end and start < word.end for start, end in token.pieces)


def _outer(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that lie in no other span."""
    kept: list[tuple[int, int]] = []
    for first, last in spans:
        if kept and kept[-1][0] == first:
            kept[-1] = (first, last)
        elif not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept


def _mark(first: int, last: int, placed: Sequence[_Placed]) -> Mark:
    boxes: dict[int, Box] = {}
    for one in placed[first : last + 1]:
        boxes[one.line] = boxes[one.line].union(one.word.box) if one.line in boxes else one.word.box
    return Mark(
        boxes=tuple(boxes.values()),
        text=" ".join(one.word.text for one in placed[first : last + 1]),
        first_word=first,
        last_word=last,
    )
