# SPDX-License-Identifier: EUPL-1.2
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.read.normalise import normalise

MARKS = st.sampled_from(
    [
        *"sStTșțȘȚşţŞŢaâîe",
        "\N{COMBINING CEDILLA}",
        "\N{COMBINING COMMA BELOW}",
        "\N{COMBINING HORN}",
        "\N{COMBINING ACUTE ACCENT}",
        "\N{COMBINING GRAPHEME JOINER}",
    ]
)
ANY_TEXT = st.text() | st.text(MARKS, max_size=8)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Ştefan", "Ștefan"),
        ("ŢARA", "ȚARA"),
        ("hotărăşte", "hotărăște"),
        ("cetăţean", "cetățean"),
        ("Ștefan", "Ștefan"),
        ("s\N{COMBINING CEDILLA}", "ș"),
        ("T\N{COMBINING COMMA BELOW}", "Ț"),
        ("ą\N{COMBINING CEDILLA}ş", "ą\N{COMBINING CEDILLA}ș"),
        ("a\N{COMBINING CIRCUMFLEX ACCENT}", "â"),
        ("façade", "façade"),
        ("", ""),
    ],
)
def test_romanian_is_written_with_the_comma_below(said: str, meant: str) -> None:
    assert normalise(said, ["ron"]) == unicodedata.normalize("NFC", meant)


def test_romanian_among_several_languages_is_enough() -> None:
    assert normalise("Ţară", ["hun", "ron"]) == "Țară"


def test_other_languages_keep_their_cedilla() -> None:
    assert normalise("Şişli", ["tur"]) == "Şişli"
    assert normalise("e\N{COMBINING ACUTE ACCENT}", ["fra"]) == "é"


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT, st.sampled_from([("ron",), ("hun",), ("deu", "ron")]))
@example("\N{LATIN SMALL LETTER S WITH CEDILLA}\N{COMBINING CEDILLA}", ("ron",))
@example("\N{LATIN SMALL LETTER S WITH COMMA BELOW}\N{COMBINING CEDILLA}", ("ron",))
def test_twice_is_the_same_as_once_and_always_nfc(text: str, languages: tuple[str, ...]) -> None:
    once = normalise(text, languages)
    assert normalise(once, languages) == once
    assert unicodedata.is_normalized("NFC", once)


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_no_romanian_letter_keeps_a_cedilla(text: str) -> None:
    assert not set("şţŞŢ") & set(normalise(text, ["ron"]))


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_nothing_but_the_mark_changes(text: str) -> None:
    def bare(one: str) -> str:
        letters = unicodedata.normalize("NFD", one)
        return "".join(sign for sign in letters if unicodedata.combining(sign) not in (202, 220))

    assert bare(normalise(text, ["ron"])) == bare(text)
