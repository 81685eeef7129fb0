# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from processors.read.second.align import base_letters, pair_letters
from processors.read.second.fuse import Knows, fuse_line
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
    words = fuse_line(first_said("zu halten", confidence=60), second_saw("qxv ww"), knows, ["deu"])
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


LETTERS = st.text("abcșțîăéo01lI -.,", max_size=12)


@given(LETTERS, LETTERS, st.sets(st.text("abcșțîăéo", min_size=2, max_size=4)))
def test_nothing_is_made_up(first: str, second: str, known: set[str]) -> None:
    words = fuse_line(first_said(first), second_saw(second), knowing(*known), ["ron"])
    for word in words:
        said = base_letters(word.raw if word.raw is not None else word.text)
        letters = base_letters(word.text).replace(" ", "")
        assert letters in {said.replace(" ", ""), base_letters(word.second or "").replace(" ", "")}
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
