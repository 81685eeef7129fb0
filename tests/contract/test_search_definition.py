# SPDX-License-Identifier: EUPL-1.2
"""Every search index finds exactly what the one definition of a match says (`search.matching`)."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.search import Facet, PageRecord, SearchFilters, SortBy, UnitHit
from schemas.unit import AccessClass
from search.analysis import analyse
from search.expansion import NO_EXPANSION, Alternative, Expansion
from search.index import SearchIndex, UnitRequest
from search.matching import Pattern, find_runs, patterns
from search.page_document import analyse_description, code_key, decades_of, years_of
from search.query import Clause, FondsIs, Item, Phrase, Place, Prefix, Query, Term, TitleHas, Word, YearIn
from tests.contract.search_backends import BACK_ENDS, EACH, page

# -- the definition

WORDS = [
    *("hotărîrea", "hotărâri", "consiliul", "consiliului", "popular", "casa", "case", "cas", "strada", "străzii"),
    *("12", "05", "1987", "12.05.1987", "567/2/1", "s-a", "sa", "într-o", "într-\no", "intro"),
    *("Ștefan", "stefan", "sînt", "sunt", "autori-\nzație", "autorizație", "plan"),
]


def random_pages(seed: int) -> list[PageRecord]:
    rng = random.Random(seed)
    return [
        page(
            number,
            "".join(f"{rng.choice(WORDS)}{rng.choice((' ', ' ', chr(10), ', '))}" for _ in range(rng.randint(0, 9))),
            unit=UUID(int=(unit := rng.randrange(7)) + 1 << 96),
            reference_code=f"PS/{unit * 7}",
            fonds=(None, "f0", "f1")[unit % 3],
            series=f"s{unit}" if unit % 2 else None,
            year_from=(None, 1948, 1955, 1961)[unit % 4],
            year_to=(None, 1952, 1973, 1961)[unit % 4],
            title=rng.choice(("dosar", "Planul casei", "Hotărâri 1987")),
            language=rng.choice(("ron", "hun", "fra", None)),
            access_class=rng.choice(list(AccessClass)),
        )
        for number in range(1, 61)
    ]


@pytest.fixture(scope="module", params=EACH)
def corpus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchIndex, list[PageRecord]]]:
    index = BACK_ENDS[request.param](tmp_path_factory.mktemp("corpus") / "index")
    records = random_pages(seed=3)
    index.write(records[:40])
    index.write(records[40:])
    yield index, records
    index.close()


def holds(query: Query, record: PageRecord, expansion: Expansion = NO_EXPANSION) -> bool:
    """The definition of a hit, by `search.matching` alone."""
    return all(_clause_holds(item.clause, record, expansion) != item.negated for item in query.items)


def _clause_holds(clause: Clause, record: PageRecord, expansion: Expansion) -> bool:
    title = analyse_description(record.title, record.language)
    match clause:
        case Word() | Prefix() | Phrase() | Place():
            code = analyse_description(record.reference_code, record.language)
            texts = (analyse(record.text, record.language), title, code)
            return any(find_runs(clause, one, expansion) for one in texts)
        case TitleHas():
            return bool(find_runs(Phrase(clause.text), title, expansion))
        case FondsIs():
            return record.fonds == clause.fonds
        case YearIn():
            years = years_of(record)
            first, last = clause.year_from or 0, clause.year_to or 9_999
            return years is not None and years[0] <= last and years[1] >= first
        case _:
            raise AssertionError(clause)


phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
prefixes = st.sampled_from(["ho", "hotărâ", "cas", "12/0", "12.0", "străz", "19", "autori", "s-a", "într-o"])
items = st.builds(
    Item,
    st.one_of(
        st.builds(Word, st.sampled_from([word for word in WORDS if "\n" not in word])),
        st.builds(Prefix, prefixes),
        st.builds(Phrase, phrases),
        st.builds(Place, phrases),
        st.builds(TitleHas, st.sampled_from(["planul", "casei planul", "plan casă", "hotărâre 1987", "dosare"])),
        st.builds(FondsIs, st.sampled_from(["f0", "f1"])),
        st.builds(YearIn, st.sampled_from([1950, 1965]), st.sampled_from([None, 1970])),
    ),
    st.booleans(),
)
queries = st.builds(Query, st.lists(items, min_size=1, max_size=3).map(tuple))
EXPANSION = Expansion(
    words={"casa": {"f:strada": 0.5, "ron:plan": 0.3}, "consiliul": {"f:stefan": 0.6}, "planul": {"f:hotararea": 0.2}},
    terms={Place("casa"): (Alternative("strada Ștefan", 0.5), Alternative("1987", 0.3))},
)
expansions = st.sampled_from([NO_EXPANSION, EXPANSION])


@settings(max_examples=150, deadline=None)
@given(query=queries, expansion=expansions)
def test_the_index_finds_what_the_definition_says(
    corpus: tuple[SearchIndex, list[PageRecord]], query: Query, expansion: Expansion
) -> None:
    index, records = corpus
    answer = index.search(query, SearchFilters(), limit=100, expansion=expansion)
    expected = [record.page for record in records if holds(query, record, expansion)]
    assert sorted(hit.page for hit in answer.hits) == expected
    assert answer.total == len(answer.hits)


@settings(max_examples=60, deadline=None)
@given(query=queries, expansion=expansions, gap=st.integers(0, 2))
def test_words_may_stand_between_a_pattern_s_own(
    corpus: tuple[SearchIndex, list[PageRecord]], query: Query, expansion: Expansion, gap: int
) -> None:
    def gapped(term: Term, expansion: Expansion = NO_EXPANSION) -> tuple[Pattern, ...]:
        return tuple(replace(pattern, gap=gap) for pattern in patterns(term, expansion))

    index, records = corpus
    with pytest.MonkeyPatch.context() as patch:
        for module in ("matching", "tantivy_query", "elastic_query"):
            patch.setattr(f"search.{module}.patterns", gapped)
        answer = index.search(query, SearchFilters(), limit=100, expansion=expansion)
        expected = [record.page for record in records if holds(query, record, expansion)]
    assert sorted(hit.page for hit in answer.hits) == expected


@settings(max_examples=60, deadline=None)
@given(query=queries, expansion=expansions, sort=st.sampled_from(SortBy))
def test_units_and_facets_are_those_of_the_pages(
    corpus: tuple[SearchIndex, list[PageRecord]], query: Query, expansion: Expansion, sort: SortBy
) -> None:
    index, records = corpus
    request = UnitRequest(query, expansion=expansion, sort=sort, facets=tuple(Facet), limit=100, pages=100)
    answer = index.search_units(request)
    expected = [record for record in records if holds(query, record, expansion)]
    assert (answer.pages, answer.units) == (len(expected), len({record.unit_id for record in expected}))
    assert {hit.unit_id: sorted(one.page for one in hit.pages) for hit in answer.hits} == {
        unit: [record.page for record in expected if record.unit_id == unit]
        for unit in {record.unit_id for record in expected}
    }
    assert {facet: {one.value: one.pages for one in values} for facet, values in answer.facets.items()} == {
        Facet.FONDS: Counter(record.fonds for record in expected if record.fonds),
        Facet.SERIES: Counter(record.series for record in expected if record.series),
        Facet.TYPE: {},
        Facet.DECADE: Counter(str(decade) for record in expected for decade in decades_of(record)),
        Facet.LANGUAGE: Counter(record.language for record in expected if record.language),
    }
    keys = [_sort_key(sort, hit) for hit in answer.hits]
    assert keys == sorted(keys)
    for hit in answer.hits:
        best = [(-page.score, page.page) for page in hit.pages]
        assert best == sorted(best)
        assert (hit.matching, hit.score) == (len(hit.pages), hit.pages[0].score)


def _sort_key(sort: SortBy, hit: UnitHit) -> tuple[object, ...]:
    match sort:
        case SortBy.RELEVANCE:
            return -hit.score, str(hit.unit_id)
        case SortBy.DATE:
            return hit.year_from is None, hit.year_from or 0, str(hit.unit_id)
        case SortBy.DATE_DESCENDING:
            return hit.year_to is None, -(hit.year_to or 0), str(hit.unit_id)
        case SortBy.CODE:
            return code_key(hit.reference_code), str(hit.unit_id)
