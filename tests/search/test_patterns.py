# SPDX-License-Identifier: EUPL-1.2
"""What a term stands for on a page: dates, numbers of acts and labels as different people write them."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import QueryMalformed
from search.analysis import analyse
from search.clauses import ActNumber, DateIs, Phrase, Place, Word
from search.dates import Piece, new_style_day, read_day
from search.expansion import Alternative, Expansion
from search.labels import LABELS, label_of
from search.matching import find_all, find_runs
from search.patterns import MAX_LESSER, MAX_PATTERNS, MAX_SLOTS, patterns
from search.query import MAX_TERMS, Term, parse_query
from tests.search.builders import any_text


def found(query: str, text: str, language: str = "ron") -> list[str]:
    """What is marked of a text by each of the query's terms; nothing where one of them is not in it."""
    page = analyse(text, language)
    marked = []
    for term in parse_query(query).terms:
        runs = find_runs(term, page)
        if not runs:
            return []
        longest = max(runs, key=lambda run: run.last - run.first)
        marked.append(text[page[longest.first].token.start : page[longest.last].token.end])
    return marked


MAY_12 = (
    "12.05.1987",
    "12.5.1987",
    "12/5/87",
    "12-05-1987",
    "12. 05. 1987",
    "12.V.1987",
    "12 v 1987",
    "12 mai 1987",
    "12 Mai '87",
    "12-mai-87",
    "12 florar 1987",
    "12. Mai 1987",
    "12 mai 987",
    "1987-05-12",
    "1987. május 12.",
    "1987 máj. 12-én",
)
NOVEMBER_1 = ("1.XI.947", "1.XI.1947", "01.11.1947", "1/11/47", "1 noiembrie 1947", "1 brumar 947", "1. November 1947")


@pytest.mark.parametrize("same", [MAY_12, NOVEMBER_1])
def test_a_day_is_found_however_it_is_written_and_asked_for(same: tuple[str, ...]) -> None:
    for asked in same:
        assert isinstance(parse_query(asked).terms[0], DateIs), asked
        for written in same:
            assert found(asked, f"Dat la {written}, Cluj"), f"{asked} on {written}"


@pytest.mark.parametrize(
    "written",
    [
        "12 mai anul 1987",
        "ziua 12 luna 05 anul 1987",
        "12 luna mai 1987",
        "1987. évi május hó 12-én",
        "1987 május hó 12",
        "nr. 123/12.05.1987",
    ],
)
def test_a_day_is_found_with_the_words_of_forms_within_it(written: str) -> None:
    assert found("12.V.1987", written)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("12.05.1987", "12.06.1987"),
        ("12.05.1987", "13.05.1987"),
        ("12.05.1987", "05.12.1987"),
        ("12.05.1987", "12.05.1988"),
        ("12.05.1987", "12.05.87X"),
        ("12.05.1887", "12.05.87"),
        ("12.05.2087", "12.05.87"),
        ("12 mai 1987", "12 și 5 iunie 1987"),
        ("12.05.1987", "12, 13, 05, 1987"),
        ("1.XI.947", "1.IX.947"),
    ],
)
def test_another_day_is_not_found(asked: str, written: str) -> None:
    assert not found(asked, written)


@pytest.mark.parametrize(
    ("text", "day", "month", "year"),
    [
        ("5 gerariu 1890", 5, 1, 1890),
        ("5 fauru 1890", 5, 2, 1890),
        ("5 mărțișor 1890", 5, 3, 1890),
        ("5 prier 1890", 5, 4, 1890),
        ("5 cuptor 1890", 5, 7, 1890),
        ("5 răpciune 1890", 5, 9, 1890),
        ("5 undrea 1890", 5, 12, 1890),
        ("3 sept. 1911", 3, 9, 1911),
        ("29.02.1900", 29, 2, 1900),
        ("3. März 1911", 3, 3, 1911),
        ("1911. szeptember 3-án", 3, 9, 1911),
        ("31.12.99", 31, 12, 1999),
        ("1.1.05", 1, 1, 1905),
        ("(12.V.1987)", 12, 5, 1987),
    ],
)
def test_months_have_old_and_foreign_names(text: str, day: int, month: int, year: int) -> None:
    assert parse_query(text).terms == (DateIs(text, day, month, year),)


