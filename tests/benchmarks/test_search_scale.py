# SPDX-License-Identifier: EUPL-1.2
"""What the benchmark of scale counts, and the queries that it asks."""

import os
import time
from pathlib import Path

import pytest

from benchmarks import search_words
from benchmarks.search_engines import TantivyEngine, cpu_of, elastic_server, open_engines
from benchmarks.search_pages import distractors
from benchmarks.search_queries import make_queries
from benchmarks.search_scale import Load, Scale, index_pages, measure, percentile, table
from search.query import parse_query


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile([1, 2, 3, 4], share) for share in (0.25, 0.5, 0.51, 0.95, 1.0)] == [1, 2, 3, 4, 4]
    assert percentile([7], 0.5) == 7


def test_cpu_time_of_a_process_grows_with_its_work() -> None:
    before = cpu_of(os.getpid())
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    assert 0.05 <= cpu_of(os.getpid()) - before < 5


def test_queries_are_the_same_at_each_run_and_all_of_them_parse() -> None:
    queries = make_queries(60)
    assert make_queries(60) == queries
    assert len(set(queries)) > 50
    assert all(parse_query(query).items for query in queries)


def test_no_server_is_asked_where_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ARHIVAR_TEST_SERVICES", raising=False)
    assert elastic_server() is None
    with pytest.raises(SystemExit, match="services-up"):
        open_engines(["elasticsearch"], tmp_path, "x")


def test_an_index_that_is_kept_is_used_again_and_another_is_emptied(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path / "index")
    assert not engine.is_filled()
    assert index_pages(engine, 20) > 0
    assert engine.disk_bytes() > 1_000
    assert TantivyEngine(tmp_path / "index", keep=True).is_filled()
    assert not TantivyEngine(tmp_path / "index").is_filled()


def test_queries_about_pages_that_are_there_find_them(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.index.write(distractors(300))
    scale = measure(engine, 300, [1, 4], ["nr"] * 50 + ["primaria", "zzzzzz", '"'], 0.002)
    assert [load.clients for load in scale.loads] == [1, 4]
    assert all(load.queries == 3 and load.nothing_found == 2 for load in scale.loads)
    assert all(0 < load.call_cpu_ms <= load.our_cpu_ms and load.p50_ms <= load.p95_ms for load in scale.loads)
    assert all(load.server_cpu_ms == 0 for load in scale.loads)
    assert all(0 < load.words_cpu_ms <= 2 * 30 / 3 for load in scale.loads), "at most 30 pages of one query in three"
    assert scale.index_cpu_s is None


def test_reading_the_words_of_a_page_costs_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_words, "UNITS", 2)
    monkeypatch.setattr(search_words, "PAGES", 3)
    assert 0 < search_words.reading_seconds() < 1


def test_the_table_has_a_row_a_number_of_clients() -> None:
    loads = (Load(1, 9, 1.2, 3.4, 5, 6, 7, 8, 0), Load(8, 9, 1.2, 3.4, 5, 6, 7, 8, 0))
    lines = table([Scale("tantivy", 12_500, 1.234, 5432.1, "2 processors", loads)]).splitlines()
    assert lines[2] == "| tantivy | 12,500 | 1 | 1 | 3 | 5.0 | 6.0 | 7.0 | 8.0 | 1.23 | 5432 |"
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {12}
