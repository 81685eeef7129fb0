# SPDX-License-Identifier: EUPL-1.2
"""Every address, asked by every role for a record of every access class: the table of docs/api.md, tried out."""

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from schemas.roles import Role
from schemas.unit import AccessClass
from tests.web.conftest import CODES, Office
from tests.web.serving import bearer
from web.rules import everybody, require_rules

P, S, X, R = AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED

CALLERS: dict[str, tuple[Role | None, str]] = {
    "nobody": (None, ""),
    "reader": (Role.READER, ""),
    "clerk": (Role.CLERK, ""),
    "clerk with a scope": (Role.CLERK, "records:restricted records:personal work metrics"),
    "archivist": (Role.ARCHIVIST, ""),
    "archivist with a scope": (Role.ARCHIVIST, "records:restricted"),
    "operator": (Role.OPERATOR, ""),
    "administrator": (Role.ADMINISTRATOR, ""),
    "service": (Role.SERVICE, ""),
    "service with scopes": (Role.SERVICE, "records:personal work metrics"),
}
RECORDS: dict[str, set[AccessClass]] = {
    "nobody": {P},
    "reader": {P},
    "clerk": {P, S},
    "clerk with a scope": {P, S},
    "archivist": {P, S, X},
    "archivist with a scope": {P, S, X, R},
    "operator": {P, S},
    "administrator": {P},
    "service": {P},
    "service with scopes": {P, X},
}
WORK: dict[str, set[AccessClass]] = {
    "archivist": {P, S, X},
    "archivist with a scope": {P, S, X, R},
    "operator": {P, S, X, R},
    "service with scopes": {P, X},
}
METRICS = {"administrator", "operator", "service with scopes"}

OPEN = {"/health", "/ready", "/api/v1/openapi.json", "/api/v1/figures", "/api/v1/figures.csv"}
RECORD = {
    "/api/v1/units/{unit_id}",
    "/api/v1/units/{unit_id}/pages",
    "/api/v1/units/{unit_id}/pages/{page}",
    "/api/v1/units/{unit_id}/pages/{page}/image",
    "/api/v1/units/{unit_id}/pages/{page}/thumbnail",
    "/api/v1/units/{unit_id}/pages/{page}/text",
    "/api/v1/units/{unit_id}/pages/{page}/words",
    "/api/v1/units/{unit_id}/pages/{page}/alto",
    "/api/v1/units/{unit_id}/pdf",
    "/api/v1/units/{unit_id}/volumes/{volume}/pdf",
}
RECORD_LISTS = {"/api/v1/units", "/api/v1/search", "/api/v1/facets", "/api/v1/suggest"}
WORK_ON = {
    "/api/v1/units/{unit_id}/ledger",
    "/api/v1/units/{unit_id}/findings",
    "/api/v1/ingests/{ingest_id}",
    "/api/v1/ingests/{ingest_id}/ledger",
    "/api/v1/ingests/{ingest_id}/findings",
}
WORK_LISTS = {"/api/v1/ingests"}
DECISIONS = {"/api/v1/units/{unit_id}/access"}
POSTED = (RECORD_LISTS - {"/api/v1/units"}) | DECISIONS
"""What takes POST beside GET: searches, and decisions (tests/web/test_decisions.py)."""
EVERY = OPEN | DECISIONS | RECORD | RECORD_LISTS | WORK_ON | WORK_LISTS | {"/metrics"}


def ask(office: Office, path: str, caller: str, access: AccessClass, method: str = "GET") -> httpx.Response:
    role, scope = CALLERS[caller]
    address = path.format(unit_id=office.unit(access), ingest_id=office.ingest(access), page=1, volume=1)
    question = {"q": "aut" if path.endswith("suggest") else "autorizatie"}
    asks = path in RECORD_LISTS - {"/api/v1/units"}
    return office.client.request(
        method,
        address,
        headers=bearer(role, scope),
        params=question if asks and method == "GET" else None,
        json=question if method == "POST" else None,
    )


