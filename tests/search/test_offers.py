# SPDX-License-Identifier: EUPL-1.2
"""What pages offer for completion."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.search import PageRecord
from search.offers import MAX_NAMES, SHOWN, offers_of, typed
from tests.search.builders import page


def offered(text: str, tag: str) -> dict[str, str]:
    """Of one kind: what is typed → what is shown."""
    found = (offer.removeprefix(tag).partition(SHOWN) for offer in offers_of(page(1, text)) if offer.startswith(tag))
    return {key: shown for key, _, shown in found}


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("str. Mărășești nr. 12", "marasesti", "Mărășești"),
        ("STRADA MĂRĂŞEŞTI", "marasesti", "Mărășești"),
        ("pe str.Lungă colț", "lunga", "Lungă"),
        ("Bd. 1 Decembrie 1918 nr. 4", "1 decembrie 1918", "1 Decembrie 1918"),
        ("Calea Moților", "motilor", "Moților"),
        ("strada Ștefan cel Mare și Sfânt", "stefan cel mare si sfant", "Ștefan cel Mare și Sfânt"),
        ("str. Gen. Dragalina", "dragalina", "Gen. Dragalina"),
        ("locuiește în str.\nHorea", "horea", "Horea"),
    ],
)
def test_a_street_is_told_by_the_word_before_it(text: str, key: str, shown: str) -> None:
    assert offered(text, "s:")[key] == shown


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("lakik a Petőfi utca 12 szám alatt", "petofi utca", "Petőfi utca"),
        ("a Kossuth Lajos u. 4.", "kossuth lajos utca", "Kossuth Lajos utca"),
        ("KOSSUTH LAJOS UTCZA 4", "lajos utca", "Kossuth Lajos utca"),
        ("Petőfi-utca", "petofi utca", "Petőfi utca"),
        ("Szent István tér", "istvan ter", "Szent István tér"),
        ("a Dózsa György út sarkán", "dozsa gyorgy ut", "Dózsa György út"),
        ("wohnhaft Lange Gasse 7", "lange gasse", "Lange Gasse"),
        ("in der Bahnhofstraße 3", "bahnhofstrasse", "Bahnhofstraße"),
        ("LANGGASSE", "langgasse", "Langgasse"),
        ("Große Straße", "grosse strasse", "Große Straße"),
        ("Hotel am Theaterplatz, erbaut", "theaterplatz", "Theaterplatz"),
    ],
)
def test_a_street_is_told_by_the_word_after_it_in_hungarian_and_german(text: str, key: str, shown: str) -> None:
    assert offered(text, "s:")[key] == shown


@pytest.mark.parametrize(
    "text", ["az utca", "A tér", "Der Platz", "Die Gasse", "utca", "u 12", "Ion u Popescu", "gasse", "3 utca", "-utca"]
)
def test_what_stands_before_no_name_is_no_street(text: str) -> None:
    assert offered(text, "s:") == {}


@pytest.mark.parametrize(
    ("text", "keys", "shown"),
    [
        ("numitul Ion Popescu", {"ion popescu", "popescu ion"}, "Ion Popescu"),
        ("tov. POPESCU ION", {"ion popescu", "popescu ion"}, "Popescu Ion"),
        ("doamna Ana-Maria Pop", {"ana maria pop", "pop ana maria"}, "Ana-Maria Pop"),
        ("cetăţeanului Ştefan I. Marin", {"stefan i marin", "marin stefan i"}, "Ștefan I. Marin"),
    ],
)
def test_a_person_is_offered_by_each_name(text: str, keys: set[str], shown: str) -> None:
    found = offered(text, "p:")
    assert found.keys() == keys
    assert set(found.values()) == {shown}


@pytest.mark.parametrize(
    "text", ["strada principală", "str. nr. 12", "domnul primar", "numitul Ion", "Ion Popescu", ""]
)
def test_what_is_no_name_is_not_offered(text: str) -> None:
    assert offered(text, "s:") == offered(text, "p:") == {}


def test_a_unit_is_offered_by_code_and_title() -> None:
    record = page(1, "").model_copy(update={"reference_code": "PS/12", "title": "Permise  de construire"})
    assert offers_of(record) == (f"c:ps 12{SHOWN}PS/12", f"t:permise de construire{SHOWN}Permise de construire")


def test_a_page_has_one_offer_of_a_name_in_several_spellings() -> None:
    assert offered("str. Mărăşeşti, strada MARASESTI, str. Mărășești", "s:").keys() == {"marasesti"}


def test_what_is_typed_is_compared_without_signs_capitals_and_diacritics() -> None:
    assert typed("  Ștefan-cel  MARE, ") == "stefan cel mare"
    assert typed("PS/12") == "ps 12"


@given(st.text(max_size=500), st.text(max_size=50), st.text(max_size=50))
def test_any_page_has_offers_that_can_be_taken_apart(text: str, title: str, code: str) -> None:
    record: PageRecord = page(1, text).model_copy(update={"title": title, "reference_code": code})
    for offer in offers_of(record):
        key, _, shown = offer.partition(SHOWN)
        assert key[:2] in {"c:", "t:", "s:", "p:"}
        assert key[2:]
        assert SHOWN not in shown
        assert "\n" not in shown


def test_a_page_full_of_names_takes_little_time_and_offers_so_many() -> None:
    text = " ".join(f"str. Stradă{'a' * number}b numitul Ion Popescu{'b' * number}" for number in range(1, 300))
    begun = time.process_time()
    found = offers_of(page(1, text))
    assert time.process_time() - begun < 1
    assert sum(offer.startswith("s:") for offer in found) <= MAX_NAMES
