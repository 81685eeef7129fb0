# SPDX-License-Identifier: EUPL-1.2
"""What tantivy keeps of a page: the schema, and the way there and back. One document a page."""

from collections.abc import Iterable
from uuid import UUID

from tantivy import Document, PreTokenizedString, Schema, SchemaBuilder, Token

from schemas.search import PageHit, PageRecord
from search.analysis import PageToken, analyse
from search.offers import offers_of
from search.page_document import analyse_description, plain_code, to_page_hit, years_of
from search.ranking import TEXT_FIELDS

SCHEMA_VERSION = 3
"""Counts up with every change of this module or of `tantivy_query` that an index on disk would notice."""

_RANK_BITS = 64
_PAGE_BITS = 20


def build_schema() -> Schema:
    """Text fields hold our tokens, several keys at one position; the record itself is stored as JSON, not indexed."""
    schema = SchemaBuilder()
    for name in TEXT_FIELDS:
        schema.add_text_field(name, tokenizer_name="raw", index_option="position")
    for name in ("record_id", "unit_id", "unit_code", "language"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    schema.add_text_field("offers", tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("version", indexed=True)
    schema.add_unsigned_field("page", fast=True)
    schema.add_unsigned_field("rank", fast=True)
    schema.add_integer_field("year_from", fast=True)
    schema.add_integer_field("year_to", fast=True)
    schema.add_bytes_field("record", stored=True)
    return schema.build()


def to_document(record: PageRecord) -> Document:
    """The document of a page."""
    document = Document()
    for name, tokens in (
        ("body", analyse(record.text, record.language)),
        ("title", analyse_description(record.title, record.language)),
        ("code", analyse_description(record.reference_code, record.language)),
    ):
        document.add_pre_tokenized_text(name, PreTokenizedString("", _tantivy_tokens(tokens)))
    document.add_text("record_id", record.record_id)
    document.add_text("unit_id", str(record.unit_id))
    document.add_text("unit_code", plain_code(record.reference_code))
    if record.language is not None:
        for language in sorted({record.language, record.language.split("_")[0]}):
            document.add_text("language", language)
    for offer in offers_of(record):
        document.add_text("offers", offer)
    document.add_unsigned("version", record.unit_version)
    document.add_unsigned("page", record.page)
    document.add_unsigned("rank", rank(record.unit_id, record.page))
    years = years_of(record)
    if years is not None:
        document.add_integer("year_from", years[0])
        document.add_integer("year_to", years[1])
    document.add_bytes("record", record.to_json())
    return document


def to_hit(document: Document, score: float) -> PageHit:
    """The hit that a stored document gives. Raises ValueError where the record is missing or damaged."""
    stored = document.get_first("record")
    if stored is None:
        raise ValueError("a row has no record")
    return to_page_hit(PageRecord.from_json(bytes(stored)), score)


def rank(unit_id: UUID, page: int) -> int:
    """A number that orders by unit id, then page: 44 bits of the one, 20 of the other."""
    unit_bits = _RANK_BITS - _PAGE_BITS
    return (unit_id.int >> (128 - unit_bits)) << _PAGE_BITS | min(page, (1 << _PAGE_BITS) - 1)


def _tantivy_tokens(tokens: Iterable[PageToken]) -> list[Token]:
    return [Token(key, position, 0, 0) for position, one in enumerate(tokens) for key in sorted(one.keys)]
