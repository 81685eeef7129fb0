# SPDX-License-Identifier: EUPL-1.2
"""Requests that nobody sends by accident: each gets a clear error in the one shape, or nothing, and quickly."""

import json
import re
import socket
import unicodedata
from dataclasses import replace
from urllib.parse import quote, unquote
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arhivar import log
from schemas.errors import IndexUnavailable
from schemas.roles import Role
from schemas.search import FoundUnits
from schemas.unit import AccessClass
from tests.web.conftest import Office
from tests.web.serving import bearer, client_of, varying
from web.addresses import holds_person
from web.app import create_app
from web.limits import RateLimits
from web.problems import MEDIA_TYPE, Problem

CNP = "3870512123456"  # of 1887: nobody's any more


def shape(answer: httpx.Response) -> Problem:
    """The problem that an answer tells, which must have the one shape."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = Problem.model_validate(answer.json())
    assert told.status == answer.status_code
    assert told.request_id == answer.headers["x-request-id"]
    return told


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/api/v1/../../etc/passwd",
        "/api/v1/units/../../../etc/passwd",
        "/api/v1/units/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/units/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/units/....//....//etc/passwd",
        "/api/v1/units/%00",
        "/api/v1/units/%c0%ae%c0%ae/x",
        "/api/v1/units/file:///etc/passwd",
        "/api/v1/ingests/..%5c..%5cwindows",
        "//etc/passwd",
        "/api/v1/",
        "/api/v1/units/",
        "/api/v1/units/00000000-0000-0000-0000-000000000000/pages/../../x",
    ],
)
def test_a_path_that_climbs_leads_nowhere(office: Office, path: str) -> None:
    host, port = office.client.base_url.host, office.client.base_url.port
    answer = _raw(host, port or 80, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.match(r"HTTP/1.1 (401|404|422) ", answer), answer[:80]
    assert "root:" not in answer


def _raw(host: str, port: int, request: str) -> str:
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(request.encode("latin-1"))
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=51",
        "limit=-1",
        "limit=1e3",
        "limit=" + "9" * 400,
        "pages=0",
        "pages=11",
        "sort=price",
        "facet=name",
        "decade=1975",
        "decade=x",
        "year_from=0",
        "year_from=99999999999999999999",
        "language=romanian",
        "unit=",
        "unit=" + "x" * 501,
        "cursor=" + "x" * 4097,
        "unknown=1",
        "access_classes=restricted",
        "q=second",
        "&".join(f"fonds=f{number}" for number in range(21)),
    ],
)
def test_a_parameter_that_does_not_fit_is_told_where(office: Office, query: str) -> None:
    answer = office.client.get(f"/api/v1/search?q=autorizatie&{query}")
    if query == "q=second":  # the last one counts, as in all of the framework
        assert answer.json()["query"] == "second"
        return
    told = shape(answer)
    assert (told.status, told.code) == (422, "ARH-9306")
    assert told.errors is not None
    assert told.errors[0].where.startswith("query.")


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/facets", "/api/v1/suggest"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"q"',
        b'{"q": 1}',
        b'{"q": ""}',
        b'{"q": "\\ud800"}',
        b"\xff\xfe",
        b'{"q":"a","x":1}',
    ],
)
def test_a_body_that_does_not_fit_is_told_so(office: Office, path: str, body: bytes) -> None:
    told = shape(office.client.post(path, content=body, headers={"Content-Type": "application/json"}))
    assert (told.status, told.code) == (422, "ARH-9306")


def test_what_was_sent_is_not_repeated_in_the_error(office: Office) -> None:
    answer = office.client.post("/api/v1/search", json={"q": "Popescu Ion", "limit": "Popescu", "sort": "Popescu"})
    assert answer.status_code == 422
    assert "Popescu" not in answer.text


@pytest.mark.parametrize("path", ["search", "facets", "suggest"])
@pytest.mark.parametrize("query", [CNP, f"dosar {CNP} 1974", "3 870512 123456", "387-0512-123456"])
def test_a_personal_number_is_refused_in_an_address_and_taken_in_a_body(office: Office, path: str, query: str) -> None:
    told = shape(office.client.get(f"/api/v1/{path}", params={"q": query}))
    assert (told.status, told.code) == (400, "ARH-9310")
    assert f"/api/v1/{path}" in told.detail
    assert office.client.post(f"/api/v1/{path}", json={"q": query}).status_code == 200


def test_a_personal_number_is_refused_in_any_parameter_of_an_address(office: Office) -> None:
    for name in ("unit", "fonds", "series", "type", "cnp", CNP):
        assert shape(office.client.get("/api/v1/search", params={"q": "a b", name: CNP})).code == "ARH-9310"
    told = shape(office.client.get("/api/v1/units", params={"reference_code": CNP}))
    assert (told.code, "/api/v1/search" in told.detail) == ("ARH-9310", True)


FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in CNP)


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/search?q={CNP}",
        f"/api/v1/search?q={''.join(f'%{ord(digit):02x}' for digit in CNP)}",
        f"/api/v1/search?q={CNP[:1]}+{CNP[1:7]}+{CNP[7:]}",
        f"/api/v1/search?q={quote(FULL_WIDTH)}",
        f"/api/v1/units/{CNP}",
        f"/api/v1/units/{CNP}/pages/1",
        f"/api/v1/units/dosar%20{CNP}",
        f"/api/v1/units/{''.join(f'%{ord(digit):02x}' for digit in CNP)}",
        f"/api/v1/units/{CNP[:7]}-{CNP[7:]}",
        f"/api/v1/units/{quote(FULL_WIDTH)}",
        f"/api/v1/ingests/{CNP}",
        f"/nowhere/{CNP}",
        f"/api/v1/figures?x={CNP}",
    ],
)
def test_a_personal_number_is_refused_wherever_and_however_it_stands_in_an_address_and_not_logged(
    office: Office, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_level("info")
    try:
        answer = office.client.get(address)
        office.client.get("/health")  # by then the line of the one before is written
    finally:
        log.set_level("warning")
    assert (answer.status_code, shape(answer).code) == (400, "ARH-9310")
    line = json.loads(capsys.readouterr().err.splitlines()[0])
    seen = unicodedata.normalize("NFKC", unquote(line["path"] + answer.text))
    assert CNP[7:] not in seen


@given(st.uuids())
def test_no_id_of_a_unit_is_taken_for_a_person(unit: UUID) -> None:
    for written in (str(unit), unit.hex, str(unit).upper()):
        assert not holds_person({"path": f"/api/v1/units/{written}", "query_string": b""})


@pytest.mark.parametrize(
    "pages", ["1,8,5-9,10,11,12,13,14", "1,2-3,5,7,11,13,17,19", "1," * 3000, "1-8,5,0,5,1,2,1,2,3,4,5"]
)
def test_a_list_of_pages_is_not_taken_for_a_person(pages: str) -> None:
    path = "/api/v1/units/x/pdf"
    assert not holds_person({"path": path, "query_string": f"pages={pages}".encode()})
    assert not holds_person({"path": path, "query_string": f"pages={pages.replace(',', '%2C')}".encode()})
    for hidden in (CNP, f"1,{CNP}", f"{CNP[:1]},{CNP[1:7]},{CNP[7:]}"):
        assert holds_person({"path": path, "query_string": f"pages={hidden}".encode()})


def test_a_cursor_is_not_taken_for_a_person() -> None:
    assert not holds_person({"path": "/api/v1/search", "query_string": f"q=a&cursor={CNP}".encode()})


@pytest.mark.parametrize("what", ["units", "units/{unit}", "units/{unit}/pages/1/image", "units/{unit}/volumes/1/pdf"])
def test_head_says_what_get_would_and_sends_nothing(office: Office, what: str) -> None:
    address = "/api/v1/" + what.format(unit=office.unit(AccessClass.PUBLIC))
    got, head = office.client.get(address), office.client.head(address)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert varying(head) == varying(got)
    known = office.client.head(address, headers={"If-None-Match": got.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    closed = office.client.head(address.replace(office.unit(AccessClass.PUBLIC), office.unit(AccessClass.STAFF)))
    assert closed.status_code == (200 if what == "units" else 404)


def test_head_of_a_page_that_is_not_public_is_a_look(office: Office) -> None:
    before = len(office.looks.looks)
    address = f"/api/v1/units/{office.unit(AccessClass.STAFF)}/pages/1/text"
    assert office.client.head(address, headers=bearer(Role.CLERK)).status_code == 200
    assert len(office.looks.looks) == before + 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FROB"])
def test_other_methods_are_told_which_there_are(office: Office, method: str) -> None:
    answer = office.client.request(method, "/api/v1/units")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert shape(answer).code == "ARH-9305"


def test_a_body_that_is_too_large_is_refused_before_it_is_read_on(office: Office) -> None:
    limit = office.settings.serve_body_bytes
    stated = office.client.post("/api/v1/search", content=b"x" * (limit + 1))
    assert shape(stated).code == "ARH-9307"
    streamed = office.client.post("/api/v1/search", content=(b"x" * 1024 for _ in range(limit // 1024 + 2)))
    assert shape(streamed).code == "ARH-9307"


@pytest.mark.parametrize("request_id", ["a b", "x" * 65, "", "ă", "<script>", "a;b", "../x", "a\tb"], ids=range(8))
def test_a_request_id_that_is_no_plain_word_is_replaced(office: Office, request_id: str) -> None:
    answer = office.client.get("/health", headers=[(b"X-Request-Id", request_id.encode())])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_request_id_comes_back_once_and_two_are_none(office: Office) -> None:
    assert office.client.get("/health", headers={"X-Request-Id": "case-17.a"}).headers["x-request-id"] == "case-17.a"
    twice = office.client.get("/health", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")])
    assert re.fullmatch(r"[0-9a-f]{32}", twice.headers["x-request-id"])


@pytest.mark.parametrize(
    "request_lines",
    [
        "GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\n b\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id : a\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: " + "y" * 70_000 + "\r\nConnection: close\r\n\r\n",
        "GET /health?" + "y" * 70_000 + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n"
        "Connection: close\r\n\r\nabcdef",
        "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /he alth HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "\0\0\0\r\n\r\n",
    ],
    ids=range(10),
)
def test_games_with_headers_end_in_a_refusal_and_never_in_a_failure(office: Office, request_lines: str) -> None:
    host, port = office.client.base_url.host, office.client.base_url.port
    try:
        answer = _raw(host, port or 80, request_lines)
    except ConnectionError:  # closed while the rest was still being sent
        answer = "HTTP/1.1 4"
    assert answer.startswith(("HTTP/1.1 4", "HTTP/1.1 200")), answer[:80]
    assert office.client.get("/health").status_code == 200


def test_a_header_cannot_be_slipped_into_an_answer(office: Office) -> None:
    raw = _raw(
        office.client.base_url.host,
        office.client.base_url.port or 80,
        "GET /api/v1/units/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n"
        "X-Request-Id: a%0d%0aSet-Cookie: a=b\r\nConnection: close\r\n\r\n",
    )
    head = raw.partition("\r\n\r\n")[0].lower()
    assert "set-cookie" not in head
    assert "access-control-allow-origin" not in head


@settings(max_examples=150, deadline=None)
@given(query=st.text(min_size=1, max_size=120))
def test_no_query_makes_the_server_fail(office: Office, query: str) -> None:
    answer = office.client.post(
        "/api/v1/search", content=json.dumps({"q": query}).encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {200, 400, 422}
    if answer.status_code != 200:
        shape(answer)


class _Failing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def find(self, *_: object, **__: object) -> FoundUnits:
        raise self._error

    def suggest(self, *_: object, **__: object) -> tuple[()]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (IndexUnavailable(detail="http://10.0.0.7:9200 secret"), 503, "ARH-9317"),
        (ValueError("secret of /srv/arhivar"), 500, "ARH-9316"),
        (OSError("secret"), 500, "ARH-9316"),
    ],
)
def test_a_fault_of_the_server_says_nothing_of_its_inside(
    office: Office, error: Exception, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with client_of(create_app(office.settings, replace(office.parts, finder=_Failing(error)))) as client:
        answer = client.get("/api/v1/search?q=autorizatie")
        told = shape(answer)
        assert (told.status, told.code) == (status, code)
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.get("/health").status_code == 200
    written = capsys.readouterr().err
    assert told.request_id in written
    assert "secret" not in written


def test_the_log_has_paths_and_never_what_was_searched_for(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    log.set_level("info")
    try:
        office.client.get("/api/v1/search?q=popescu&unit=LU%2F1")
        office.client.post("/api/v1/search", json={"q": "ionescu"})
        office.client.get(f"/api/v1/units/{CNP}")
        office.client.get("/api/v1/units/a%0d%0ab", headers=bearer(Role.CLERK) | {"X-Purpose": "vasilescu"})
    finally:
        log.set_level("warning")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["path"] for line in lines] == [
        "/api/v1/search",
        "/api/v1/search",
        "/api/v1/units/…",
        "/api/v1/units/a%0d%0ab",
    ]
    assert [line["subject"] for line in lines][-1] == "u-17"
    text = json.dumps(lines)
    assert not any(name in text for name in ("popescu", "ionescu", "vasilescu", "LU", CNP))


def test_who_asks_too_often_is_told_when_to_come_back(office: Office) -> None:
    parts = replace(office.parts, rates=RateLimits(3, 2))
    with client_of(create_app(office.settings, parts)) as client:
        assert [client.get("/api/v1/units").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        answer = client.get("/api/v1/units")
        assert shape(answer).code == "ARH-9308"
        assert 1 <= int(answer.headers["retry-after"]) <= 120
        assert [client.get(path).status_code for path in ("/health", "/ready")] == [200, 200]


def test_a_subject_is_counted_wherever_the_requests_come_from(office: Office) -> None:
    parts = replace(office.parts, rates=RateLimits(100, 2))
    with client_of(create_app(office.settings, parts)) as client:
        clerk = bearer(Role.CLERK)
        assert [client.get("/api/v1/units", headers=clerk).status_code for _ in range(3)] == [200, 200, 429]
        assert client.get("/api/v1/units").status_code == 200


def test_answers_are_in_romanian_unless_english_is_preferred(office: Office) -> None:
    asked = {"": "Nu există", "en": "There is nothing", "de, en;q=0.5": "There is", "ro;q=0.4, en;q=0.3": "Nu există"}
    for language, words in asked.items():
        told = shape(office.client.get("/nowhere", headers={"Accept-Language": language}))
        assert told.detail.startswith(words), language


def test_an_answer_that_is_known_is_not_sent_again(office: Office) -> None:
    path = f"/api/v1/units/{office.unit(AccessClass.PUBLIC)}"
    first = office.client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    for stated in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        again = office.client.get(path, headers={"If-None-Match": stated})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert office.client.get(path, headers={"If-None-Match": '"x"'}).content == first.content


def test_other_sites_may_call_only_where_the_settings_name_them(office: Office) -> None:
    asked = {"Origin": "https://portal.example"}
    assert "access-control-allow-origin" not in office.client.get("/api/v1/units", headers=asked).headers
    named = office.settings.model_copy(update={"serve_origins": ("https://portal.example",)})
    with client_of(create_app(named, office.parts)) as client:
        answer = client.get("/api/v1/units", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://portal.example"
        assert "access-control-allow-credentials" not in answer.headers
        evil = client.get("/api/v1/units", headers={"Origin": "https://portal.example.evil"})
        assert "access-control-allow-origin" not in evil.headers
        before = {**asked, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        assert client.options("/api/v1/search", headers=before).status_code == 200
