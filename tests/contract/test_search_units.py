# SPDX-License-Identifier: EUPL-1.2
"""What every search index promises of units, facets, sorts and expansions (`SearchIndex.search_units`)."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from schemas.errors import IndexVersion
from schemas.search import Facet, FacetValue, PageRecord, SearchFilters, SortBy, UnitPage
from schemas.unit import AccessClass
from search.expansion import NO_EXPANSION, Alternative, Expansion
from search.index import MAX_HITS, MAX_PAGES, SearchIndex, UnitRequest
from search.query import FondsIs, Item, Phrase, Place, Query, SeriesIs, TitleHas, TypeIs, Word, parse_query
from tests.contract.search_backends import MINUTES, PERMITS, Opener, page

PUBLIC = SearchFilters(access_classes=(AccessClass.PUBLIC,))


def unit(number: int) -> UUID:
    return UUID(int=number << 96)


def query(*clauses: Word | Phrase | Place | TitleHas | FondsIs | SeriesIs | TypeIs) -> Query:
    return Query(tuple(Item(clause) for clause in clauses))


def ask(index: SearchIndex, text: str, **given: object) -> UnitPage:
    return index.search_units(UnitRequest(parse_query(text), **given))  # type: ignore[arg-type]  # of many kinds


def places(answer: UnitPage) -> list[tuple[int, list[int]]]:
    """The units, by the numbers that `unit` made them of, with their pages."""
    return [(hit.unit_id.int >> 96, [one.page for one in hit.pages]) for hit in answer.hits]


def values(answer: UnitPage, facet: Facet) -> dict[str, int]:
    return {one.value: one.pages for one in answer.facets[facet]}


# -- grouping


def test_hits_come_by_unit_with_the_best_pages_of_each(index: SearchIndex) -> None:
    filler = "vorba " * 60
    index.write([page(1, f"plan {filler}", unit(1)), page(2, "plan plan plan", unit(1)), page(3, "casa", unit(1))])
    index.write([page(1, f"plan {filler}{filler}", unit(2)), page(9, f"plan plan {filler}", unit(2))])
    answer = ask(index, "plan", pages=1)
    assert places(answer) == [(1, [2]), (2, [9])]
    assert (answer.pages, answer.units) == (4, 2)
    assert [hit.matching for hit in answer.hits] == [2, 2]
    assert places(ask(index, "plan")) == [(1, [2, 1]), (2, [9, 1])]
    assert all(hit.score == hit.pages[0].score > 0 for hit in answer.hits)


def test_a_unit_hit_says_of_the_unit_what_its_pages_say(index: SearchIndex) -> None:
    record = page(
        3,
        "planul",
        fonds="Primăria",
        series="VII/B",
        document_type="plan",
        year_from=1950,
        year_to=1951,
        title="Planuri",
    )
    index.write([record])
    (hit,) = ask(index, "plan").hits
    assert (hit.unit_id, hit.unit_version, hit.matching) == (record.unit_id, 1, 1)
    assert (hit.reference_code, hit.title, hit.fonds) == (record.reference_code, "Planuri", "Primăria")
    assert (hit.series, hit.document_type, hit.year_from, hit.year_to) == ("VII/B", "plan", 1950, 1951)
    assert hit.pages[0].text == "planul"


def test_units_and_pages_are_those_of_the_pages_found(index: SearchIndex) -> None:
    records = [page(number, "plan " * (number % 5), unit(number % 7 + 1)) for number in range(1, 60)]
    index.write(records)
    for text in ("plan", "-plan", "dosar", "pla*"):
        answer = ask(index, text, limit=50, pages=100)
        found = index.search(parse_query(text), SearchFilters(), limit=100)
        assert {(hit.unit_id, one.page) for hit in answer.hits for one in hit.pages} == {
            (hit.unit_id, hit.page) for hit in found.hits
        }
        assert (answer.pages, answer.units) == (found.total, len({hit.unit_id for hit in found.hits}))
        by_best = list(dict.fromkeys(hit.unit_id for hit in found.hits))
        assert [hit.unit_id for hit in answer.hits] == by_best
        assert all(hit.matching == len(hit.pages) for hit in answer.hits)


def test_equal_scores_stand_by_unit_id_then_page_and_paging_repeats_nothing(index: SearchIndex) -> None:
    for first in (2, 1):  # two writes, so that equals lie in different places
        index.write(page(number, "pagina", unit(one)) for one in range(first, 24, 2) for number in (3, 2, 1))
    for text in ("pagina", "-nimic", "pagi*"):
        found = [places(ask(index, text, limit=5, offset=offset, pages=2)) for offset in range(0, 25, 5)]
        assert [one for some in found for one in some] == [(number, [1, 2]) for number in range(1, 24)]


def test_a_unit_with_pages_in_several_classes_is_one_hit_of_those_named(index: SearchIndex) -> None:
    index.write(page(number, "plan", unit(1), access_class=one) for number, one in enumerate(AccessClass, start=1))
    answer = ask(index, "plan", facets=tuple(Facet))
    assert (answer.pages, answer.units, answer.hits[0].matching) == (4, 1, 4)
    assert values(answer, Facet.LANGUAGE) == {"ron": 4}
    answer = ask(index, "plan", filters=PUBLIC, facets=tuple(Facet))
    assert (answer.pages, answer.units, places(answer)) == (1, 1, [(1, [1])])
    assert values(answer, Facet.LANGUAGE) == {"ron": 1}


def test_an_index_without_pages_has_no_units(index: SearchIndex) -> None:
    for classes in ((), (AccessClass.PUBLIC,), tuple(AccessClass)):
        answer = ask(index, "plan", filters=SearchFilters(access_classes=classes), facets=tuple(Facet))
        assert (answer.pages, answer.units, answer.hits) == (0, 0, ())
        assert dict(answer.facets) == dict.fromkeys(Facet, ())


def test_a_limit_of_none_counts(index: SearchIndex) -> None:
    index.write([page(1, "plan", unit(1)), page(2, "plan", unit(2))])
    answer = ask(index, "plan", limit=0, facets=(Facet.LANGUAGE,))
    assert (answer.pages, answer.units, answer.hits) == (2, 2, ())
    assert values(answer, Facet.LANGUAGE) == {"ron": 2}


@pytest.mark.parametrize(
    "given",
    [
        {"limit": -1},
        {"offset": -1},
        {"limit": 1, "offset": MAX_HITS},
        {"limit": MAX_HITS + 1},
        {"pages": 0},
        {"pages": MAX_PAGES + 1},
    ],
)
def test_more_than_can_be_shown_is_refused(index: SearchIndex, given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        ask(index, "plan", **given)
    assert ask(index, "plan", limit=1, offset=MAX_HITS - 1).hits == ()


# -- order


@pytest.fixture
def dated(index: SearchIndex) -> SearchIndex:
    described: Sequence[dict[str, object]] = (
        {"reference_code": "PS/12", "year_from": 1950, "year_to": 1980},
        {"reference_code": "PS/9", "year_from": 1960, "year_to": 1961},
        {"reference_code": "ps/0010", "year_to": 1949},
        {"reference_code": "A 1", "year_from": 1950},
        {"reference_code": "PS/9/2"},
    )
    for number, one in enumerate(described, start=1):
        index.write(page(at, "plan", unit(number), **one) for at in (1, 2))
    return index


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (SortBy.RELEVANCE, [1, 2, 3, 4, 5]),
        (SortBy.DATE, [3, 1, 4, 2, 5]),
        (SortBy.DATE_DESCENDING, [1, 2, 4, 3, 5]),
        (SortBy.CODE, [4, 2, 5, 3, 1]),
    ],
)
def test_units_come_in_the_order_asked_for(dated: SearchIndex, sort: SortBy, order: list[int]) -> None:
    texts = ("-nimic",) if sort is SortBy.RELEVANCE else ("plan", "-nimic")  # a short code makes a word weigh more
    for text in texts:
        assert [number for number, _ in places(ask(dated, text, sort=sort))] == order
        halves = [places(ask(dated, text, sort=sort, limit=3, offset=offset, pages=1)) for offset in (0, 3)]
        assert [number for half in halves for number, _ in half] == order


def test_in_another_order_too_a_unit_s_best_pages_come_first(index: SearchIndex) -> None:
    index.write([page(1, "plan " + "vorba " * 50, unit(1)), page(2, "plan plan", unit(1))])
    (hit,) = ask(index, "plan", sort=SortBy.CODE).hits
    assert [one.page for one in hit.pages] == [2, 1]
    assert hit.score == hit.pages[0].score > hit.pages[1].score


# -- facets and filters


@pytest.fixture
def described(index: SearchIndex) -> SearchIndex:
    index.write(
        [
            page(
                1, "plan", unit(1), fonds="Primăria", series="VII", document_type="plan", year_from=1948, year_to=1961
            ),
            page(
                2, "plan", unit(1), fonds="Primăria", series="VII", document_type="plan", year_from=1948, year_to=1961
            ),
            page(1, "plan", unit(2), fonds="primăria", series="VIII", year_from=1969, language="deu_latf"),
            page(1, "plan", unit(3), fonds="Școala  nr. 1", document_type="Plan", year_to=1970, language="deu"),
            page(1, "casa", unit(4), fonds="Primăria", series="VII", language=None),
        ]
    )
    return index


def test_facets_count_the_pages_that_match(described: SearchIndex) -> None:
    answer = ask(described, "plan", facets=tuple(Facet), limit=1)
    assert [(one.value, one.pages) for one in answer.facets[Facet.FONDS]] == [("Primăria", 3), ("Școala  nr. 1", 1)]
    assert values(answer, Facet.SERIES) == {"VII": 2, "VIII": 1}
    assert values(answer, Facet.TYPE) == {"plan": 3}
    assert [(one.value, one.pages) for one in answer.facets[Facet.DECADE]] == [
        ("1960", 3),
        ("1940", 2),
        ("1950", 2),
        ("1970", 1),
    ]
    assert values(answer, Facet.LANGUAGE) == {"deu": 2, "ron": 2}
    assert set(ask(described, "plan", facets=(Facet.TYPE,)).facets) == {Facet.TYPE}
    assert ask(described, "plan").facets == {}


def test_facets_count_as_the_filters_choose(described: SearchIndex) -> None:
    answer = ask(described, "plan", facets=tuple(Facet), filters=SearchFilters(languages=("deu",)))
    assert values(answer, Facet.FONDS) == {"primăria": 1, "Școala  nr. 1": 1}
    assert values(answer, Facet.LANGUAGE) == {"deu": 2}


def test_a_facet_s_value_as_filter_finds_as_many_pages_as_it_counts(described: SearchIndex) -> None:
    fields = {
        Facet.FONDS: "fonds",
        Facet.SERIES: "series",
        Facet.TYPE: "document_types",
        Facet.DECADE: "decades",
        Facet.LANGUAGE: "languages",
    }
    for facet, counted in ask(described, "-nimic", facets=tuple(Facet)).facets.items():
        for one in counted:
            filters = SearchFilters.model_validate({fields[facet]: (one.value,)})
            assert ask(described, "-nimic", filters=filters).pages == one.pages


def test_at_most_a_hundred_values_are_counted_the_most_frequent_first(index: SearchIndex) -> None:
    index.write(page(number, "plan", series=f"S{number:03}") for number in range(1, 121))
    index.write(page(number, "plan", unit(2), series="S119") for number in (1, 2))
    found = ask(index, "plan", facets=(Facet.SERIES,)).facets[Facet.SERIES]
    assert found[0] == FacetValue(value="S119", pages=3)
    assert [one.value for one in found[1:]] == [f"S{number:03}" for number in range(1, 100)]


@pytest.mark.parametrize(
    ("filters", "pages"),
    [
        ({"fonds": ("PRIMĂRIA",)}, 4),
        ({"fonds": ("școala nr. 1", "Primăria")}, 5),
        ({"fonds": ("Prim",)}, 0),
        ({"series": ("VII",), "fonds": ("primăria",)}, 3),
        ({"document_types": ("plan",)}, 3),
        ({"decades": (1940,)}, 2),
        ({"decades": (1940, 1970)}, 3),
        ({"languages": ("deu",)}, 2),
        ({"languages": ("deu_latf", "ron")}, 3),
        ({"languages": ("deu",), "language": "ron"}, 0),
    ],
)
def test_of_several_values_in_a_filter_one_must_hold(
    described: SearchIndex, filters: dict[str, object], pages: int
) -> None:
    assert ask(described, "-nimic", filters=SearchFilters.model_validate(filters)).pages == pages


@pytest.mark.parametrize(
    ("filters", "pages"),
    [
        ({"year_from": -(10**30), "year_to": 10**30}, 4),
        ({"year_from": 10**30}, 0),
        ({"decades": (10**30, -(10**30), 1_955)}, 0),
        ({"unit": "x" * 40_000}, 0),
        ({"language": "x" * 40_000}, 0),
        ({"languages": ("x" * 40_000,)}, 0),
        ({"fonds": ("\x00", "*", "x" * 40_000), "languages": ("[",)}, 0),
    ],
)
def test_hostile_filters_find_nothing_and_break_nothing(
    described: SearchIndex, filters: dict[str, object], pages: int
) -> None:
    assert ask(described, "-nimic", filters=SearchFilters.model_validate(filters)).pages == pages


@pytest.mark.parametrize(
    ("clause", "pages"),
    [
        (FondsIs("primăria"), 4),
        (FondsIs("prim"), 0),
        (SeriesIs("vii"), 3),
        (TypeIs("PLAN"), 3),
    ],
)
def test_fields_of_the_description_choose_and_do_not_score(
    described: SearchIndex, clause: FondsIs | SeriesIs | TypeIs, pages: int
) -> None:
    answer = described.search_units(UnitRequest(query(clause)))
    assert (answer.pages, {hit.score for hit in answer.hits}) == (pages, {0.0} if pages else set())
    assert described.search(Query((Item(clause, negated=True),)), SearchFilters()).total == 5 - pages
    with_word = described.search(query(clause, Word("plan")), SearchFilters())
    alone = {(hit.unit_id, hit.page): hit.score for hit in described.search(query(Word("plan")), SearchFilters()).hits}
    assert all(hit.score == pytest.approx(alone[hit.unit_id, hit.page]) for hit in with_word.hits)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("autorizatiile de construire", [1]),
        ("autorizațiilor", [1, 2]),
        ("construire autorizații", []),
        ("mare", []),
        ("…", []),
    ],
)
def test_a_title_has_words_side_by_side_whatever_the_text_has(index: SearchIndex, text: str, pages: list[int]) -> None:
    index.write(
        [
            page(1, "strada Mare", title="Autorizații de construire"),
            page(2, "de construire", title="Autorizația", language="hun"),
            page(3, "autorizații de construire", title="Diverse"),
        ]
    )
    found = index.search(query(TitleHas(text)), SearchFilters())
    assert sorted(hit.page for hit in found.hits) == pages
    assert all(hit.score == 0 for hit in found.hits)


# -- expansions


def expanded(index: SearchIndex, asked: Query, expansion: Expansion) -> list[int]:
    """The pages found, best first."""
    return [hit.page for hit in index.search(asked, SearchFilters(), 100, expansion=expansion).hits]


def test_a_word_is_found_as_it_was_misread_and_less_so(index: SearchIndex) -> None:
    index.write([page(1, "strada Marasestl nr. 12"), page(2, "strada Mărășești nr. 12"), page(3, "strada Mare")])
    index.write(page(number, "strada Mărășești din vale nr. 4") for number in range(10, 20))
    asked = query(Word("marasesti"), Word("12"))
    assert expanded(index, asked, NO_EXPANSION) == [2]
    slip = Expansion(words={"marasesti": {"f:marasestl": 0.5}})
    assert expanded(index, asked, slip) == [2, 1]
    assert expanded(index, query(Phrase("strada Mărășești nr")), slip) == [2, 1]
    assert expanded(index, query(Word("marasesti")), slip)[-1] == 1  # for all that it is rare


def test_a_place_is_found_by_its_other_names_too(index: SearchIndex) -> None:
    index.write(
        [
            page(1, "la Temesvár"),
            page(2, "orașul Timișoara"),
            page(3, "Wien"),
            page(4, "Orașul  Stalin"),
            page(5, "un oraș, apoi Stalin"),
        ]
    )
    place = Place("Timișoara")
    names = Expansion(terms={place: (Alternative("Temesvar", 0.5), Alternative("orașul Stalin", 0.4))})
    assert sorted(expanded(index, query(place), names)) == [1, 2, 4]
    assert expanded(index, query(place), names)[0] == 2
    assert expanded(index, query(place), NO_EXPANSION) == [2]
    left_out = Query((Item(place, negated=True),))
    assert sorted(expanded(index, left_out, names)) == [3, 5]


# -- access classes


def test_a_thousand_restricted_pages_change_nothing_of_an_answer(index: SearchIndex) -> None:
    def answers() -> list[object]:
        found: list[object] = []
        for text in ("plan", "plan casa", '"planul casei"', "-casa", "pla*", "12/1974", "stradă plan"):
            found.extend(ask(index, text, sort=sort, filters=PUBLIC, facets=tuple(Facet)) for sort in SortBy)
            found.append(index.search(parse_query(text), PUBLIC, expansion=slips))
        found.append(index.search_units(UnitRequest(query(Word("plan")), PUBLIC, slips)))
        return found

    def pages(units: Sequence[UUID], access: AccessClass, count: int) -> list[PageRecord]:
        texts = ("planul casei", "plan și stradă", "nr. 12/1974 plan", "casa", "plun")
        return [
            page(
                number,
                texts[number % len(texts)] + " vorba" * (number % 11),
                units[number % len(units)],
                access_class=access,
                fonds=f"Fond {number % 3}",
                series=f"S{number % 4}",
                year_from=1900 + number % 90,
                title=f"dosar {number % len(units)}",
            )
            for number in range(1, count + 1)
        ]

    slips = Expansion(words={"plan": {"f:plun": 0.5}})
    index.write(pages([unit(1), unit(2), unit(3)], AccessClass.PUBLIC, 40))
    before = answers()
    index.write(pages([unit(number) for number in range(4, 40)], AccessClass.RESTRICTED, 1_000))
    index.write([page(900 + number, "planul casei", unit(1), access_class="restricted") for number in range(20)])
    assert answers() == before


def test_a_unit_that_moves_to_a_stricter_class_is_gone_from_the_open_one(index: SearchIndex) -> None:
    index.write(page(number, "plan", unit(1), access_class="public") for number in (1, 2))
    index.write(page(number, "plan", unit(1), access_class="staff") for number in (1, 2))
    assert ask(index, "plan", filters=PUBLIC, facets=(Facet.LANGUAGE,)) == UnitPage(
        pages=0, units=0, hits=(), facets={Facet.LANGUAGE: ()}
    )
    assert ask(index, "plan").units == 1


def test_other_units_stay_when_one_is_removed(index: SearchIndex) -> None:
    index.write([page(1, "plan", PERMITS), page(1, "plan", MINUTES)])
    index.remove_unit(PERMITS)
    assert [hit.unit_id for hit in ask(index, "plan").hits] == [MINUTES]


def test_an_index_of_another_text_analysis_is_found_out(open_index: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    open_index().write([page(1, "plan")])
    for module in ("tantivy_index", "elastic_document"):
        monkeypatch.setattr(f"search.{module}.fingerprint", lambda: "another")
    with pytest.raises(IndexVersion):
        ask(open_index(), "plan")
