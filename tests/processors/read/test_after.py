# SPDX-License-Identifier: EUPL-1.2
"""After reading: what is put right, what is left alone, and that nothing is invented."""

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.read import after
from processors.read.after import Corrected, Evidence, correct_reading
from processors.read.confusions import pairs_of, short_words
from processors.read.engine import Reading
from processors.read.lexicon import knows
from processors.read.normalise import normalise
from schemas.page import Block, Box, Line, Word

BOX = Box(left=10, top=10, right=30, bottom=20)


def word(text: str, *choices: str, raw: str | None = None, second: str | None = None) -> Word:
    """A word of little confidence; `choices` are the other characters seen, a string a character."""
    return Word(text=text, raw=raw, second=second, box=BOX, confidence=50, choices=tuple(map(tuple, choices)))


def reading(*rows: list[Word], language: str | None = None) -> Reading:
    lines = tuple(Line(box=BOX, words=tuple(row)) for row in rows)
    return Reading((Block(box=BOX, lines=lines, language=language),), 50.0)


def words_of(corrected: Corrected) -> list[Word]:
    return [one for block in corrected.reading.blocks for line in block.lines for one in line.words]


def corrected(one: Word, language: str = "ron") -> str:
    return words_of(correct_reading(reading([one]), language))[0].text


@pytest.mark.parametrize(
    ("language", "read", "meant"),
    [
        ("ron", "loan", "Ioan"),
        ("ron", "(lonescu),", "(Ionescu),"),
        ("hun", "lstván", "István"),
        ("deu", "lch", "Ich"),
        ("deu_latf", "lhre", "Ihre"),
        ("fra", "lls", "Ils"),
        ("eng", "loan", "loan"),
        ("fra", "loan", "loan"),
    ],
)
def test_known_slips_are_put_right_in_their_language(language: str, read: str, meant: str) -> None:
    assert corrected(word(read), language) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("1ucrare", "lucrare"),
        ("h0tărâre", "hotărâre"),
        ("con5iliu,", "consiliu,"),
        ("1oan", "Ioan"),
        ("0rașului", "0rașului"),  # Orașului and orașului: nobody knows which
        ("B1oc2", "B1oc2"),
        ("C0D", "C0D"),
        ("km15a", "km15a"),
        ("5at", "5at"),
        ("nr.10", "nr.10"),
        ("h0tqrqre", "h0tqrqre"),
    ],
)
def test_a_digit_within_a_word_becomes_the_one_letter_that_makes_it_one(read: str, meant: str) -> None:
    assert corrected(word(read)) == meant


def test_a_french_ordinal_is_a_number() -> None:
    for ordinal in ("1ers", "1er", "1res", "1ère", "1ères", "5ème", "10èmes"):
        assert corrected(word(ordinal), "fra") == ordinal


def test_an_unknown_word_becomes_the_known_one_that_the_engine_saw_too() -> None:
    (mended,) = words_of(correct_reading(reading([word("lucrane", "", "", "", "", "", "rt", "")]), "ron"))
    assert (mended.text, mended.raw, mended.box, mended.confidence) == ("lucrane", None, BOX, 50)  # lucrare, lucrate
    (mended,) = words_of(correct_reading(reading([word("lucrane", "", "", "", "", "", "r", "")]), "ron"))
    assert (mended.text, mended.raw, mended.box, mended.confidence) == ("lucrare", "lucrane", BOX, 50)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (word("lucnane", "", "", "", "r", "", "r", ""), "lucrare"),  # two letters, where one makes no word
        (word("LUCRANE", "", "", "", "", "", "R", ""), "LUCRARE"),
        (word("lucrane", "", "", "", "", "", "R", ""), "lucrane"),
        (word("me", "", "c"), "me"),  # no unit without a number before it
        (word("cn", "", "u"), "cu"),
        (word("cn.", "", "u", ""), "cn."),  # may be short for something
        (word("CN", "", "U"), "CN"),
    ],
)
def test_choices_count_in_capitals_at_two_places_and_in_short_words(read: Word, meant: str) -> None:
    assert corrected(read) == meant


