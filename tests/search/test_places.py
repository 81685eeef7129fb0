# SPDX-License-Identifier: EUPL-1.2
"""Under which other names a place is known."""

import pytest

from schemas.places import PlaceKind, PlaceName
from search.places import MAX_NAMES, Places

PLACES = Places(
    [
        PlaceName(id="timisoara", name="Timișoara", language="ron"),
        PlaceName(id="timisoara", name="Temesvár", language="hun"),
        PlaceName(id="timisoara", name="Temeschwar", language="deu"),
        PlaceName(id="brasov", name="Brașov", language="ron"),
        PlaceName(id="brasov", name="Orașul Stalin", language="ron", year_from=1950, year_to=1960),
        PlaceName(id="s1", kind=PlaceKind.STREET, name="Strada Lungă", language="ron"),
        PlaceName(id="s1", kind=PlaceKind.STREET, name="Lange Gasse", language="deu"),
        PlaceName(id="ulm", name="Ulm"),
        PlaceName(id="ulm", name="Ulmul"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("Timișoara", {"Temesvár", "Temeschwar"}),
        ("temesvar", {"Timișoara", "Temeschwar"}),
        ("TEMESCHWAR", {"Timișoara", "Temesvár"}),
        ("Timişoarei", {"Timișoara", "Temesvár", "Temeschwar"}),
        ("orasul stalin", {"Brașov"}),
        ("Brasovului", {"Brașov", "Orașul Stalin"}),
        ("lunga", {"Strada Lungă", "Lange Gasse"}),
        ("strada lunga", {"Lange Gasse"}),
        ("stalin", set()),
        ("ulmii", set()),
        ("12", set()),
        ("", set()),
    ],
)
def test_a_name_stands_for_the_place_s_others(typed: str, others: set[str]) -> None:
    assert set(PLACES.others(typed)) == others


def test_a_name_of_two_places_stands_for_both_and_is_not_repeated() -> None:
    names = [
        PlaceName(id=place, name=name) for place in ("a", "b") for name in ("Nou", f"{place}1", "NOU", f"{place}2")
    ]
    assert Places(names).others("nou") == ("a1", "a2", "b1", "b2")
    many = [PlaceName(id="x", name=f"n{number}") for number in range(50)]
    assert len(Places(many).others("n1")) == MAX_NAMES


def test_without_a_table_nothing_has_another_name() -> None:
    assert Places().others("Timișoara") == ()