@pytest.mark.parametrize(
    "text",
    ["567/2/1", "567/2", "31.04.1987", "12.13.1987", "12 05 1987", "1 mai 12", "12.05.1987.3", "mai 1987", "12:5:87"],
)
def test_what_is_no_day_stays_words(text: str) -> None:
    assert all(isinstance(term, Word) for term in parse_query(text).terms)


@pytest.mark.parametrize("written", ["18/31 martie 1915", "18/31.III.1915", "18 martie 1915"])
def test_a_day_of_the_old_calendar_is_found_with_the_new_ones_beside_it(written: str) -> None:
    assert found("18 martie 1915", written) == [written]


def test_the_calendars_are_as_far_apart_as_they_were() -> None:
    assert [new_style_day(18, 3, 1915), new_style_day(5, 2, 1890), new_style_day(1, 3, 1900)] == [31, 17, 14]
    assert new_style_day(20, 3, 1915) is None
    assert new_style_day(18, 3, 1920) is None


@pytest.mark.parametrize(
    "asked", ["nr. 123 din 1987", "nr.123/1987", "123/1987", "123 din 1987", "numărul 123/1987", "Nr 123 / 1987"]
)
@pytest.mark.parametrize(
    "written",
    ["nr. 123/12.05.1987", "Nr.123 din 3 martie 1987", "123/1987", "123 din data de 12.V.1987", "nr. 123 / 987"],
)
def test_the_number_of_an_act_is_found_with_its_year_or_its_day(asked: str, written: str) -> None:
    assert found(asked, f"Decizia {written} privind")


@pytest.mark.parametrize("asked", ["123/12.05.1987", "nr. 123 din 12 mai 1987", "123 din 12.V.1987", "nr.123/12/5/87"])
@pytest.mark.parametrize(
    "written",
    ["nr. 123/12.05.1987", "123 din 12 mai 1987", "Nr. 123 din data de 12.V.1987", "123 din ziua de 12 mai anul 1987"],
)
def test_the_number_of_an_act_is_found_with_its_day_as_others_write_it(asked: str, written: str) -> None:
    assert isinstance(parse_query(asked).terms[0], ActNumber)
    assert found(asked, f"Decizia {written} privind")


@pytest.mark.parametrize(
    "asked", ["nr. 1204/1995", "1.204/1995", "nr. 1.204 din 1995", "1204/10.03.1995", "1.204 din 10 martie 1995"]
)
@pytest.mark.parametrize("written", ["Nr. 1.204 din 10 martie 1995", "1204/10.III.1995", "1.204/10.03.1995"])
def test_thousands_may_stand_apart(asked: str, written: str) -> None:
    assert isinstance(parse_query(asked).terms[0], ActNumber)
    assert found(asked, written)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("nr. 1204/1995", "1,204 lei, 1995"),
        ("nr. 1204/1995", "1 din 204/1995"),
        ("nr. 123 din 1987", "nr. 123 al registrului de intrare pe anul în curs, adică 1987"),
        ("nr. 123 din 1987", "1987 nr. 123"),
        ("nr. 123 din 1987", "nr. 124 din 1987"),
        ("nr. 123 din 1987", "nr. 128/12.05.1987"),
        ("123/12.05.1987", "123/13.05.1987"),
        ("123/12.05.1987", "nr. 123 din 1987"),
        ("nr. 123/87", "123 lei, 45, 87"),
        ("567/2/1", "567/1/2"),
    ],
)
def test_another_act_is_not_found(asked: str, written: str) -> None:
    assert not found(asked, written)


def test_a_number_that_is_no_date_is_the_run_that_it_was() -> None:
    assert parse_query("567/2/1").terms == (Word("567/2/1"),)
    assert found("567/2", "nr. topo 567/2/1") == ["567/2"]
    assert found("nr. 567/2", "top. 567/2/1") == ["567/2"]