@pytest.mark.parametrize(
    ("before", "read", "meant"),
    [
        ("24,0", word("me", "", "c"), "mc"),
        ("24,0", word("me"), "me"),
        ("24,0", word("mp", "", "c"), "mp"),
        ("cu", word("me", "", "c"), "me"),
        ("24,0", word("nc", "m", ""), "mc"),
    ],
)
def test_after_a_number_an_unknown_sign_becomes_the_measure_that_was_seen_too(
    before: str, read: Word, meant: str
) -> None:
    result = correct_reading(reading([word(before), read]), "ron")
    assert [one.text for one in words_of(result)] == [before, meant]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (word("rămânem", "", "", "", "îâ", "", "", ""), "rămînem"),  # the image shows the spelling of before 1993
        (word("rămânem", "", "", "", "î", "", "", ""), "rămânem"),  # it was seen too, but was not likelier
        (word("casa", "", "", "", "ăa"), "casă"),
        (word("mare", "", "", "", "ie"), "mare"),  # another letter: the dictionary's choice stands
        (word("strada", "", "", "", "", "ţd", ""), "strada"),
        (word("casa", "", "âa", "", ""), "casa"),  # no word
    ],
)
def test_the_spelling_of_the_image_goes_before_that_of_the_engines_dictionary(read: Word, meant: str) -> None:
    assert corrected(read) == meant


def test_a_capital_that_the_engine_saw_stands_at_the_beginning_of_a_line_or_sentence() -> None:
    seen = word("întocmit,", "Î", *[""] * 8)
    rows = [[seen, seen], [word("gata."), seen], [word("întocmit,", *[""] * 9)]]
    assert [one.text for one in words_of(correct_reading(reading(*rows), "ron"))] == [
        "Întocmit,",
        "întocmit,",
        "gata.",
        "Întocmit,",
        "întocmit,",
    ]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("privină", "privind"),
        ("straâă.", "stradă."),
        ("inăâicată", "indicată"),
        ("scînâdură,", "scîndură,"),
        ("vânzână", "vânzând"),
        ("dugumea", "dușumea"),
        ("comunicăâm", "comunicăm"),
        ("fiinacă", "fiindcă"),
        ("Fiinacă", "Fiinacă"),
        ("aupă", "aupă"),
        ("Planșgeul", "Planșeul"),
        ("MTrasarea", "Trasarea"),
        ("âin", "din"),
        ("(gi", "(și"),
        ("gi-a", "gi-a"),
        ("Măbăcari", "Măbăcari"),  # nothing but M was seen: a name
        ("MĂBĂCARI", "MĂBĂCARI"),
        ("cage", "cage"),  # so short a word is put only if it is frequent, which cașe is not
        ("Gherghel", "Gherghel"),
        ("PINISAJE", "PINISAJE"),
        ("ÎNGRĂĂIT", "ÎNGRĂĂIT"),
    ],
)
def test_letters_that_the_model_confuses_make_the_one_common_word_of_an_unknown_one(read: str, meant: str) -> None:
    assert corrected(word(read)) == meant
    assert corrected(word(read), "fra") == read


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (word("Măbăcari", "D", *[""] * 7), "Tăbăcari"),
        (word("PINISAJE", "R", *[""] * 7), "FINISAJE"),
        (word("Melina", "H", *[""] * 5), "Melina"),  # țelina is no frequent word
        (word("Pinisaje", "R", *[""] * 7), "Pinisaje"),
        (word("Plangeul").model_copy(update={"confidence": 95.0}), "Plangeul"),
        (word("plangeul").model_copy(update={"confidence": 95.0}), "planșeul"),
    ],
)
def test_what_may_be_a_name_is_confused_only_where_the_engine_was_unsure(read: Word, meant: str) -> None:
    assert corrected(read) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [("0;90", "0,90"), ("(46;50", "(46,50"), ("14;20m", "14,20m"), ("1;", "1;"), ("m;5", "m;5"), ("a;b", "a;b")],
)
def test_a_semicolon_between_digits_is_a_decimal_comma(read: str, meant: str) -> None:
    assert corrected(word(read)) == meant
    assert corrected(word(read), "fra") == read


