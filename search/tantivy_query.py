# SPDX-License-Identifier: EUPL-1.2
"""From our query to tantivy's query objects; its own parser is never used.

Tokens go into the index with our keys at our positions, several keys at one position. A run of slots becomes
phrases of single keys where the dictionary has few for each slot, else a phrase of alternatives. What chooses does not
score, but for single words; what scores is in `search.ranking`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, product
from math import log, prod

from tantivy import FieldType, Occur, Schema, Searcher
from tantivy import Query as TantivyQuery

from schemas.errors import QueryMalformed
from schemas.search import SearchFilters
from search.expansion import NO_EXPANSION, Expansion
from search.matching import Pattern, Slot, patterns
from search.page_document import FAR_YEAR, asked_decades, asked_year, plain_code
from search.query import (
    Clause,
    FondsIs,
    LanguageIs,
    Phrase,
    Query,
    SeriesIs,
    Term,
    TitleHas,
    TypeIs,
    UnitIs,
    Word,
    YearIn,
)
from search.ranking import (
    CODE_BOOST,
    EXACT_PHRASE_BOOST,
    NEAR_BOOST,
    NEAR_SLOP,
    TITLE_BOOST,
    WHOLE_BOOST,
    code_keys,
    key_weights,
    title_keys,
)

# A phrase of alternatives looks at no more than 16,384 keys; tantivy refuses more.
_MAX_EXPANSIONS = 10_000
# So many phrases of single keys take less time than one phrase of alternatives.
_MAX_PHRASES = 16


class QueryBuilder:
    """Builds queries against what one searcher sees."""

    def __init__(self, schema: Schema, searcher: Searcher, expansion: Expansion = NO_EXPANSION) -> None:
        self._schema = schema
        self._searcher = searcher
        self._expansion = expansion

    def build(self, query: Query, filters: SearchFilters) -> TantivyQuery:
        """All items and all filters must hold. Raises `QueryMalformed` for a beginning that too many words share."""
        parts = [(Occur.Must, self._silent(one)) for one in self._filters(filters)]
        for item in query.items:
            if item.negated:
                parts.append((Occur.MustNot, self._chosen(item.clause)))
            elif isinstance(item.clause, Term):
                parts.append((Occur.Must, self._term(item.clause)))
            else:
                parts.append((Occur.Must, self._silent(self._chosen(item.clause))))
        if all(occur == Occur.MustNot for occur, _ in parts):
            parts.append((Occur.Must, self._silent(TantivyQuery.all_query())))
        parts.extend((Occur.Should, one) for one in self._rewards(query))
        return TantivyQuery.boolean_query(parts)

    def unit(self, unit_id: str, version: int | None = None, *, other: bool = False) -> TantivyQuery:
        """A unit's pages: of all versions, of one, or of all the others."""
        parts = [(Occur.Must, self._key("unit_id", unit_id))]
        if version is not None:
            parts.append((Occur.MustNot if other else Occur.Must, self._key("version", version)))
        return TantivyQuery.boolean_query(parts)

    def within(self, built: TantivyQuery, unit_id: str) -> TantivyQuery:
        """What `build` gave, in one unit, with the same scores."""
        return TantivyQuery.boolean_query(
            [(Occur.Must, self._silent(self._key("unit_id", unit_id))), (Occur.Must, built)]
        )

    # -- what chooses

    def _filters(self, filters: SearchFilters) -> Iterable[TantivyQuery]:
        if filters.unit is not None:
            yield self._chosen(UnitIs(filters.unit))
        if filters.year_from is not None or filters.year_to is not None:
            yield self._chosen(YearIn(filters.year_from, filters.year_to))
        if filters.language is not None:
            yield self._chosen(LanguageIs(filters.language))
        for field, values in (
            ("fonds", [plain_code(value) for value in filters.fonds]),
            ("series", [plain_code(value) for value in filters.series]),
            ("type", [plain_code(value) for value in filters.document_types]),
            ("language", filters.languages),
            ("decade", asked_decades(filters.decades)),
        ):
            if values:
                yield self._any_of([self._key(field, value) for value in values])

    def _chosen(self, clause: Clause) -> TantivyQuery:
        match clause:
            case UnitIs():
                return self._key("unit_code", plain_code(clause.reference_code))
            case FondsIs():
                return self._key("fonds", plain_code(clause.fonds))
            case SeriesIs():
                return self._key("series", plain_code(clause.series))
            case TypeIs():
                return self._key("type", plain_code(clause.document_type))
            case LanguageIs():
                return self._key("language", clause.language)
            case YearIn():
                return self._years(clause)
            case TitleHas():
                return self._choose("title", Phrase(clause.text))
            case _:
                return self._choose("body", clause)

    def _years(self, years: YearIn) -> TantivyQuery:
        """Units whose dates meet the years: begun before their end, ended after their beginning."""
        last = FAR_YEAR if years.year_to is None else asked_year(years.year_to)
        first = -FAR_YEAR if years.year_from is None else asked_year(years.year_from)
        begun = TantivyQuery.range_query(self._schema, "year_from", FieldType.Integer, None, last)
        ended = TantivyQuery.range_query(self._schema, "year_to", FieldType.Integer, first, None)
        return TantivyQuery.boolean_query([(Occur.Must, begun), (Occur.Must, ended)])

    def _choose(self, field: str, term: Term) -> TantivyQuery:
        """Where any of the term's patterns stands in a field."""
        found = []
        for pattern in patterns(term, self._expansion):
            options = self._options(field, pattern)
            if options is not None:
                found.append(self._run(field, pattern, options))
        return self._any_of(found)

    def _options(self, field: str, pattern: Pattern) -> list[list[str]] | None:
        """Each slot's keys that the dictionary has, or the beginnings as they are; None where nothing can be found."""
        options = [
            sorted(slot.prefixes)
            if slot.prefixes
            else [key for key in sorted(slot.needed) if self._searcher.doc_freq(field, key)]
            for slot in pattern.slots
        ]
        return options if options and all(options) else None

    def _run(self, field: str, pattern: Pattern, options: Sequence[Sequence[str]]) -> TantivyQuery:
        """The slots in order: one query for each way in which the gaps between them may be filled."""
        if len(options) == 1:
            if pattern.slots[0].prefixes:
                return TantivyQuery.regex_query(self._schema, field, _beginnings(options[0]))
            return self._any_of([self._key(field, key) for key in options[0]])
        ways = product(range(1, pattern.gap + 2), repeat=len(options) - 1)
        return self._any_of([self._placed(field, pattern, options, list(accumulate(way, initial=0))) for way in ways])

    def _placed(
        self, field: str, pattern: Pattern, options: Sequence[Sequence[str]], places: Sequence[int]
    ) -> TantivyQuery:
        """Each slot at its place, counted from the first one's."""
        if not any(slot.prefixes for slot in pattern.slots) and prod(map(len, options)) <= _MAX_PHRASES:
            phrases = [list(zip(places, keys, strict=True)) for keys in product(*options)]
            return self._any_of([TantivyQuery.phrase_query(self._schema, field, [*keys]) for keys in phrases])
        words: list[str | tuple[int, str]] = []
        for at, slot, alternatives in zip(places, pattern.slots, options, strict=True):
            if slot.prefixes:
                self._check_expansions(field, alternatives)
            written = _beginnings(alternatives) if slot.prefixes else f"({'|'.join(map(re.escape, alternatives))})"
            words.append((at, written))
        return TantivyQuery.regex_phrase_query(self._schema, field, words)

    def _check_expansions(self, field: str, prefixes: Sequence[str]) -> None:
        if sum(len(self._searcher.terms_with_prefix(field, prefix)) for prefix in prefixes) > _MAX_EXPANSIONS:
            beginning = prefixes[0].partition(":")[2]
            raise QueryMalformed(
                position=1,
                problem_ro=f"prea multe cuvinte încep cu „{beginning}”; scrieți mai multe litere înaintea steluței",
                problem_en=f"too many words begin with '{beginning}'; write more letters before the star",
            )

    # -- what scores

    def _term(self, term: Term) -> TantivyQuery:
        """Where any of the term's patterns stands, each with its score."""
        found = []
        for pattern in patterns(term, self._expansion):
            options = self._options("body", pattern)
            if options is not None:
                found.append(TantivyQuery.boost_query(self._pattern(pattern, options), pattern.weight))
        return TantivyQuery.disjunction_max_query(found) if len(found) > 1 else self._any_of(found)

    def _pattern(self, pattern: Pattern, options: Sequence[Sequence[str]]) -> TantivyQuery:
        if len(options) == 1:
            slot = pattern.slots[0]
            return self._run("body", pattern, options) if slot.prefixes else self._word(slot, options[0])
        parts = [(Occur.Must, self._silent(self._run("body", pattern, options)))]
        parts.extend(
            (Occur.Should, self._word(slot, keys))
            for slot, keys in zip(pattern.slots, options, strict=True)
            if not slot.prefixes
        )
        exact = [slot.exact for slot in pattern.slots if not slot.prefixes]
        if len(exact) > 1 and not pattern.gap:
            parts.append((Occur.Should, self._boosted(self._phrase("body", exact), EXACT_PHRASE_BOOST)))
        if pattern.whole is not None:
            parts.append((Occur.Should, self._boosted(self._key("body", pattern.whole), WHOLE_BOOST)))
        return TantivyQuery.boolean_query(parts)

    def _word(self, slot: Slot, keys: Sequence[str]) -> TantivyQuery:
        """Any of the keys, the best of them scoring, each as rare as the most frequent of the word's own."""
        if slot.exact in slot.keys and self._searcher.doc_freq("body", slot.exact):
            keys = sorted({*keys, slot.exact})
        rarity = {key: self._rarity("body", key) for key in keys}
        lesser = {key for key, _ in slot.lesser}
        common = min((rarity[key] for key in keys if key not in lesser), default=min(rarity.values()))
        weights = key_weights(slot)
        scored = [self._boosted(self._key("body", key), weights[key] * common / rarity[key]) for key in keys]
        return TantivyQuery.disjunction_max_query(scored)

    def _rarity(self, field: str, key: str) -> float:
        """BM25's inverse document frequency, as tantivy works it out."""
        count = self._searcher.doc_freq(field, key)
        return log(1 + (max(self._searcher.num_docs - count, 0) + 0.5) / (count + 0.5))

    def _rewards(self, query: Query) -> Iterator[TantivyQuery]:
        """What only adds: words near each other, in the title, in the reference code."""
        near: list[str] = []
        for term in query.terms:
            pattern = patterns(term, self._expansion)[0]
            if isinstance(term, Word) and len(pattern.slots) == 1:
                near.append(pattern.slots[0].exact)
            for slot in pattern.slots:
                if not slot.prefixes:
                    yield from self._in_title(slot)
            code = code_keys(pattern)
            if code and all(self._searcher.doc_freq("code", key) for key in code):
                yield self._boosted(self._phrase("code", code), CODE_BOOST)
        if len(near) > 1:
            phrase = TantivyQuery.phrase_query(self._schema, "body", list(near), slop=NEAR_SLOP)
            yield self._boosted(phrase, NEAR_BOOST)

    def _in_title(self, slot: Slot) -> Iterator[TantivyQuery]:
        keys = [key for key in title_keys(slot) if self._searcher.doc_freq("title", key)]
        if keys:
            rarity = {key: self._rarity("title", key) for key in keys}
            boosts: Mapping[str, float] = {key: TITLE_BOOST * min(rarity.values()) / rarity[key] for key in keys}
            yield TantivyQuery.disjunction_max_query(
                [self._boosted(self._key("title", key), boosts[key]) for key in keys]
            )

    def _phrase(self, field: str, keys: Sequence[str]) -> TantivyQuery:
        return (
            self._key(field, keys[0]) if len(keys) == 1 else TantivyQuery.phrase_query(self._schema, field, list(keys))
        )

    # -- tantivy's

    def _key(self, field: str, key: str | int) -> TantivyQuery:
        return TantivyQuery.term_query(self._schema, field, key)

    @staticmethod
    def _any_of(queries: Sequence[TantivyQuery]) -> TantivyQuery:
        if not queries:
            return TantivyQuery.empty_query()
        return queries[0] if len(queries) == 1 else TantivyQuery.boolean_query([(Occur.Should, one) for one in queries])

    @staticmethod
    def _boosted(query: TantivyQuery, boost: float) -> TantivyQuery:
        return TantivyQuery.boost_query(query, boost)

    @staticmethod
    def _silent(query: TantivyQuery) -> TantivyQuery:
        """A query that chooses and does not rank."""
        return TantivyQuery.const_score_query(query, 0.0)


def _beginnings(prefixes: Sequence[str]) -> str:
    return f"({'|'.join(map(re.escape, prefixes))}).*"
