# SPDX-License-Identifier: EUPL-1.2
"""Promises of the referee that says which words of a line were read wrongly."""

from benchmarks.trust import errors_by_word

PAGE = "Se hotărăște din 12 mai 1987, în ședința comisiei de urbanism"


def test_errors_are_counted_at_the_word_that_has_them() -> None:
    assert errors_by_word(["din", "12", "mai", "1987,"], PAGE) == [0, 0, 0, 0]
    assert errors_by_word(["din", "l2", "mai", "1987;"], PAGE) == [0, 1, 0, 1]
    assert errors_by_word(["în", "ședința", "cornisiei"], PAGE) == [0, 0, 2]


def test_a_letter_lost_at_the_end_of_a_line_is_an_error_too() -> None:
    assert errors_by_word(["otărăște", "din"], PAGE) == [1, 0]


def test_what_the_page_left_out_counts_to_the_word_behind() -> None:
    assert errors_by_word(["hotărăște", "12", "mai"], PAGE) == [0, 4, 0]


def test_a_line_that_the_text_does_not_have_is_not_judged() -> None:
    assert errors_by_word(["VIZAT", "XQZ"], PAGE) == [0, 0]
    assert errors_by_word(["din"], "") == [0]
