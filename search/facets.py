# SPDX-License-Identifier: EUPL-1.2
"""From an engine's counts to the facets of an answer, the same for each engine."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from schemas.search import Facet, FacetValue, PageRecord
from search.page_document import MAX_VALUE, decades_of, languages_of, plain_code

MAX_VALUES = 100
_WITHIN, _BETWEEN = "\x1f", "\x1e"
"""Between values of one facet, and between facets (ASCII's own separators, which no value has)."""

_ORDER = (Facet.FONDS, Facet.SERIES, Facet.TYPE, Facet.DECADE, Facet.LANGUAGE)


def facets_key(record: PageRecord) -> str:
    """The values of all facets that a page counts for, as one string: pages have few different ones.

    So an engine counts each page once, and not once for each facet.
    """
    values = (
        *((_plain(value),) if value else () for value in (record.fonds, record.series, record.document_type)),
        map(str, decades_of(record)),
        languages_of(record),
    )
    return _BETWEEN.join(map(_WITHIN.join, values))


def facet_values(asked: Sequence[Facet], keys: Iterable[tuple[str, int]]) -> dict[Facet, tuple[FacetValue, ...]]:
    """From how many pages have each `facets_key` (one may come again) to the values of each facet that is asked for.

    Most pages first, equals by value. Values that are compared as equal (``PS`` and ``ps``) count as one, under the
    spelling that most pages have. Languages come without their variants.
    """
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in asked}
    places = [(counted, _ORDER.index(facet)) for facet, counted in counts.items()]
    for key, pages in keys:
        parts = key.split(_BETWEEN)
        for counted, place in places:
            for value in parts[place].split(_WITHIN) if parts[place] else ():
                counted[value] += pages
    return {facet: _values(facet, counted) for facet, counted in counts.items()}


def _values(facet: Facet, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value, pages in counts.items():
        if facet is Facet.LANGUAGE and "_" in value:
            continue  # counted under the language too
        spellings[plain_code(value)][value] += pages
    values = [
        FacetValue(value=min(written, key=lambda one: (-written[one], one)), pages=written.total())
        for written in spellings.values()
    ]
    values.sort(key=lambda one: (-one.pages, one.value))
    return tuple(values[:MAX_VALUES])


def _plain(value: str) -> str:
    return value[:MAX_VALUE].replace(_WITHIN, " ").replace(_BETWEEN, " ")
