# SPDX-License-Identifier: EUPL-1.2
"""From our query to Elasticsearch's. Raw text never reaches a query parser: keys go in as the index's own analyzer
takes them apart, one line a position with tab-separated keys.

Keys at one position become one synonym query, runs of slots a phrase query; only runs that end in a beginning are span
queries, which are dear. What chooses does not score, but for single words; what scores is in `search.ranking`.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from typing import Any

from schemas.search import SearchFilters
from search.expansion import NO_EXPANSION, Expansion
from search.matching import Pattern, Slot, patterns
from search.page_document import MAX_VALUE, asked_decades, asked_year, plain_code
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
    levels,
    title_keys,
)

Dsl = dict[str, Any]

_ALL: Dsl = {"match_all": {"boost": 0.0}}
_NONE: Dsl = {"match_none": {}}
_HOLE = "_"
"""A position where any word may stand (the analyzer's stop word)."""


def build_query(query: Query, filters: SearchFilters, expansion: Expansion = NO_EXPANSION) -> Dsl:
    """All items and all filters must hold."""
    chosen: list[Dsl] = list(_filters(filters))
    must: list[Dsl] = []
    must_not: list[Dsl] = []
    for item in query.items:
        if item.negated:
            must_not.append(_chosen(item.clause, expansion))
        elif isinstance(item.clause, Term):
            must.append(_term(item.clause, expansion))
        else:
            chosen.append(_chosen(item.clause, expansion))
    rewards = list(_rewards(query, expansion))
    parts: Dsl = {"filter": chosen, "must": must, "must_not": must_not, "should": rewards}
    return {"bool": {name: clauses for name, clauses in parts.items() if clauses}} if any(parts.values()) else _ALL


def unit_query(unit_id: str, version: int | None = None, *, other: bool = False) -> Dsl:
    """A unit's pages: of all versions, of one, or of all the others."""
    parts: Dsl = {"filter": [{"term": {"unit_id": unit_id}}]}
    if version is not None:
        parts.setdefault("must_not" if other else "filter", []).append({"term": {"version": version}})
    return {"bool": parts}


def within_units(built: Dsl, unit_ids: Sequence[str]) -> Dsl:
    """What `build_query` gave, in these units, with the same scores."""
    return {"bool": {"filter": [{"terms": {"unit_id": list(unit_ids)}}], "must": [built]}}


# --- what chooses


def _filters(filters: SearchFilters) -> Iterator[Dsl]:
    if filters.unit is not None:
        yield _chosen(UnitIs(filters.unit))
    if filters.year_from is not None or filters.year_to is not None:
        yield _chosen(YearIn(filters.year_from, filters.year_to))
    if filters.language is not None:
        yield _chosen(LanguageIs(filters.language))
    for field, values in (
        ("fonds", [plain_code(value) for value in filters.fonds]),
        ("series", [plain_code(value) for value in filters.series]),
        ("type", [plain_code(value) for value in filters.document_types]),
        ("language", [value[:MAX_VALUE] for value in filters.languages]),
        ("decade", asked_decades(filters.decades)),
    ):
        if values:
            yield {"terms": {field: values}}


def _chosen(clause: Clause, expansion: Expansion = NO_EXPANSION) -> Dsl:
    match clause:
        case UnitIs():
            return {"term": {"unit_code": plain_code(clause.reference_code)}}
        case FondsIs():
            return {"term": {"fonds": plain_code(clause.fonds)}}
        case SeriesIs():
            return {"term": {"series": plain_code(clause.series)}}
        case TypeIs():
            return {"term": {"type": plain_code(clause.document_type)}}
        case LanguageIs():
            return {"term": {"language": clause.language[:MAX_VALUE]}}
        case YearIn():
            return _years(clause)
        case TitleHas():
            return _choose("title", Phrase(clause.text), expansion)
        case _:
            return _choose("body", clause, expansion)


def _years(years: YearIn) -> Dsl:
    """Units whose dates meet the years: begun before their end, ended after their beginning."""
    begun: Dsl = {"exists": {"field": "year_from"}}
    ended: Dsl = {"exists": {"field": "year_to"}}
    if years.year_to is not None:
        begun = {"range": {"year_from": {"lte": asked_year(years.year_to)}}}
    if years.year_from is not None:
        ended = {"range": {"year_to": {"gte": asked_year(years.year_from)}}}
    return {"bool": {"filter": [begun, ended]}}


def _choose(field: str, term: Term, expansion: Expansion) -> Dsl:
    """Where any of the term's patterns stands in a field."""
    return _any_of([_run(field, pattern) for pattern in patterns(term, expansion)])


def _run(field: str, pattern: Pattern) -> Dsl:
    """The slots in order: one query for each way in which the gaps between them may be filled."""
    slots = pattern.slots
    if not slots:
        return _NONE
    if len(slots) == 1:
        if slots[0].prefixes:
            return _any_of([{"prefix": {field: {"value": one}}} for one in sorted(slots[0].prefixes)])
        return _synonyms(field, slots[0].needed)
    ways = product(range(1, pattern.gap + 2), repeat=len(slots) - 1)
    place = _spans if any(slot.prefixes for slot in slots) else _phrase_of_slots
    return _any_of([place(field, slots, list(accumulate(way, initial=0))) for way in ways])


def _phrase_of_slots(field: str, slots: Sequence[Slot], places: Sequence[int]) -> Dsl:
    """Each slot at its place, counted from the first one's."""
    lines = [_HOLE] * (places[-1] + 1)
    for slot, at in zip(slots, places, strict=True):
        lines[at] = "\t".join(sorted(slot.needed))
    return _phrase(field, lines)


def _spans(field: str, slots: Sequence[Slot], places: Sequence[int]) -> Dsl:
    """The same, where a slot has beginnings."""
    clauses: list[Dsl] = []
    for slot, at, before in zip(slots, places, [-1, *places], strict=False):
        if at > before + 1:
            clauses.append({"span_gap": {field: at - before - 1}})
        clauses.append(_span(field, slot))
    return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True}}


