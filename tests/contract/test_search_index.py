# SPDX-License-Identifier: EUPL-1.2
"""What every search index promises (`search.index.SearchIndex`), whatever back end it is made of."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from schemas.errors import QueryMalformed
from schemas.search import PageRecord, SearchFilters
from schemas.unit import AccessClass
from search.index import MAX_HITS, SearchIndex
from search.query import parse_query
from tests.contract.search_backends import MINUTES, PERMITS, Opener, found, page

# -- words: spelling, folding, inflection


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("hotărârea", "hotărîrea"),
        ("hotărîrea", "hotărârea"),
        ("hotararea", "hotărîrea"),
        ("hotarirea", "hotărârea"),
        ("hotărârea", "hotararea"),
        ("hotărâre", "Hotărârilor"),
        ("construcție", "constructii"),
        ("constructii", "construcţie"),
        ("autorizație", "autorizațiilor"),
        ("autorizatiilor", "autorizație"),
        ("stefan", "Ștefan"),
        ("Ştefan", "Ștefan"),
        ("Ștefan", "Ştefan"),
        ("ȘTEFAN", "stefan"),
        ("sedintei", "ședință"),
        ("marasesti", "Mărășești"),
        ("sunt", "sînt"),
        ("infiintare", "înființarea"),
        ("pamantului", "pămîntul"),
        ("străzi", "strada"),
        ("acte", "actul"),
    ],
)
def test_a_word_is_found_in_another_spelling_or_form(index: SearchIndex, query: str, written: str) -> None:
    index.write([page(1, f"Se aprobă {written} de mai jos"), page(2, "altceva cu totul")])
    assert found(index, query) == [1]


@pytest.mark.parametrize(
    ("query", "written", "language"),
    [
        ("épület", "épületek", "hun"),
        ("epuletek", "épület", "hun"),
        ("műemlék", "MUEMLEK", "hun"),
        ("Straße", "STRASSE", "deu"),
        ("hauser", "Häuser", "deu_latf"),
        ("élections", "election", "fra"),
        ("buildings", "building", "eng"),
    ],
)
def test_a_word_is_found_whatever_language_the_page_is_in(
    index: SearchIndex, query: str, written: str, language: str
) -> None:
    index.write([page(1, f"xxx {written} yyy", language=language), page(2, "zzz", language=language)])
    assert found(index, query) == [1]


@pytest.mark.parametrize("query", ["marfă", "primarul", "casa", "1978", "12.5.1978"])
def test_another_word_is_not_found(index: SearchIndex, query: str) -> None:
    index.write([page(1, "Consiliul popular, 12.05.1987, marți")])
    assert found(index, query) == []


@pytest.mark.parametrize("query", ["123/12.05.1987", "12.05.1987", "12.5.1987", "123", "05", "5", "1987", "nr. 123"])
def test_a_number_is_found_whole_and_by_its_parts(index: SearchIndex, query: str) -> None:
    index.write([page(1, "Autorizația nr. 123/12.05.1987 se eliberează"), page(2, "nr. 321/21.06.1978")])
    assert found(index, query) == [1]


def test_a_whole_number_is_a_run_and_not_a_bag_of_its_parts(index: SearchIndex) -> None:
    index.write([page(1, "nr. topo 567/2/1"), page(2, "parcelele 1, 2 și 567"), page(3, "567/2/11")])
    assert found(index, "567/2/1") == [1]


@pytest.mark.parametrize("query", ["într-o", "intr-o", "s-a", "S-a", "Cluj-Napoca", "s-a hotărât", "napoca"])
def test_hyphens_join_what_is_also_found_apart(index: SearchIndex, query: str) -> None:
    index.write([page(1, "într-o zi s-a hotărât la Cluj-Napoca"), page(2, "o sa intro, ia napo ca")])
    assert found(index, query) == [1]


@pytest.mark.parametrize("query", ["autorizație", "autorizatiilor", '"o autorizație de construire"', "autori", "auto*"])
def test_a_word_divided_at_the_end_of_a_line_is_found_whole(index: SearchIndex, query: str) -> None:
    index.write([page(1, "Se eliberează o autori-\nzație de construire")])
    assert found(index, query) == [1]


@pytest.mark.parametrize(
    "divided", ["auto-\nrizație", "auto¬\nrizație", "auto\u00ad\nrizație", "auto=\nrizație", "AUTO-\nRIZAȚIE"]
)
def test_whatever_sign_divides_a_word_it_is_found_whole(index: SearchIndex, divided: str) -> None:
    index.write([page(1, f"o {divided} de construire"), page(2, "auto rizație")])
    assert found(index, "autorizaţie") == [1]


@pytest.mark.parametrize("query", ["Cluj-Napoca", "Napoca", "clujnapoca"])
def test_where_the_hyphen_may_be_the_word_s_own_both_forms_are_found(index: SearchIndex, query: str) -> None:
    index.write([page(1, "MUNICIPIUL CLUJ-\nNAPOCA")])
    assert found(index, query) == [1]


@pytest.mark.parametrize(
    ("query", "pages"), [("12", [1]), ("14", [1]), ("1214", []), ("mureș", [1]), ("târgumureș", [])]
)
def test_numbers_and_names_keep_their_hyphen_at_the_end_of_a_line(
    index: SearchIndex, query: str, pages: list[int]
) -> None:
    index.write([page(1, "nr. 12-\n14 din Târgu-\nMureș")])
    assert found(index, query) == pages


def test_a_hyphenated_word_is_found_where_the_line_ends_at_its_hyphen(index: SearchIndex) -> None:
    index.write([page(1, "s-a dus într-\no zi"), page(2, "s-a dus într-o zi")])
    assert found(index, "într-o") == [1, 2]
    assert found(index, '"dus într-o zi"') == [1, 2]


def test_all_words_must_be_there_in_any_order(index: SearchIndex) -> None:
    index.write([page(1, "planul casei de pe strada Mare"), page(2, "planul străzii"), page(3, "casa")])
    assert found(index, "casa plan") == [1]


# -- phrases


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ('"consiliul popular"', [1, 2]),
        ('"consiliului popular municipal"', [1]),
        ('"popular consiliul"', []),
        ('"consiliul municipal"', []),
        ('"hotararea consiliului"', [1]),
        ('"hotarîrea consiliul"', [1]),
        ("„consiliul popular”", [1, 2]),
        ('"Consiliul"', [1, 2, 3]),
        ('"popular" "municipal"', [1]),
    ],
)
def test_a_phrase_is_words_side_by_side_in_order_in_any_form(index: SearchIndex, query: str, pages: list[int]) -> None:
    index.write(
        [
            page(1, "Hotărârea\nConsiliului\npopular\n\nmunicipal"),
            page(2, "la Consiliul\nPopular s-a cerut"),
            page(3, "popular este consiliul"),
        ]
    )
    assert found(index, query) == pages


def test_a_phrase_does_not_run_from_one_field_into_another(index: SearchIndex) -> None:
    index.write([page(1, "construire", title="Autorizații de")])
    assert found(index, '"autorizații de construire"') == []
    assert found(index, "autorizații de construire") == [1]


# -- minus, prefix, fields, filters


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("plan -casa", [2]),
        ("-casa", [2, 3]),
        ('plan -"planul casei"', [2]),
        ("plan -cas*", [2]),
        ("plan -plan", []),
        ("-inexistent", [1, 2, 3]),
    ],
)
def test_minus_leaves_pages_out(index: SearchIndex, query: str, pages: list[int]) -> None:
    index.write([page(1, "planul casei"), page(2, "planul străzii"), page(3, "altceva")])
    assert found(index, query) == pages


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("autoriz*", [1, 2]),
        ("AUTORIZAȚI*", [1]),
        ("hotărî*", [3]),
        ("hotara*", [3]),
        ("123/1*", [4]),
        ("124/1*", []),
        ("s-a auto*", [2]),
        ("construi*", []),
    ],
)
def test_a_star_finds_words_that_begin_so(index: SearchIndex, query: str, pages: list[int]) -> None:
    index.write([page(1, "Autorizația"), page(2, "s-a autorizat"), page(3, "hotărârea"), page(4, "nr. 123/12.05")])
    assert found(index, query) == pages


@pytest.fixture
def described(index: SearchIndex) -> SearchIndex:
    index.write(
        [
            page(1, "plan", reference_code="PS/1987-12", year_from=1987, year_to=1987),
            page(2, "plan", reference_code="Dosar  12", year_from=1950, year_to=1968, language="hun"),
            page(3, "plan", reference_code="PS/1987-120", year_from=1940, language="deu_latf"),
            page(4, "plan", language=None),
        ]
    )
    return index


@pytest.mark.parametrize(
    ("query", "filters", "pages"),
    [
        ("plan", {}, [1, 2, 3, 4]),
        ("plan unit:PS/1987-12", {}, [1]),
        ("cota:ps/1987-12", {}, [1]),
        ('unit:"Dosar 12"', {}, [2]),
        ("-unit:PS/1987-12 plan", {}, [2, 3, 4]),
        ("plan", {"unit": "PS/1987-12"}, [1]),
        ("plan", {"unit": "PS"}, []),
        ("year:1987", {}, [1]),
        ("year:1960", {}, [2]),
        ("an:1940..1950", {}, [2, 3]),
        ("year:..1949", {}, [3]),
        ("year:1969..", {}, [1]),
        ("-year:1987", {}, [2, 3, 4]),
        ("plan", {"year_from": 1968, "year_to": 1987}, [1, 2]),
        ("plan", {"year_to": 1949}, [3]),
        ("plan year:1950", {"year_from": 1960}, [2]),
        ("lang:ro", {}, [1]),
        ("lang:hun plan", {}, [2]),
        ("lang:deu", {}, [3]),
        ("lang:deu_latf", {}, [3]),
        ("plan", {"language": "hun"}, [2]),
        ("plan lang:ron", {"language": "hun"}, []),
    ],
)
def test_fields_and_filters_choose(
    described: SearchIndex, query: str, filters: dict[str, object], pages: list[int]
) -> None:
    assert found(described, query, **filters) == pages


def test_words_of_title_and_reference_code_count(index: SearchIndex) -> None:
    index.write(
        [
            page(1, "text", title="Autorizații de construire", reference_code="PS/1987-12"),
            page(2, "text", title="Házépítési engedélyek", language="hun"),
        ]
    )
    assert found(index, "autorizație 1987") == [1]
    assert found(index, "PS/1987-12") == [1]
    assert found(index, "engedély text") == [2]
    assert found(index, "text -autorizații") == [2]


def test_a_romanian_title_is_found_above_pages_in_another_language(index: SearchIndex) -> None:
    index.write([page(1, "Baubewilligung", title="Autorizații de construire", language="deu")])
    assert found(index, "autorizațiilor baubewilligungen") == [1]


# -- ranking and paging


def test_the_word_as_typed_ranks_above_its_other_forms(index: SearchIndex) -> None:
    index.write([page(1, "planurilor vechi"), page(2, "planul vechi"), page(3, "planului vechi")])
    assert index.search(parse_query("planul"), SearchFilters()).hits[0].page == 2


def test_words_close_together_rank_above_the_same_words_apart(index: SearchIndex) -> None:
    filler = " ".join(f"vorba{number}" for number in range(40))
    index.write([page(1, f"Popescu {filler} Ion"), page(2, f"{filler} Popescu Ion"), page(3, f"Ion {filler} Popescu")])
    assert index.search(parse_query("popescu ion"), SearchFilters()).hits[0].page == 2


def test_pages_of_hits_repeat_and_skip_nothing(index: SearchIndex) -> None:
    for unit in (MINUTES, PERMITS):  # two writes, so that equals lie in different places
        index.write(page(number, "aceeași pagină", unit) for number in range(30, 0, -1))
    for query in ("pagină", "-nimic", "pag*", '"aceeași pagină"'):
        pages = [index.search(parse_query(query), SearchFilters(), 7, offset) for offset in range(0, 70, 7)]
        hits = [(hit.unit_id, hit.page) for one in pages for hit in one.hits]
        assert hits == sorted((unit, number) for unit in (PERMITS, MINUTES) for number in range(1, 31))
        assert {one.total for one in pages} == {60}


def test_equals_of_different_access_classes_are_paged_as_one_list(index: SearchIndex) -> None:
    classes = list(AccessClass)
    index.write(page(number, "pagină", access_class=classes[number % 4]) for number in range(1, 13))
    hits = [index.search(parse_query("-nimic"), SearchFilters(), 5, offset).hits for offset in (0, 5, 10)]
    assert [hit.page for some in hits for hit in some] == list(range(1, 13))


def test_a_limit_of_none_counts_and_one_beyond_the_depth_is_refused(index: SearchIndex) -> None:
    index.write([page(1, "plan")])
    answer = index.search(parse_query("plan"), SearchFilters(), limit=0)
    assert (answer.total, answer.hits) == (1, ())
    for limit, offset in ((-1, 0), (1, -1), (1, MAX_HITS)):
        with pytest.raises(ValueError, match="limit"):
            index.search(parse_query("plan"), SearchFilters(), limit, offset)


# -- access classes


def test_only_the_named_access_classes_are_searched(index: SearchIndex) -> None:
    index.write(page(number, "plan", access_class=one) for number, one in enumerate(AccessClass, start=1))
    assert found(index, "plan", access_classes=["public"]) == [1]
    assert found(index, "-nimic", access_classes=["public", "restricted"]) == [1, 4]
    assert found(index, "plan", access_classes=[]) == []
    assert found(index, "plan") == [1, 2, 3, 4]


def test_what_a_reader_may_not_see_moves_no_score(index: SearchIndex) -> None:
    public = SearchFilters(access_classes=(AccessClass.PUBLIC,))
    index.write([page(1, "un plan vechi", access_class="public"), page(2, "altceva", access_class="public")])
    before = index.search(parse_query("plan"), public)
    index.write(page(number, "plan plan", MINUTES, access_class="personal") for number in range(1, 40))
    assert index.search(parse_query("plan"), public) == before


def test_a_page_that_comes_twice_in_one_write_is_in_its_last_class_alone(index: SearchIndex) -> None:
    others = (page(number, "alte cuvinte", MINUTES) for number in range(1, 600))  # so that many are sent together
    first, last = (page(1, "primarie", access_class=access) for access in (AccessClass.PUBLIC, AccessClass.RESTRICTED))

    index.write([first, *others, last])

    assert found(index, "primarie", access_classes=[AccessClass.PUBLIC]) == []
    assert found(index, "primarie", access_classes=[AccessClass.RESTRICTED]) == [1]


@pytest.mark.parametrize(("old", "new"), [("public", "restricted"), ("restricted", "public"), ("staff", "personal")])
def test_a_page_that_changes_its_class_leaves_the_old_one(index: SearchIndex, old: str, new: str) -> None:
    index.write([page(1, "plan", access_class=old), page(2, "plan", access_class=old)])
    index.write([page(1, "plan", access_class=new)])
    assert found(index, "plan", access_classes=[old]) == [2]
    assert found(index, "plan", access_classes=[new]) == [1]


def test_the_last_of_two_records_with_one_id_in_one_write_counts(index: SearchIndex) -> None:
    index.write([page(1, "vechi", access_class="public"), page(1, "nou", access_class="staff"), page(1, "ultim")])
    assert found(index, "-nimic") == [1]
    assert found(index, "ultim") == [1]


# -- writing


def test_writing_again_changes_nothing(index: SearchIndex) -> None:
    records = [page(number, "plan vechi") for number in range(1, 6)]
    for _ in range(3):
        index.write(records)
    assert found(index, "plan") == [1, 2, 3, 4, 5]


def test_a_page_written_anew_is_found_by_its_new_words_only(index: SearchIndex) -> None:
    index.write([page(1, "plan vechi", title="întâi")])
    index.write([page(1, "plan nou", title="apoi", unit_version=2)])
    assert found(index, "plan") == [1]
    assert found(index, "vechi") == []
    assert found(index, "întâi") == []
    assert index.search(parse_query("nou"), SearchFilters()).hits[0].unit_version == 2


def test_a_hit_gives_back_what_was_written(index: SearchIndex) -> None:
    record = page(7, "Hotărârea nr. 12\n\n„a doua” foaie", title="Ședințe", reference_code="PS/1")
    index.write([record])
    hit = index.search(parse_query("foaie"), SearchFilters()).hits[0]
    assert (hit.unit_id, hit.unit_version, hit.page) == (record.unit_id, 1, 7)
    assert (hit.reference_code, hit.title, hit.language, hit.text) == ("PS/1", "Ședințe", "ron", record.text)
    assert hit.score > 0


def test_what_was_written_is_found_by_another_opener_and_an_older_one(open_index: Opener) -> None:
    first, second = open_index(), open_index()
    assert found(second, "plan") == []
    first.write([page(1, "plan")])
    assert found(second, "plan") == [1]
    assert found(open_index(), "plan") == [1]
    second.remove_unit(PERMITS)
    assert found(first, "plan") == []


def test_a_write_whose_records_fail_midway_leaves_the_old_state(index: SearchIndex) -> None:
    index.write([page(1, "plan vechi"), page(2, "plan vechi", access_class="public")])

    def failing() -> Iterator[PageRecord]:
        yield page(1, "plan nou", access_class="public")
        yield page(3, "plan nou")
        raise RuntimeError("the source of records failed")

    with pytest.raises(RuntimeError, match="source of records"):
        index.write(failing())
    assert found(index, "plan") == [1, 2]
    assert found(index, "nou") == []
    index.write([page(3, "plan nou")])
    assert found(index, "plan") == [1, 2, 3]


def test_nothing_written_is_no_error(index: SearchIndex) -> None:
    index.write([])
    assert found(index, "plan") == []


def test_an_empty_page_is_there_and_has_no_words(index: SearchIndex) -> None:
    index.write([page(1, "", title=" ", reference_code="…")])
    assert index.present(PERMITS, 1) == {1}
    assert found(index, "-plan") == [1]


# -- remove, present


def test_a_removed_unit_is_gone_and_the_others_stay(index: SearchIndex) -> None:
    index.write([page(1, "plan"), page(2, "plan", access_class="public"), page(3, "plan", MINUTES)])
    index.remove_unit(PERMITS)
    assert found(index, "plan") == [3]
    index.remove_unit(PERMITS)


def test_pages_that_a_new_version_no_longer_has_are_removed(index: SearchIndex) -> None:
    index.write(page(number, "plan") for number in (1, 2, 3))
    index.write(page(number, "plan", unit_version=2) for number in (1, 2))
    index.remove_unit(PERMITS, except_version=2)
    assert found(index, "plan") == [1, 2]
    assert index.present(PERMITS, 1) == set()
    assert index.present(PERMITS, 2) == {1, 2}


def test_present_names_the_pages_that_are_really_there(index: SearchIndex) -> None:
    assert index.present(PERMITS, 1) == set()
    index.write(page(number, "", access_class="restricted" if number == 2 else "public") for number in (1, 2, 4))
    index.write([page(3, "", MINUTES), page(5, "", unit_version=2)])
    assert index.present(PERMITS, 1) == {1, 2, 4}
    assert index.present(PERMITS, 2) == {5}


def test_an_index_that_is_tidied_finds_the_same(index: SearchIndex) -> None:
    index.tidy()
    for number in range(1, 8):
        index.write([page(number, f"plan {number}", access_class="public" if number % 2 else "staff")])
    index.write([page(3, "schiță")])
    index.remove_unit(PERMITS, except_version=2)
    index.write([page(9, "plan"), page(10, "plan", access_class="public")])
    index.tidy()
    assert found(index, "plan") == [9, 10]
    assert index.present(PERMITS, 1) == {9, 10}


def test_present_names_the_pages_of_the_indices_that_are_asked(index: SearchIndex) -> None:
    index.write(page(number, "", access_class="restricted" if number == 2 else "public") for number in (1, 2, 4))
    assert index.present(PERMITS, 1, (AccessClass.PUBLIC,)) == {1, 4}
    assert index.present(PERMITS, 1, (AccessClass.RESTRICTED, AccessClass.STAFF)) == {2}
    assert index.present(PERMITS, 1, ()) == set()


def test_an_index_that_never_was_written_finds_nothing(index: SearchIndex) -> None:
    assert found(index, "plan") == []
    assert found(index, "-plan") == []
    index.remove_unit(PERMITS)


# -- hostile input


HOSTILE = [
    "a" * 500,
    ("ab* " * 32).strip(),
    '"' + "de la " * 16 + '"',
    "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15*",
    r"(a|b)\d+[x] {2} ^~ AND OR NOT body:",
    "f.o.o|b(a)r",
    "*:* title",
    "unit:')OR(1=1",
    "ﬁ ½ ① İ ß ǅ \u202e abc \u0000 x",
    "-a -b -c",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_query_gets_an_answer_or_a_clear_error(index: SearchIndex, text: str) -> None:
    index.write(page(number, f"de la {number} abc foo b a r") for number in range(1, 5))
    with suppress(QueryMalformed):
        assert 0 <= index.search(parse_query(text), SearchFilters()).total <= 4
    assert found(index, "foo") == [1, 2, 3, 4]
