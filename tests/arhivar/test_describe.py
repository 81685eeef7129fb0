# SPDX-License-Identifier: EUPL-1.2
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arhivar.intake.describe import read_description, unit_description
from schemas.drop import DropDescription
from schemas.findings import FindingCode
from schemas.messages import Language


def _write(folder: Path, content: object) -> Path:
    (folder / "unit.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_folder_without_unit_json_says_nothing(tmp_path: Path) -> None:
    assert read_description(tmp_path) is None


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "unit.json").write_text('{"reference_code": "X/1"}', encoding="utf-8-sig")
    described = read_description(tmp_path)
    assert described is not None
    assert described.drop == DropDescription(reference_code="X/1")


@pytest.mark.parametrize(
    ("content", "field", "expected_en", "expected_ro"),
    [
        ({}, "reference_code", "required", "obligatoriu"),
        ({"reference_code": "X", "date_from": "1.V.1987"}, "date_from", "1987-05-12", "1987-05-12"),
        ({"reference_code": "X", "folios": 0}, "folios", "at least 1", "cel puțin 1"),
        ({"reference_code": "X", "folios": "zece"}, "folios", "whole number", "număr întreg"),
        ({"reference_code": "X", "colour": "red"}, "colour", "barcode", "barcode"),
        ({"reference_code": "X", "intent": "burn"}, "intent", "replace_unit", "replace_unit"),
        ({"reference_code": "X", "pages": "1.jpg"}, "pages", "list", "listă"),
        ({"reference_code": ""}, "reference_code", "empty", "gol"),
        ([1], "(JSON)", "object", "obiect"),
    ],
)
def test_a_mistake_names_the_field_and_what_is_expected(
    tmp_path: Path, content: object, field: str, expected_en: str, expected_ro: str
) -> None:
    described = read_description(_write(tmp_path, content))
    assert described is not None
    assert described.drop is None
    finding = described.findings[0]
    assert finding.code is FindingCode.DESCRIPTION_INVALID
    assert finding.fields["field"] == field
    assert expected_en in finding.say(Language.EN)
    assert expected_ro in finding.say(Language.RO)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_description_or_a_finding(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("drop")
    (folder / "unit.json").write_bytes(data)
    described = read_description(folder)
    assert described is not None
    assert (described.drop is None) == bool(described.findings)


def test_what_is_not_said_has_its_default() -> None:
    description = unit_description(DropDescription(reference_code="X/1"), ("ron", "hun"))
    assert description.title == "X/1"
    assert description.languages == ("ron", "hun")
    assert description.access_class == "staff"
