# SPDX-License-Identifier: EUPL-1.2
"""What a search over an open archive knows beside the index."""

from arhivar.finding import PlaceTable, open_search
from schemas.places import PlaceName
from schemas.search import PageRecord, SearchFilters
from tests.arhivar.conftest import Town
from tests.contract.search_backends import page

NAMES = [PlaceName(id="x", name="Satul Nou"), PlaceName(id="x", name="Neudorf", language="deu")]


def test_places_are_read_again_when_they_have_grown_old(town: Town) -> None:
    with town.open() as archive:
        patient, eager = PlaceTable(archive.catalogue, seconds=3600), PlaceTable(archive.catalogue, seconds=0)
        assert patient().others("Neudorf") == eager().others("Neudorf") == ()
        archive.catalogue.set_places(NAMES)
        assert patient().others("Neudorf") == ()
        assert eager().others("Neudorf") == ("Satul Nou",)


def test_a_search_knows_the_archive_s_own_places(town: Town) -> None:
    record: PageRecord = page(1, "comuna Neudorf")
    with town.open() as archive:
        archive.catalogue.set_places(NAMES)
        archive.index.write([record])
        found = open_search(archive).find("satul nou", SearchFilters())
    assert [hit.unit_id for hit in found.hits] == [record.unit_id]
    assert found.did_you_mean is None
