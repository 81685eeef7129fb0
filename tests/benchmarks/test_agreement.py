# SPDX-License-Identifier: EUPL-1.2
"""What the referees of readings say."""

import unicodedata
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.agreement import character_errors, least_cost, line_error, without_stamps

PAGE = "Primăria orașului\nDecizia nr. 12\ndin 3 mai 1987"


def test_a_page_read_as_it_stands_has_no_line_error() -> None:
    assert line_error([PAGE], [PAGE]) == 0


def test_another_order_of_lines_is_no_line_error() -> None:
    turned = "\n".join(reversed(PAGE.splitlines()))

    assert line_error([PAGE], [turned]) == 0
    assert character_errors([PAGE], [turned]) > 0.5


def test_spacing_empty_lines_and_composed_letters_are_no_line_error() -> None:
    decomposed = unicodedata.normalize("NFD", "orașul nou\n \nșef\n")

    assert line_error(["orașul  nou\nșef"], [decomposed]) == 0


def test_wrong_characters_are_counted_over_the_characters_of_truth() -> None:
    assert line_error(["abcdefghij\nklmnopqrst"], ["abcdefghiX\nklmnopqrst"]) == pytest.approx(1 / 20)


def test_a_line_that_was_not_read_counts_whole() -> None:
    assert line_error(["abcdefghij\nklmnopqrst"], ["abcdefghij"]) == pytest.approx(1 / 2)
    assert line_error(["abcdefghij", "klmnopqrst"], ["abcdefghij", ""]) == pytest.approx(1 / 2)


def test_a_read_line_serves_one_true_line_only() -> None:
    assert line_error(["nr. 1\nnr. 1"], ["nr. 1"]) == pytest.approx(1 / 2)


def test_lines_of_another_page_serve_nothing() -> None:
    assert line_error(["alpha", "omega"], ["omega", "alpha"]) > 0.5


def test_what_was_read_beside_the_text_counts_nothing() -> None:
    assert line_error(["abcdefghij"], ["ȘTAMPILĂ\nabcdefghij\nf. 12"]) == 0


def test_a_line_never_has_more_errors_than_characters() -> None:
    assert line_error(["ab"], ["wholly other and much longer"]) == 1


def test_a_page_without_text_has_no_line_error() -> None:
    assert line_error([""], ["noise"]) == 0


@given(st.data())
def test_the_matching_has_the_fewest_errors_of_all(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 4))
    columns = data.draw(st.integers(rows, 5))
    cells = data.draw(st.lists(st.integers(0, 9), min_size=rows * columns, max_size=rows * columns))
    costs = np.array(cells, dtype=np.int64).reshape(rows, columns)

    every = (sum(costs[row, way[row]] for row in range(rows)) for way in permutations(range(columns), rows))
    assert least_cost(costs) == min(every)


STAMP = ("CONSILIUL POPULAR", "INTRARE Nr. ______", "3 MAR 1987")


def test_what_was_read_of_a_stamp_is_left_out_well_or_badly_read() -> None:
    read = "Tovarășe Președinte,\nCONSILIUL POPULAR\nINTRARE N 2//\n3 MAR 19%7\nSubsemnatul Costin"

    assert without_stamps(read, "Tovarășe Președinte,\nSubsemnatul Costin", STAMP) == (
        "Tovarășe Președinte,\nSubsemnatul Costin"
    )


def test_a_line_of_the_text_stays_though_a_stamp_says_the_same() -> None:
    assert without_stamps("Consiliul Popular", "CONSILIUL POPULAR", STAMP) == "Consiliul Popular"


def test_noise_and_stamps_that_nobody_named_are_not_left_out() -> None:
    read = "(fe: | EA\nCONSILIUL LOCAL AL ORAȘULUI | INTRARE Nr. /A"

    assert without_stamps(read, "CONSILIUL LOCAL AL ORAȘULUI", STAMP) == read
    assert without_stamps("3 MAR 1987", "", ()) == "3 MAR 1987"