@pytest.mark.parametrize(
    "left_alone",
    [
        word("lucrane"),  # nothing else was seen
        word("lucrane", "", "", "", "", "", "x", ""),  # no word either
        word("privind", "", "", "", "", "", "", "ă"),  # it is one already
        word("mară", "", "", "", "ei"),  # mare and mari
        word("Popă", "", "", "", "a") if knows("Popă", "ron") else word("Balkis", "", "", "", "c", "", ""),
        word("lucrane", "", "", "", "", "", "r", "", second="lucrane,"),  # the second reader has seen it so
        word("privină", second="privină"),
        word("lucrane", "r"),  # choices of something else
        word("lucrane", "", "", "", "", "", "r", "", raw="Iucrane"),
    ],
)
def test_without_evidence_a_word_stays_as_it_was_read(left_alone: Word) -> None:
    result = correct_reading(reading([left_alone]), "ron")
    assert words_of(result) == [left_alone.model_copy(update={"choices": ()})]
    assert set(result.counts.values()) == {0}


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (word("lucrane", "", "", "", "", "", "r", "", second="1ucrare"), "lucrare"),
        (word("bransament", "", "", "", "", "ş", "", "", "", "", "", second="bransament"), "branșament"),
        (word("Planseu.", raw="Plangeu.", second="Planseu."), "Planșeu."),
        (word("si", raw="gi", second="si"), "și"),
        (word("Tabacari", "", raw="Măbăcari", second="Tabacari"), "Tabacari"),  # nothing but M was seen
        (word("Tabacari", "D", *[""] * 7, raw="Măbăcari", second="Tabacari"), "Tăbăcari"),
        (word("Planseu", raw="Plan geu", second="Planseu"), "Planseu"),
        (word("Planseu", raw="Plangeu"), "Planseu"),  # no other reader's
        (word("Plansea", raw="Plangeu", second="Plansea"), "Plansea"),  # they differ in more
    ],
)
def test_what_the_first_reader_may_have_misread_gives_marks_to_what_the_second_read(read: Word, meant: str) -> None:
    assert corrected(read) == meant


def test_halves_of_a_divided_word_are_left_alone() -> None:
    half = ("", "", "", "", "", "", "d", "")
    rows = [[word("o"), word("privină-", *half)], [word("privină", *half[:6], "d"), word("privină", *half[:6], "d")]]
    assert [one.text for one in words_of(correct_reading(reading(*rows), "ron"))] == [
        "o",
        "privină-",
        "privină",
        "privind",
    ]


def test_a_passage_in_another_language_is_read_in_its_own() -> None:
    result = correct_reading(reading([word("loan"), word("lch")], language="deu"), "ron")
    assert [one.text for one in words_of(result)] == ["loan", "Ich"]


def test_what_was_put_right_is_counted_by_its_evidence() -> None:
    row = [
        word("întocmit", "Î", *[""] * 7),
        word("loan"),
        word("1ucrare"),
        word("rămânem", "", "", "", "îâ", "", "", ""),
        word("lucrane", "", "", "", "", "", "r", ""),
        word("privină"),
        word("Planseu", raw="Plangeu", second="Planseu"),
        word("0;90"),
        word("drum"),
    ]
    assert correct_reading(reading(row), "ron").counts == dict.fromkeys(Evidence, 1)


def test_what_the_engine_said_stays_where_the_spelling_was_made_uniform_before() -> None:
    one = word("braniament", "", "", "", "", "șş", "", "", "", "", "", raw="braniament")
    (mended,) = words_of(correct_reading(reading([one]), "ron"))
    assert (mended.text, mended.raw) == ("branșament", "braniament")


SLIPS = json.loads((Path(after.__file__).parent / "slips.json").read_text("utf-8"))["slips"]


@pytest.mark.parametrize(
    ("language", "read", "meant"),
    [
        (language, read, meant)
        for group in SLIPS
        for language in group["languages"]
        for read, meant in group["words"].items()
    ],
)
def test_each_slip_of_the_list_is_no_word_and_each_correction_is_one_like_it(
    language: str, read: str, meant: str
) -> None:
    assert not knows(read, language)
    assert knows(meant, language)
    assert len(read) == len(meant)
    assert normalise(meant, (language,)) == meant
    assert corrected(word(meant), language) == meant


