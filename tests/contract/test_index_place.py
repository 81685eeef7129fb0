# SPDX-License-Identifier: EUPL-1.2
"""The contract of `IndexPlace`: a new index takes the old one's place, and nobody who searches meanwhile notices."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from schemas.errors import ArhivarError
from schemas.search import SearchFilters
from search.elastic_index import ElasticAddress, ElasticIndex
from search.elastic_place import ElasticPlace
from search.index import SearchIndex
from search.place import IndexPlace
from search.query import parse_query
from search.tantivy_place import TantivyPlace
from tests.contract.search_backends import EACH, found, page
from tests.services import require


@pytest.fixture(params=EACH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexPlace]:
    if request.param == "tantivy":
        yield TantivyPlace(tmp_path / "index")
        return
    server = require("elasticsearch")
    address = ElasticAddress(
        server["url"], server["api_key"], Path(server["ca_certificate"]), f"arhivar-test-{token_hex(6)}"
    )
    yield ElasticPlace(address, grace_seconds=1)
    index = ElasticIndex(address)
    index.delete_indices([*index.own_indices(), *index.unused_indices()])
    index.close()


@pytest.fixture
def opened(place: IndexPlace) -> Iterator[Callable[[], SearchIndex]]:
    indexes: list[SearchIndex] = []

    def opener() -> SearchIndex:
        indexes.append(place.open())
        return indexes[-1]

    yield opener
    for index in indexes:
        index.close()


def test_an_index_is_lost_until_it_was_written(place: IndexPlace, opened: Callable[[], SearchIndex]) -> None:
    assert place.is_lost()
    opened().write([page(1, "hotărârea")])
    assert not place.is_lost()


def test_a_new_index_is_not_seen_before_it_takes_the_place(
    place: IndexPlace, opened: Callable[[], SearchIndex]
) -> None:
    opened().write([page(1, "hotărârea veche")])
    with place.build() as new:
        new.index.write([page(2, "hotărârea nouă"), page(3, "hotărârea nouă", access_class="public")])
        assert found(opened(), "hotararea") == [1]
        new.take_place()
        assert found(opened(), "hotararea", access_classes=["public", "staff"]) == [2, 3]
    assert found(opened(), "hotararea", access_classes=["public", "staff"]) == [2, 3]
    opened().write([page(4, "hotărârea de după", access_class="personal")])
    assert found(opened(), "hotararea", access_classes=["personal"]) == [4]


def test_one_that_takes_no_place_leaves_nothing(place: IndexPlace, opened: Callable[[], SearchIndex]) -> None:
    with place.build() as new:
        new.index.write([page(2, "hotărârea")])
    assert place.is_lost()
    with place.build() as new:
        new.index.write([page(1, "hotărârea")])
        new.take_place()
    assert found(opened(), "hotararea") == [1]


def test_what_a_killed_build_left_is_swept_and_what_is_in_use_stays(
    place: IndexPlace, opened: Callable[[], SearchIndex]
) -> None:
    with place.build() as first:
        first.index.write([page(1, "hotărârea")])
        first.take_place()
    killed = place.build()
    left = killed.__enter__()
    left.index.write([page(7, "hotărârea")])
    with place.build() as new:
        new.sweep_others()
        assert found(opened(), "hotararea") == [1]
        new.index.write([page(2, "hotărârea")])
        new.take_place()
    assert found(opened(), "hotararea") == [2]
    killed.__exit__(None, None, None)
    assert found(opened(), "hotararea") == [2]


def test_no_search_fails_and_no_hit_is_missing_while_the_place_is_taken(
    place: IndexPlace, opened: Callable[[], SearchIndex]
) -> None:
    pages = [page(number, "hotărârea consiliului") for number in range(1, 41)]
    opened().write(pages)
    stop, answers, errors = threading.Event(), [0], []
    searching = opened()
    query = parse_query("hotararea")

    def search() -> None:
        while not stop.is_set():
            try:
                total = searching.search(query, SearchFilters(), limit=50)
            except ArhivarError as error:
                errors.append(str(error))
                return
            answers[0] += 1
            if (total.total, len(total.hits)) != (40, 40):
                errors.append(f"{total.total} found, {len(total.hits)} shown")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            with place.build() as new:
                new.index.write(pages)
                before = answers[0]
                new.take_place()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert answers[0] > before > 0
