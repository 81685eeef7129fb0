# SPDX-License-Identifier: EUPL-1.2
"""Write the JSON Schemas that scanners' and integrators' programs rely on: `python -m schemas.publish`."""

import json
from pathlib import Path
from typing import Any

from schemas.access import AccessDecision
from schemas.base import Record
from schemas.drop import DropDescription
from schemas.unit import PackageDescription

PUBLISHED: dict[str, type[Record]] = {
    "drop.schema.json": DropDescription,
    "unit.schema.json": PackageDescription,
    "access.schema.json": AccessDecision,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a published record."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PUBLISHED[name].model_json_schema()}


def publish(folder: Path) -> None:
    """Write every schema into `folder`."""
    for name in PUBLISHED:
        text = json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    publish(Path(__file__).resolve().parent)