@given(
    st.integers(1, 31),
    st.integers(1, 12),
    st.integers(1800, 2030),
    st.sampled_from([".", "/", "-"]),
    st.integers(1, 9999),
)
def test_what_the_run_of_its_numbers_finds_the_date_and_the_act_find_too(
    day: int, month: int, year: int, sign: str, number: int
) -> None:
    for text in (f"{day}{sign}{month}{sign}{year}", f"{number}/{day:02}.{month:02}.{year}", f"{number}/{year}"):
        page = analyse(f"vezi {text} aici", "ron")
        for term in parse_query(text).terms:
            assert set(find_runs(Word(text), page)) <= set(find_runs(term, page))


@pytest.mark.parametrize(
    "asked", ["str. Mărășești nr. 12", "str.Marasesti nr.12", "Mărășești 12", "STR MĂRĂŞEŞTI NR 12"]
)
@pytest.mark.parametrize(
    "written", ["strada Mărășești nr.12", "str. Mărăşeşti 12", "Mărășești, numărul 12", "Str. Mărășești No. 12"]
)
def test_labels_of_streets_and_numbers_do_not_narrow(asked: str, written: str) -> None:
    assert found(asked, written)


@pytest.mark.parametrize(
    ("asked", "written", "marked"),
    [
        ("str. Mare", "strada Mare", ["strada Mare"]),
        ("b-dul Eroilor", "Bulevardul Eroilor", ["Bulevardul Eroilor"]),
        ("bd. Eroilor", "B-dul Eroilor", ["B-dul Eroilor"]),
        ("bl. A4", "blocul A4", ["blocul A4"]),
        ("strada Mare", "str. Mare", ["str", "Mare"]),
        ("piața Unirii", "P-ța Unirii", ["P-ța", "Unirii"]),
        ("aleea Teilor", "al. Teilor", ["al. Teilor"]),
        ("piața Mare", "al meu Mare", []),
        ("strada Mare", "Mare", []),
        ("str. mara*", "strada Mărășești", ["strada Mărășești"]),
        ("str. nr. 12", "12", ["12"]),
    ],
)
def test_a_label_is_marked_with_its_word_in_whatever_form(asked: str, written: str, marked: list[str]) -> None:
    assert found(asked, written) == marked


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ('"str. Mărășești nr. 12"', "strada Mărășești 12"),
        ('"Mărășești 12"', "Mărășești nr. 12"),
        ('"Legea 16/1996"', "Legea nr. 16/1996"),
        ('"Legea nr. 16/1996"', "Legea 16/1996"),
        ('"piața Unirii 3"', "P-ța Unirii nr. 3"),
        ('place:"b-dul Eroilor"', "bd. Eroilor"),
        ('"nr. 12"', "numărul 12"),
    ],
)
def test_in_a_phrase_labels_are_equal_and_those_of_numbers_may_be_missing(asked: str, written: str) -> None:
    assert found(asked, written) == [written]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ('"Mărășești 12"', "Mărășești bloc 12"),
        ('"Mărășești 12"', "Mărășești colț 12"),
        ('"str. Mărășești"', "Mărășești"),
        ('"12 mai 1987"', "12.05.1987"),
        ('"mai 1987"', "mai nr. 1987"),
    ],
)
def test_a_phrase_remains_words_side_by_side(asked: str, written: str) -> None:
    assert not found(asked, written)


def test_the_forms_of_labels_are_folded_and_each_is_of_one_label() -> None:
    for label in LABELS:
        forms = [*label.words, *("".join(pair) for pair in label.pairs)]
        assert [label_of(form) for form in forms] == [label] * len(forms)


terms = st.one_of(
    st.builds(
        Phrase, st.lists(st.sampled_from(["str.", "nr.", "12", "b-dul", "Mare", "ap.", "3"]), min_size=1).map(" ".join)
    ),
    st.builds(Place, st.text("aș12 -.", min_size=1)),
    st.sampled_from(["12.05.1887", "nr. 123 din 12 mai 1987", "18.03.1915", "strada", "bd. X1"]).map(
        lambda text: parse_query(text).terms[0]
    ),
)


