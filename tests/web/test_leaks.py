# SPDX-License-Identifier: EUPL-1.2
"""What a caller may not see changes nothing that the caller is told: not a count, not a suggestion, not an order."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx
import pytest

from arhivar.access.decide import classify, publish, withdraw
from schemas.errors import IndexUnavailable
from schemas.ingest import unit_id
from schemas.roles import Role
from schemas.search import Facet
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.web.conftest import TEXTS, KeptLooks, drop_unit
from tests.web.serving import bearer, client_of, test_identity, varying
from web.app import create_app, open_parts
from web.limits import RateLimits
from web.parts import Parts

OPEN = [(AccessClass.PUBLIC, "A/2"), (AccessClass.PUBLIC, "C/1"), (AccessClass.STAFF, "B/1")]
CLOSED = [(AccessClass.PERSONAL, "A/1"), (AccessClass.RESTRICTED, "B/2"), (AccessClass.RESTRICTED, "D/9")]
SECRET = "a8f1d9c45e7b4f0c9d3e2b1a6c8f7e5d"  # noqa: S105 - signs cursors alike in both archives

QUESTIONS = [
    "/api/v1/search?q=autorizatie&facet=language&facet=fonds",
    "/api/v1/search?q=autorizatie&limit=1",
    "/api/v1/search?q=autorizatie&sort=code",
    "/api/v1/search?q=secretul",
    "/api/v1/search?q=secretu",
    "/api/v1/search?q=year:1987",
    "/api/v1/search?q=autorizatie&unit=B/2",
    "/api/v1/search?q=-autorizatie+receptie",
    "/api/v1/facets?q=autorizatie",
    "/api/v1/facets?q=secretul",
    "/api/v1/suggest?q=a",
    "/api/v1/suggest?q=secr",
    "/api/v1/units",
    "/api/v1/units?limit=1",
    "/api/v1/units?reference_code=B/2",
    "/api/v1/units?reference_code=A/2",
]


@dataclass
class Side:
    """One of two archives."""

    parts: Parts
    client: httpx.Client


@pytest.fixture(scope="module")
def sides(make_town: Callable[..., Town]) -> Iterator[tuple[Side, Side]]:
    """An archive with restricted units among the others, and one that is the same without them."""
    with ExitStack() as stack:
        made = []
        for units in ([*CLOSED[:1], *OPEN, *CLOSED[1:]], OPEN):
            town = make_town(units, ARHIVAR_SERVE_SECRET=SECRET)
            opened = stack.enter_context(open_parts(town.settings, only_this_machine=False))
            parts = replace(
                opened,
                identity=test_identity(),
                rates=RateLimits(1_000_000, 1_000_000),
            )
            client = stack.enter_context(client_of(create_app(town.settings, parts)))
            made.append(Side(parts, client))
        yield made[0], made[1]


@pytest.mark.parametrize("role", [None, Role.CLERK, Role.ADMINISTRATOR], ids=str)
@pytest.mark.parametrize("question", QUESTIONS)
def test_restricted_units_change_nothing_of_a_whole_answer(
    sides: tuple[Side, Side], question: str, role: Role | None
) -> None:
    with_them, without = (side.client.get(question, headers=bearer(role)) for side in sides)
    assert with_them.status_code == without.status_code == 200
    assert with_them.json() == without.json()
    assert varying(with_them) == varying(without)


def test_the_two_archives_differ_for_those_who_may_see_it(sides: tuple[Side, Side]) -> None:
    headers = bearer(Role.ARCHIVIST, "records:restricted")
    with_them, without = (side.client.get(QUESTIONS[0], headers=headers).json() for side in sides)
    assert (with_them["units"], without["units"]) == (6, 3)


@pytest.mark.parametrize("role", [None, Role.CLERK], ids=str)
def test_pages_of_a_list_are_cut_at_the_same_places(sides: tuple[Side, Side], role: Role | None) -> None:
    for path in ("/api/v1/units?limit=1", "/api/v1/search?q=autorizatie&limit=1"):
        cursor = ""
        for _ in range(4):
            answers = [side.client.get(path + cursor, headers=bearer(role)).json() for side in sides]
            assert answers[0] == answers[1]
            if answers[0]["next"] is None:
                break
            cursor = f"&cursor={answers[0]['next']}"
        else:
            pytest.fail("the list has no end")


FILES = [
    "pages/1/image",
    "pages/1/image?region=0,0,100,100&size=50,",
    "pages/1/thumbnail",
    "pages/1/text",
    "pages/1/words",
    "pages/1/alto",
    "pages/1",
    "pages",
    "pdf",
    "pdf?pages=1",
    "volumes/1/pdf",
]


@pytest.mark.parametrize("what", FILES)
def test_restricted_units_change_nothing_of_a_file(sides: tuple[Side, Side], what: str) -> None:
    for code, status in (("A/2", 200), ("B/2", 404)):
        with_them, without = (side.client.get(f"/api/v1/units/{unit_id(code)}/{what}") for side in sides)
        assert with_them.status_code == without.status_code == status
        if status == 200 and "alto" not in what:  # it tells when the page was read
            assert with_them.content == without.content
            assert varying(with_them) == varying(without)
        assert with_them.headers.keys() == without.headers.keys()


class _Away:
    """An index that does not answer."""

    def __getattr__(self, name: str) -> Any:
        raise IndexUnavailable(detail="down")


def test_a_withdrawn_publication_is_gone_with_the_next_request_even_if_the_index_is_behind(
    make_town: Callable[..., Town],
) -> None:
    town = make_town([(AccessClass.PUBLIC, "A/1"), (AccessClass.PUBLIC, "A/2")])
    with open_parts(town.settings, only_this_machine=False) as opened:
        looks = KeptLooks()
        parts = replace(opened, looks=looks, identity=test_identity())
        with client_of(create_app(town.settings, parts)) as client:
            found = client.get("/api/v1/search?q=autorizatie").json()
            assert {hit["reference_code"] for hit in found["hits"]} == {"A/1", "A/2"}
            address = "/api/v1/units/" + next(h["unit_id"] for h in found["hits"] if h["reference_code"] == "A/1")
            known = client.get(address)
            assert known.status_code == 200
            files = {f"{address}/{what}": client.get(f"{address}/{what}") for what in FILES}
            assert {answer.status_code for answer in files.values()} == {200}
            withdraw(replace(parts.archive, index=cast("Any", _Away())), "A/1", "motivat")
            again = client.get("/api/v1/search?q=autorizatie").json()
            assert [hit["reference_code"] for hit in again["hits"]] == ["A/2"]
            tagged = {"If-None-Match": known.headers["etag"]}
            assert client.get(address, headers=tagged).status_code == 404
            for file, answer in files.items():
                headers = {"If-None-Match": answer.headers["etag"], "Range": "bytes=0-9"}
                assert client.get(file).status_code == client.get(file, headers=headers).status_code == 404, file
            publish(parts.archive, "A/1", "motivat")
            for file, answer in files.items():
                assert client.get(file, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304, file
            assert client.get(address, headers=tagged).status_code == 304
        assert looks.looks == []


ASKED_OF_WORDS = [
    "/api/v1/search?q=autorizatie&facet=language",
    "/api/v1/facets?q=autorizatie",
    "/api/v1/suggest?q=autoriz",
    "/api/v1/suggest?q=dosar",
    "/api/v1/units",
    "/api/v1/units?reference_code=A/1",
]


@pytest.mark.parametrize("role", [None, Role.CLERK], ids=str)
def test_what_is_closed_is_gone_from_every_answer_with_the_next_request(
    make_town: Callable[..., Town], role: Role | None
) -> None:
    """A reader after a withdrawal, a clerk after a unit of the staff became restricted: nothing kept is told."""
    town = make_town([(AccessClass.STAFF if role else AccessClass.PUBLIC, "A/1")])
    headers = bearer(role)
    with open_parts(town.settings, only_this_machine=False) as opened:
        parts = replace(opened, identity=test_identity())
        with client_of(create_app(town.settings, parts)) as client:
            page = f"/api/v1/units/{unit_id('A/1')}"
            told = {address: client.get(address, headers=headers) for address in ASKED_OF_WORDS}
            files = {f"{page}/{what}": client.get(f"{page}/{what}", headers=headers) for what in FILES}
            assert {answer.status_code for answer in (*told.values(), *files.values())} == {200}
            assert [answer.json() for answer in told.values()] != [_nothing(address) for address in told]
            if role is None:
                withdraw(parts.archive, "A/1", "motivat")
            else:
                classify(parts.archive, "A/1", AccessClass.RESTRICTED, "motivat")
            for address, before in told.items():
                kept = {**headers, "If-None-Match": before.headers["etag"]}
                after = client.get(address, headers=kept)
                assert after.status_code == 200, address
                assert _emptied(after.json()) == _nothing(address), address
            for address, before in files.items():
                kept = {**headers, "If-None-Match": before.headers["etag"]}
                for more in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=0-9", "If-Range": before.headers["etag"]}):
                    assert client.get(address, headers={**kept, **more}).status_code == 404, address
                assert client.head(address, headers=kept).status_code == 404, address


def _nothing(address: str) -> dict[str, Any]:
    """What is answered where there is nothing."""
    if "search" in address:
        return {"pages": 0, "units": 0, "hits": [], "facets": {"language": []}, "did_you_mean": None, "next": None}
    if "facets" in address:
        return {"pages": 0, "units": 0, "facets": {facet: [] for facet in Facet}}
    return {"suggestions": []} if "suggest" in address else {"units": [], "next": None}


def _emptied(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "query"}


def test_a_unit_whose_deposit_is_new_is_found_at_once(make_town: Callable[..., Town]) -> None:
    town = make_town([(AccessClass.STAFF, "N/1")])
    with open_parts(town.settings, only_this_machine=False) as opened:
        parts = replace(opened, identity=test_identity())
        with client_of(create_app(town.settings, parts)) as client:
            headers = bearer(Role.CLERK)
            assert len(client.get("/api/v1/units", headers=headers).json()["units"]) == 1
            drop_unit(town, AccessClass.STAFF, "N/2", TEXTS)
            with pytest.MonkeyPatch.context() as patch:
                from tests.arhivar.quick import use_quick_validator

                use_quick_validator(patch)
                town.ingest()
            assert len(client.get("/api/v1/units", headers=headers).json()["units"]) == 2
            assert client.get("/api/v1/search?q=autorizatie", headers=headers).json()["units"] == 2
