# SPDX-License-Identifier: EUPL-1.2
"""The description of the API says what the API does: examples fit, and answers are as described."""

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from schemas.roles import Role
from schemas.unit import AccessClass
from tests.web.conftest import Office
from tests.web.serving import bearer
from web.problems import STATUS

CALLERS = {
    "nobody": {},
    "archivist": bearer(Role.ARCHIVIST, "records:restricted"),
    "operator": bearer(Role.OPERATOR),
}


@pytest.fixture(scope="module")
def document(office: Office) -> dict[str, Any]:
    answer = office.client.get("/api/v1/openapi.json")
    described: dict[str, Any] = answer.json()
    return described


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def check(document: dict[str, Any], schema: dict[str, Any], example: object) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole).validate(example)


def test_every_address_is_described_with_an_example_that_fits(office: Office, document: dict[str, Any]) -> None:
    shown = {route.path for route in office.app.routes if isinstance(route, APIRoute) and route.include_in_schema}
    assert set(document["paths"]) == shown
    for name, operation in operations(document):
        assert operation["summary"], name
        for kind, content in operation["responses"]["200"]["content"].items():
            assert content["example"], name
            if kind == "application/json":
                check(document, content["schema"], content["example"])
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]
            assert body["examples"], name
            for example in body["examples"].values():
                check(document, body["schema"], example["value"])


def test_every_error_is_described_in_the_one_shape(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        statuses = {int(status) for status in operation["responses"]} - {200, 206, 304}
        assert {500, 503} <= statuses <= set(STATUS.values()), name
        for status in statuses:
            (content,) = operation["responses"][str(status)]["content"].items()
            assert content[0] == "application/problem+json"
            for example in content[1]["examples"].values():
                check(document, content[1]["schema"], example["value"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_parameter_that_is_a_text_or_a_list_is_bounded(document: dict[str, Any]) -> None:
    def unbounded(schema: dict[str, Any]) -> bool:
        if "$ref" in schema:
            return unbounded(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return any(unbounded(one) for one in schema["anyOf"])
        if schema.get("type") == "string":
            return not schema.keys() & {"maxLength", "pattern", "format", "enum", "const"}
        if schema.get("type") == "array":
            return "maxItems" not in schema or unbounded(schema["items"])
        return False

    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert not unbounded(parameter["schema"]), (name, parameter["name"])


CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


def known(office: Office, path: str) -> dict[str, str]:
    """Path parameters of a record that there is; none where asking changes what other tests look at."""
    if path.endswith("/access"):
        return {}
    unit, ingest = office.unit(AccessClass.STAFF), office.ingest(AccessClass.STAFF)
    there = {"unit_id": unit, "ingest_id": ingest, "page": "1", "volume": "1"}
    return {name: value for name, value in there.items() if f"{{{name}}}" in path}


@pytest.mark.parametrize("caller", CALLERS)
def test_whatever_is_asked_is_answered_as_described(office: Office, document: dict[str, Any], caller: str) -> None:
    """Requests that fit the description, also about records that there are, and requests that do not fit it."""
    load_all_checks()
    checks: list[Any] = [CHECKS.get_one(name) for name in CHECKED]
    tried = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        there = known(office, operation.path)
        cases = [
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
            *([operation.as_strategy(path_parameters=there)] if there else []),
        ]

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=st.one_of(cases))
        def ask(case: Case[Any]) -> None:
            case.call_and_validate(
                base_url=str(office.client.base_url), headers=CALLERS[caller], checks=checks, timeout=30
            )

        ask()
        tried.append(operation.label)
    assert len(tried) == len(operations(document))
