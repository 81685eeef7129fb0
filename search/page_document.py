# SPDX-License-Identifier: EUPL-1.2
"""What the engines' documents of a page have in common: how its fields are compared, and the hit that it gives."""

from schemas.search import PageHit, PageRecord
from search.analysis import PageToken, analyse, base_language


def plain_code(reference_code: str) -> str:
    """A reference code as it is compared: without regard to capitals and to how many spaces there are."""
    return " ".join(reference_code.casefold().split())


def analyse_description(text: str, language: str | None) -> tuple[PageToken, ...]:
    """A unit's description may be in Romanian whatever language its pages are in: it has the keys of both."""
    romanian = analyse(text, None)
    if base_language(language) == base_language(None):
        return romanian
    return tuple(
        PageToken(one.token, one.keys | other.keys)
        for one, other in zip(romanian, analyse(text, language), strict=True)
    )


def years_of(record: PageRecord) -> tuple[int, int] | None:
    """First and last year; a unit with one known year has both."""
    first = record.year_from if record.year_from is not None else record.year_to
    last = record.year_to if record.year_to is not None else record.year_from
    return None if first is None or last is None else (first, last)


def to_page_hit(record: PageRecord, score: float) -> PageHit:
    """The hit of a record that was found."""
    return PageHit(
        unit_id=record.unit_id,
        unit_version=record.unit_version,
        page=record.page,
        reference_code=record.reference_code,
        title=record.title,
        language=record.language,
        score=score,
        text=record.text,
    )
