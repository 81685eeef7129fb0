# SPDX-License-Identifier: EUPL-1.2
"""What the query language promises, every index keeps: the guide's examples, dates, numbers of acts, labels."""

import pytest

from schemas.search import SearchFilters
from search.analysis import analyse
from search.index import SearchIndex
from search.matching import find_runs
from search.query import MAX_TERMS, parse_query
from tests.contract.search_backends import found, page
from tests.search.guide import EXAMPLES, records

WRITTEN = (
    *(
        "12.05.1987",
        "12.5.1987",
        "12/5/87",
        "12.V.1987",
        "12 mai 1987",
        "1987. május 12.",
        "12 mai anul 1987",
        "12.05.1988",
    ),
    *("nr. 123/12.05.1987", "nr. 123 din 12 mai 1987", "123/1987", "nr. 123 din 1987", "123 lei, 5 la sută, în 1987"),
    *(
        "18/31 martie 1915",
        "1.XI.947",
        "1 noiembrie 1947",
        "567/2/1",
        "567/1/2",
        "123 de pagini de la 12 la 14, adică din 1987",
    ),
    *(
        "strada Mărășești nr.12",
        "str. Mărăşeşti 12",
        "Mărășești 12",
        "b-dul Mărășești nr. 12",
        "12, Mărășești",
        "p-ța Mare",
    ),
)
ASKED = (
    *(
        "12.05.1987",
        "12/5/87",
        "12.V.1987",
        "12 mai 1987",
        "1987-05-12",
        "18 martie 1915",
        "1 brumar 947",
        "12.05.1887",
    ),
    *(
        "nr. 123 din 1987",
        "123/1987",
        "123/12.05.1987",
        "nr. 123 din 12 mai 1987",
        "1.204/1995",
        "nr. 1204 din 10.03.1995",
        "567/2",
        "567/2/1",
        "din data de 12.5.1987",
    ),
    *(
        "str. Mărășești",
        '"Mărășești 12"',
        '"bd. Mărășești 12"',
        "piața",
        '"piața Mare"',
        "str. maras*",
        "nr. 12",
    ),
)


def test_the_examples_of_the_guide_find_what_it_says(index: SearchIndex) -> None:
    index.write(records())
    numbers = {text: ", ".join(map(str, found(index, text))) for text in EXAMPLES}
    assert numbers == EXAMPLES


def test_dates_acts_and_labels_are_found_where_they_would_be_marked(index: SearchIndex) -> None:
    texts = [f"Se arată că {text} este scris." for text in WRITTEN]
    index.write(page(number, text, reference_code="X") for number, text in enumerate(texts, 1))
    for asked in ASKED:
        (term,) = parse_query(asked).terms
        marked = [number for number, text in enumerate(texts, 1) if find_runs(term, analyse(text, "ron"))]
        assert found(index, str(term)) == marked, asked


@pytest.mark.parametrize(
    "same",
    [
        ["12.05.1987", "12/5/87", "12.V.1987", "12 mai 1987", "1987. május 12.", "12 mai anul 1987"],
        ["nr. 123/12.05.1987", "nr. 123 din 12 mai 1987", "123 din data de 12.V.1987"],
        ["nr. 123/1987", "nr. 123 din 1987", "123 din luna mai anul 1987"],
    ],
)
def test_what_is_written_as_it_was_typed_comes_first(index: SearchIndex, same: list[str]) -> None:
    index.write(page(number, f"Se aprobă {text}.") for number, text in enumerate(same, 1))
    for number, asked in enumerate(same[:2], 1):
        hits = index.search(parse_query(asked), SearchFilters()).hits
        assert hits[0].page == number, asked
        assert len(hits) == len(same)


def test_the_longest_queries_are_answered(index: SearchIndex) -> None:
    index.write([page(1, "plan")])
    for asked in (
        "12.V.1887",
        "7/18.03.1915",
        '"nr. 1 b-dul 3 nr. 4"',
        "piața",
        "bd. construcțiilor",
        "nr. 7 din 1987",
    ):
        words = len(analyse(asked, None))
        assert found(index, " ".join([asked] * (MAX_TERMS // words))) == []
