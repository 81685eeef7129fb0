# SPDX-License-Identifier: EUPL-1.2
"""Dates as archivists write them: ``1987``, ``12.V.1987``, ``12 mai 1987``, and the span of a unit's extreme dates."""

import calendar
import re

from schemas.naming import folder_key

_UNDATED = {"", "f-d", "s-d", "fd", "sd", "fara-data", "nedatat", "undated", "n-d"}

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NAMES = (
    ("ianuarie", "ian", "january", "jan"),
    ("februarie", "feb", "febr", "february"),
    ("martie", "mar", "mart", "march"),
    ("aprilie", "apr", "april"),
    ("mai", "may"),
    ("iunie", "iun", "june", "jun"),
    ("iulie", "iul", "july", "jul"),
    ("august", "aug"),
    ("septembrie", "sept", "sep", "september"),
    ("octombrie", "oct", "october"),
    ("noiembrie", "noi", "nov", "noemvrie", "november"),
    ("decembrie", "dec", "december"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}
_MONTHS |= {name: number for number, name in enumerate(_ROMAN, start=1)}
_MONTHS |= {form: number for number in range(1, 13) for form in (str(number), f"{number:02}")}

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_WRITTEN = re.compile(r"(?:(?:(\d{1,2})[ ./]\s*)?([^\W\d_]+|\d{1,2})[ ./]\.?\s*)?(\d{4})", re.IGNORECASE)
_DASHES = re.compile(r"\s*[\u2010-\u2015\u2212]\s*|\s+-+\s+|\s+(?:până la|pana la|to)\s+", re.IGNORECASE)
_TIGHT = re.compile(r"(?<=\d{4})[-/](?=\d{4}$)|(?<=\d{4}-\d\d-\d\d)/|(?<=\.\d{4})-(?=\d)")
"""Where a plain ``-`` or ``/`` parts two dates: ``1987-1989``, ``1987-05-12/1988-01-03``, ``12.05.1987-3.06.1987``."""


def is_undated(text: str) -> bool:
    """True for an empty cell and for ``f.d.``, ``s.d.``, ``fără dată``."""
    return folder_key(text) in _UNDATED


def read_date(text: str) -> str | None:
    """One date in ISO 8601, as precise as it is written (``1987-05``); None for what is no date of the calendar."""
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        year, month, day = (int(part) if part else None for part in found.groups())
    elif found := _WRITTEN.fullmatch(plain):
        name = found[2]
        month = _MONTHS.get(folder_key(name)) if name else None
        if name and month is None:
            return None
        year, day = int(found[3]), int(found[1]) if found[1] else None
    else:
        return None
    return _in_calendar(year or 0, month, day)


def _in_calendar(year: int, month: int | None, day: int | None) -> str | None:
    if year == 0 or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        return f"{year:04}"
    if day is None:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= calendar.monthrange(year, month)[1] else None


def read_span(text: str) -> tuple[str, str] | None:
    """Extreme dates, earliest and latest; one date is both. None for what is not understood."""
    plain = text.strip()
    alone = read_date(plain)
    if alone is not None:
        return alone, alone
    for separator in (_DASHES, _TIGHT):
        parts = separator.split(plain)
        if len(parts) == 2:
            start, end = (read_date(part) for part in parts)
            if start is not None and end is not None:
                return start, end
    return None


def is_reversed(start: str, end: str) -> bool:
    """True where the end is before the start, as far as both are precise."""
    common = min(len(start), len(end))
    return end[:common] < start[:common]
