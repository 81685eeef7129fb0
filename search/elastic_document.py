# SPDX-License-Identifier: EUPL-1.2
"""What Elasticsearch keeps of a page: the mapping (schemas/index/page.json), and the way there and back.

Our tokens reach it as one line a position with tab-separated keys, which the mapping's analyzer takes apart again: a
tokenizer splits the lines, a `pattern_capture` filter gives all keys of a line the same position.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.search import PageHit, PageRecord
from search.analysis import PageToken, analyse, fingerprint
from search.offers import offers_of
from search.page_document import analyse_description, plain_code, to_page_hit, years_of

_DEFINITION_FILE = Path(__file__).parents[1] / "schemas" / "index" / "page.json"

Definition = dict[str, Any]


def definition() -> Definition:
    """Settings and mapping of a page index; `_meta` says by which mapping and text analysis it was made."""
    content: Definition = json.loads(_DEFINITION_FILE.read_bytes())
    content["mappings"]["_meta"] = {"digest": digest()}
    return content


def digest() -> str:
    """Changes with the mapping and with the text analysis."""
    return sha256(_DEFINITION_FILE.read_bytes() + fingerprint().encode()).hexdigest()


def to_source(record: PageRecord) -> dict[str, object]:
    """The document of a page, for bulk requests."""
    source: dict[str, object] = {
        "body": _lines(analyse(record.text, record.language)),
        "title": _lines(analyse_description(record.title, record.language)),
        "code": _lines(analyse_description(record.reference_code, record.language)),
        "unit_id": str(record.unit_id),
        "unit_code": plain_code(record.reference_code),
        "version": record.unit_version,
        "page": record.page,
        "offers": offers_of(record),
        "record": b64encode(record.to_json()).decode(),
    }
    if record.language is not None:
        source["language"] = sorted({record.language, record.language.split("_")[0]})
    years = years_of(record)
    if years is not None:
        source["year_from"], source["year_to"] = years
    return source


def to_hit(found: dict[str, Any]) -> PageHit:
    """The hit that Elasticsearch's own gives. Raises ValueError where the record is missing or damaged."""
    try:
        data = b64decode(found["_source"]["record"])
    except KeyError as error:
        raise ValueError("a row has no record") from error
    return to_page_hit(PageRecord.from_json(data), float(found["_score"] or 0.0))


def _lines(tokens: Iterable[PageToken]) -> str:
    return "\n".join("\t".join(sorted(one.keys)) for one in tokens)
