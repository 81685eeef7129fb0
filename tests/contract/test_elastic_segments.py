# SPDX-License-Identifier: EUPL-1.2
"""How many pieces Elasticsearch's indices are in: each search asks each of them about each key."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from search.elastic_index import ElasticIndex
from tests.contract.search_backends import BACK_ENDS, page

pytestmark = pytest.mark.services

WRITES = 6


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ElasticIndex]:
    opened = cast(ElasticIndex, BACK_ENDS["elasticsearch"](tmp_path))
    yield opened
    opened.delete_indices(opened.own_indices())
    opened.close()


def segments(index: ElasticIndex) -> list[int]:
    answer = index._client.indices.segments(index=index.own_indices()).body["indices"]
    return [len(copy["segments"]) for one in answer.values() for shard in one["shards"].values() for copy in shard]


def test_many_writes_are_put_together_into_few_segments(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.elastic_index._SEGMENTS", 1)  # a few small ones are put together by themselves
    for number in range(1, WRITES + 1):
        index.write([page(number, f"plan {number}")])
    assert max(segments(index)) > 1
    index.tidy()
    assert segments(index) == [1]
