# SPDX-License-Identifier: EUPL-1.2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.naming import FOLDER_KEY_LENGTH, folder_key


@pytest.mark.parametrize(
    "folder", ["LU-CP-1987-14", "lu_cp_1987_14", "LU CP 1987 14", "LU.CP.1987.14", " LU – CP – 1987 – 14 "]
)
def test_a_folder_is_named_as_a_reference_code_can_be(folder: str) -> None:
    assert folder_key(folder) == folder_key("LU/CP/1987/14")


def test_diacritics_old_and_new_do_not_matter() -> None:
    assert folder_key("Ştiri") == folder_key("Știri") == folder_key("S\u0326tiri") == folder_key("stiri")


def test_where_letters_and_digits_part_does_matter() -> None:
    assert folder_key("LU/1/12") != folder_key("LU/11/2")
    assert folder_key("A1") != folder_key("A/1")


def test_signs_alone_have_no_key() -> None:
    assert folder_key("/ – _") == ""


@given(st.text())
def test_a_key_is_its_own_key_and_has_a_limit(name: str) -> None:
    key = folder_key(name)
    assert len(key) <= FOLDER_KEY_LENGTH
    assert folder_key(key) == key.strip("-")
    assert folder_key(name.upper().lower()) == folder_key(name.lower().upper().lower())
