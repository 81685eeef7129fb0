# SPDX-License-Identifier: EUPL-1.2
"""Pages that people decided about on their own: each is seen by those it is for, whatever its unit is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from arhivar.access.decide import classify, publish
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.web.conftest import KeptLooks
from tests.web.serving import bearer, client_of, test_identity
from web.app import create_app, open_parts


@dataclass
class Desk:
    client: httpx.Client
    looks: KeptLooks


@pytest.fixture(scope="module")
def desk(make_town: Callable[..., Town]) -> Iterator[Desk]:
    """A/1 is public but for page 2, which is personal; B/1 and C/1 are for the staff but for page 1 of B/1: public."""
    town = make_town([(AccessClass.PUBLIC, "A/1"), (AccessClass.STAFF, "B/1"), (AccessClass.STAFF, "C/1")])
    looks = KeptLooks()
    with open_parts(town.settings, only_this_machine=False) as opened:
        classify(opened.archive, "A/1", AccessClass.PERSONAL, "date personale", pages=[2])
        publish(opened.archive, "B/1", "de interes public", pages=[1])
        parts = replace(opened, looks=looks, identity=test_identity())
        with client_of(create_app(town.settings, parts)) as client:
            yield Desk(client, looks)


def pages(desk: Desk, role: Role | None) -> dict[str, list[int]]:
    """By code, what a caller is told of units and their pages."""
    headers = bearer(role)
    units = desk.client.get("/api/v1/units", headers=headers).json()["units"]
    return {
        unit["reference_code"]: [
            page["page"]
            for page in desk.client.get(f"/api/v1/units/{unit['unit_id']}/pages", headers=headers).json()["pages"]
        ]
        for unit in units
    }


def test_lists_have_the_pages_that_the_caller_may_see(desk: Desk) -> None:
    assert pages(desk, None) == {"A/1": [1], "B/1": [1]}
    assert pages(desk, Role.CLERK) == {"A/1": [1], "B/1": [1, 2], "C/1": [1, 2]}
    assert pages(desk, Role.ARCHIVIST) == {"A/1": [1, 2], "B/1": [1, 2], "C/1": [1, 2]}


def test_a_closed_page_of_an_open_unit_does_not_exist_for_readers(desk: Desk) -> None:
    (unit,) = desk.client.get("/api/v1/units", params={"reference_code": "A/1"}).json()["units"]
    address = f"/api/v1/units/{unit['unit_id']}"
    assert desk.client.get(address).json()["pages"] == 1
    statuses = [desk.client.get(f"{address}/pages/{number}").status_code for number in (1, 2, 3)]
    assert statuses == [200, 404, 404]


def test_search_finds_and_notes_page_by_page(desk: Desk) -> None:
    for question, role, codes in (
        ("autorizatie", None, {"A/1", "B/1"}),
        ("verbal", None, set()),
        ("verbal", Role.CLERK, {"B/1", "C/1"}),
        ("verbal", Role.ARCHIVIST, {"A/1", "B/1", "C/1"}),
    ):
        desk.looks.looks.clear()
        answer = desk.client.get("/api/v1/search", params={"q": question}, headers=bearer(role)).json()
        assert {hit["reference_code"] for hit in answer["hits"]} == codes
        assert answer["units"] == len(codes)
        noted = {look.reference_code: look.pages for look in desk.looks.looks}
        assert noted == ({} if role is None else dict.fromkeys(codes, (2,)))


def test_a_pdf_has_the_pages_that_the_caller_may_see_as_if_there_were_no_others(desk: Desk) -> None:
    (unit,) = desk.client.get("/api/v1/units", params={"reference_code": "A/1"}).json()["units"]
    address, archivist = f"/api/v1/units/{unit['unit_id']}", bearer(Role.ARCHIVIST)
    alone = desk.client.get(f"{address}/pdf", params={"pages": "1"})
    assert alone.status_code == 200
    for asked in ({}, {"pages": "1-2"}, {"pages": "1,2,9"}):
        answer = desk.client.get(f"{address}/pdf", params=asked)
        assert (answer.content, answer.headers["etag"]) == (alone.content, alone.headers["etag"])
        assert answer.headers["content-disposition"] == 'attachment; filename="A-1-p1.pdf"'
    hidden, missing = (desk.client.get(f"{address}/pdf", params={"pages": pages}) for pages in ("2", "3"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert desk.client.get(f"{address}/pdf", headers=archivist).headers["etag"] != alone.headers["etag"]


def test_a_volume_is_for_those_who_may_see_every_page_of_it(desk: Desk) -> None:
    (unit,) = desk.client.get("/api/v1/units", params={"reference_code": "A/1"}).json()["units"]
    address = f"/api/v1/units/{unit['unit_id']}"
    for role, status, volumes in ((None, 404, []), (Role.CLERK, 404, []), (Role.ARCHIVIST, 200, [1])):
        assert desk.client.get(f"{address}/volumes/1/pdf", headers=bearer(role)).status_code == status
        assert desk.client.get(address, headers=bearer(role)).json()["volumes"] == volumes
    assert desk.client.get(f"{address}/volumes/2/pdf", headers=bearer(Role.ARCHIVIST)).status_code == 404


def test_a_look_at_a_pdf_names_the_closed_pages_that_are_in_it(desk: Desk) -> None:
    (unit,) = desk.client.get("/api/v1/units", params={"reference_code": "A/1"}).json()["units"]
    address = f"/api/v1/units/{unit['unit_id']}/pdf"
    desk.looks.looks.clear()
    desk.client.get(address)
    assert desk.looks.looks == []
    desk.client.get(address, headers=bearer(Role.ARCHIVIST))
    (look,) = desk.looks.looks
    assert (look.pages, look.access_class) == ((2,), AccessClass.PERSONAL)
