# SPDX-License-Identifier: EUPL-1.2
"""Personal numbers are recognised however they are typed, and numbers of acts are not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.persons import names_person


@given(
    digits=st.from_regex(r"[1-8][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{6}", fullmatch=True),
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


@pytest.mark.parametrize(
    "text",
    [
        "1850101123456",
        "plan -1850101123456 casă",
        '"Ion Popescu 1850101123456"',
        "cota:1850101123456",
        "loc:1850101-123456",
        "CNP1850101123456",
        "cnp 1850101123456",
        "1 850101 123456",
        "1 85 01 01 12 3456",
        '1850101 "123456"',
        "185010112*",
        "8991231999999",
        "\uff11\uff18\uff15\uff10\uff11\uff10\uff11123456",
        "nr. 1850101123456",
    ],
)
def test_looks_like_a_personal_code_is_known(text: str) -> None:
    assert names_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "plan 1987",
        "9850101123456",
        "0850101123456",
        "1851301123456",
        "1850132123456",
        "1850230123456",
        "185010112345",
        "18501011234567",
        "1850101a123456",
        "1850101 plan 123456",
        "18501011*",
        "nr. 1234567/12.05.1987",
        "0723123456",
    ],
)
def test_other_numbers_are_no_personal_codes(text: str) -> None:
    assert not names_person(text)
