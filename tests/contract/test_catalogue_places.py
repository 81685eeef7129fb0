# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of places and streets (`repository.catalogue.Catalogue`)."""

from repository.catalogue import Catalogue
from schemas.places import PlaceKind, PlaceName

TIMISOARA = [
    PlaceName(id="timisoara", name="Timișoara", language="ron"),
    PlaceName(id="timisoara", name="Temesvár", language="hun"),
    PlaceName(id="timisoara", name="Temeschwar", language="deu"),
]
BRASOV = [
    PlaceName(id="brasov", name="Brașov", language="ron"),
    PlaceName(id="brasov", name="Orașul Stalin", language="ron", year_from=1950, year_to=1960),
]


def test_places_come_by_id_with_their_names_in_order(catalogue: Catalogue) -> None:
    assert catalogue.places() == []
    assert catalogue.set_places([TIMISOARA[0], *BRASOV, *TIMISOARA[1:]]) == 2
    assert catalogue.places() == [*BRASOV, *TIMISOARA]


def test_a_place_that_is_told_again_has_the_new_names_and_others_keep_theirs(catalogue: Catalogue) -> None:
    catalogue.set_places([*TIMISOARA, *BRASOV])
    again = [PlaceName(id="timisoara", name="Timișoara")]
    assert catalogue.set_places(again) == 1
    assert catalogue.places() == [*BRASOV, *again]
    assert catalogue.set_places(again) == 1
    assert catalogue.places() == [*BRASOV, *again]


def test_places_that_are_not_told_may_be_taken_out(catalogue: Catalogue) -> None:
    catalogue.set_places([*TIMISOARA, *BRASOV])
    street = PlaceName(id="s1", kind=PlaceKind.STREET, name="Strada Lungă", within="brasov")
    assert catalogue.set_places([*BRASOV, street], others_end=True) == 2
    assert catalogue.places() == [*BRASOV, street]


def test_an_id_is_the_same_however_its_letters_are_composed(catalogue: Catalogue) -> None:
    catalogue.set_places([PlaceName(id="Bras\u0326ov", name="A"), PlaceName(id="Br\u0103ila", name="B")])
    catalogue.set_places([PlaceName(id="Bra\u0219ov", name="C"), PlaceName(id="Bra\u0306ila", name="D")])
    assert [name.name for name in catalogue.places()] == ["C", "D"]
