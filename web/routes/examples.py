# SPDX-License-Identifier: EUPL-1.2
"""Examples in the description of the API: invented, and of the shape that is answered (a test says so)."""

from collections.abc import Mapping
from typing import Any

from fastapi.openapi.models import Example

_UNIT = "7f1d1f0e-52ab-5d0c-9c4e-1d2f3a4b5c6d"
_INGEST = "0d6cf0b6e1f34a5b8c7d9e0f1a2b3c4d"
_CODE = "LU/CP/SGC/1974/3"

SUMMARY: dict[str, Any] = {
    "unit_id": _UNIT,
    "reference_code": _CODE,
    "title": "Autorizații de construire, 1974",
    "fonds": "Consiliul Popular al Orașului Lunca",
    "series": "SGC",
    "access_class": "public",
    "version": 1,
}
UNITS: dict[str, Any] = {"units": [SUMMARY], "next": None}
UNIT: dict[str, Any] = {
    **SUMMARY,
    "description": {
        "reference_code": _CODE,
        "title": "Autorizații de construire, 1974",
        "fonds": "Consiliul Popular al Orașului Lunca",
        "series": "SGC",
        "date_from": "1974-01-04",
        "date_to": "1974-12-21",
        "level": "file",
        "folios": 120,
        "blanks": None,
        "languages": ["ron"],
        "barcode": None,
        "access_class": "public",
    },
    "pages": 240,
}
_PAGE: dict[str, Any] = {"page": 14, "kind": "page", "language": "ron", "words": 212, "access_class": "public"}
PAGES: dict[str, Any] = {"unit_id": _UNIT, "version": 1, "pages": [_PAGE], "next": None}
PAGE: dict[str, Any] = {
    **_PAGE,
    "unit_id": _UNIT,
    "version": 1,
    "reference_code": _CODE,
    "confidence": 91.5,
    "geometry": None,
    "source_digest": "3b" * 32,
    "text": "AUTORIZAȚIE DE CONSTRUCȚIE\nstr. Mărășești nr. 12",
    "findings": [],
}
LEDGER: dict[str, Any] = {
    "unit": _CODE,
    "ingest_id": _INGEST,
    "attempt": 1,
    "balanced": True,
    "rows": [{"page": 1, "captured": True, "in_pdf": True, "in_store": True, "in_index": True}],
    "gaps": [],
    "open_gaps": [],
    "differences": [],
}
FINDINGS: dict[str, Any] = {
    "ingest_id": _INGEST,
    "findings": [
        {
            "code": "page-blank",
            "severity": "note",
            "page": 2,
            "file": "002.tif",
            "sentence": "Pagina 2 (002.tif) este goală.",
            "advice": "Nu este nimic de făcut.",
        }
    ],
}
INGEST: dict[str, Any] = {
    "ingest_id": _INGEST,
    "unit_id": _UNIT,
    "reference_code": _CODE,
    "attempt": 1,
    "state": "reconciled",
    "intent": "new",
    "folder": "LU-CP-SGC-1974-3",
    "pages": 240,
    "version": 1,
    "reason": None,
    "received_at": "2026-03-02T08:15:00Z",
    "updated_at": "2026-03-02T08:41:12Z",
}
INGESTS: dict[str, Any] = {"ingests": [INGEST], "next": None}
DECISION: dict[str, Example] = {
    "publish": {
        "summary": "Publish a unit",
        "value": {"decision": "publish", "reason": "Termenul de 30 de ani a trecut."},
    },
    "classify": {
        "summary": "Close two pages",
        "value": {"decision": "classify", "access_class": "personal", "pages": [3, 4], "reason": "Date medicale."},
    },
}
DECIDED: dict[str, Any] = {
    "unit_id": _UNIT,
    "reference_code": _CODE,
    "version": 1,
    "access_class": "public",
    "pages": {"public": [1, 2], "personal": [3, 4]},
    "indexed": True,
}
METRICS = 'arhivar_http_requests_total{method="GET",route="/api/v1/search",status="200"} 41.0\n'


def answers(example: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What a route says of its good answer."""
    return {200: {"content": {"application/json": {"example": dict(example)}}}}
