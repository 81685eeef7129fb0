# SPDX-License-Identifier: EUPL-1.2
"""From our query to tantivy's query objects; its own parser is never used.

Tokens go into the index with our keys at our positions, several keys at one position. A run of slots becomes a phrase
of single keys where the dictionary has one for each slot, else a phrase of alternatives.
"""

import re
from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Schema, Searcher
from tantivy import Query as TantivyQuery

from schemas.errors import QueryMalformed
from schemas.search import SearchFilters
from search.matching import Pattern, Slot, patterns
from search.page_document import plain_code
from search.query import Clause, LanguageIs, Query, Term, UnitIs, Word, YearIn
from search.ranking import (
    EXACT_BOOST,
    EXACT_PHRASE_BOOST,
    NEAR_BOOST,
    NEAR_SLOP,
    OTHER_VIEWS,
    TEXT_FIELDS,
    WHOLE_BOOST,
)

# A phrase of alternatives looks at no more than 16,384 keys; tantivy refuses more.
_MAX_EXPANSIONS = 10_000

_OPEN_YEAR_FROM, _OPEN_YEAR_TO = -100_000, 100_000


class QueryBuilder:
    """Builds queries against what one searcher sees."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def build(self, query: Query, filters: SearchFilters) -> TantivyQuery:
        """All items and all filters must hold. Raises `QueryMalformed` for a beginning that too many words share."""
        parts = [(Occur.Must, one) for one in self._filters(filters)]
        for item in query.items:
            built = self._clause(item.clause)
            parts.append((Occur.MustNot if item.negated else Occur.Must, built))
        if all(occur == Occur.MustNot for occur, _ in parts):
            parts.append((Occur.Must, self._silent(TantivyQuery.all_query())))
        near = self._near(query)
        if near is not None:
            parts.append((Occur.Should, near))
        return TantivyQuery.boolean_query(parts)

    def unit(self, unit_id: str, version: int | None = None, *, other: bool = False) -> TantivyQuery:
        """A unit's pages: of all versions, of one, or of all the others."""
        parts = [(Occur.Must, self._key("unit_id", unit_id))]
        if version is not None:
            parts.append((Occur.MustNot if other else Occur.Must, self._key("version", version)))
        return TantivyQuery.boolean_query(parts)

    def _filters(self, filters: SearchFilters) -> Iterable[TantivyQuery]:
        if filters.unit is not None:
            yield self._clause(UnitIs(filters.unit))
        if filters.year_from is not None or filters.year_to is not None:
            yield self._clause(YearIn(filters.year_from, filters.year_to))
        if filters.language is not None:
            yield self._clause(LanguageIs(filters.language))

    def _clause(self, clause: Clause) -> TantivyQuery:
        match clause:
            case UnitIs():
                return self._silent(self._key("unit_code", plain_code(clause.reference_code)))
            case LanguageIs():
                return self._silent(self._key("language", clause.language))
            case YearIn():
                return self._silent(self._years(clause))
            case _:
                return self._term(clause)

    def _years(self, years: YearIn) -> TantivyQuery:
        """Units whose dates meet the years: begun before their end, ended after their beginning."""
        last = _OPEN_YEAR_TO if years.year_to is None else years.year_to
        first = _OPEN_YEAR_FROM if years.year_from is None else years.year_from
        begun = TantivyQuery.range_query(self._schema, "year_from", FieldType.Integer, None, last)
        ended = TantivyQuery.range_query(self._schema, "year_to", FieldType.Integer, first, None)
        return TantivyQuery.boolean_query([(Occur.Must, begun), (Occur.Must, ended)])

    def _term(self, term: Term) -> TantivyQuery:
        found = [
            TantivyQuery.boost_query(built, weight)
            for pattern in patterns(term)
            for field, weight in TEXT_FIELDS.items()
            if (built := self._pattern(field, pattern)) is not None
        ]
        return TantivyQuery.disjunction_max_query(found, OTHER_VIEWS) if found else TantivyQuery.empty_query()

    def _pattern(self, field: str, pattern: Pattern) -> TantivyQuery | None:
        """None where the dictionary says that nothing can be found."""
        options = [self._options(field, slot) for slot in pattern.slots]
        if not all(options):
            return None
        if len(options) == 1:
            return self._single(field, pattern.slots[0], options[0])
        parts = [(Occur.Must, self._run(field, pattern, options))]
        exact = [slot.exact for slot in pattern.slots if not slot.prefixes]
        if len(exact) > 1:
            parts.append((Occur.Should, self._boosted_phrase(field, exact)))
        if pattern.whole is not None:
            parts.append((Occur.Should, TantivyQuery.boost_query(self._key(field, pattern.whole), WHOLE_BOOST)))
        return TantivyQuery.boolean_query(parts)

    def _options(self, field: str, slot: Slot) -> list[str]:
        """The slot's keys that the dictionary has, or the beginnings as they are."""
        if slot.prefixes:
            return sorted(slot.prefixes)
        return [key for key in sorted(slot.keys) if self._searcher.doc_freq(field, key)]

    def _single(self, field: str, slot: Slot, options: Sequence[str]) -> TantivyQuery:
        if slot.prefixes:
            return TantivyQuery.regex_query(self._schema, field, _beginnings(options))
        views = [
            TantivyQuery.boost_query(self._key(field, key), EXACT_BOOST if key == slot.exact else 1.0)
            for key in options
        ]
        return TantivyQuery.disjunction_max_query(views, OTHER_VIEWS)

    def _run(self, field: str, pattern: Pattern, options: Sequence[Sequence[str]]) -> TantivyQuery:
        if not pattern.slots[-1].prefixes and all(len(keys) == 1 for keys in options):
            return TantivyQuery.phrase_query(self._schema, field, [keys[0] for keys in options])
        words: list[str | tuple[int, str]] = []
        for slot, keys in zip(pattern.slots, options, strict=True):
            if slot.prefixes:
                self._check_expansions(field, keys)
            words.append(_beginnings(keys) if slot.prefixes else f"({'|'.join(map(re.escape, keys))})")
        return TantivyQuery.regex_phrase_query(self._schema, field, words)

    def _check_expansions(self, field: str, prefixes: Sequence[str]) -> None:
        if sum(len(self._searcher.terms_with_prefix(field, prefix)) for prefix in prefixes) > _MAX_EXPANSIONS:
            beginning = prefixes[0].partition(":")[2]
            raise QueryMalformed(
                position=1,
                problem_ro=f"prea multe cuvinte încep cu „{beginning}”; scrieți mai multe litere înaintea steluței",
                problem_en=f"too many words begin with '{beginning}'; write more letters before the star",
            )

    def _near(self, query: Query) -> TantivyQuery | None:
        """What ranks pages higher where the query's words stand close together, in its order."""
        exact = [
            pattern.slots[0].exact
            for term in query.terms
            if isinstance(term, Word) and len((pattern := patterns(term)[0]).slots) == 1
        ]
        if len(exact) < 2:
            return None
        phrase = TantivyQuery.phrase_query(self._schema, "body", list(exact), slop=NEAR_SLOP)
        return TantivyQuery.boost_query(phrase, NEAR_BOOST)

    def _boosted_phrase(self, field: str, keys: Sequence[str]) -> TantivyQuery:
        return TantivyQuery.boost_query(TantivyQuery.phrase_query(self._schema, field, list(keys)), EXACT_PHRASE_BOOST)

    def _key(self, field: str, key: str | int) -> TantivyQuery:
        return TantivyQuery.term_query(self._schema, field, key)

    @staticmethod
    def _silent(query: TantivyQuery) -> TantivyQuery:
        """A query that chooses and does not rank."""
        return TantivyQuery.const_score_query(query, 0.0)


def _beginnings(prefixes: Sequence[str]) -> str:
    return f"({'|'.join(map(re.escape, prefixes))}).*"
