# SPDX-License-Identifier: EUPL-1.2
"""Personal numbers are recognised however they are typed, and numbers of acts are not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.persons import names_person


@given(
    digits=st.from_regex(r"[1-9][0-9]{12}", fullmatch=True),
    signs=st.lists(st.sampled_from(["", " ", "-", ".", "/"]), min_size=12, max_size=12),
    before=st.sampled_from(["", "cnp ", "nr.", "ă", '"']),
    after=st.sampled_from(["", " 1974", "*", ",", '"']),
)
def test_a_personal_number_is_seen_however_it_is_typed(digits: str, signs: list[str], before: str, after: str) -> None:
    typed = digits[0] + "".join(sign + digit for sign, digit in zip(signs, digits[1:], strict=True))
    assert names_person(f"{before}{typed}{after}")


@pytest.mark.parametrize(
    "text",
    ["", "popescu ion", "123/12.05.1987", "nr. 44 din 3.III.1972", "1948..1952", "0870512123456", "12345678901234"],
)
def test_other_numbers_name_nobody(text: str) -> None:
    assert not names_person(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"]), max_size=100))
def test_a_text_without_digits_names_nobody_by_number(text: str) -> None:
    assert not names_person(text)
