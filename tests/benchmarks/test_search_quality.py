# SPDX-License-Identifier: EUPL-1.2
"""What an answer is worth, by known values, and which aims a set of answers misses."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

import pytest

from benchmarks.judged import JudgedQuery, Score, ndcg, page_names, recall, sample_unit, score_classes
from benchmarks.search_quality import OTHER, Quality, ask, judge, missed, table
from schemas.errors import QueryMalformed
from schemas.search import FoundUnit, FoundUnits, SearchHit, Snippet
from search.service import SearchService


def query(kind: str, text: str, **grades: int) -> JudgedQuery:
    relevant = [{"page": page, "grade": grade, "because": "x"} for page, grade in grades.items()]
    return JudgedQuery.model_validate({"class": kind, "text": text, "relevant": relevant})


def test_recall_is_the_share_of_relevant_pages_among_the_first_ten() -> None:
    assert recall(["a", "x", "b"], {"a": 2, "b": 1, "c": 1, "d": 2}) == 0.5
    assert recall(["x"] * 10 + ["a"], {"a": 2}) == 0
    assert recall([], {"a": 2}) == 0


def test_ndcg_knows_order_and_grade() -> None:
    assert ndcg(["a", "b"], {"a": 2, "b": 1}) == 1
    # 1/log2(2) + 3/log2(3), over 3/log2(2) + 1/log2(3)
    assert ndcg(["b", "a"], {"a": 2, "b": 1}) == pytest.approx((1 + 3 / 1.58496) / (3 + 1 / 1.58496), abs=1e-5)
    assert ndcg(["x", "a"], {"a": 2}) == pytest.approx(0.63093, abs=1e-5)
    assert ndcg(["x"], {"a": 2}) == 0


def test_means_are_taken_by_class_and_over_all() -> None:
    answers = {
        query("cedilla", "q1", a=2): ["a"],
        query("cedilla", "q2", a=2): ["x"],
        query("prefix", "q3", a=2): ["a"],
    }
    assert score_classes(answers) == {"cedilla": Score(2, 0.5, 0.5), "prefix": Score(1, 1.0, 1.0)}
    quality = judge(answers)
    assert (quality.overall.recall, quality.overall.ndcg) == pytest.approx((2 / 3, 2 / 3))
    assert quality.overall.queries == 3
    assert quality.failures() == ["recall of cedilla 0.500", "recall 0.667", "nDCG 0.667"]
    assert [one["text"] for one in missed(answers)] == ["q2"]


def test_answers_that_meet_all_aims_fail_none() -> None:
    assert judge({query("prefix", "q", a=2): ["a"]}).failures() == []


def test_the_table_has_a_row_a_class_and_both_measures_of_each_engine() -> None:
    one = Quality(Score(2, 0.95, 0.9), {"prefix": Score(2, 0.95, 0.9)})
    lines = table({"tantivy": one, "elasticsearch": one}).splitlines()
    assert lines[2] == "| prefix | 2 | 0.950 | 0.900 | 0.950 | 0.900 |"
    assert lines[-1].startswith("| all | 2 |")
    assert {line.count("|") for line in lines} == {7}


class Service:
    """Answers with the pages given, each in the unit that it is of."""

    def __init__(self, found: Sequence[tuple[UUID, int, float]]) -> None:
        self._found = found

    def find(self, text: str, *_filters: object, **_wanted: object) -> FoundUnits:
        if text == '"':
            raise QueryMalformed(position=1, problem_ro="x", problem_en="x")
        units = dict.fromkeys(unit for unit, _, _ in self._found)
        hits = tuple(_unit(unit, [one[1:] for one in self._found if one[0] == unit]) for unit in units)
        return FoundUnits(query=text, pages=len(self._found), units=len(hits), hits=hits)


def _unit(unit: UUID, pages: Sequence[tuple[int, float]]) -> FoundUnit:
    shown = {"unit_id": unit, "reference_code": "PS", "title": ""}
    hits = tuple(
        SearchHit(**shown, page=page, score=score, snippet=Snippet(text="", marks=()), marks=())
        for page, score in pages
    )
    return FoundUnit(**shown, unit_version=1, score=pages[0][1], matching=len(pages), pages=hits)


def test_an_answer_is_the_ten_best_pages_of_all_units() -> None:
    permits, stranger = sample_unit("permits-1987"), UUID(int=1)
    assert permits in page_names()
    service = Service([(permits, 7, 3.0), (permits, 9, 1.0), (stranger, 1, 2.0)])
    assert ask(cast(SearchService, service), "x") == ["permits-1987/7", OTHER, "permits-1987/9"]
    many = Service([(permits, page, float(page)) for page in range(12, 0, -1)])
    assert ask(cast(SearchService, many), "x") == [f"permits-1987/{page}" for page in range(12, 2, -1)]


def test_a_query_that_is_refused_finds_nothing() -> None:
    assert ask(cast(SearchService, Service([])), '"') == []
