# SPDX-License-Identifier: EUPL-1.2
"""Lists in pieces: each thing once, and a cursor that is good for its own list alone."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import CursorRefused
from schemas.roles import Role
from tests.web.conftest import CODES, Office
from tests.web.serving import bearer
from web.cursors import Cursors

CURSORS = Cursors("a secret of some length")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(listed=JSON, place=JSON)
def test_a_cursor_leads_back_to_its_place(listed: object, place: object) -> None:
    assert CURSORS.open(listed, CURSORS.seal(listed, place)) == place


@given(listed=JSON, other=JSON, place=JSON)
def test_a_cursor_of_another_list_is_refused(listed: object, other: object, place: object) -> None:
    cursor = CURSORS.seal(listed, place)
    if repr(listed) == repr(other) or listed == other:
        return
    with pytest.raises(CursorRefused):
        CURSORS.open(other, cursor)


@given(place=JSON, at=st.integers(min_value=0), letter=st.sampled_from(string.ascii_letters + string.digits + "-_=. ă"))
def test_a_cursor_that_was_altered_is_refused(place: object, at: int, letter: str) -> None:
    cursor = CURSORS.seal("list", place)
    index = at % len(cursor)
    altered = cursor[:index] + letter + cursor[index + 1 :]
    if altered != cursor:
        with pytest.raises(CursorRefused):
            CURSORS.open("list", altered)
    with pytest.raises(CursorRefused):
        CURSORS.open("list", cursor + letter)


@given(st.text(max_size=100))
def test_whatever_is_sent_as_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorRefused):
        CURSORS.open("list", text)


def test_a_cursor_of_another_server_is_refused() -> None:
    cursor = Cursors("another secret of some length").seal("list", 1)
    for mine in (CURSORS, Cursors(None)):
        with pytest.raises(CursorRefused):
            mine.open("list", cursor)


LISTS = {
    "/api/v1/units?": ("units", "reference_code"),
    "/api/v1/search?q=autorizatie&sort=code&": ("hits", "reference_code"),
    "/api/v1/ingests?": ("ingests", "reference_code"),
}
EVERYTHING = bearer(Role.ARCHIVIST, "records:restricted")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_list_in_pieces_is_the_whole_list(office: Office, path: str, limit: int) -> None:
    things, name = LISTS[path]
    whole = [thing[name] for thing in office.client.get(path, headers=EVERYTHING).json()[things]]
    assert set(whole) == set(CODES.values())
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        at = f"{path}limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = office.client.get(at, headers=EVERYTHING).json()
        found += [thing[name] for thing in answer[things]]
        cursor = answer["next"]
        assert len(found) <= len(whole)
    assert found == whole


def test_a_units_pages_in_pieces_are_all_of_them(office: Office) -> None:
    path = f"/api/v1/units/{office.unit(next(iter(CODES)))}/pages?limit=1"
    first = office.client.get(path).json()
    second = office.client.get(f"{path}&cursor={first['next']}").json()
    assert [page["page"] for page in first["pages"] + second["pages"]] == [1, 2]
    assert second["next"] is None


@pytest.mark.parametrize(
    "change",
    ["q=receptie&limit=1", "q=autorizatie&limit=2", "q=autorizatie&limit=1&sort=code", "q=autorizatie&limit=1&unit=A"],
)
def test_a_cursor_is_refused_with_another_question(office: Office, change: str) -> None:
    cursor = office.client.get("/api/v1/search?q=autorizatie&limit=1", headers=EVERYTHING).json()["next"]
    assert cursor is not None
    answer = office.client.get(f"/api/v1/search?{change}&cursor={cursor}", headers=EVERYTHING)
    assert (answer.status_code, answer.json()["code"]) == (400, "ARH-9309")


def test_a_cursor_is_refused_from_somebody_who_may_see_less(office: Office) -> None:
    for path in LISTS:
        cursor = office.client.get(f"{path}limit=1", headers=EVERYTHING).json()["next"]
        answer = office.client.get(f"{path}limit=1&cursor={cursor}", headers=bearer(Role.ARCHIVIST))
        assert answer.json()["code"] == "ARH-9309", path


def test_a_cursor_of_a_search_by_address_goes_on_by_body(office: Office) -> None:
    cursor = office.client.get("/api/v1/search?q=autorizatie&limit=1", headers=EVERYTHING).json()["next"]
    body = {"q": "autorizatie", "limit": 1, "cursor": cursor}
    assert office.client.post("/api/v1/search", json=body, headers=EVERYTHING).status_code == 200
