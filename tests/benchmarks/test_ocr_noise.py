# SPDX-License-Identifier: EUPL-1.2
"""Text that is read wrongly by design: one letter at a time, and words divided at line ends."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ocr_noise import CONFUSIONS, cedilla, misread, slips, wrap

WORDS = st.text(st.sampled_from("aăâbcdeéfghiîjklmnoöpqrsșștțuüvwxyz"), min_size=1, max_size=20)


@given(WORDS, st.integers(0, 1000))
def test_a_misreading_takes_one_letter_for_another_that_it_is_mixed_up_with(word: str, seed: int) -> None:
    read = misread(word, Random(seed))
    wrong = [(one, other) for one, other in zip(word, read, strict=True) if one != other]
    assert len(wrong) == 1
    assert wrong[0][1] in CONFUSIONS[wrong[0][0]]


def test_what_has_no_letter_that_is_mixed_up_stays() -> None:
    assert misread("2/3", Random(1)) == "2/3"


def test_slips_are_told_from_other_changes() -> None:
    assert slips("trotuar", "trofuar") == [("t", "f")]
    assert slips("Mărășești", "Mărăşeşli") == [("t", "l")]  # cedilla and comma are the same letter
    assert slips("Mărășești", "Mărăşeşti") is None
    assert slips("trotuar", "trotuare") is None
    assert slips("trotuar", "trozuar") is None


def test_cedilla_is_written_for_comma() -> None:
    assert cedilla("Ștefan Țepeș") == "Ştefan Ţepeş"


@given(st.lists(WORDS, min_size=1, max_size=60), st.integers(20, 70), st.integers(0, 9))
def test_wrapping_keeps_all_words_within_the_width(words: list[str], width: int, seed: int) -> None:
    lines = wrap(words, width, 0.5, Random(seed))
    assert "\n".join(lines).replace("-\n", "").split() == words
    assert all(len(line) <= width for line in lines)