@given(terms, st.integers(0, 60))
@example(Phrase(" ".join(["nr. 12 b-dul"] * 10)), 60)
def test_what_a_term_can_become_is_bounded_and_what_was_typed_comes_first(term: Term, names: int) -> None:
    weights = {f"f:cuvant{'abcdefghij'[index % 10]}{'klmnop'[index % 6]}": 0.9 - index / 100 for index in range(names)}
    other = tuple(Alternative(f"strada alta {index}", 0.9 - index / 100) for index in range(names))
    expansion = Expansion(words={"mare": weights, "strada": weights}, terms={term: other})
    first, *others = patterns(term, expansion)
    assert first.weight == 1.0
    assert first.gap == 0
    assert [slot.exact for slot in first.slots] == [slot.exact for slot in patterns(Word(term.text))[0].slots]
    assert len(others) < MAX_PATTERNS
    assert sum(len(pattern.slots) for pattern in others) <= MAX_SLOTS
    assert all(len(slot.lesser) <= MAX_LESSER for pattern in (first, *others) for slot in pattern.slots)
    assert all(0 < pattern.weight < 1 or not pattern.gap for pattern in others)


def test_the_longest_query_looks_for_no_more_keys_than_an_engine_bears() -> None:
    longest = 0
    for word in ("12.V.1887 ", "18.03.1915 ", "7/18.03.1915 ", '"nr. 1 b-dul" ', "piața ", "bd. construcțiilor "):
        query = parse_query("".join([word] * (MAX_TERMS // max(1, len(analyse(word, None))))))
        slots = [slot for term in query.terms for pattern in patterns(term) for slot in pattern.slots]
        longest = max(longest, sum(len(slot.keys) for slot in slots))
    assert longest < 4_000


def test_a_month_may_be_misread_and_its_day_not() -> None:
    expansion = Expansion(words={"martie": {"f:rnartie": 0.8}, "3": {"f:8": 0.9}})
    (act,) = parse_query("nr. 44 din 3 martie 1972").terms
    assert find_runs(act, analyse("44/3 rnartie 1972", "ron"), expansion)
    assert not find_runs(act, analyse("44/8 martie 1972", "ron"), expansion)


@given(any_text, any_text)
def test_whatever_is_asked_every_slot_looks_for_something(asked: str, text: str) -> None:
    with suppress(QueryMalformed):
        query = parse_query(asked)
        for term in query.terms:
            for pattern in patterns(term):
                assert pattern.slots
                assert all(slot.keys or slot.prefixes for slot in pattern.slots)
        assert len(find_all(query.terms, analyse(text, None))) <= len(text)


def test_a_number_is_looked_for_as_typed_where_it_may_also_stand_with_its_thousands_apart() -> None:
    (term,) = parse_query("nr. 1204 din 1995").terms
    last = patterns(term)[-1]
    assert last.slots[0].needed == {"f:1204", "n:1.204"}
    (word,) = patterns(Word("plan"))
    assert "f:plan" not in word.slots[0].needed


def test_the_best_expansions_are_kept() -> None:
    weights = {
        f"word{'abcdefghuvwx'[index // 10]}{'klmnopqrst'[index % 10]}": (index + 1) / 200 for index in range(120)
    }
    (first,) = patterns(Word("mare"), Expansion(words={"mare": weights}))
    kept = dict(first.slots[0].lesser)
    assert len(kept) == MAX_LESSER
    assert min(kept.values()) == pytest.approx(0.125)


def test_a_day_needs_three_pieces_and_ends_where_a_word_ends() -> None:
    whole = (Piece("12"), Piece("05", ".", ends_word=False), Piece("1987", "."))
    assert read_day(whole[:2]) is None
    assert read_day(whole) is not None
    assert read_day((*whole[:2], Piece("1987", ".", ends_word=False))) is None