def _span(field: str, slot: Slot) -> Dsl:
    if slot.prefixes:
        options: list[Dsl] = [
            {"span_multi": {"match": {"prefix": {field: {"value": one}}}}} for one in sorted(slot.prefixes)
        ]
    else:
        options = [{"span_term": {field: key}} for key in sorted(slot.needed)]
    return options[0] if len(options) == 1 else {"span_or": {"clauses": options}}


# --- what scores


def _term(term: Term, expansion: Expansion) -> Dsl:
    """Where any of the term's patterns stands, each with its score."""
    found = [_pattern(pattern) for pattern in patterns(term, expansion)]
    return found[0] if len(found) == 1 else {"dis_max": {"queries": found}}


def _pattern(pattern: Pattern) -> Dsl:
    chosen = _run("body", pattern)
    if len(pattern.slots) == 1 and pattern.slots[0].prefixes:
        return {"constant_score": {"filter": chosen, "boost": pattern.weight}}
    if len(pattern.slots) == 1:
        return _word(pattern.slots[0], pattern.weight)
    should = [_word(slot) for slot in pattern.slots if not slot.prefixes]
    exact = [slot.exact for slot in pattern.slots if not slot.prefixes]
    if len(exact) > 1 and not pattern.gap:
        should.append(_phrase("body", exact, boost=EXACT_PHRASE_BOOST))
    if pattern.whole is not None:
        should.append(_key("body", pattern.whole, WHOLE_BOOST))
    return {"bool": {"filter": [chosen], "should": should, "boost": pattern.weight}}


def _word(slot: Slot, weight: float = 1.0) -> Dsl:
    """Any of the keys: all of them as one word, and more for those that count more."""
    *upper, (step, _) = levels(key_weights(slot))
    must = _synonyms("body", slot.needed, step * weight)
    more = [_synonyms("body", keys, one * weight) for one, keys in upper]
    return {"bool": {"must": [must], "should": more}} if more else must


def _rewards(query: Query, expansion: Expansion) -> Iterator[Dsl]:
    """What only adds: words near each other, in the title, in the reference code."""
    near: list[str] = []
    for term in query.terms:
        pattern = patterns(term, expansion)[0]
        if isinstance(term, Word) and len(pattern.slots) == 1:
            near.append(pattern.slots[0].exact)
        for slot in pattern.slots:
            if not slot.prefixes:
                yield _synonyms("title", title_keys(slot), TITLE_BOOST)
        code = code_keys(pattern)
        if code:
            yield _phrase("code", code, boost=CODE_BOOST)
    if len(near) > 1:
        yield _phrase("body", near, boost=NEAR_BOOST, slop=NEAR_SLOP)


# --- Elasticsearch's


def _key(field: str, key: str, boost: float) -> Dsl:
    return {"term": {field: {"value": key, "boost": boost}}}


def _synonyms(field: str, keys: Sequence[str] | frozenset[str], boost: float = 1.0) -> Dsl:
    """Any of the keys, scored as if they were one word."""
    if len(keys) == 1:
        return _key(field, next(iter(keys)), boost)
    return {"match": {field: {"query": "\t".join(sorted(keys)), "analyzer": "keys", "boost": boost}}}


def _phrase(field: str, lines: Sequence[str], *, boost: float = 1.0, slop: int = 0) -> Dsl:
    """Lines of keys at consecutive positions."""
    return {
        "match_phrase": {field: {"query": "\n".join(lines), "analyzer": "asked_keys", "boost": boost, "slop": slop}}
    }


def _any_of(queries: Sequence[Dsl]) -> Dsl:
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries)}}
