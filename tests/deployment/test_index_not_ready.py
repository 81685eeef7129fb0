# SPDX-License-Identifier: EUPL-1.2
"""A cluster that answers, and whose shards are not up yet: it is waited for a little, and is then an error to retry."""

import threading
import time
from collections.abc import Iterator
from secrets import token_hex

import pytest

from schemas.errors import IndexUnavailable
from schemas.search import SearchFilters
from search.elastic_document import definition
from search.elastic_index import ElasticIndex
from search.query import parse_query
from tests.deployment.conftest import drop_indices, elastic_address
from tests.search.builders import page
from tests.services import require

pytestmark = pytest.mark.services
_REQUIRED = "index.routing.allocation.require._name"


@pytest.fixture
def index() -> Iterator[ElasticIndex]:
    """An index of which no shard is up."""
    address = elastic_address(require("elasticsearch"), f"arhivar-test-{token_hex(6)}")
    opened = ElasticIndex(address)
    made = definition()
    opened._client.indices.create(
        index=f"{address.prefix}-staff-000001",
        aliases={f"{address.prefix}-staff": {}},
        settings={**made["settings"], _REQUIRED: "nowhere"},
        mappings=made["mappings"],
        wait_for_active_shards=0,
    )
    yield opened
    opened.close()
    drop_indices(address)


def bring_up(index: ElasticIndex) -> None:
    index._client.indices.put_settings(index=index.own_indices(), settings={_REQUIRED: None})


def pages(index: ElasticIndex) -> int:
    return index.search(parse_query("hotararea"), SearchFilters()).total


def test_shards_that_come_up_within_seconds_are_waited_for(index: ElasticIndex) -> None:
    coming = threading.Timer(1.0, bring_up, (index,))
    coming.start()
    assert pages(index) == 0
    coming.join()
    index.write([page(1, "hotărârea consiliului")])
    assert pages(index) == 1


def test_shards_that_stay_down_are_an_error_that_a_retry_helps(index: ElasticIndex) -> None:
    began = time.monotonic()
    with pytest.raises(IndexUnavailable) as caught:
        pages(index)
    assert caught.value.retryable
    assert time.monotonic() - began > 4
