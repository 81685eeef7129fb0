# SPDX-License-Identifier: EUPL-1.2
"""The generated archive: the same at each run, in the shapes of a real one, without what the judged queries ask for."""

from collections import Counter
from itertools import groupby, islice
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from benchmarks.judged import page_names
from benchmarks.page_shapes import Facts
from benchmarks.page_words import inflect, suffix_rules, vocabulary
from benchmarks.search_pages import distractors
from schemas.search import PageRecord
from schemas.unit import AccessClass
from search.analysis import fold


@pytest.fixture(scope="module")
def pages() -> list[PageRecord]:
    return list(distractors(2_500))


@pytest.fixture(scope="module")
def spread() -> list[PageRecord]:
    """Every tenth page of many units."""
    return list(islice(distractors(15_000), 0, None, 10))


def test_the_same_seed_gives_the_same_pages_and_more_pages_begin_with_fewer(pages: list[PageRecord]) -> None:
    assert list(distractors(300)) == pages[:300]
    assert next(iter(distractors(1, seed=4))) != pages[0]


def test_pages_are_made_one_by_one() -> None:
    assert len(list(islice(distractors(10**12), 3))) == 3


def test_units_have_100_to_300_pages_numbered_from_1(pages: list[PageRecord]) -> None:
    units = [list(unit) for _, unit in groupby(pages, key=lambda page: page.unit_id)]
    assert all(100 <= len(unit) <= 300 for unit in units[:-1])
    assert all([page.page for page in unit] == list(range(1, len(unit) + 1)) for unit in units)
    assert len({unit[0].reference_code for unit in units}) == len(units)
    assert {unit[0].unit_id for unit in units}.isdisjoint(page_names())


def test_pages_have_about_350_words_in_several_languages_and_access_classes(spread: list[PageRecord]) -> None:
    assert 300 <= mean(len(page.text.split()) for page in spread if page.document_type != "registru agricol") <= 400
    languages = Counter(page.language for page in spread)
    assert set(languages) == {"ron", "hun", "deu"}
    assert languages["ron"] > 0.7 * len(spread)
    assert {page.access_class for page in spread} == set(AccessClass)
    assert len({page.series for page in spread}) >= 8
    assert len({page.fonds for page in spread}) == 4


def test_words_follow_zipf(pages: list[PageRecord]) -> None:
    counted = Counter(
        fold(word) for page in pages if page.language == "ron" for word in page.text.split() if word.islower()
    )
    ranked = [count for _, count in counted.most_common()]
    assert 0.6 <= -np.polyfit(np.log(range(10, 1000)), np.log(ranked[10:1000]), 1)[0] <= 1.4
    assert len(ranked) > 10_000


def test_a_text_is_spelled_as_in_its_year(spread: list[PageRecord]) -> None:
    old = " ".join(page.text for page in spread if page.language == "ron" and 1953 <= (page.year_from or 0) < 1993)
    new = " ".join(page.text for page in spread if page.language == "ron" and (page.year_from or 0) >= 1993)
    assert old.count(" sînt ") > 20 + 20 * old.count(" sunt ")
    assert new.count(" sunt ") > 20 + 20 * new.count(" sînt ")


def test_some_letters_are_wrong_but_few(spread: list[PageRecord]) -> None:
    known = {fold(word) for word in vocabulary("ron").words}
    words = [
        fold(word)
        for page in spread
        if page.language == "ron" and (page.year_from or 0) >= 1993
        for word in page.text.split()
        if word.isalpha() and word.islower()
    ]
    strange = sum(word not in known for word in words) / len(words)
    assert 0.02 <= strange <= 0.25


def test_the_house_of_the_judged_queries_is_in_no_fact() -> None:
    class Last:
        """Draws the first street, then house 12."""

        values = iter([0.0, 11 / 180 + 0.001])

        def random(self) -> float:
            return next(self.values)

    assert Facts(1974, Last()).fill("str. {street} nr. {house}") == "str. Mărășești nr. 18"  # type: ignore[arg-type]


def test_suffix_rules_make_the_forms_of_a_word(tmp_path: Path) -> None:
    (tmp_path / "x.aff").write_text("SET UTF-8\nSFX F Y 3\nSFX F ă e ă\nSFX F 0 lor [^a]ă\nSFX F a b a\n", "utf-8")
    rules = suffix_rules(tmp_path / "x.aff")
    assert inflect("casă", "F", rules) == ["case", "casălor"]
    assert inflect("casă", "G", rules) == []
