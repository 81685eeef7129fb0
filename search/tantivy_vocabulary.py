# SPDX-License-Identifier: EUPL-1.2
"""The words that a tantivy index has: its term dictionaries, asked directly."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager

from rapidfuzz.distance import OSA
from tantivy import Query, Schema, Searcher

from schemas.unit import AccessClass
from search.analysis import FOLD
from search.tantivy_units import total
from search.vocabulary import MIN_BEGINNING

_NEAR_DISTANCE = 2
_NEAR_WALKED = 500
_SPARE = 3
"""How many times as many words as asked for are counted, since some may be of pages that were taken out."""

Searchers = Callable[[Collection[AccessClass]], list[Searcher]]
"""What each of the access classes has now; those that never had a page are left out."""


class TantivyVocabulary:
    """`search.vocabulary.Vocabulary` of a tantivy index."""

    def __init__(self, schema: Schema, searchers: Searchers, guard: Callable[[], AbstractContextManager[None]]) -> None:
        self._schema = schema
        self._searchers = searchers
        self._guard = guard  # within it, tantivy's failures are ours

    def pages(self, keys: Collection[str], classes: Collection[AccessClass]) -> Mapping[str, int]:
        """See `Vocabulary.pages`. A question to the dictionary takes half a microsecond for each of its segments."""
        found: dict[str, int] = {}
        with self._guard():
            for searcher in self._searchers(classes):
                for key in keys:
                    if pages := searcher.doc_freq("body", key):
                        found[key] = found.get(key, 0) + pages
        return found

    def frequent_near(self, word: str, classes: Collection[AccessClass]) -> Mapping[str, int]:
        """See `Vocabulary.frequent_near`. Of the words that begin as half of this one does, the most frequent."""
        beginning = FOLD + word[: max(2, len(word) // 2)]
        found: Counter[str] = Counter()
        with self._guard():
            for searcher in self._searchers(classes):
                for key, pages in searcher.terms_with_prefix("body", beginning, limit=_NEAR_WALKED):
                    other = key.removeprefix(FOLD)
                    if 0 < OSA.distance(word, other, score_cutoff=_NEAR_DISTANCE) <= _NEAR_DISTANCE:
                        found[other] += pages
        return found

    def beginning(self, word: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """See `Vocabulary.beginning`."""
        if len(word) < MIN_BEGINNING:
            return {}
        with self._guard():
            found = self._most("body", FOLD + word, classes, limit, lambda key: key.removeprefix(FOLD).isalpha())
        return {key.removeprefix(FOLD): pages for key, pages in found.items()}

    def offers(self, beginning: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """See `Vocabulary.offers`."""
        with self._guard():
            return self._most("offers", beginning, classes, limit, lambda _: True)

    def _most(
        self,
        field: str,
        beginning: str,
        classes: Collection[AccessClass],
        limit: int,
        wanted: Callable[[str], bool],
    ) -> dict[str, int]:
        searchers = self._searchers(classes)
        guessed: Counter[str] = Counter()
        for searcher in searchers:
            for key, pages in searcher.terms_with_prefix(field, beginning, limit=limit * _SPARE):
                guessed[key] += pages
        keys = [key for key, _ in guessed.most_common() if wanted(key)][: limit * _SPARE]
        counted = {key: self._count(field, key, searchers) for key in keys}
        best = sorted((key for key, pages in counted.items() if pages), key=lambda key: (-counted[key], key))
        return {key: counted[key] for key in best[:limit]}

    def _count(self, field: str, key: str, searchers: Iterable[Searcher]) -> int:
        """Pages that are there now: a dictionary's own count has those that were taken out, until segments merge."""
        query = Query.const_score_query(Query.term_query(self._schema, field, key), 0.0)
        return sum(total(one.search(query, limit=1)) for one in searchers)
