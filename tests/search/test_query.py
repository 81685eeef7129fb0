# SPDX-License-Identifier: EUPL-1.2
"""The query language: what is understood, and what is refused with which words."""

import math
import time
from contextlib import suppress

import pytest
from hypothesis import example, given, settings

from schemas.errors import QueryMalformed
from schemas.messages import Language
from search.query import (
    MAX_LENGTH,
    MAX_TERMS,
    ActNumber,
    DateIs,
    FondsIs,
    Item,
    LanguageIs,
    Phrase,
    Place,
    Prefix,
    Query,
    SeriesIs,
    TitleHas,
    TypeIs,
    UnitIs,
    Word,
    YearIn,
    parse_query,
)
from tests.search.builders import any_text


def words(*texts: str) -> list[Item]:
    return [Item(Word(text)) for text in texts]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("plan", [Item(Word("plan"))]),
        ("  plan   casă ", [Item(Word("plan")), Item(Word("casă"))]),
        ("plan -casă", [Item(Word("plan")), Item(Word("casă"), negated=True)]),
        ('"Str. Mărășești 12"', [Item(Phrase("Str. Mărășești 12"))]),
        ("„plan de casă” «a b»", [Item(Phrase("plan de casă")), Item(Phrase("a b"))]),
        ('-"plan vechi"', [Item(Phrase("plan vechi"), negated=True)]),
        ('plan"de casă"', [Item(Word("plan")), Item(Phrase("de casă"))]),
        ("autoriz*", [Item(Prefix("autoriz"))]),
        ("-123/12*", [Item(Prefix("123/12"), negated=True)]),
        ("într-o", [Item(Word("într-o"))]),
        ("--plan", [Item(Word("-plan"), negated=True)]),
        ("Popescu & fiii - Cluj", [Item(Word("Popescu")), Item(Word("fiii")), Item(Word("Cluj"))]),
        ("12:30 :x", [Item(Word("12:30")), Item(Word(":x"))]),
        ("unit:PS/12", [Item(UnitIs("PS/12"))]),
        ('COTA:"Dosar 12"', [Item(UnitIs("Dosar 12"))]),
        ("year:1987", [Item(YearIn(1987, 1987))]),
        ("an:1980..1989", [Item(YearIn(1980, 1989))]),
        ("year:..947", [Item(YearIn(None, 947))]),
        ("-year:1980..", [Item(YearIn(1980, None), negated=True)]),
        ("1948..1952", [Item(YearIn(1948, 1952))]),
        ("-..1950 1948..", [Item(YearIn(None, 1950), negated=True), Item(YearIn(1948, None))]),
        ("1987 12..15", [Item(Word("1987")), Item(Word("12..15"))]),
        ("fond:Primăria", [Item(FondsIs("Primăria"))]),
        ('FONDS:"Sfatul Popular" serie:II/4', [Item(FondsIs("Sfatul Popular")), Item(SeriesIs("II/4"))]),
        ("tip:autorizație -type:plan", [Item(TypeIs("autorizație")), Item(TypeIs("plan"), negated=True)]),
        ('titlu:"registru agricol"', [Item(TitleHas("registru agricol"))]),
        ("unitate:PS/12 cotă:PS/13", [Item(UnitIs("PS/12")), Item(UnitIs("PS/13"))]),
        ('limbă:ro strada:"Gh. Doja"', [Item(LanguageIs("ron")), Item(Place("Gh. Doja"))]),
        ("loc:Temesvár place:Timișoara", [Item(Place("Temesvár")), Item(Place("Timișoara"))]),
        ("str. Mare nr.12", [Item(Word("Mare", "str.")), Item(Word("12", "nr."))]),
        ("bl. nr. A4 ap 3", [Item(Word("A4", "bl. nr.")), Item(Word("3", "ap"))]),
        ("str.mara*", [Item(Prefix("mara", "str."))]),
        ("strada Mare nr", [Item(Word("strada")), Item(Word("Mare")), Item(Word("nr"))]),
        ("-str. Mare", [Item(Word("str."), negated=True), Item(Word("Mare"))]),
        ("str. -Mare al Teilor", [*words("str."), Item(Word("Mare"), negated=True), *words("al", "Teilor")]),
        ('nr. "12" nr.unit:12', [Item(Word("nr.")), Item(Phrase("12")), Item(Word("nr.unit:12"))]),
        ("-12 mai 1987 plan", [Item(DateIs("12 mai 1987", 12, 5, 1987), negated=True), Item(Word("plan"))]),
        ("12 -mai 1987", [*words("12"), Item(Word("mai"), negated=True), *words("1987")]),
        ("12 & mai & 1987", [Item(DateIs("12 mai 1987", 12, 5, 1987))]),
        ("12 mai 1987*", [*words("12", "mai"), Item(Prefix("1987"))]),
        ("str. 1 Decembrie 1918", [Item(DateIs("1 Decembrie 1918", 1, 12, 1918, "str."))]),
        ("ap. 12/5/87", [Item(Word("12/5/87", "ap."))]),
        ("anul 1974/75", [Item(Word("1974/75", "anul"))]),
        ("nr. 12.05.1987", [Item(Word("12.05.1987", "nr."))]),
        ("din data de 12.05.1987", [Item(DateIs("12.05.1987", 12, 5, 1987, "din data de"))]),
        ("-din 12 mai 1987", [Item(Word("din"), negated=True), Item(DateIs("12 mai 1987", 12, 5, 1987))]),
        ("anul 1974 de la 12 anul", [Item(Word("1974", "anul")), *words("de", "la", "12", "anul")]),
        ("123 din 1987", [Item(ActNumber("123 din 1987", "123", 1987))]),
        (
            "nr. 123 / 12.V.87",
            [Item(ActNumber("123/ 12.V.87", "123", 1987, DateIs("12.V.87", 12, 5, 1987), label="nr."))],
        ),
        ("lang:HU", [Item(LanguageIs("hun"))]),
        ("limba:deu_latf", [Item(LanguageIs("deu_latf"))]),
        ("s\u0326tefan", [Item(Word("ștefan"))]),
    ],
)
def test_a_query_is_understood(text: str, items: list[Item]) -> None:
    assert parse_query(text) == Query(tuple(items))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 1, "at least one word"),
        (" & – . ", 1, "at least one word"),
        ('plan "de casă', 6, "not closed"),
        ('unit:"PS', 6, "not closed"),
        ('plan "…"', 6, "no word between the quotes"),
        ("plan unit:", 11, "no value after 'unit:'"),
        ("unit: PS", 6, "no value"),
        ('unit:"  "', 6, "no value"),
        ("plan bloc:4", 6, "no field 'bloc:'"),
        ("-Nr:12", 2, "no field 'Nr:'"),
        ("*", 1, "a star needs"),
        ("plan *", 6, "a star needs"),
        ("a*", 2, "a star needs"),
        ("plan.*", 6, "a star needs"),
        ("pl*an", 3, "only end a word"),
        ("plan**", 5, "only end a word"),
        ("year:87", 6, "no year"),
        ("year:..", 6, "no year"),
        ("year:1989..1980", 6, "1989 is after 1980"),
        ("lang:română", 6, "no language code"),
        ("plan 1952..1948", 6, "1952 is after 1948"),
        ("plan titlu:&", 12, "no word in '&'"),
        ('strada:"…"', 8, "no word in '…'"),
        (f'titlu:"{"a " * (MAX_TERMS + 1)}"', 1, "too many words"),
        ("plan \ud800", 6, "no valid text"),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "at most 500"),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS + 1, "too many words"),
        ("1/" * (MAX_TERMS + 1), 1, "too many words"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(QueryMalformed) as caught:
        parse_query(text)
    assert caught.value.fields["position"] == position
    assert words in caught.value.say(Language.EN)
    assert "?" not in caught.value.say(Language.RO)


def test_terms_are_what_a_hit_can_show() -> None:
    query = parse_query('plan -vechi "de casă" autoriz* -"a b" year:1987')
    assert query.terms == (Word("plan"), Phrase("de casă"), Prefix("autoriz"))


def understood(text: str) -> Query | None:
    """None where it is refused, with a place in it."""
    try:
        return parse_query(text)
    except QueryMalformed as refused:
        position = refused.fields["position"]
    assert isinstance(position, int)
    assert 1 <= position <= MAX_LENGTH + 1
    return None


@given(any_text)
@example("cota:x " * 30)
@example('"a"' * 32)
@example("an:1980 " * 32)
@example('"' + "a" * 498 + '"b')
@example("nr." * 30 + "1987..1990")
@example("nr.-5 nr.unit:7")
@example("12 / / mai")
@example("12 &")
def test_any_text_is_understood_or_refused_and_what_is_understood_reads_the_same_again(text: str) -> None:
    query = understood(text)
    if query is None:
        return
    assert query.items
    again = str(query)
    try:
        assert parse_query(again) == query
    except QueryMalformed as error:
        pytest.fail(f"{again!r} was refused: {error}")


HOSTILE = (
    *("(" * 500, '"a' * 250, '"' * 500, "-" * 500, "a" * 500, "1/" * 250, "unit:" * 100, "\u0326" * 500, "\0" * 500),
    *("\u202e\u0661" * 250, "a\u0301\u0302\u0303" * 125, "\ufdfa" * 27, "\U0001d7d8" * 500, "ﬃ" * 160),
    *(
        "nr." * 166 + "1",
        "str. " * 100,
        "12.05.87 " * 10,
        "123 din data de " * 8,
        "1 1 1 1 " * 8,
        "/ " * 250,
        "1 / " * 32,
    ),
    *("a" * 498 + "*", "*" * 500, "a*" * 250, "a:" * 250, "ș" * 499 + ":", "1948.." * 80, "." * 499 + "a", "b-" * 31),
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_settled_quickly(text: str) -> None:
    assert least_cpu_ms(text) < 5


@given(any_text)
@settings(max_examples=200)
def test_any_text_is_settled_in_five_milliseconds(text: str) -> None:
    assert least_cpu_ms(text) < 5


def least_cpu_ms(text: str) -> float:
    """Of one thread, in the best of up to ten attempts: the machine may be doing other things."""
    best = math.inf
    for _ in range(10):
        start = time.thread_time()
        with suppress(QueryMalformed):
            parse_query(text)
        best = min(best, (time.thread_time() - start) * 1000)
        if best < 5:
            break
    return best