def test_the_matrix_knows_every_address_and_method(office: Office) -> None:
    routes = [route for route in office.app.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(office.app.routes)
    known = {(path, "GET") for path in EVERY} | {(path, "POST") for path in POSTED}
    assert {(route.path, method) for route in routes for method in route.methods} == known


@pytest.mark.parametrize("path", sorted(RECORD))
def test_a_record_is_there_for_those_who_may_see_it_and_for_others_does_not_exist(office: Office, path: str) -> None:
    missing = ask(office, path.replace("{unit_id}", "00000000-0000-0000-0000-000000000000"), "nobody", P).json()
    for caller, seen in RECORDS.items():
        for access in AccessClass:
            answer = ask(office, path, caller, access)
            assert answer.status_code == (200 if access in seen else 404), (caller, access)
            if access not in seen:
                assert answer.json() | {"request_id": ""} == missing | {"request_id": ""}


@pytest.mark.parametrize("path", sorted(WORK_ON))
def test_work_is_shown_to_those_whose_work_it_is(office: Office, path: str) -> None:
    for caller in CALLERS:
        for access in AccessClass:
            status = ask(office, path, caller, access).status_code
            if caller not in WORK:
                assert status == (401 if caller == "nobody" else 403), caller
            else:
                assert status == (200 if access in WORK[caller] else 404), (caller, access)


@pytest.mark.parametrize("path", sorted(RECORD_LISTS))
@pytest.mark.parametrize("caller", CALLERS)
def test_a_list_has_and_counts_only_what_the_caller_may_see(office: Office, path: str, caller: str) -> None:
    codes = {CODES[access] for access in RECORDS[caller]}
    methods = ["GET"] if path.endswith("units") else ["GET", "POST"]
    for method in methods:
        answer = ask(office, path, caller, P, method)
        assert answer.status_code == 200
        body = answer.json()
        if path.endswith(("units", "search")):
            assert {unit["reference_code"] for unit in body.get("hits", body["units"])} == codes
        if path.endswith(("search", "facets")):
            assert (body["units"], body["pages"]) == (len(codes), len(codes))
        if path.endswith("facets"):
            assert body["facets"]["language"] == [{"value": "ron", "pages": len(codes)}]
        if path.endswith("suggest"):
            assert body["suggestions"] == [{"text": "autorizatie", "kind": "word", "pages": len(codes)}]


def test_ingests_are_listed_for_those_whose_work_they_are(office: Office) -> None:
    for caller in CALLERS:
        answer = ask(office, "/api/v1/ingests", caller, P)
        if caller not in WORK:
            assert answer.status_code == (401 if caller == "nobody" else 403)
        else:
            listed = {ingest["reference_code"] for ingest in answer.json()["ingests"]}
            assert listed == {CODES[access] for access in WORK[caller]}, caller


def test_metrics_are_for_those_who_keep_the_machine_running(office: Office) -> None:
    for caller in CALLERS:
        expected = 200 if caller in METRICS else 401 if caller == "nobody" else 403
        assert ask(office, "/metrics", caller, P).status_code == expected, caller


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_says_nothing_of_records_asks_for_no_token(office: Office, path: str) -> None:
    for caller in CALLERS:
        assert ask(office, path, caller, P).status_code == 200
    assert office.client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200


@pytest.mark.parametrize("path", sorted(EVERY - OPEN - DECISIONS))
def test_a_token_that_is_not_good_is_refused_even_where_none_is_needed(office: Office, path: str) -> None:
    address = path.format(unit_id=office.unit(P), ingest_id=office.ingest(P), page=1, volume=1)
    answer = office.client.get(address, params={"q": "a b"}, headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "ARH-9302")
    assert answer.headers["www-authenticate"] == 'Bearer realm="arhivar", error="invalid_token"'


def test_an_address_without_a_rule_is_refused_before_the_server_starts() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/ruled", dependencies=[Depends(everybody)])
    def ruled() -> None: ...

    require_rules(app)

    @app.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(RuntimeError, match="/forgotten"):
        require_rules(app)


def test_an_address_with_two_rules_is_refused_as_well() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/twice", dependencies=[Depends(everybody), Depends(everybody)])
    def twice() -> None: ...

    with pytest.raises(RuntimeError, match="/twice"):
        require_rules(app)
