# SPDX-License-Identifier: EUPL-1.2
"""What people find (`search.service.SearchService`), whatever index is asked."""

from uuid import UUID

import pytest

from schemas.placed_words import PlacedWords
from schemas.places import PlaceName
from schemas.search import Facet, FoundUnits, SearchFilters, SortBy, Suggestion, SuggestionKind
from schemas.unit import AccessClass
from search.index import SearchIndex
from search.places import Places
from search.service import SearchService
from tests.contract.search_backends import MINUTES, PERMITS, page
from tests.search.builders import lines_of

PLACES = Places(PlaceName(id="t", name=name) for name in ("Timișoara", "Temesvár", "Temeschwar"))
STAFF = SearchFilters(access_classes=(AccessClass.STAFF,))
TEXTS = {
    (PERMITS, 1): "AUTORIZAŢIE DE CONSTRUCŢIE\nstr. Mărăşeşti nr.12 din 1974",
    (PERMITS, 2): "Autorizalie de constructle\nstrada Măragești nr. 14 din 1974",
    (PERMITS, 3): "Schiță de plan, str. Horea",
    (MINUTES, 1): "Temesvár szabad királyi város\nhotărârea numitului Ion Popescu",
    (MINUTES, 2): "Proces-verbal de autorizare a ședinței, str. Mărului",
}


class Service(SearchService):
    """With the pages' own words, and places."""

    def __init__(self, index: SearchIndex) -> None:
        super().__init__(index, self.words_of, lambda: PLACES)

    @staticmethod
    def words_of(unit: UUID, version: int, number: int) -> PlacedWords:
        assert version == 1
        return PlacedWords.of(lines_of(TEXTS[unit, number]))


@pytest.fixture
def service(index: SearchIndex) -> Service:
    index.write(
        [
            page(number, text, unit, title="Permise de construire" if unit == PERMITS else "Procese-verbale")
            for (unit, number), text in TEXTS.items()
        ]
    )
    return Service(index)


def pages(found: FoundUnits) -> list[tuple[UUID, int]]:
    return [(hit.unit_id, one.page) for hit in found.hits for one in hit.pages]


def test_units_come_with_their_best_pages_snippets_and_marks(service: Service) -> None:
    found = service.find("autorizatie constructie marasesti 1974", STAFF, facets=(Facet.LANGUAGE,))
    assert (found.query, found.units, found.pages) == ("autorizatie constructie marasesti 1974", 1, 2)
    assert pages(found) == [(PERMITS, 1), (PERMITS, 2)]
    best, second = found.hits[0].pages
    assert [mark.text for mark in best.marks] == ["AUTORIZAŢIE", "CONSTRUCŢIE", "Mărăşeşti", "1974"]
    assert [mark.text for mark in second.marks] == ["Autorizalie", "constructle", "Măragești", "1974"]
    assert next(second.snippet.text[start:end] for start, end in second.snippet.marks) == "Autorizalie"
    assert [(value.value, value.pages) for value in found.facets[Facet.LANGUAGE]] == [("ron", 2)]
    assert found.did_you_mean is None


def test_a_page_that_was_misread_is_found_after_those_that_were_not(service: Service) -> None:
    found = service.find("autorizatie", STAFF, pages=10)
    assert pages(found)[0] == (PERMITS, 1)
    assert (PERMITS, 2) in pages(found)


def test_pages_alone_are_found_alike(service: Service) -> None:
    found = service.search("autorizatie constructie", STAFF)
    assert [(hit.unit_id, hit.page) for hit in found.hits] == [(PERMITS, 1), (PERMITS, 2)]
    assert [mark.text for mark in found.hits[1].marks] == ["Autorizalie", "constructle"]


@pytest.mark.parametrize("query", ["Timișoara", "timisoarei", "Temeschwar", '"Temeschwar"'])
def test_a_place_is_found_and_marked_under_another_name(service: Service, query: str) -> None:
    found = service.find(query, STAFF)
    assert pages(found) == [(MINUTES, 1)]
    assert [mark.text for mark in found.hits[0].pages[0].marks] == ["Temesvár"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("marasetsi", "mărășești"),
        ("hotraarea", "hotărârea"),
        ("constrcutie 1974", "construcţie 1974"),
        ("sednitei", "ședinței"),
    ],
)
def test_what_was_probably_meant_is_offered_as_pages_write_it_and_found(
    service: Service, typed: str, meant: str
) -> None:
    found = service.find(typed, STAFF)
    assert found.did_you_mean is not None
    assert found.did_you_mean.translate(str.maketrans("şţ", "șț")) == meant.translate(str.maketrans("şţ", "șț"))
    assert found.hits


@pytest.mark.parametrize("typed", ["autorizatie", "hotararea popescu", "locomotiva", "1974", "unit:PS/7", "xyzxyzxyz"])
def test_nothing_is_offered_where_the_query_finds_or_nothing_is_like_it(service: Service, typed: str) -> None:
    assert service.find(typed, STAFF).did_you_mean is None


def test_what_was_begun_goes_on(service: Service) -> None:
    found = service.suggest("mar", (AccessClass.STAFF,), 10)
    assert Suggestion(text="Mărășești", kind=SuggestionKind.STREET, pages=1) in found
    assert Suggestion(text="Mărului", kind=SuggestionKind.STREET, pages=1) in found
    assert Suggestion(text="marasesti", kind=SuggestionKind.WORD, pages=1) in found
    assert service.suggest("Popes", (AccessClass.STAFF,)) == (
        Suggestion(text="Ion Popescu", kind=SuggestionKind.NAME, pages=1),
        Suggestion(text="popescu", kind=SuggestionKind.WORD, pages=1),
    )
    assert service.suggest("permise de c", (AccessClass.STAFF,)) == (
        Suggestion(text="Permise de construire", kind=SuggestionKind.TITLE, pages=3),
    )
    assert service.suggest("ps/", (AccessClass.STAFF,))[0].kind is SuggestionKind.CODE
    assert [one.text for one in service.suggest("STR. Hor", (AccessClass.STAFF,))] == ["Horea"]
    assert service.suggest("m", (AccessClass.STAFF,)) == ()
    assert service.suggest("mar", ()) == ()
    assert len(service.suggest("mar", (AccessClass.STAFF,), 2)) == 2


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_so_many_suggestions_are_refused(service: Service, limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        service.suggest("mar", (AccessClass.STAFF,), limit)


def test_no_answer_shows_that_there_is_something_the_reader_may_not_see(index: SearchIndex, service: Service) -> None:
    queries = ("autorizatie", "marasetsi", "timisoara", "locomotva", "hotararea", "constructle", "secretul de stat")
    begun = ("mar", "loc", "sec", "str. pl", "pop", "ps", "permise")

    def answers() -> list[object]:
        found: list[object] = [
            service.find(query, STAFF, sort=sort, facets=tuple(Facet))
            for query in queries
            for sort in (SortBy.RELEVANCE, SortBy.CODE)
        ]
        return found + [service.suggest(one, STAFF.access_classes, 10) for one in begun]

    before = answers()
    secret = UUID(int=99)
    index.write(
        page(
            number,
            "Secretul locomotivei: str. Mărășești, str. Plopilor, numitul Popa Ion, autorizatle constructle hotararca",
            secret,
            title="Permise secrete",
            access_class=AccessClass.RESTRICTED,
        )
        for number in range(1, 60)
    )
    assert answers() == before
