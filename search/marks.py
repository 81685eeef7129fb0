# SPDX-License-Identifier: EUPL-1.2
"""Which words of a page a query hits, with their places on the image.

The page's own word list is analysed as its text was for the index, so what is found is marked and nothing else.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from schemas.page import Box, Line, Word
from schemas.search import Mark
from search.analysis import Analysed, analyse
from search.expansion import NO_EXPANSION, Expansion
from search.matching import Finder, Run
from search.query import Query


def mark_words(
    query: Query, lines: Sequence[Line], language: str | None, expansion: Expansion = NO_EXPANSION
) -> tuple[Mark, ...]:
    """Mark the runs of words that the query's words and phrases hit, in reading order.

    Boxes are in derivative pixels, one for each line that a run touches. Whole words are marked, also where only a part
    of one is hit (``1987`` in ``12.05.1987``); what the query excludes is never marked.
    """
    text = text_of(lines)
    page = analyse(text, language)
    return mark_found(lines, page, Finder(query.terms, expansion).find(page))


def mark_found(lines: Sequence[Line], page: Analysed, found: Sequence[tuple[Run, int]]) -> tuple[Mark, ...]:
    """The same of what `search.matching.Finder` found in the text of the lines (`text_of`), as it was analysed."""
    if not found:
        return ()
    words = [(word, number) for number, line in enumerate(lines) for word in line.words]
    starts = _starts(lines)
    spans = {
        (
            bisect_right(starts, page[run.first].token.start) - 1,
            bisect_right(starts, page[run.last].token.end - 1) - 1,
        )
        for run, _ in found
    }
    return tuple(_mark(first, last, words) for first, last in _outer(sorted(spans)))


def text_of(lines: Sequence[Line]) -> str:
    """The page's text as `PageResult.text` gives it, but for empty lines."""
    return "\n".join([" ".join([word.text for word in line.words]) for line in lines])


def _starts(lines: Sequence[Line]) -> list[int]:
    """Where each word begins in the text of the lines. Every letter of it is in some word."""
    starts: list[int] = []
    position = 0
    for line in lines:
        *own, position = accumulate((len(word.text) + 1 for word in line.words), initial=position)
        starts += own
        position += 0 if line.words else 1
    return starts


def _outer(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that lie in no other span."""
    kept: list[tuple[int, int]] = []
    for first, last in spans:
        if kept and kept[-1][0] == first:
            kept[-1] = (first, last)
        elif not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept


def _mark(first: int, last: int, words: Sequence[tuple[Word, int]]) -> Mark:
    boxes: dict[int, Box] = {}
    for word, line in words[first : last + 1]:
        boxes[line] = boxes[line].union(word.box) if line in boxes else word.box
    return Mark(
        boxes=tuple(boxes.values()),
        text=" ".join(word.text for word, _ in words[first : last + 1]),
        first_word=first,
        last_word=last,
    )
