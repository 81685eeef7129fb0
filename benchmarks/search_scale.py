# SPDX-License-Identifier: EUPL-1.2
"""What a search costs as an archive grows: CPU time, waiting time by clients at once, indexing, bytes.

Pages come from `benchmarks.search_pages`, queries from `.search_queries`. Each query is asked as the API asks: by
`SearchService.find` with an access filter, all facets, hits grouped by unit with their best pages, snippets and marks.
CPU milliseconds a query are given four times:

* **server**: Elasticsearch's processes with all their threads, from /proc;
* **call**: the threads that ask, inside the index's `search_units`: all that the search itself takes of tantivy;
* **ours**: all of this process: the call, understanding the query, snippets, marks, the answer. Places of words are
  made up, since no store has these pages; that is not in it;
* **words**: what comes to ours where a store has them: the pages shown, by what one takes that was not read before
  (`benchmarks.search_words`).

Indexing counts the analysis, not the making of pages; for Elasticsearch it is the server's CPU time and ours together.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from threading import Lock
from time import perf_counter, process_time, thread_time
from typing import cast
from uuid import UUID

from benchmarks.processes import machine_load
from benchmarks.search_engines import Engine, elastic_server, open_engines
from benchmarks.search_pages import distractors
from benchmarks.search_queries import make_queries
from benchmarks.search_words import reading_seconds
from schemas.errors import QueryMalformed
from schemas.placed_words import PlacedWords
from schemas.search import Facet, PageRecord, SearchFilters, UnitPage
from schemas.unit import AccessClass
from search.index import SearchIndex, UnitRequest
from search.service import SearchService

SIZES = (12_500, 125_000)
CLIENTS = (1, 8, 32)
QUERIES = 400
CLERK = SearchFilters(access_classes=(AccessClass.PUBLIC, AccessClass.STAFF))
_WARM_UP = 50
_SERVER_WARM_UP = 1_000
"""So many queries, others than those measured, before the first measure of a server: one that was just started still
compiles what it runs, and it is meant to run for months.
"""
_UNITS = 10
_PAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Load:
    """What queries cost with so many clients at once. Times in milliseconds."""

    clients: int
    queries: int
    p50_ms: float
    p95_ms: float
    server_cpu_ms: float
    call_cpu_ms: float
    our_cpu_ms: float
    words_cpu_ms: float
    nothing_found: int


@dataclass(frozen=True, slots=True)
class Scale:
    """One engine at one size. `index_cpu_s` is for 1,000 pages; None where the index was there already."""

    engine: str
    pages: int
    index_cpu_s: float | None
    bytes_a_page: float
    machine: str
    loads: tuple[Load, ...]


class _MadePages:
    """The generator's pages, and what making them took."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self.cpu_seconds = 0.0

    def __iter__(self) -> Iterator[PageRecord]:
        made = distractors(self._pages)
        while True:
            before = thread_time()
            page = next(made, None)
            self.cpu_seconds += thread_time() - before
            if page is None:
                return
            yield page


class _Watched:
    """Passes all on to an index, adds up what `search_units` takes, and keeps the texts of hits for `words_of`."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._adding = Lock()
        self._texts: dict[tuple[UUID, int, int], str] = {}
        self.call_seconds = 0.0
        self.made_up_seconds = 0.0
        self.pages_shown = 0

    def __getattr__(self, name: str) -> object:
        """What is not counted is the index's own."""
        return getattr(self._index, name)

    def search_units(self, request: UnitRequest) -> UnitPage:
        """See `SearchIndex.search_units`."""
        before = thread_time()
        found = self._index.search_units(request)
        spent = thread_time() - before
        texts = {(hit.unit_id, hit.unit_version, hit.page): hit.text for unit in found.hits for hit in unit.pages}
        with self._adding:
            self.call_seconds += spent
            self._texts |= texts
        return found

    def words_of(self, unit_id: UUID, version: int, page: int) -> PlacedWords:
        """The page's words, all of them at the same place."""
        before = thread_time()
        text = self._texts[unit_id, version, page]
        words = PlacedWords.in_lines([row.split() for row in text.split("\n")], repeat(0, 4 * len(text.split())))
        with self._adding:
            self.made_up_seconds += thread_time() - before
            self.pages_shown += 1
        return words


def index_pages(engine: Engine, pages: int) -> float:
    """Put the pages in; CPU seconds for 1,000 of them."""
    made = _MadePages(pages)
    before = engine.cpu_seconds()
    engine.index.write(made)
    engine.index.tidy()
    return (engine.cpu_seconds() - before - made.cpu_seconds) / pages * 1000


