# SPDX-License-Identifier: EUPL-1.2
"""Decisions about access over the API: an archivist's, with a reason, about what the archivist may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from schemas.audit import AuditAction
from schemas.ingest import unit_id
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.web.serving import bearer, client_of, test_identity
from tests.web.test_matrix import CALLERS, P, R, S, X
from web.app import create_app, open_parts
from web.parts import Parts

CODES = {S: "S/1", X: "X/1", R: "R/1"}
PUBLISH = {"decision": "publish", "reason": "Termenul a trecut."}


@dataclass
class Desk:
    client: httpx.Client
    parts: Parts

    def decide(self, access: AccessClass, body: object, headers: dict[str, str]) -> httpx.Response:
        return self.client.post(f"/api/v1/units/{unit_id(CODES[access])}/access", json=body, headers=headers)


@pytest.fixture(scope="module")
def desk(make_town: Callable[..., Town]) -> Iterator[Desk]:
    town = make_town(list(CODES.items()))
    with open_parts(town.settings, only_this_machine=False) as opened:
        parts = replace(opened, identity=test_identity())
        with client_of(create_app(town.settings, parts)) as client:
            yield Desk(client, parts)


def test_only_an_archivist_decides_and_only_about_what_an_archivist_may_see(desk: Desk) -> None:
    before = [row.access_class for row in desk.parts.archive.catalogue.units()]
    for caller, (role, scope) in CALLERS.items():
        for access in CODES:
            if caller.startswith("archivist") and (access is not R or scope):
                continue
            status = desk.decide(access, PUBLISH, bearer(role, scope)).status_code
            expected = 401 if caller == "nobody" else 404 if caller == "archivist" else 403
            assert status == expected, (caller, access)
    assert [row.access_class for row in desk.parts.archive.catalogue.units()] == before


def test_a_decision_takes_effect_with_the_next_request_and_is_in_the_audit(desk: Desk) -> None:
    archivist = bearer(Role.ARCHIVIST)
    assert desk.client.get("/api/v1/search?q=autorizatie").json()["units"] == 0
    answer = desk.decide(S, {**PUBLISH, "pages": [1]}, archivist).json()
    assert answer["pages"] == {"public": [1], "staff": [2]}
    assert answer["indexed"]
    assert desk.client.get("/api/v1/search?q=autorizatie").json()["units"] == 1
    assert desk.client.get("/api/v1/search?q=verbal").json()["units"] == 0
    withdrawn = desk.decide(S, {"decision": "withdraw", "reason": "greșeală", "pages": [1]}, archivist)
    assert withdrawn.status_code == 200
    assert desk.client.get("/api/v1/search?q=autorizatie").json()["units"] == 0
    records = [row.sound for row in desk.parts.archive.catalogue.audit_rows(unit_id=unit_id(CODES[S]))]
    told = [(record.action, record.actor, record.reason) for record in records if record is not None]
    assert told[-2:] == [
        (AuditAction.ACCESS_PUBLISHED, "u-17", "Termenul a trecut."),
        (AuditAction.ACCESS_WITHDRAWN, "u-17", "greșeală"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "publish"},
        {"decision": "publish", "reason": ""},
        {"decision": "publish", "reason": "  "},
        {"decision": "publish", "reason": "x" * 4001},
        {"decision": "publish", "reason": "da", "access_class": "public"},
        {"decision": "classify", "reason": "da"},
        {"decision": "classify", "reason": "da", "access_class": "public"},
        {"decision": "lost", "reason": "da"},
        {"decision": "publish", "reason": "da", "pages": []},
        {"decision": "publish", "reason": "da", "pages": [0]},
    ],
)
def test_a_decision_that_does_not_fit_is_refused(desk: Desk, body: dict[str, object]) -> None:
    assert desk.decide(S, body, bearer(Role.ARCHIVIST)).status_code == 422
    assert desk.client.get("/api/v1/units").json()["units"] == []


def test_pages_that_there_are_not_do_not_exist(desk: Desk) -> None:
    assert desk.decide(S, {**PUBLISH, "pages": [3]}, bearer(Role.ARCHIVIST)).status_code == 404
    missing = desk.client.post(f"/api/v1/units/{unit_id('none')}/access", json=PUBLISH, headers=bearer(Role.ARCHIVIST))
    assert missing.status_code == 404
    assert P not in {row.access_class for row in desk.parts.archive.catalogue.units()}


def history(desk: Desk, access: AccessClass, headers: dict[str, str]) -> httpx.Response:
    return desk.client.get(f"/api/v1/units/{unit_id(CODES[access])}/access", headers=headers)


def test_what_stands_already_is_not_decided_again(desk: Desk) -> None:
    archivist = bearer(Role.ARCHIVIST)
    body = {"decision": "classify", "access_class": "personal", "pages": [1], "reason": "date personale"}
    first, again = (desk.decide(X, body, archivist).json() for _ in range(2))
    assert (first["changed"], again["changed"]) == (True, False)
    assert first | {"changed": False} == again
    told = history(desk, X, archivist).json()
    assert [one["pages"] for one in told["decisions"]] == [[1]]


def test_the_history_says_who_decided_what_and_why(desk: Desk) -> None:
    told = history(desk, S, bearer(Role.ARCHIVIST)).json()
    assert (told["access_class"], told["pages"]) == ("staff", {"staff": [1, 2]})
    assert [(one["decision"], one["by"], one["reason"], one["counts"]) for one in told["decisions"]] == [
        ("publish", "u-17", "Termenul a trecut.", True),
        ("withdraw", "u-17", "greșeală", True),
    ]


def test_the_history_is_for_those_who_decide_about_what_they_may_see(desk: Desk) -> None:
    for caller, (role, scope) in CALLERS.items():
        for access in CODES:
            status = history(desk, access, bearer(role, scope)).status_code
            if not caller.startswith("archivist"):
                assert status == (401 if caller == "nobody" else 403), caller
            else:
                assert status == (404 if access is R and not scope else 200), (caller, access)


def test_pages_that_an_archivist_may_not_see_are_in_no_history_and_no_answer(desk: Desk) -> None:
    archivist, scoped = bearer(Role.ARCHIVIST), bearer(Role.ARCHIVIST, "records:restricted")
    before = history(desk, X, archivist).json()
    body = {"decision": "classify", "access_class": "restricted", "pages": [2], "reason": "secretul"}
    assert desk.decide(X, body, scoped).json()["pages"] == {"personal": [1], "restricted": [2]}
    after = history(desk, X, archivist)
    assert "secretul" not in after.text
    assert after.json() == before | {"pages": {"personal": [1]}}
    assert [one["reason"] for one in history(desk, X, scoped).json()["decisions"]] == ["date personale", "secretul"]
    stands = {"decision": "classify", "access_class": "personal", "pages": [1], "reason": "date personale"}
    assert desk.decide(X, stands, archivist).json()["pages"] == {"personal": [1]}
    assert desk.decide(X, {**stands, "pages": [2]}, archivist).status_code == 404
