# SPDX-License-Identifier: EUPL-1.2
"""The published JSON Schemas are the models, and records survive the way through JSON."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.drop import DropDescription, Intent
from schemas.ingest import ingest_id, unit_id
from schemas.page import Box, Matrix
from schemas.publish import PUBLISHED, json_schema

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_published_schema_is_the_model(name: str) -> None:
    published = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    assert published == json_schema(name), "run `python -m schemas.publish`"
    jsonschema.Draft202012Validator.check_schema(published)


def test_a_drop_needs_only_its_reference_code() -> None:
    assert DropDescription.model_validate({"reference_code": "X/1"}).intent is Intent.NEW


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date_from", "12.05.1987"),
        ("date_from", "1987-13"),
        ("folios", 0),
        ("folios", "many"),
        ("languages", []),
        ("languages", ["Romanian"]),
        ("intent", "overwrite"),
        ("reference_code", "   "),
        ("colour", "red"),
    ],
)
def test_model_and_schema_refuse_the_same(field: str, value: object) -> None:
    content = {"reference_code": "X/1", field: value}
    with pytest.raises(ValidationError):
        DropDescription.model_validate(content)
    if value != "   ":  # JSON Schema cannot say "not only white space" in the way pydantic strips
        assert list(jsonschema.Draft202012Validator(json_schema("drop.schema.json")).iter_errors(content))


def test_the_same_drop_has_the_same_id_and_another_one_another() -> None:
    unit = unit_id("X/1")
    assert unit == unit_id("X/1") != unit_id("X/2")
    first = ingest_id(unit, Intent.NEW, ["aa", "bb"])
    assert first == ingest_id(unit, Intent.NEW, ["aa", "bb"])
    assert (
        len({first, ingest_id(unit, Intent.NEW, ["bb", "aa"]), ingest_id(unit, Intent.REPLACE_UNIT, ["aa", "bb"])}) == 3
    )


_coefficients = st.floats(-3, 3).filter(lambda value: abs(value) > 0.1)


@given(
    _coefficients, st.floats(-2, 2), st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 5000), st.floats(0, 5000)
)
def test_a_matrix_and_its_inverse_lead_back(a: float, b: float, c: float, f: float, x: float, y: float) -> None:
    matrix = Matrix(a=a, b=b, c=c, d=-b, e=a, f=f)
    there = matrix.map(x, y)
    back = matrix.then(matrix.inverse()).map(x, y)
    assert back == pytest.approx((x, y), abs=1e-5)
    assert matrix.inverse().map(*there) == pytest.approx((x, y), abs=1e-5)


def test_a_box_around_two() -> None:
    assert Box(left=1, top=2, right=3, bottom=4).union(Box(left=2, top=0, right=9, bottom=3)) == Box(
        left=1, top=0, right=9, bottom=4
    )