def test_each_group_of_slips_gives_its_reason() -> None:
    assert all(group["reason"] and group["languages"] and group["words"] for group in SLIPS)


LANGUAGES = st.sampled_from(["ron", "hun", "deu", "deu_latf", "eng", "fra", "xyz"])
TEXTS = st.one_of(
    st.text(alphabet="aăâdegilIîoO0123456789sS5.,;/-=ſșțß", min_size=1, max_size=9),
    st.sampled_from(
        [
            "loan",
            "privină",
            "inăâicată",
            "întocmit",
            "rămânem",
            "MTaxă",
            "âin",
            "1ucrare",
            "h0tărâre",
            "12.V.1987",
            "nr.10/1987",
            "567/2/1",
            "Cluj-Napoca",
        ]
    ),
)


@st.composite
def any_words(draw: st.DrawFn) -> Word:
    text = normalise(draw(TEXTS), ("ron",))
    choices = draw(
        st.lists(st.lists(st.sampled_from("adîilIoOsșn1"), max_size=2), min_size=len(text), max_size=len(text))
    )
    return Word(text=text, box=BOX, confidence=50, choices=tuple(map(tuple, choices)))


readings = st.lists(st.lists(any_words(), max_size=4), max_size=3).map(lambda rows: reading(*rows))


@settings(deadline=None)
@given(readings, LANGUAGES)
def test_twice_gives_the_same_as_once(page: Reading, language: str) -> None:
    without_choices = correct_reading(page, language).reading
    once = correct_reading(without_choices, language).reading
    again = correct_reading(once, language)
    assert again.reading == once
    assert set(again.counts.values()) == {0}


def with_one_other(text: str, choices: Sequence[Sequence[str]]) -> set[str]:
    return {
        text[:index] + other + text[index + 1 :] for index, others in enumerate(choices) for other in (*others, "Î")
    } | {text}


def with_one_pair_undone(text: str, language: str) -> set[str]:
    return {
        text[:index] + pair.meant + text[index + len(pair.read) :]
        for pair in pairs_of(language)
        for index in range(len(text))
        if text.startswith(pair.read, index)
    } | {text}


@settings(deadline=None)
@given(readings, LANGUAGES)
def test_nothing_is_invented(page: Reading, language: str) -> None:
    slips = {
        (one, read): meant for group in SLIPS for one in group["languages"] for read, meant in group["words"].items()
    }
    result = correct_reading(page, language)
    before = [one for block in page.blocks for line in block.lines for one in line.words]
    for old, new in zip(before, words_of(result), strict=True):
        if new.text == old.text:
            assert new == old.model_copy(update={"choices": ()})
            continue
        assert new.raw == old.text
        core = old.text.strip(".,/-=;")
        closed = {slips.get((language, core), core), short_words(language).get(core, core)}
        by_slip = {old.text.replace(core, meant) for meant in closed}
        by_digits = {"".join(way) for way in product(*({"1": "lIi", "0": "oO", "5": "sS"}.get(c, c) for c in old.text))}
        by_choice = {
            normalise(twice, (language,))
            for once in with_one_other(old.text, old.choices)
            for twice in with_one_other(once, old.choices)
        }
        by_pair = {
            twice for once in with_one_pair_undone(old.text, language) for twice in with_one_pair_undone(once, language)
        }
        by_sign = {old.text.replace(";", ",")} if language == "ron" else set()
        assert new.text in by_slip | by_digits | by_choice | by_pair | by_sign
        assert new.text in by_slip | by_sign or knows(new.text, language)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{1,4}([./\-][0-9IVXlO]{1,4}){0,3}[a-zA-Z]{0,2}", fullmatch=True), LANGUAGES)
def test_numbers_dates_and_codes_never_change(text: str, language: str) -> None:
    choices = ("ilo",) * len(text)
    assert corrected(word(text, *choices), language) == text
