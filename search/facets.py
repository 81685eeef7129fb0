# SPDX-License-Identifier: EUPL-1.2
"""From an engine's counts to the facets of an answer, the same for each engine."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from schemas.search import Facet, FacetValue
from search.page_document import plain_code

FACET_FIELDS = {
    Facet.FONDS: "fonds_written",
    Facet.SERIES: "series_written",
    Facet.TYPE: "type_written",
    Facet.DECADE: "decade",
    Facet.LANGUAGE: "language",
}
"""The field of an engine's document by which a facet counts."""

MAX_VALUES = 100
ASKED_VALUES = 250
"""How many values an engine is asked for, so that enough are left when spellings are put together."""

Counts = Mapping[Facet, Iterable[tuple[str, int]]]
"""Values as written, and how many pages have them; a value may come again, from another access class."""


def facet_values(asked: Sequence[Facet], counts: Counts) -> dict[Facet, tuple[FacetValue, ...]]:
    """The values of each facet that is asked for, most pages first, equals by value.

    Values that are compared as equal (``PS`` and ``ps``) count as one, under the spelling that most pages have.
    Languages come without their variants.
    """
    return {facet: _values(facet, counts.get(facet, ())) for facet in dict.fromkeys(asked)}


def _values(facet: Facet, counts: Iterable[tuple[str, int]]) -> tuple[FacetValue, ...]:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value, pages in counts:
        if facet is Facet.LANGUAGE and "_" in value:
            continue  # counted under the language too
        spellings[plain_code(value)][value] += pages
    values = [
        FacetValue(value=min(written, key=lambda one: (-written[one], one)), pages=written.total())
        for written in spellings.values()
    ]
    values.sort(key=lambda one: (-one.pages, one.value))
    return tuple(values[:MAX_VALUES])
