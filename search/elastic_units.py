# SPDX-License-Identifier: EUPL-1.2
"""Hits of Elasticsearch by unit, in two requests: the first says which units and counts all that matches, the second
fetches the best pages of the units shown, and of no others.

Collapsing with inner hits in one request was measured to cost four times as much.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.search import Facet, FacetValue, SortBy, UnitHit, UnitPage
from search.elastic_document import to_record
from search.elastic_query import Dsl, within_units
from search.facets import facet_values
from search.index import UnitRequest
from search.page_document import to_unit_hit

_EXACT_UNITS = 40_000
"""Up to so many units their number is exact; it is the most that Elasticsearch offers."""
_EXACT_KEYS = 10_000
"""Up to so many different `search.facets.facets_key` counts of facets are exact."""
_SORTS: Mapping[SortBy, Sequence[Dsl]] = {
    SortBy.RELEVANCE: [{"_score": "desc"}, {"unit_id": "asc"}, {"page": "asc"}],
    SortBy.DATE: [{"year_from": {"order": "asc", "missing": "_last"}}, {"unit_id": "asc"}],
    SortBy.DATE_DESCENDING: [{"year_to": {"order": "desc", "missing": "_last"}}, {"unit_id": "asc"}],
    SortBy.CODE: [{"code_key": "asc"}, {"unit_id": "asc"}],
}
_BY_ID = [{"unit_id": "asc"}]

Answer = Mapping[str, Any]


def units_body(request: UnitRequest, built: Dsl) -> Dsl:
    """The first request: the units' ids in their order, how many there are, and the facets."""
    counted: Dsl = {"units": {"cardinality": {"field": "unit_id", "precision_threshold": _EXACT_UNITS}}}
    if request.facets:
        counted["facets"] = {"terms": {"field": "facets", "size": _EXACT_KEYS, "shard_size": _EXACT_KEYS}}
    silent = request.sort is SortBy.RELEVANCE and not request.query.terms
    return {
        "query": built,
        "from_": request.offset,
        "size": request.limit,
        "sort": _BY_ID if silent else _SORTS[request.sort],
        "collapse": {"field": "unit_id"},
        "source": False,
        "track_total_hits": True,
        "aggregations": counted,
    }


def unit_ids(answer: Answer) -> list[str]:
    """The units that the first request found, in order."""
    return [hit["fields"]["unit_id"][0] for hit in answer["hits"]["hits"]]


def pages_body(request: UnitRequest, built: Dsl, ids: Sequence[str]) -> Dsl:
    """The second request: how many pages of each unit match, and the best of them."""
    best = {
        "size": request.pages,
        "sort": [{"_score": "desc"}, {"page": "asc"}],
        "track_scores": True,
        "_source": True,
    }
    return {
        "query": within_units(built, ids),
        "size": 0,
        "track_total_hits": False,
        "aggregations": {
            "units": {
                "terms": {"field": "unit_id", "size": len(ids)},
                "aggregations": {"best": {"top_hits": best}},
            }
        },
    }


def to_unit_page(request: UnitRequest, units: Answer, pages: Answer | None) -> UnitPage:
    """What both requests answered; the second was not sent where no unit is shown."""
    counted = units.get("aggregations")
    if counted is None:  # none of the access classes has ever had a page
        return no_units(request)
    shown = {} if pages is None else {one["key"]: one for one in pages["aggregations"]["units"]["buckets"]}
    return UnitPage(
        pages=units["hits"]["total"]["value"],
        units=counted["units"]["value"],
        hits=tuple(_unit_hit(shown[one]) for one in unit_ids(units) if one in shown),
        facets=_facets(request.facets, counted),
    )


def no_units(request: UnitRequest) -> UnitPage:
    """The answer where nothing matches."""
    return UnitPage(pages=0, units=0, hits=(), facets=facet_values(request.facets, ()))


def _unit_hit(bucket: Answer) -> UnitHit:
    hits = bucket["best"]["hits"]["hits"]
    return to_unit_hit([(to_record(hit), float(hit["_score"] or 0.0)) for hit in hits], bucket["doc_count"])


def _facets(asked: Sequence[Facet], counted: Answer) -> dict[Facet, tuple[FacetValue, ...]]:
    keys = ((bucket["key"], bucket["doc_count"]) for bucket in counted["facets"]["buckets"]) if asked else ()
    return facet_values(asked, keys)
