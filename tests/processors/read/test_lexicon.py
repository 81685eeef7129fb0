# SPDX-License-Identifier: EUPL-1.2
"""The lexicon: which words are known, in which spelling."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.read import lexicon
from processors.read.hunspell import find_dictionary
from processors.read.lexicon import Period, has_lexicon, knows, knows_as_common, knows_as_frequent, share_known

LANGUAGES = ("ron", "hun", "deu", "deu_latf", "frk", "eng", "fra")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ron", "Având în vedere cererea locuitorilor, Consiliul hotărăște: într-o săptămână se repară podul."),
        ("hun", "A városi tanács megtárgyalta a vízvezeték építéséről szóló jelentést."),
        ("deu", "Der Magistrat beschließt, das Wasser der oberen Quellen untersuchen zu lassen."),
        ("deu_latf", "Das Waſſer der Waſſerleitung muß geſperrt werden, daß Niemand Noth leide."),
        ("eng", "The council resolved that the bridge be repaired before winter."),
        ("fra", "L'eau qu'on distribue aux habitants n'est pas toujours potable; l'œuvre est publique."),
    ],
)
def test_a_plain_sentence_is_known_word_by_word(language: str, text: str) -> None:
    assert [word for word in text.split() if not knows(word, language)] == []
    assert share_known(text.split(), language) == 1.0


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("ron", "loan"),
        ("ron", "straâă"),
        ("deu", "Wafferleitung"),
        ("hun", "vaarab"),
        ("fra", "jemais"),
        ("eng", "tbe"),
    ],
)
def test_a_misread_word_is_not_known(language: str, word: str) -> None:
    assert not knows(word, language)


@pytest.mark.parametrize("word", ["Hotărâre", "HOTĂRÂRE", "hotărâre", "„hotărâre”,", "Ioan", "ioan", "IOAN", "şedinţă"])
def test_capitals_cedillas_and_signs_around_a_word_make_no_difference(word: str) -> None:
    assert knows(word, "ron")


@pytest.mark.parametrize(
    ("language", "old"),
    [
        *(("ron", word) for word in ("sînt", "sîntem", "hotărîre", "HOTĂRÎRE", "pămîntului", "vînzare")),
        *(("deu", word) for word in ("daß", "Theil", "Rath", "studiren", "Commission", "ueber", "Noth")),
        ("hun", "czukor"),
    ],
)
def test_an_old_spelling_is_known_in_its_time_only(language: str, old: str) -> None:
    assert [knows(old, language, period) for period in (Period.OLD, None, Period.NEW)] == [True, True, False]


@pytest.mark.parametrize("word", ["început", "bineînțeles", "neîngrădit", "coborî", "român"])
def test_an_i_that_the_reform_left_is_no_old_spelling(word: str) -> None:
    assert knows(word, "ron", Period.NEW)


@pytest.mark.parametrize(
    ("language", "word", "common"),
    [
        *(("ron", "Ioan", False), ("ron", "Fundațiile", True), ("ron", "vînzare", True), ("ron", "loan", False)),
        *(("deu", "Wasser", False), ("deu", "Neun", True), ("fra", "l'eau", True), ("fra", "Londres", False)),
    ],
)
def test_names_are_no_common_words(language: str, word: str, common: bool) -> None:
    assert knows_as_common(word, language) is common


@pytest.mark.parametrize(
    ("word", "frequent"),
    [
        ("taxă", True),
        ("Taxă", True),
        ("orașului", True),
        ("ținînd", True),
        ("cașe", False),
        ("Gheorghe", False),
        ("", False),
    ],
)
def test_a_frequent_word_is_a_common_one_of_the_models_list(word: str, frequent: bool) -> None:
    assert knows_as_frequent(word, "ron") is frequent
    assert not knows_as_frequent(word, "xyz")


def test_words_without_diacritics_are_known_only_where_that_is_asked_for() -> None:
    assert [knows("autorizatie", "ron", folded=folded) for folded in (False, True)] == [False, True]


@pytest.mark.parametrize("word", ["", "1987", "12.V.1987", "nr.12", "1oan", "—", "..."])
def test_what_has_digits_or_no_letters_is_no_word(word: str) -> None:
    assert not knows(word, "ron")


def test_the_share_is_of_letters_and_passes_over_numbers_and_scraps() -> None:
    assert share_known(["hotărâre", "12/1987", "x", "—", "qwxzqwxz"], "ron") == 0.5
    assert share_known(["12", "x"], "ron") == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_a_set_up_has_a_lexicon(language: str) -> None:
    assert has_lexicon(language)


def test_a_language_that_nobody_has_is_not_known() -> None:
    assert not has_lexicon("xyz")
    assert not knows("hotărâre", "xyz")


def test_without_a_dictionary_the_words_of_the_model_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_dictionary", lambda _language: None)
    lexicon._knows.cache_clear()
    try:
        assert knows("hotărâre", "ron")
        assert knows("ȘEDINȚA", "ron")
        assert knows("Waſſer", "deu_latf")
        assert not knows("straâă", "ron")
    finally:
        lexicon._knows.cache_clear()


def test_a_dictionary_of_the_administrator_goes_before_the_system_s(tmp_path: Path) -> None:
    for suffix in ("aff", "dic"):
        (tmp_path / f"ro_RO.{suffix}").write_text("SET UTF-8\n" if suffix == "aff" else "1\nabc\n")
    assert find_dictionary(["ro_RO"], {"DICPATH": str(tmp_path)}) == tmp_path / "ro_RO.dic"
    (tmp_path / "ro_RO.aff").unlink()
    assert find_dictionary(["ro_RO"], {"DICPATH": str(tmp_path)}) != tmp_path / "ro_RO.dic"


@given(st.text(), st.sampled_from(LANGUAGES), st.sampled_from([None, *Period]), st.booleans())
def test_any_text_can_be_asked_for(word: str, language: str, period: Period | None, folded: bool) -> None:
    assert isinstance(knows(word, language, period, folded=folded), bool)
    assert 0.0 <= share_known([word], language, period) <= 1.0
