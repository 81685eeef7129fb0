# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of inventory and nomenclator (`repository.catalogue.Catalogue`)."""

import pytest

from repository.catalogue import Catalogue
from repository.records import InventoryEntry, SeriesRule
from schemas.errors import CatalogueError
from schemas.unit import AccessClass


def test_the_inventory_is_found_by_reference_code_or_barcode(catalogue: Catalogue) -> None:
    one = InventoryEntry(reference_code="PM/1", barcode="590001", title="Dosar", folios=250, languages=("ron", "hun"))
    two = InventoryEntry(reference_code="PM/2")
    assert catalogue.add_inventory([one, two]) == 2
    assert catalogue.inventory_entry("PM/1") == one
    assert catalogue.inventory_entry("590001") == one
    assert catalogue.inventory_entry("PM/2") == two
    assert catalogue.inventory_entry("PM/3") is None


def test_a_reference_code_goes_before_a_barcode(catalogue: Catalogue) -> None:
    one = InventoryEntry(reference_code="100", barcode="200")
    two = InventoryEntry(reference_code="200", barcode="300")
    catalogue.add_inventory([one, two])
    assert catalogue.inventory_entry("200") == two


def test_letters_may_come_composed_or_decomposed(catalogue: Catalogue) -> None:
    entry = InventoryEntry(reference_code="Hot\u0103r\u00e2ri 1987")
    catalogue.add_inventory([entry])
    assert catalogue.inventory_entry("Hota\u0306ra\u0302ri 1987") == entry


def test_importing_again_replaces_entries_even_where_barcodes_change_hands(catalogue: Catalogue) -> None:
    catalogue.add_inventory([InventoryEntry(reference_code=code, barcode=code.lower()) for code in "ABC"])
    swapped = [InventoryEntry(reference_code="A", barcode="b"), InventoryEntry(reference_code="B", barcode="a")]
    catalogue.add_inventory(swapped)
    assert catalogue.inventory_entry("A") == swapped[0]
    assert catalogue.inventory_entry("a") == swapped[1]
    assert catalogue.inventory_entry("c") == InventoryEntry(reference_code="C", barcode="c")


def test_one_barcode_on_two_binders_is_refused_whole(catalogue: Catalogue) -> None:
    catalogue.add_inventory([InventoryEntry(reference_code="A", barcode="1")])
    for entries in (
        [InventoryEntry(reference_code="B"), InventoryEntry(reference_code="C", barcode="1")],
        [InventoryEntry(reference_code="B", barcode="2"), InventoryEntry(reference_code="C", barcode="2")],
    ):
        with pytest.raises(CatalogueError, match="barcode"):
            catalogue.add_inventory(entries)
        assert catalogue.inventory_entry("B") is None


def test_a_folder_is_matched_by_code_barcode_or_what_a_folder_can_keep_of_the_code(catalogue: Catalogue) -> None:
    one = InventoryEntry(reference_code="LU/CP/1987/14", barcode="590001")
    two = InventoryEntry(reference_code="Ştiri 1950")
    catalogue.add_inventory([one, two])
    for name in ("LU/CP/1987/14", "590001", "LU-CP-1987-14", "lu_cp_1987_14"):
        assert catalogue.inventory_for_folder(name) == one
    assert catalogue.inventory_for_folder("stiri-1950") == two
    assert catalogue.inventory_for_folder("LU-CP-1987-1") is None
    assert catalogue.inventory_for_folder("---") is None
    assert catalogue.inventory_entry("LU-CP-1987-14") is None


def test_two_codes_that_one_folder_name_fits_are_refused_whole(catalogue: Catalogue) -> None:
    catalogue.add_inventory([InventoryEntry(reference_code="LU/1")])
    with pytest.raises(CatalogueError, match="lu-1"):
        catalogue.add_inventory([InventoryEntry(reference_code="X"), InventoryEntry(reference_code="LU-1")])
    assert [entry.reference_code for entry in catalogue.inventory()] == ["LU/1"]


def test_the_inventory_is_listed_by_reference_code_as_last_imported(catalogue: Catalogue) -> None:
    assert catalogue.inventory() == []
    catalogue.add_inventory(InventoryEntry(reference_code=code) for code in "CAB")
    catalogue.add_inventory([InventoryEntry(reference_code="B", notes="rupt")])
    assert [(entry.reference_code, entry.notes) for entry in catalogue.inventory()] == [
        ("A", None),
        ("B", "rupt"),
        ("C", None),
    ]


# --- nomenclator


def test_a_series_has_the_rule_that_was_last_given(catalogue: Catalogue) -> None:
    kept = SeriesRule(series="II.4", title="Autorizații", retention_years=10, review=True)
    assert catalogue.series_rule("II.4") is None
    assert catalogue.set_series([kept, SeriesRule(series="I.1", title="Registre")]) == 2
    assert catalogue.series_rule("II.4") == kept
    changed = SeriesRule(series="II.4", title="Autorizații", access_class=AccessClass.PERSONAL)
    assert catalogue.set_series([changed]) == 1
    assert [rule.series for rule in catalogue.series_rules()] == ["I.1", "II.4"]
    assert catalogue.series_rule("II.4") == changed
