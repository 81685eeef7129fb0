# SPDX-License-Identifier: EUPL-1.2
"""From our query to Elasticsearch's. Raw text never reaches a query parser: every key is a term of its own.

Runs of slots become span queries, the ones that take several keys at a position.
"""

from collections.abc import Iterator, Sequence
from typing import Any

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

Dsl = dict[str, Any]


def build_query(query: Query, filters: SearchFilters) -> Dsl:
    """All items and all filters must hold."""
    chosen: list[Dsl] = list(_filters(filters))
    must: list[Dsl] = []
    must_not: list[Dsl] = []
    for item in query.items:
        built = _clause(item.clause)
        silent = isinstance(item.clause, UnitIs | LanguageIs | YearIn)
        (must_not if item.negated else chosen if silent else must).append(built)
    near = _near(query)
    parts: Dsl = {"filter": chosen, "must": must, "must_not": must_not, "should": [] if near is None else [near]}
    return {"bool": {name: clauses for name, clauses in parts.items() if clauses}} if any(parts.values()) else _ALL


_ALL: Dsl = {"match_all": {"boost": 0.0}}


def unit_query(unit_id: str, version: int | None = None, *, other: bool = False) -> Dsl:
    """A unit's pages: of all versions, of one, or of all the others."""
    parts: Dsl = {"filter": [{"term": {"unit_id": unit_id}}]}
    if version is not None:
        parts.setdefault("must_not" if other else "filter", []).append({"term": {"version": version}})
    return {"bool": parts}


def _filters(filters: SearchFilters) -> Iterator[Dsl]:
    if filters.unit is not None:
        yield _clause(UnitIs(filters.unit))
    if filters.year_from is not None or filters.year_to is not None:
        yield _clause(YearIn(filters.year_from, filters.year_to))
    if filters.language is not None:
        yield _clause(LanguageIs(filters.language))


def _clause(clause: Clause) -> Dsl:
    match clause:
        case UnitIs():
            return {"term": {"unit_code": plain_code(clause.reference_code)}}
        case LanguageIs():
            return {"term": {"language": clause.language}}
        case YearIn():
            return _years(clause)
        case _:
            return _term(clause)


def _years(years: YearIn) -> Dsl:
    """Units whose dates meet the years: begun before their end, ended after their beginning."""
    begun: Dsl = {"exists": {"field": "year_from"}}
    ended: Dsl = {"exists": {"field": "year_to"}}
    if years.year_to is not None:
        begun = {"range": {"year_from": {"lte": years.year_to}}}
    if years.year_from is not None:
        ended = {"range": {"year_to": {"gte": years.year_from}}}
    return {"bool": {"filter": [begun, ended]}}


def _term(term: Term) -> Dsl:
    found = [
        {"function_score": {"query": _pattern(field, pattern), "boost": weight}}
        for pattern in patterns(term)
        for field, weight in TEXT_FIELDS.items()
    ]
    return {"dis_max": {"queries": found, "tie_breaker": OTHER_VIEWS}}


def _pattern(field: str, pattern: Pattern) -> Dsl:
    if len(pattern.slots) == 1:
        return _single(field, pattern.slots[0])
    should: list[Dsl] = []
    exact = [slot.exact for slot in pattern.slots if not slot.prefixes]
    if len(exact) > 1:
        should.append(_span_phrase(field, exact, slop=0, boost=EXACT_PHRASE_BOOST))
    if pattern.whole is not None:
        should.append(_key(field, pattern.whole, WHOLE_BOOST))
    return {"bool": {"must": [_run(field, pattern.slots)], "should": should}}


def _single(field: str, slot: Slot) -> Dsl:
    if slot.prefixes:
        return {"bool": {"should": [{"prefix": {field: {"value": one}}} for one in sorted(slot.prefixes)]}}
    views = [_key(field, key, EXACT_BOOST if key == slot.exact else 1.0) for key in sorted(slot.keys)]
    return {"dis_max": {"queries": views, "tie_breaker": OTHER_VIEWS}}


def _run(field: str, slots: Sequence[Slot]) -> Dsl:
    """The slots side by side, in order."""
    return {"span_near": {"clauses": [_span(field, slot) for slot in slots], "slop": 0, "in_order": True}}


def _span(field: str, slot: Slot) -> Dsl:
    if slot.prefixes:
        options: list[Dsl] = [
            {"span_multi": {"match": {"prefix": {field: {"value": one}}}}} for one in sorted(slot.prefixes)
        ]
    else:
        options = [{"span_term": {field: key}} for key in sorted(slot.keys)]
    return options[0] if len(options) == 1 else {"span_or": {"clauses": options}}


def _near(query: Query) -> Dsl | None:
    """What ranks pages higher where the query's words stand close together, in its order."""
    exact = [
        pattern.slots[0].exact
        for term in query.terms
        if isinstance(term, Word) and len((pattern := patterns(term)[0]).slots) == 1
    ]
    return _span_phrase("body", exact, slop=NEAR_SLOP, boost=NEAR_BOOST) if len(exact) > 1 else None


def _span_phrase(field: str, keys: Sequence[str], *, slop: int, boost: float) -> Dsl:
    clauses = [{"span_term": {field: key}} for key in keys]
    return {"span_near": {"clauses": clauses, "slop": slop, "in_order": True, "boost": boost}}


def _key(field: str, key: str, boost: float = 1.0) -> Dsl:
    return {"term": {field: {"value": key, "boost": boost}}}
