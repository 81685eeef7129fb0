# SPDX-License-Identifier: EUPL-1.2
"""The query language: what is understood, and what is refused with which words."""

import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import QueryMalformed
from schemas.messages import Language
from search.query import (
    MAX_LENGTH,
    MAX_TERMS,
    Item,
    LanguageIs,
    Phrase,
    Prefix,
    Query,
    UnitIs,
    Word,
    YearIn,
    parse_query,
)


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


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "-",
                '"',
                "„",
                "*",
                ":",
                "..",
                " ",
                "unit:",
                "cota:",
                "year:",
                "an:",
                "lang:",
                "1987",
                "987",
                "ro",
                "plan",
                "ș",
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=40,
).map("".join)


@given(st.one_of(st.text(max_size=600), pieces))
@example("cota:x " * 30)
@example('"a"' * 32)
@example("an:1980 " * 32)
@example('"' + "a" * 498 + '"b')
def test_any_text_is_understood_or_refused_and_what_is_understood_reads_the_same_again(text: str) -> None:
    with suppress(QueryMalformed):
        query = parse_query(text)
        assert query.items
        again = str(query)
        try:
            assert parse_query(again) == query
        except QueryMalformed as error:
            pytest.fail(f"{again!r} was refused: {error}")


@pytest.mark.parametrize(
    "text", ["(" * 500, '"a' * 250, "-" * 500, "a" * 500, "1/" * 250, "unit:" * 100, "\u0326" * 500]
)
def test_hostile_text_is_settled_quickly(text: str) -> None:
    start = time.process_time()
    with suppress(QueryMalformed):
        parse_query(text)
    assert time.process_time() - start < 0.2
