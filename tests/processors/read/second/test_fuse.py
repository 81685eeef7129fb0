# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from processors.read.second.align import base_letters, pair_letters
from processors.read.second.fuse import fuse_line
from processors.read.second.spell import Knows
from schemas.page import Word
from tests.processors.read.second.said import first_said, knowing, second_saw

NO_DICTIONARY = knowing()


def fuse(first: str, second: str, knows: Knows = NO_DICTIONARY, *, confidence: float = 90.0) -> tuple[Word, ...]:
    return fuse_line(first_said(first, confidence=confidence), second_saw(second), knows, ["ron"])


def texts(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def test_letters_are_the_second_readers_and_diacritics_the_firsts() -> None:
    words = fuse("orasnl și hotărîrea", "orasul si hotarirea", knowing("orasul"))
    assert texts(words) == "orasul și hotărîrea"
    assert [(word.raw, word.second) for word in words] == [
        ("orasnl", "orasul"),
        (None, "si"),
        (None, "hotarirea"),
    ]


def test_the_second_readers_diacritics_stay_where_the_dictionary_has_the_word_with_them_alone() -> None:
    assert texts(fuse("fenetre fermee", "fenêtre fermée", knowing("fenêtre"))) == "fenêtre fermee"


def test_spaces_are_the_first_readers() -> None:
    assert texts(fuse("în temeiul legii", "întemeiullegii")) == "în temeiul legii"


def test_spaces_are_the_seconds_where_the_dictionary_has_more_of_its_words() -> None:
    assert texts(fuse("va prezen ta consiliul", "va prezenta consiliul", knowing("prezenta", "ta"))) == (
        "va prezenta consiliul"
    )
    assert texts(fuse("vaprezenta consiliul", "va prezenta consiliul", knowing("prezenta"))) == "va prezenta consiliul"


def test_the_first_readers_word_stands_where_the_dictionary_has_it_and_not_the_other() -> None:
    knows = knowing("casa", "mea")
    assert texts(fuse("casa mea", "casn mea", knows)) == "casa mea"
    assert texts(fuse("casa mea", "casn mea", knows, confidence=45.0)) == "casn mea"


def test_a_line_stands_as_the_first_read_it_where_the_dictionary_has_clearly_more_of_that() -> None:
    knows = knowing("geſchloſſen", "zu", "halten")
    words = fuse_line(first_said("zu halten", confidence=60), second_saw("qxv ww", left=300), knows, ["deu"])
    assert texts(words) == "zu halten"
    assert [(word.confidence, word.second) for word in words] == [(60, ""), (60, "")]


def test_writing_that_the_second_reader_never_learnt_is_left_to_the_first() -> None:
    first, second = (
        first_said("geſperrt Waſſer Muhlbach Gebaude", confidence=60),
        second_saw("gefperrt Maffer Mublbach Gebäude"),
    )
    knows = knowing("gebäude")
    assert texts(fuse_line(first, second, knows, ["frk"])) == "geſperrt Waſſer Muhlbach Gebäude"
    assert texts(fuse_line(first, second, knows, ["deu"])) == "gefperrt Maffer Mublbach Gebäude"


def test_what_one_reader_alone_is_sure_of_stands() -> None:
    words = fuse("unu trei", "unu doi trei")
    assert texts(words) == "unu doi trei"
    assert words[1].raw == ""
    words = fuse("unu doi trei", "unu trei")
    assert texts(words) == "unu doi trei"
    assert words[1].second == ""


def test_what_one_reader_alone_is_unsure_of_does_not() -> None:
    assert texts(fuse("unu doi trei", "unu trei", confidence=70)) == "unu trei"
    assert texts(fuse_line(first_said("unu"), second_saw("unu ;~ x", probability=0.4), knowing(), ["ron"])) == "unu"


def test_boxes_are_where_the_first_saw_the_word_else_where_the_second_saw_its_letters() -> None:
    one, two, three = fuse("unu trei", "unu doi trei")
    assert (one.box.left, one.box.right, three.box.left) == (0, 30, 40)
    assert (two.box.left, two.box.right, two.box.top, two.box.bottom) == (40, 70, 0, 20)


def test_a_box_that_holds_a_stamp_beside_the_word_is_not_believed() -> None:
    tall = [word.model_copy(update={"box": word.box.model_copy(update={"bottom": 90})}) for word in first_said("unu")]
    (word,) = fuse_line(tall, second_saw("unu"), knowing(), ["ron"])
    assert word.box.bottom == 20


def test_agreement_is_surer_than_disagreement() -> None:
    (agreed,) = fuse("orașul", "orasul", confidence=70)
    (differing,) = fuse("orsful", "orasul", confidence=70)
    assert agreed.confidence > 90 > differing.confidence > 70


def test_text_is_normalised_and_what_was_read_is_kept() -> None:
    (word,) = fuse("oraful", "oraşul")
    assert (word.text, word.raw, word.second) == ("orașul", "oraful", "oraşul")


def test_what_the_first_reader_saw_besides_stays_with_the_word_that_it_read() -> None:
    said = [word.model_copy(update={"choices": (("x",),) * len(word.text)}) for word in first_said("drum și cămln")]
    words = fuse_line(said, second_saw("drum si camin"), knowing("drum", "cămin"), ["ron"])
    assert [(word.text, word.choices) for word in words] == [
        ("drum", (("x",),) * 4),
        ("și", (("x",),) * 2),
        ("cămin", (("x",),) * 5),  # of cămln, which is kept beside it
    ]
    said = [word.model_copy(update={"choices": (("x",),) * len(word.text)}) for word in first_said("că min")]
    (word,) = fuse_line(said, second_saw("camin"), knowing("cămin"), ["ron"])
    assert (word.raw, word.choices) == ("că min", ())


def letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def test_signs_are_the_second_readers_even_in_a_word_of_the_firsts() -> None:
    assert texts(fuse("cerere; depusă", "cerere, depusa")) == "cerere, depusă"
    assert texts(fuse("casa;", "casn,", knowing("casa"))) == "casa,"


def test_a_letter_that_the_first_reader_mistook_gets_the_diacritic_that_it_saw_too() -> None:
    (word,) = first_said("oragul")
    seen = word.model_copy(update={"choices": ((), (), (), ("ș",), (), ())})
    assert texts(fuse_line([seen], second_saw("orasul"), NO_DICTIONARY, ["ron"])) == "orașul"
    assert texts(fuse_line([word], second_saw("orasul"), NO_DICTIONARY, ["ron"])) == "orasul"


def test_of_two_likely_diacritics_the_dictionary_chooses() -> None:
    (word,) = first_said("Zidarie")
    seen = word.model_copy(update={"choices": ((), (), (), ("ă",), (), (), ())})
    assert texts(fuse_line([seen], second_saw("Zidarie"), knowing("zidărie"), ["ron"])) == "Zidărie"
    assert texts(fuse_line([seen], second_saw("Zidarie"), knowing("zidarie"), ["ron"])) == "Zidarie"


def test_capitals_are_the_second_readers_but_not_after_a_small_letter() -> None:
    assert texts(fuse("întocmit", "Intocmit", knowing("întocmit"))) == "Întocmit"
    assert texts(fuse("Franz", "FranZ")) == "Franz"


def test_a_sound_with_two_spellings_is_spelt_as_the_second_reader_saw_it() -> None:
    assert texts(fuse("încât", "încit", knowing("încât", "încît"))) == "încît"


def test_figures_and_letters_are_not_mixed() -> None:
    assert texts(fuse("0;45", "O,45", confidence=60)) == "0,45"
    assert texts(fuse("l'Amour", "1'Amour", knowing("amour"), confidence=60)) == "l'Amour"


def test_a_number_and_its_unit_are_parted_where_the_second_reader_saw_a_space() -> None:
    assert texts(fuse("12,80m.", "12,80 m.")) == "12,80 m."
    assert texts(fuse("suffrance", "su ffrance")) == "suffrance"


def test_what_stands_apart_from_the_first_readers_words_is_a_word_of_its_own() -> None:
    seen = second_saw("bunuri      0")
    unspaced = seen.within(0, 60)
    apart = seen.within(120, 130)
    joined = replace(
        seen,
        text=unspaced.text + apart.text,
        middles_px=unspaced.middles_px + apart.middles_px,
        probabilities=unspaced.probabilities + apart.probabilities,
    )
    assert texts(fuse_line(first_said("bunuri"), joined, NO_DICTIONARY, ["ron"])) == "bunuri 0"
    assert texts(fuse("Semnătur", "Semnatura")) == "Semnătura"


def test_a_word_in_spaced_letters_that_came_apart_is_one_again() -> None:
    fragments = first_said("AUT O RI ZA TI I", confidence=60)
    seen = second_saw("AUT O RI ZA TI I")
    letters = [index for index, letter in enumerate(seen.text) if letter != " "]
    spaced = replace(
        seen,
        text="AUTORIZATII",
        middles_px=tuple(seen.middles_px[index] for index in letters),
        probabilities=(0.99,) * len(letters),
    )
    assert texts(fuse_line(fragments, spaced, knowing("ri", "za"), ["ron"])) == "AUT O RI ZA TI I"
    even = replace(spaced, middles_px=tuple(5.0 + 15 * place for place in range(len(letters))))
    assert texts(fuse_line(fragments, even, knowing("ri", "za"), ["ron"])) == "AUTORIZATII"


def test_of_two_letters_alike_the_first_reader_saw_both() -> None:
    assert texts(fuse("Unirii", "Uniri", knowing("unirii", "uniri"))) == "Unirii"


def test_a_rule_is_no_letter() -> None:
    assert texts(fuse("|", "I")) == "I"


def test_where_both_saw_something_else_in_one_place_one_of_them_is_right() -> None:
    assert texts(fuse("vers De", "vers 8.", knowing("vers", "de"), confidence=80)) == "vers 8."
    assert texts(fuse("vers xq", "vers ?", knowing("vers"), confidence=60)) == "vers ?"
    assert texts(fuse("vers :", "vers?", confidence=60)) == "vers?", "what stands beside the sign is not that sign"
    narrow = first_said("vers :", confidence=60)
    beside = replace(second_saw("vers ?"), middles_px=(5.0, 15.0, 25.0, 35.0, 45.0, 63.0), probabilities=(0.6,) * 6)
    assert texts(fuse_line(narrow, beside, NO_DICTIONARY, ["ron"])) == "vers ?"
    weak = second_saw("vers")
    unsure = replace(weak, text="vers ?", middles_px=(*weak.middles_px, 45.0, 55.0), probabilities=(0.99,) * 5 + (0.4,))
    assert texts(fuse_line(first_said("vers xq", confidence=60), unsure, knowing("vers"), ["ron"])) == "vers"


LETTERS = st.text("abcșțîăéo01lI -.,", max_size=12)


@given(LETTERS, LETTERS, st.sets(st.text("abcșțîăéo", min_size=2, max_size=4)))
def test_nothing_is_made_up(first: str, second: str, known: set[str]) -> None:
    words = fuse_line(first_said(first), second_saw(second), knowing(*known), ["ron"])
    for word in words:
        said = base_letters(word.raw if word.raw is not None else word.text)
        readings = (said, base_letters(word.second or ""))
        assert letters_of(base_letters(word.text)) in map(letters_of, readings)
        assert set(base_letters(word.text)) <= set("".join(readings))
        assert word.text.strip() == word.text != ""
        assert 0 <= word.confidence <= 100
        assert word.box.width_px > 0
        assert word.box.height_px > 0


@given(LETTERS, LETTERS)
def test_partners_keep_their_order_and_differ_in_little(one: str, other: str) -> None:
    partners = [(index, partner) for index, partner in enumerate(pair_letters(one, other)) if partner is not None]
    assert [partner for _, partner in partners] == sorted({partner for _, partner in partners})
    alike = {frozenset("0o"), frozenset("1l"), frozenset("1i"), frozenset("li"), frozenset(",.")}
    for index, partner in partners:
        mine, theirs = base_letters(one[index]).lower(), base_letters(other[partner]).lower()
        assert mine == theirs or frozenset({mine, theirs}) in alike
