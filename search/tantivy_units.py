# SPDX-License-Identifier: EUPL-1.2
"""Hits of tantivy by unit: a count of each unit's pages, the order of units, and the best pages of those shown.

Tantivy groups nothing by score. So all units with pages that match are counted by an aggregation, whose keys hold what
dates and codes are put in order by; for relevance the best pages are taken until enough units are among them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import DocAddress, Order, Searcher
from tantivy import Query as TantivyQuery
from tantivy import SearchResult as TantivyResult

from schemas.search import Facet, FacetValue, SortBy, UnitHit, UnitPage
from search.facets import facet_values
from search.index import UnitRequest
from search.page_document import to_unit_hit
from search.tantivy_document import to_record, unit_rank_of, unit_rank_of_id
from search.tantivy_query import QueryBuilder

_SPARE_HITS = 16
_FIRST_HITS = 200
_MAX_UNITS = 65_000
"""What tantivy counts at most in one aggregation."""


@dataclass(frozen=True, slots=True)
class ClassQuery:
    """A request's query against one access class."""

    searcher: Searcher
    builder: QueryBuilder
    built: TantivyQuery


@dataclass(slots=True)
class _Unit:
    """A unit with pages that match, in whatever classes."""

    rank: int
    unit_id: str
    first_year: int | None
    last_year: int | None
    code: str
    matching: int = 0
    where: list[ClassQuery] = field(default_factory=list)


_Found = tuple[float, int, Searcher, DocAddress]
"""A page that matches: score, rank, and where it is."""


def find_units(request: UnitRequest, queries: Sequence[ClassQuery]) -> UnitPage:
    """Answer a request that was checked. Raises what tantivy raises, and ValueError for a damaged record."""
    units, facets = _count(request, queries)
    ranked = bool(request.query.terms)
    wanted = slice(request.offset, request.offset + request.limit)
    known: Mapping[int, list[_Found]] = {}
    if request.sort is SortBy.RELEVANCE and ranked and request.limit:
        order, known = _by_relevance(request, queries, units)
    else:
        order = sorted(units.values(), key=_ORDERS[request.sort])
    hits = []
    for unit in order[wanted]:
        found = known.get(unit.rank, [])
        if len(found) < min(request.pages, unit.matching):
            found = [
                (score, rank, one.searcher, address)
                for one in dict.fromkeys(unit.where)
                for score, rank, address in best(
                    one.searcher, one.builder.within(one.built, unit.unit_id), request.pages, ranked=ranked
                )[1]
            ]
            found.sort(key=_best_first)
        hits.append(_show(unit, found[: request.pages]))
    return UnitPage(
        pages=sum(unit.matching for unit in units.values()),
        units=len(units),
        hits=tuple(hits),
        facets=facets,
    )


def best(
    searcher: Searcher, query: TantivyQuery, need: int, *, ranked: bool
) -> tuple[int, list[tuple[float, int, DocAddress]]]:
    """The count of all hits and the first `need` of them, or a few more, as (score, rank, address).

    Tantivy breaks ties by where a document happens to lie. So enough hits are taken to hold all that are as good as the
    last one needed, and equals are put into order here.
    """
    if not ranked:
        result = searcher.search(query, limit=max(1, need), order_by_field="rank", order=Order.Asc)
        return total(result), [(0.0, int(rank), address) for rank, address in result.hits[:need]]
    asked = need + _SPARE_HITS
    while True:
        result = searcher.search(query, limit=asked)
        hits = result.hits
        if need == 0 or len(hits) < asked or hits[-1][0] < hits[need - 1][0]:
            break
        asked *= 4
    found = sorted(_with_ranks(searcher, hits), key=_best_first)
    return total(result), [(score, rank, address) for score, rank, _, address in found[:need]]


def total(result: TantivyResult) -> int:
    """How many hits there are in all."""
    return int(result.count)  # type: ignore[attr-defined]  # left out of tantivy's own stubs


def _count(
    request: UnitRequest, queries: Iterable[ClassQuery]
) -> tuple[dict[str, _Unit], dict[Facet, tuple[FacetValue, ...]]]:
    """The units with pages that match, by id, and the facets that are asked for."""
    asked = {"unit": {"terms": {"field": "unit", "size": _MAX_UNITS}}}
    if request.facets:
        asked["facets"] = {"terms": {"field": "facets", "size": _MAX_UNITS}}
    units: dict[str, _Unit] = {}
    keys: list[tuple[str, int]] = []
    for one in queries:
        counted = one.searcher.aggregate(one.built, asked)
        for bucket in counted["unit"]["buckets"]:
            unit = _read_unit(bucket["key"])
            known = units.setdefault(unit.unit_id, unit)
            known.matching += bucket["doc_count"]
            known.where.append(one)
        if request.facets:
            keys += ((bucket["key"], bucket["doc_count"]) for bucket in counted["facets"]["buckets"])
    return units, facet_values(request.facets, keys)


def _read_unit(key: str) -> _Unit:
    unit_id, first, last, code = key.split("\t")
    return _Unit(unit_rank_of_id(unit_id), unit_id, int(first) if first else None, int(last) if last else None, code)


_ORDERS = {
    SortBy.RELEVANCE: lambda unit: unit.unit_id,  # where nothing ranks
    SortBy.DATE: lambda unit: (unit.first_year is None, unit.first_year, unit.unit_id),
    SortBy.DATE_DESCENDING: lambda unit: (unit.last_year is None, -(unit.last_year or 0), unit.unit_id),
    SortBy.CODE: lambda unit: (unit.code, unit.unit_id),
}


def _by_relevance(
    request: UnitRequest, queries: Sequence[ClassQuery], units: Mapping[str, _Unit]
) -> tuple[list[_Unit], Mapping[int, list[_Found]]]:
    """The first units needed, best page first, and by unit the pages that are known to be the best of all."""
    need = min(request.offset + request.limit, len(units))
    asked = max(_FIRST_HITS, 2 * need)
    by_rank = {unit.rank: unit for unit in units.values()}
    while True:
        found: list[_Found] = []
        floor = float("-inf")  # what scores above it is among those found
        for one in queries:
            hits = one.searcher.search(one.built, limit=asked, count=False).hits
            found.extend(_with_ranks(one.searcher, hits))
            if len(hits) == asked:
                floor = max(floor, hits[-1][0])
        by_unit: dict[int, list[_Found]] = {}
        found.sort(key=_best_first)
        for page in found:
            if page[0] <= floor:
                break
            by_unit.setdefault(unit_rank_of(page[1]), []).append(page)
        if len(by_unit) >= need:
            return [by_rank[unit] for unit in by_unit], by_unit
        asked *= 4


def _with_ranks(searcher: Searcher, hits: Sequence[tuple[float, DocAddress]]) -> list[_Found]:
    ranks = searcher.fast_field_values("rank", [address for _, address in hits])
    return [(score, int(rank or 0), searcher, address) for (score, address), rank in zip(hits, ranks, strict=True)]


def _best_first(page: _Found) -> tuple[float, int]:
    return -page[0], page[1]


def _show(unit: _Unit, pages: Sequence[_Found]) -> UnitHit:
    shown = [(to_record(searcher.doc(address)), score) for score, _, searcher, address in pages]
    return to_unit_hit(shown, unit.matching)
