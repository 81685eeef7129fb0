# SPDX-License-Identifier: EUPL-1.2
"""A piece of a page's text around the best hits, with the hits marked."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from schemas.search import Snippet
from search.analysis import Analysed, analyse
from search.expansion import NO_EXPANSION, Expansion
from search.matching import Finder, Run
from search.query import Query

ELLIPSIS = "…"
_SPACES = re.compile(r"\s\s+")


def snippet(
    query: Query, text: str, language: str | None, width: int = 160, expansion: Expansion = NO_EXPANSION
) -> Snippet:
    """About `width` code points of the text where most of the query's different terms stand together.

    White space is folded, divided words are put together, characters that show nothing (controls, private use) are left
    out, and words are never cut; an ellipsis stands where text was left out. Without a hit it is the text's beginning.
    """
    page = analyse(text, language)
    return snippet_of(text, page, Finder(query.terms, expansion).find(page), width)


def snippet_of(text: str, page: Analysed, found: Sequence[tuple[Run, int]], width: int = 160) -> Snippet:
    """The same of a text that was analysed, and searched by `search.matching.Finder`."""
    clean, place = _clean_quickly(text, page) or _clean(text, page)
    hits = [(*_span(run, page, place), term) for run, term in found]
    start, end = _window(clean, hits, width)
    before, after = ELLIPSIS * (start > 0), ELLIPSIS * (end < len(clean))
    shift = len(before) - start
    marks = tuple((first + shift, last + shift) for first, last, _ in hits if start <= first and last <= end)
    return Snippet(text=f"{before}{clean[start:end]}{after}", marks=marks)


def _gaps(page: Analysed) -> list[tuple[int, int]]:
    """What stands between the parts of divided words."""
    return [(left[1], right[0]) for pieces in page.divided.values() for left, right in pairwise(pieces)]


def _clean_quickly(text: str, page: Analysed) -> tuple[str, Callable[[int], int]] | None:
    """What `_clean` gives where all characters show something, as on nearly all pages; else None."""
    dropped = _gaps(page)
    ends = {end for _, end in dropped}
    spaces = [(match.start() + 1, match.end()) for match in _SPACES.finditer(text) if match.end() not in ends]
    lead = len(text) - len(text.lstrip())
    if lead:
        spaces = [(0, lead), *(space for space in spaces if space[0] > lead)]
    if spaces:
        dropped = sorted([*dropped, *spaces])
    kept: list[str] = []
    last = 0
    for start, end in dropped:
        kept.append(text[last:start])
        last = end
    kept.append(text[last:])
    clean = "".join(kept).rstrip().replace("\n", " ")
    if not clean.isprintable():  # another white space than these two, perhaps
        clean = " ".join(clean.split())
        if not clean.isprintable():
            return None
    after = [end for _, end in dropped]
    before = [0, *accumulate(end - start for start, end in dropped)]
    return clean, lambda index: index - before[bisect_right(after, index)]


def _clean(text: str, page: Analysed) -> tuple[str, Callable[[int], int]]:
    """The text as shown, and from a place in `text` (or its end) to the place in what is shown."""
    dropped = {index for start, end in _gaps(page) for index in range(start, end)}
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
    return clean, lambda index: min(places[index], len(clean))


def _span(run: Run, page: Analysed, place: Callable[[int], int]) -> tuple[int, int]:
    return place(page.span(run.first)[0]), place(page.span(run.last)[1])


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
