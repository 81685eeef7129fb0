# SPDX-License-Identifier: EUPL-1.2
"""What Elasticsearch keeps of a page: the mapping (schemas/index/page.json), and the way there and back.

Our tokens reach it as one line a position with tab-separated keys, which the mapping's analyzer takes apart again: a
tokenizer splits the lines, a `pattern_capture` filter gives all keys of a line the same position. `body` has all words
of a page (`search.ranking`): its parts are several values, which the mapping puts `FIELD_GAP` positions apart.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.search import PageHit, PageRecord
from search.analysis import fingerprint, indexed_keys
from search.facets import facets_key
from search.offers import offers_of
from search.page_document import (
    code_key,
    decades_of,
    description_keys,
    languages_of,
    plain_code,
    to_page_hit,
    years_of,
)

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


def to_source(record: PageRecord) -> bytes:
    """The document of a page as JSON, for bulk requests."""
    title = _lines(description_keys(record.title, record.language))
    code = _lines(description_keys(record.reference_code, record.language))
    source: dict[str, object] = {
        "body": [_lines(indexed_keys(record.text, record.language)), title, code],
        "title": title,
        "code": code,
        "unit_id": str(record.unit_id),
        "unit_code": plain_code(record.reference_code),
        "code_key": code_key(record.reference_code),
        "language": languages_of(record),
        "decade": decades_of(record),
        "version": record.unit_version,
        "page": record.page,
        "offers": offers_of(record),
        "facets": facets_key(record),
    }
    for name, value in (("fonds", record.fonds), ("series", record.series), ("type", record.document_type)):
        if value is not None:
            source[name] = plain_code(value)
    years = years_of(record)
    if years is not None:
        source["year_from"], source["year_to"] = years
    # The record is JSON already: what stands for it is not taken apart again.
    others = json.dumps(source, ensure_ascii=False, separators=(",", ":")).removesuffix("}")
    return f'{others},"record":{record.to_line()}}}'.encode()


def to_hit(found: dict[str, Any]) -> PageHit:
    """The hit that Elasticsearch's own gives. Raises ValueError where the record is missing or damaged."""
    return to_page_hit(to_record(found), float(found["_score"] or 0.0))


def to_record(found: dict[str, Any]) -> PageRecord:
    """The record of a hit of Elasticsearch. Raises ValueError where it is missing or damaged."""
    try:
        return PageRecord.model_validate(found["_source"]["record"])
    except KeyError as error:
        raise ValueError("a row has no record") from error


def _lines(words: Iterable[Iterable[str]]) -> str:
    return "\n".join("\t".join(keys) for keys in words)
