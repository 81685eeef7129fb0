# SPDX-License-Identifier: EUPL-1.2
"""What the engines' documents of a page have in common: how its fields are compared, and the hit that it gives."""

import re
from collections.abc import Sequence
from functools import lru_cache

from schemas.search import PageHit, PageRecord, UnitHit
from search.analysis import PageToken, analyse, base_language

_NUMBER = re.compile("0*([0-9]+)")
MAX_VALUE = 1_000
"""Characters of a value that engines compare."""
_LAST_YEAR = 9_999
FAR_YEAR = 100_000
"""No year of a record is as far from 0."""
_NO_DECADE = -1


def plain_code(reference_code: str) -> str:
    """A reference code as it is compared: without regard to capitals and to how many spaces there are; cut where it is
    longer than what an engine compares.
    """
    return " ".join(reference_code.casefold().split())[:MAX_VALUE]


def code_key(reference_code: str) -> str:
    """What reference codes are put in order by, numbers in them by their value: ``PS/9`` before ``PS/12``.

    A number has its length before it, so that the longer one comes later.
    """
    key = _NUMBER.sub(lambda match: f"{len(match[1]):03}{match[1]}", plain_code(reference_code))
    return key[:MAX_VALUE]


def asked_year(year: int) -> int:
    """A year of a filter, brought within what engines can compare; no record has one beyond."""
    return min(max(year, -FAR_YEAR), FAR_YEAR)


def asked_decades(decades: Sequence[int]) -> list[int]:
    """Decades of a filter; one that no record can have is one that none has."""
    return [decade if 0 <= decade <= _LAST_YEAR else _NO_DECADE for decade in decades]


def decades_of(record: PageRecord) -> tuple[int, ...]:
    """First years of the decades that the unit's dates meet, within the years 0 to 9999."""
    years = years_of(record)
    if years is None:
        return ()
    return tuple(range(max(years[0], 0) // 10 * 10, min(years[1], _LAST_YEAR) + 1, 10))


def languages_of(record: PageRecord) -> tuple[str, ...]:
    """The languages by which a page is chosen: ``deu_latf`` is found as ``deu`` too."""
    return () if record.language is None else tuple(sorted({record.language, record.language.split("_")[0]}))


def analyse_description(text: str, language: str | None) -> Sequence[PageToken]:
    """A unit's description may be in Romanian whatever language its pages are in: it has the keys of both."""
    romanian = analyse(text, None)
    if base_language(language) == base_language(None):
        return romanian
    return tuple(
        PageToken(one.token, one.keys | other.keys)
        for one, other in zip(romanian, analyse(text, language), strict=True)
    )


@lru_cache(maxsize=1_000)
def description_keys(text: str, language: str | None) -> tuple[tuple[str, ...], ...]:
    """The keys of `analyse_description`, sorted, by position; a unit's are asked for once for each of its pages."""
    return tuple(tuple(sorted(one.keys)) for one in analyse_description(text, language))


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


def to_unit_hit(pages: Sequence[tuple[PageRecord, float]], matching: int) -> UnitHit:
    """The hit of a unit, by its best pages with their scores, best first; at least one. `matching`: how many match."""
    unit, score = pages[0]
    return UnitHit(
        unit_id=unit.unit_id,
        unit_version=unit.unit_version,
        reference_code=unit.reference_code,
        title=unit.title,
        fonds=unit.fonds,
        series=unit.series,
        document_type=unit.document_type,
        year_from=unit.year_from,
        year_to=unit.year_to,
        score=score,
        matching=matching,
        pages=tuple(to_page_hit(record, own) for record, own in pages),
    )
