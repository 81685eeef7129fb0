# SPDX-License-Identifier: EUPL-1.2
"""Examples in the description of the search addresses: invented, and of the shape that is answered (a test says so)."""

from typing import Any

from fastapi.openapi.models import Example

_UNIT = "7f1d1f0e-52ab-5d0c-9c4e-1d2f3a4b5c6d"

SEARCH_BODY: dict[str, Example] = {
    "words": {"summary": "Words, as typed", "value": {"q": "autorizatie constructie marasesti 12 1974"}},
}
SUGGEST_BODY: dict[str, Example] = {"begun": {"summary": "The beginning of a word", "value": {"q": "maras"}}}

_FACETS: dict[str, Any] = {"decade": [{"value": "1970", "pages": 3}], "language": [{"value": "ron", "pages": 3}]}

SEARCH_EXAMPLE: dict[str, Any] = {
    "query": "autorizatie constructie marasesti 12 1974",
    "pages": 3,
    "units": 1,
    "hits": [
        {
            "unit_id": _UNIT,
            "unit_version": 1,
            "reference_code": "LU/CP/SGC/1974/3",
            "title": "Autorizații de construire, 1974",
            "fonds": "Consiliul Popular al Orașului Lunca",
            "series": "SGC",
            "document_type": None,
            "year_from": 1974,
            "year_to": 1974,
            "score": 12.5,
            "matching": 3,
            "pages": [
                {
                    "unit_id": _UNIT,
                    "reference_code": "LU/CP/SGC/1974/3",
                    "title": "Autorizații de construire, 1974",
                    "page": 14,
                    "language": "ron",
                    "score": 12.5,
                    "snippet": {"text": "str. Mărăşeşti nr. 12", "marks": [[5, 14], [19, 21]]},
                    "marks": [
                        {
                            "boxes": [{"left": 310, "top": 420, "right": 455, "bottom": 452}],
                            "text": "Mărăşeşti",
                            "first_word": 31,
                            "last_word": 31,
                        }
                    ],
                }
            ],
        }
    ],
    "facets": _FACETS,
    "did_you_mean": None,
    "next": None,
}
FACETS_EXAMPLE: dict[str, Any] = {"pages": 3, "units": 1, "facets": _FACETS}
SUGGEST_EXAMPLE: dict[str, Any] = {"suggestions": [{"text": "Mărășești", "kind": "street", "pages": 41}]}