def measure_load(engine: Engine, queries: Sequence[str], clients: int, reading: float) -> Load:
    """Ask all the queries, so many at once. `reading`: CPU seconds to read one page's words from a store."""
    watched = _Watched(engine.index)
    service = SearchService(cast(SearchIndex, watched), watched.words_of)
    warm_up, asked = queries[:_WARM_UP], queries[_WARM_UP:]
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda text: ask(service, text), warm_up))
        watched.call_seconds = watched.made_up_seconds = 0.0
        watched.pages_shown = 0
        ours, server = process_time(), engine.server_seconds()
        answers = list(pool.map(lambda text: ask(service, text), asked))
        ours, server = process_time() - ours, engine.server_seconds() - server
    times = sorted(seconds for seconds, _ in answers)
    per_query = 1000 / len(asked)
    return Load(
        clients=clients,
        queries=len(asked),
        p50_ms=1000 * percentile(times, 0.5),
        p95_ms=1000 * percentile(times, 0.95),
        server_cpu_ms=server * per_query,
        call_cpu_ms=watched.call_seconds * per_query,
        our_cpu_ms=(ours - watched.made_up_seconds) * per_query,
        words_cpu_ms=reading * watched.pages_shown * per_query,
        nothing_found=sum(not pages for _, pages in answers),
    )


def settle(engine: Engine, queries: Iterable[str]) -> None:
    """Ask what is not measured."""
    service = SearchService(engine.index, lambda _unit, _version, _page: None)
    for text in queries:
        ask(service, text)


def ask(service: SearchService, text: str) -> tuple[float, int]:
    """Seconds to the answer, and how many pages match; none for a query that is refused."""
    before = perf_counter()
    try:
        found = service.find(text, CLERK, facets=tuple(Facet), limit=_UNITS, pages=_PAGES_SHOWN)
    except QueryMalformed:
        return perf_counter() - before, 0
    return perf_counter() - before, found.pages


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so large a share is not above (nearest rank)."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def measure(
    engine: Engine,
    pages: int,
    clients: Sequence[int],
    queries: Sequence[str],
    reading: float,
    unmeasured: Sequence[str] = (),
) -> Scale:
    """Fill the index where it is empty, and ask."""
    cost = None if engine.is_filled() else index_pages(engine, pages)
    if engine.server_seconds():
        settle(engine, unmeasured)
    loads = tuple(measure_load(engine, queries, count, reading) for count in clients)
    return Scale(engine.name, pages, cost, engine.disk_bytes() / pages, machine_load(), loads)


def table(results: Iterable[Scale]) -> str:
    """Markdown: a row a size and number of clients."""
    rows = [
        "| engine | pages | clients | p50 ms | p95 ms | server CPU ms | call CPU ms | our CPU ms | words CPU ms "
        "| indexing CPU s/1,000 | bytes/page |",
        "| --- " * 11 + "|",
    ]
    for one in results:
        cost = "–" if one.index_cpu_s is None else f"{one.index_cpu_s:.2f}"
        rows += [
            f"| {one.engine} | {one.pages:,} | {load.clients} | {load.p50_ms:.0f} | {load.p95_ms:.0f} "
            f"| {load.server_cpu_ms:.1f} | {load.call_cpu_ms:.1f} | {load.our_cpu_ms:.1f} | {load.words_cpu_ms:.1f} "
            f"| {cost} | {one.bytes_a_page:.0f} |"
            for load in one.loads
        ]
    return "\n".join(rows)


def main() -> int:
    """`python -m benchmarks.search_scale`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, action="append", help="sizes; more than once for several")
    parser.add_argument("--clients", type=int, action="append", help="how many ask at once; more than once for several")
    parser.add_argument("--queries", type=int, default=QUERIES, help="how many are asked in each measure")
    parser.add_argument("--engine", action="append", choices=["tantivy", "elasticsearch"], help="only these")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="where indexes and search-scale.json go")
    parser.add_argument("--keep", action="store_true", help="leave the indexes, and use those that were left")
    given = parser.parse_args()
    names = given.engine or ["tantivy", *(["elasticsearch"] if elastic_server() else [])]
    queries = make_queries(given.queries + _WARM_UP + _SERVER_WARM_UP)
    queries, unmeasured = queries[:-_SERVER_WARM_UP], queries[-_SERVER_WARM_UP:]
    results: list[Scale] = []
    reading = reading_seconds()
    given.out.mkdir(parents=True, exist_ok=True)
    for pages in given.pages or SIZES:
        for engine in open_engines(names, given.out, f"scale-{pages}", keep=given.keep):
            results.append(measure(engine, pages, given.clients or CLIENTS, queries, reading, unmeasured))
            if not given.keep:
                engine.drop()
            report = json.dumps([asdict(one) for one in results], indent=2)
            (given.out / "search-scale.json").write_text(report + "\n", "utf-8")
    print(table(results))
    for one in results:
        print(f"{one.engine}, {one.pages:,} pages: {one.machine}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
