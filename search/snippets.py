# SPDX-License-Identifier: EUPL-1.2
"""A piece of a page's text around the best hits, with the hits marked."""

import unicodedata
from collections.abc import Sequence

from schemas.search import Snippet
from search.analysis import PageToken, analyse
from search.expansion import NO_EXPANSION, Expansion
from search.matching import Run, find_all
from search.query import Query

ELLIPSIS = "…"


def snippet(
    query: Query, text: str, language: str | None, width: int = 160, expansion: Expansion = NO_EXPANSION
) -> Snippet:
    """About `width` code points of the text where most of the query's different terms stand together.

    White space is folded, divided words are put together, characters that show nothing (controls, private use) are left
    out, and words are never cut; an ellipsis stands where text was left out. Without a hit it is the text's beginning.
    """
    page = analyse(text, language)
    clean, places = _clean(text, page)
    hits = [(*_span(run, page, places), term) for run, term in find_all(query.terms, page, expansion)]
    start, end = _window(clean, hits, width)
    before, after = ELLIPSIS * (start > 0), ELLIPSIS * (end < len(clean))
    shift = len(before) - start
    marks = tuple((first + shift, last + shift) for first, last, _ in hits if start <= first and last <= end)
    return Snippet(text=f"{before}{clean[start:end]}{after}", marks=marks)


def _clean(text: str, page: Sequence[PageToken]) -> tuple[str, list[int]]:
    """The text as shown, and for each place in `text` (and its end) the place in what is shown."""
    dropped = {
        index
        for found in page
        for left, right in zip(found.token.pieces, found.token.pieces[1:], strict=False)
        for index in range(left[1], right[0])
    }
    shown: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        places.append(len(shown))
        if index in dropped or char == "\u00ad":
            continue
        if not (char.isspace() or unicodedata.category(char).startswith("C")):
            shown.append(char)
        elif shown and shown[-1] != " ":
            shown.append(" ")
    places.append(len(shown))
    clean = "".join(shown).rstrip()
    return clean, [min(place, len(clean)) for place in places]


def _span(run: Run, page: Sequence[PageToken], places: Sequence[int]) -> tuple[int, int]:
    return places[page[run.first].token.start], places[page[run.last].token.end]


def _window(clean: str, hits: Sequence[tuple[int, int, int]], width: int) -> tuple[int, int]:
    """The best stretch: most different terms, then most hits, then the earliest; widened to whole words."""
    if not hits:
        return 0, _word_end(clean, min(width, len(clean)))
    best, start, end = (0, 0), 0, 0
    for index, (first, last, _) in enumerate(hits):
        inside = [hit for hit in hits[index:] if hit[1] <= max(first + width, last)]
        rank = (len({term for _, _, term in inside}), len(inside))
        if rank > best:
            best, start, end = rank, first, max(hit[1] for hit in inside)
    spare = max(0, width - (end - start))
    start = max(0, min(start - spare // 2, len(clean) - width))
    end = max(end, min(len(clean), start + width))
    return _word_start(clean, start), _word_end(clean, end)


def _word_start(clean: str, index: int) -> int:
    """The beginning of the word that `index` is inside."""
    return clean.rfind(" ", 0, index) + 1 if index > 0 else 0


def _word_end(clean: str, index: int) -> int:
    """The end of the word that ends at or after `index`."""
    if index >= len(clean) or clean[index] == " ":
        return index
    end = clean.find(" ", index)
    return len(clean) if end < 0 else end
