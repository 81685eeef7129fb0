# SPDX-License-Identifier: EUPL-1.2
"""The back ends of the search index, and what its contract suites share.

A back end joins by one entry in `BACK_ENDS`: a function that opens the index of a place, as often as it is called.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from schemas.search import PageRecord, SearchFilters
from search.elastic_index import ElasticAddress, ElasticIndex
from search.index import SearchIndex
from search.query import parse_query
from search.tantivy_index import TantivyIndex
from tests.services import require

Opener = Callable[[], SearchIndex]


def _elastic(place: Path) -> SearchIndex:
    server = require("elasticsearch")
    prefix = f"arhivar-test-{sha256(str(place).encode()).hexdigest()[:16]}"
    return ElasticIndex(ElasticAddress(server["url"], server["api_key"], Path(server["ca_certificate"]), prefix))


BACK_ENDS: dict[str, Callable[[Path], SearchIndex]] = {"tantivy": TantivyIndex, "elasticsearch": _elastic}

EACH = ["tantivy", pytest.param("elasticsearch", marks=pytest.mark.services)]
"""The back ends as parameters of a fixture."""

PERMITS = UUID("1b671a64-40d5-591e-99b0-da01ff1f3341")
MINUTES = UUID("2c5ea4c0-4067-51e9-8bad-9b1deb4d3b7d")


def page(number: int, text: str, unit: UUID = PERMITS, **fields: object) -> PageRecord:
    given_fields: dict[str, object] = {
        "unit_id": unit,
        "unit_version": 1,
        "page": number,
        "reference_code": f"PS/{unit.int % 100}",
        "title": "dosar",
        "language": "ron",
        "text": text,
    }
    return PageRecord.model_validate(given_fields | fields)


def found(index: SearchIndex, query: str, **filters: object) -> list[int]:
    """The pages that a query finds, in order of number; the total must say the same."""
    answer = index.search(parse_query(query), SearchFilters.model_validate(filters), limit=100)
    assert answer.total == len(answer.hits)
    return sorted(hit.page for hit in answer.hits)
