# SPDX-License-Identifier: EUPL-1.2
"""What tantivy keeps of a page: the schema, and the way there and back. One document a page."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from tantivy import Document, PreTokenizedString, Schema, SchemaBuilder, Token

from schemas.search import PageHit, PageRecord
from search.analysis import indexed_keys
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
from search.ranking import FIELD_GAP

SCHEMA_VERSION = 4
"""Counts up with every change of this module or of `tantivy_query` that an index on disk would notice."""

_RANK_BITS = 64
_PAGE_BITS = 20


def build_schema() -> Schema:
    """Text fields hold our tokens, several keys at one position; the record itself is stored as JSON, not indexed.

    `body` has all words of a page (`search.ranking`). `unit` says of a page's unit what units are put in order by.
    """
    schema = SchemaBuilder()
    for name in ("body", "title", "code"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="position")
    for name in ("record_id", "unit_id", "unit_code", "fonds", "series", "type", "language", "offers"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("unit", "facets"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    schema.add_unsigned_field("version", indexed=True)
    schema.add_unsigned_field("page", fast=True)
    schema.add_unsigned_field("rank", fast=True)
    schema.add_integer_field("year_from", fast=True)
    schema.add_integer_field("year_to", fast=True)
    schema.add_integer_field("decade", indexed=True)
    schema.add_bytes_field("record", stored=True)
    return schema.build()


def to_document(record: PageRecord) -> Document:
    """The document of a page."""
    document = Document()
    body = indexed_keys(record.text, record.language)
    title = description_keys(record.title, record.language)
    code = description_keys(record.reference_code, record.language)
    for name, parts in (("body", (body, title, code)), ("title", (title,)), ("code", (code,))):
        document.add_pre_tokenized_text(name, PreTokenizedString("", _tantivy_tokens(parts)))
    document.add_text("record_id", record.record_id)
    document.add_text("unit_id", str(record.unit_id))
    document.add_text("unit_code", plain_code(record.reference_code))
    for offer in offers_of(record):
        document.add_text("offers", offer)
    document.add_text("unit", unit_key(record))
    document.add_text("facets", facets_key(record))
    for name, value in (("fonds", record.fonds), ("series", record.series), ("type", record.document_type)):
        if value is not None:
            document.add_text(name, plain_code(value))
    for language in languages_of(record):
        document.add_text("language", language)
    for decade in decades_of(record):
        document.add_integer("decade", decade)
    document.add_unsigned("version", record.unit_version)
    document.add_unsigned("page", record.page)
    document.add_unsigned("rank", rank(record.unit_id, record.page))
    years = years_of(record)
    if years is not None:
        document.add_integer("year_from", years[0])
        document.add_integer("year_to", years[1])
    document.add_bytes("record", record.to_line().encode())
    return document


def to_hit(document: Document, score: float) -> PageHit:
    """The hit that a stored document gives. Raises ValueError where the record is missing or damaged."""
    return to_page_hit(to_record(document), score)


def to_record(document: Document) -> PageRecord:
    """The record of a stored document. Raises ValueError where it is missing or damaged."""
    stored = document.get_first("record")
    if stored is None:
        raise ValueError("a row has no record")
    return PageRecord.from_json(bytes(stored))


def rank(unit_id: UUID, page: int) -> int:
    """A number that orders by unit id, then page: 44 bits of the one, 20 of the other."""
    return unit_rank_of_id(str(unit_id)) << _PAGE_BITS | min(page, (1 << _PAGE_BITS) - 1)


def unit_rank_of_id(unit_id: str) -> int:
    """The part of `rank` that is the unit's: the first hexadecimal digits of its id."""
    return int(unit_id.replace("-", "")[: (_RANK_BITS - _PAGE_BITS) // 4], 16)


def unit_rank_of(rank_of_page: int) -> int:
    """The unit's part of a page's rank."""
    return rank_of_page >> _PAGE_BITS


def unit_key(record: PageRecord) -> str:
    """What the field `unit` holds: unit id, first and last year, and the reference code's key, tab-separated."""
    first, last = years_of(record) or ("", "")
    return f"{record.unit_id}\t{first}\t{last}\t{code_key(record.reference_code)}"


def _tantivy_tokens(parts: Iterable[Sequence[Sequence[str]]]) -> list[Token]:
    tokens: list[Token] = []
    first = 0
    for words in parts:
        tokens += [Token(key, position, 0, 0) for position, keys in enumerate(words, first) for key in keys]
        first += len(words) + FIELD_GAP
    return tokens
