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
    "volumes": [1],
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
    "changed": True,
    "indexed": True,
}
_BOX: dict[str, Any] = {"left": 310, "top": 402, "right": 905, "bottom": 446}
_WORD: dict[str, Any] = {"text": "AUTORIZAȚIE", "raw": None, "second": None, "box": _BOX, "confidence": 93.0}
WORDS: dict[str, Any] = {
    "unit_id": _UNIT,
    "version": 1,
    "page": 14,
    "kind": "page",
    "language": "ron",
    "confidence": 91.5,
    "width_px": 2480,
    "height_px": 3508,
    "dpi": 300.0,
    "blocks": [{"box": _BOX, "kind": "text", "language": None, "lines": [{"box": _BOX, "words": [_WORD]}]}],
}
ACCESS: dict[str, Any] = {
    "unit_id": _UNIT,
    "reference_code": _CODE,
    "version": 1,
    "access_class": "public",
    "pages": {"public": [1, 2], "personal": [3, 4]},
    "decisions": [
        {
            "decision": "publish",
            "access_class": "public",
            "pages": None,
            "version": 1,
            "reason": "Termenul de 30 de ani a trecut.",
            "by": "u-17",
            "at": "2026-03-02T08:15:00Z",
            "counts": True,
        }
    ],
}
FIGURES: dict[str, Any] = {
    "made_at": "2026-03-02T08:15:00Z",
    "target": 5000,
    "inventory": 4871,
    "done": 212,
    "undated": 0,
    "deadline": "2026-12-31",
    "master_bytes": 812_345_678_901,
    "access_bytes": 9_876_543_210,
    "states": [{"state": "reconciled", "units": 212, "pages": 50_880}],
    "months": [{"month": "2026-03", "units": 212, "pages": 50_880, "pages_read": 51_002}],
    "holdings": [
        {
            "fonds": "Consiliul Popular al Orașului Lunca",
            "series": "SGC",
            "state": "reconciled",
            "units": 212,
            "pages": 50_880,
        }
    ],
    "findings": [{"code": "page-blank", "findings": 1204, "ingests": 198}],
}
FIGURES_CSV = (
    "table,item,fonds,series,state,month,units,pages,pages_read,value\r\nmonth,,,,,2026-03,212,50880,51002,\r\n"
)
BYTES = "(bytes)"
METRICS = 'arhivar_http_requests_total{method="GET",route="/api/v1/search",status="200"} 41.0\n'


def answers(example: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What a route says of its good answer."""
    return {200: {"content": {"application/json": {"example": dict(example)}}}}


def files(kinds: Mapping[str, str], *, parts: bool = False) -> dict[int | str, dict[str, Any]]:
    """What a route says of its good answer, a file of one of these media types; with `parts`, also in ranges."""
    content = {kind: {"example": example, "schema": {"type": "string"}} for kind, example in kinds.items()}
    told: dict[int | str, dict[str, Any]] = {
        200: {"content": content},
        304: {"description": "As the caller has it already (If-None-Match)"},
    }
    if parts:
        told[206] = {"description": "The part that was asked for (Range)", "content": content}
    return told
