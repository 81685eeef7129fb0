# SPDX-License-Identifier: EUPL-1.2
"""Queries as people type them, about pages that are there: what the benchmark of scale asks.

Each is made from one page of the generator, as by somebody who remembers some of it: mostly two or three words without
diacritics, an act's number and date, a street with a house, a name, a phrase, a beginning, a year beside words; some
with a slip of the finger.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random

from benchmarks.search_pages import SEED, distractors
from schemas.search import PageRecord
from search.analysis import fold

_WORD = re.compile(r"[^\W\d_]{5,14}")
_NUMBER = re.compile(r"nr\. \d+ din \d+ [a-z]+ \d{4}")
_STREET = re.compile(r"(?:str\.|Strada) ([^\d\n]{4,20}?) (?:nr\. )?(\d+)")
_EVERY = 7
_PAGES = 8_000
"""The pages that queries are about are the first so many: those that an index of any size has."""


def make_queries(count: int, seed: int = SEED) -> list[str]:
    """So many queries, in an order by chance that has each shape as often as people do."""
    random = Random(seed)
    pages = list(islice(distractors(_PAGES, seed), 0, None, _EVERY))
    queries: list[str] = []
    while len(queries) < count:
        shape = random.choices(list(_SHAPES), list(_SHAPES.values()))[0]
        query = shape(random.choice(pages), random)
        if query is not None:
            queries.append(query)
    return queries


def _some_words(page: PageRecord, random: Random, count: int) -> list[str] | None:
    words = [word for word in _WORD.findall(page.text) if not word.isupper()]
    return random.sample(words, count) if len(words) >= count else None


def _one(page: PageRecord, random: Random) -> str | None:
    return _bare(_some_words(page, random, 1))


def _two(page: PageRecord, random: Random) -> str | None:
    return _bare(_some_words(page, random, 2))


def _three(page: PageRecord, random: Random) -> str | None:
    return _bare(_some_words(page, random, 3))


def _act(page: PageRecord, random: Random) -> str | None:
    acts = _NUMBER.findall(page.text)
    return random.choice(acts) if acts else None


def _address(page: PageRecord, random: Random) -> str | None:
    found = _STREET.findall(page.text)
    if not found:
        return None
    street, house = random.choice(found)
    return f"{page.document_type} {street} {house}"


def _phrase(page: PageRecord, random: Random) -> str | None:
    words = [word for word in page.text.split() if _WORD.fullmatch(word)]
    if len(words) < 2:
        return None
    at = random.randrange(len(words) - 1)
    return f'"{words[at]} {words[at + 1]}"' if f"{words[at]} {words[at + 1]}" in page.text else None


def _beginning(page: PageRecord, random: Random) -> str | None:
    words = _some_words(page, random, 2)
    return None if words is None else f"{words[0]} {words[1][:5]}*"


def _year(page: PageRecord, random: Random) -> str | None:
    words = _some_words(page, random, 2)
    return (
        None if words is None or page.year_from is None else f"{_bare(words)} an:{page.year_from - 5}..{page.year_from}"
    )


def _slipped(page: PageRecord, random: Random) -> str | None:
    words = _some_words(page, random, 2)
    if words is None:
        return None
    at = random.randrange(1, len(words[0]) - 2)
    words[0] = words[0][:at] + words[0][at + 1] + words[0][at] + words[0][at + 2 :]
    return _bare(words)


def _bare(words: Sequence[str] | None) -> str | None:
    return None if words is None else " ".join(fold(word) for word in words)


_SHAPES: dict[Callable[[PageRecord, Random], str | None], int] = {
    _one: 15,
    _two: 30,
    _three: 15,
    _act: 10,
    _address: 10,
    _phrase: 5,
    _beginning: 5,
    _year: 5,
    _slipped: 5,
}
