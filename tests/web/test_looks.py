# SPDX-License-Identifier: EUPL-1.2
"""Every opening of a non-public page or snippet is in the audit before it is shown, with what it was for."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from arhivar.access.looks import LookBook
from schemas.access import Look, LookedAt
from schemas.audit import AuditAction
from schemas.errors import CatalogueUnavailable
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.web.conftest import CODES, Office
from tests.web.serving import bearer, client_of
from web.app import create_app


@pytest.fixture(autouse=True)
def _none_yet(office: Office) -> None:
    office.looks.looks.clear()


def page(office: Office, access: AccessClass) -> str:
    return f"/api/v1/units/{office.unit(access)}/pages/2"


def test_a_page_that_is_opened_is_noted_with_the_working_context(office: Office) -> None:
    context = {"X-Request-Number": "123/12.05.2025", "X-Purpose": "adeverin%C8%9B%C4%83", "X-Legal-Basis": "art. 6"}
    answer = office.client.get(page(office, AccessClass.PERSONAL), headers=bearer(Role.ARCHIVIST) | context)
    assert answer.json()["text"] == "proces verbal de receptie"
    (look,) = office.looks.looks
    assert (look.subject, look.role, look.reference_code) == ("u-17", "archivist", CODES[AccessClass.PERSONAL])
    assert (look.pages, look.what, look.access_class) == ((2,), LookedAt.TEXT, AccessClass.PERSONAL)
    assert look.context.model_dump() == {
        "request_number": "123/12.05.2025",
        "purpose": "adeverință",
        "basis": "art. 6",
    }


def test_snippets_are_noted_by_unit_and_public_ones_are_not(office: Office) -> None:
    office.client.get("/api/v1/search?q=autorizatie", headers=bearer(Role.ARCHIVIST))
    noted = {look.reference_code: (look.pages, look.what) for look in office.looks.looks}
    assert noted == {
        CODES[AccessClass.STAFF]: ((1,), LookedAt.SNIPPET),
        CODES[AccessClass.PERSONAL]: ((1,), LookedAt.SNIPPET),
    }


def test_what_is_counted_or_refused_is_no_look(office: Office) -> None:
    office.client.get("/api/v1/facets?q=autorizatie", headers=bearer(Role.ARCHIVIST))
    office.client.get("/api/v1/search?q=autorizatie")
    office.client.get(page(office, AccessClass.PUBLIC), headers=bearer(Role.CLERK))
    office.client.get(page(office, AccessClass.RESTRICTED), headers=bearer(Role.CLERK))
    assert office.looks.looks == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Purpose", ""),
        ("X-Purpose", "x" * 300),
        ("X-Purpose", "%ff%fe"),
        ("X-Purpose", "a%0d%0ab"),
        ("X-Request-Number", "3870101123456"),
        ("X-Request-Number", "x" * 61),
    ],
)
def test_a_context_that_does_not_fit_is_refused_and_nothing_is_shown(office: Office, header: str, value: str) -> None:
    answer = office.client.get(page(office, AccessClass.STAFF), headers=bearer(Role.CLERK) | {header: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "ARH-9318")
    assert value not in answer.text or not value
    assert office.looks.looks == []


def test_a_context_that_is_stated_twice_is_refused(office: Office) -> None:
    headers = [*bearer(Role.CLERK).items(), ("X-Purpose", "a"), ("X-Purpose", "b")]
    assert office.client.get(page(office, AccessClass.STAFF), headers=headers).status_code == 400


class _Broken:
    def record(self, looks: Iterable[Look]) -> None:
        raise CatalogueUnavailable(detail="the disk under /srv/secret is gone")


@pytest.mark.parametrize("what", ["page", "search"])
def test_where_a_look_cannot_be_kept_nothing_is_shown(office: Office, what: str) -> None:
    address = page(office, AccessClass.STAFF) if what == "page" else "/api/v1/search?q=autorizatie"
    with client_of(create_app(office.settings, replace(office.parts, looks=_Broken()))) as client:
        answer = client.get(address, headers=bearer(Role.CLERK))
        assert (answer.status_code, answer.json()["code"]) == (503, "ARH-9317")
        assert "secret" not in answer.text
        assert client.get("/api/v1/search?q=autorizatie").status_code == 200  # what is public is nobody's business


def test_looks_are_in_the_audit_of_the_archive(office: Office) -> None:
    archive = office.parts.archive
    parts = replace(office.parts, looks=LookBook(archive.audit))
    before = archive.catalogue.audit_end().sequence
    with client_of(create_app(office.settings, parts)) as client:
        headers = bearer(Role.CLERK) | {"X-Request-Number": "7/2026"}
        client.get(page(office, AccessClass.STAFF), headers=headers)
    (row,) = archive.catalogue.audit_rows(after=before)
    record = row.sound
    assert record is not None
    assert (record.action, record.actor, record.subject) == (AuditAction.LOOK, "u-17", CODES[AccessClass.STAFF])
    assert record.details == {
        "role": "clerk",
        "what": "text",
        "pages": "2",
        "class": "staff",
        "request": "7/2026",
    }
