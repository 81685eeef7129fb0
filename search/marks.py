# SPDX-License-Identifier: EUPL-1.2
"""Which words of a page a query hits, with their places on the image.

The page's own word list is analysed as its text was for the index, so what is found is marked and nothing else.
"""

from collections.abc import Sequence

from schemas.page import Box, Line
from schemas.placed_words import PlacedWords
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
    words = PlacedWords.of(lines)
    page = analyse(words.text, language)
    return mark_found(words, page, Finder(query.terms, expansion).find(page))


def mark_found(words: PlacedWords, page: Analysed, found: Sequence[tuple[Run, int]]) -> tuple[Mark, ...]:
    """The same of what `search.matching.Finder` found in the words' text, as it was analysed."""
    spans = {(words.at(page.span(run.first)[0]), words.at(page.span(run.last)[1] - 1)) for run, _ in found}
    return tuple(_mark(first, last, words) for first, last in _outer(sorted(spans)))


def _outer(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that lie in no other span."""
    kept: list[tuple[int, int]] = []
    for first, last in spans:
        if kept and kept[-1][0] == first:
            kept[-1] = (first, last)
        elif not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept


def _mark(first: int, last: int, words: PlacedWords) -> Mark:
    boxes: dict[int, Box] = {}
    for index in range(first, last + 1):
        line, box = words.lines[index], words.box(index)
        boxes[line] = boxes[line].union(box) if line in boxes else box
    return Mark(
        boxes=tuple(boxes.values()),
        text=" ".join(map(words.word, range(first, last + 1))),
        first_word=first,
        last_word=last,
    )
