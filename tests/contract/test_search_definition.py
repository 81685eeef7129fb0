# SPDX-License-Identifier: EUPL-1.2
"""Every search index finds exactly what the one definition of a match says (`search.matching`)."""

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.search import PageRecord, SearchFilters
from schemas.unit import AccessClass
from search.analysis import analyse
from search.index import SearchIndex
from search.matching import find_runs
from search.query import Item, Phrase, Prefix, Query, Word
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


def holds(query: Query, record: PageRecord) -> bool:
    """The definition of a hit, by `search.matching` alone."""
    texts: Sequence[tuple[str, str | None]] = (
        (record.text, record.language),
        (record.title, record.language),
        (record.title, None),
        (record.reference_code, record.language),
    )
    return all(
        any(find_runs(item.clause, analyse(*one)) for one in texts) != item.negated
        for item in query.items
        if isinstance(item.clause, Word | Prefix | Phrase)
    )


items = st.builds(
    Item,
    st.one_of(
        st.builds(Word, st.sampled_from([word for word in WORDS if "\n" not in word])),
        st.builds(
            Prefix, st.sampled_from(["ho", "hotărâ", "cas", "12/0", "12.0", "străz", "19", "autori", "s-a", "într-o"])
        ),
        st.builds(Phrase, st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)),
    ),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(query=st.builds(Query, st.lists(items, min_size=1, max_size=3).map(tuple)))
def test_the_index_finds_what_the_definition_says(corpus: tuple[SearchIndex, list[PageRecord]], query: Query) -> None:
    index, records = corpus
    answer = index.search(query, SearchFilters(), limit=100)
    assert sorted(hit.page for hit in answer.hits) == [record.page for record in records if holds(query, record)]
    assert answer.total == len(answer.hits)
