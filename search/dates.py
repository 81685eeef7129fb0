# SPDX-License-Identifier: EUPL-1.2
"""Days and months as a century of typists wrote them: ``12.05.1987``, ``12.V.87``, ``1 fauru 947``, ``1987. május 12.``

A month is a number, a Roman number, or a Romanian, old Romanian, Hungarian or German name or its short form. A year has
four digits, three (``947``: the thousand left out, in use until about 1950) or two, which mean the 1900s.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis import FOLD

FIRST_YEAR, LAST_YEAR = 1200, 2199
_FIRST_CLIPPED, _LAST_CLIPPED = 800, 999
_CENTURY, _MILLENNIUM = 1900, 1000
_OLD_STYLE_YEARS = range(1801, 1920)  # in Romania 14 April 1919 came after 31 March
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# Folded: today's Romanian and its short forms, old Romanian, Hungarian, German.
_NAMES = (
    "ianuarie ian ianuar gerar gerariu gerarie ghenarie genarie genar januar jan janner",
    "februarie feb febr februar faur fauru faurar februariu feber",
    "martie mart mar martisor martiu marcius marc marz",
    "aprilie apr april prier prierar apriliu aprilis",
    "mai maiu florar majus maj",
    "iunie iun iuniu ciresar junius jun juni",
    "iulie iul iuliu cuptor julius jul juli",
    "august aug gustar augustu augusztus",
    "septembrie sept sep septemvrie septembre rapciune szeptember szept september",
    "octombrie oct octomvrie octombre brumarel oktober okt october",
    "noiembrie noi nov noembrie noemvrie noiemvrie brumar november",
    "decembrie dec decemvrie undrea indrea andrea december dezember dez",
)
_NAMES_OF = tuple(names.split() for names in _NAMES)
_MONTH_OF_NAME = {name: month for month, names in enumerate(_NAMES_OF, 1) for name in names}
_MONTH_OF_ROMAN = {roman: month for month, roman in enumerate(_ROMAN, 1)}
# After the day in Hungarian: május 12-én, 1-jén, 2-i.
_HUNGARIAN_ENDINGS = frozenset({"an", "en", "jen", "i", "jei", "a", "e"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters and digits, folded, and what stands between it and the one before."""

    text: str
    before: str = ""
    ends_word: bool = True
    """Whether it is the last of what was typed without spaces."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, and how many pieces it was written in."""

    day: int
    month: int
    year: int
    pieces: int


def read_day(pieces: tuple[Piece, ...]) -> Day | None:
    """The day that the pieces begin with: day, month, year, or year, month, day; it ends where a typed word ends."""
    if len(pieces) < 3:
        return None
    first, month, last, *after = pieces
    for one in (_day_first(first, month, last), _year_first(first, month, last, after)):
        if one is not None and pieces[one.pieces - 1].ends_word:
            return one
    return None


def _day_first(day: Piece, month: Piece, year: Piece) -> Day | None:
    number = _month(month, year.before)
    if number is None:
        return None
    together = not any(char.isspace() for char in month.before + year.before)
    return _valid(day.text, number, read_year(year.text, short=together or "'" in _signs(year.before)), 3)


def _year_first(year: Piece, month: Piece, day: Piece, after: Sequence[Piece]) -> Day | None:
    number = _month(month, day.before)
    if number is None or len(year.text) != 4:
        return None
    ending = bool(after) and after[0].before == "-" and after[0].text in _HUNGARIAN_ENDINGS
    return _valid(day.text, number, read_year(year.text), 3 + ending)


def _month(piece: Piece, after: str) -> int | None:
    """A month by number needs signs on both sides, by a name or a Roman number only no other signs."""
    signs = _signs(piece.before).strip("'"), _signs(after).strip("'")
    if not all(one in ("", ".", "/", "-", ",", ".,") for one in signs):
        return None
    if is_number(piece.text):
        return int(piece.text) if len(piece.text) < 3 and all(one in (".", "/", "-") for one in signs) else None
    return _MONTH_OF_NAME.get(piece.text) or _MONTH_OF_ROMAN.get(piece.text)


def _signs(text: str) -> str:
    return "".join(text.split()).replace("’", "'").replace("–", "-")


def _valid(day: str, month: int, year: int | None, pieces: int) -> Day | None:
    if year is None or not is_number(day) or len(day) > 2 or not is_day(month, int(day)):
        return None
    return Day(int(day), month, year, pieces)


def is_day(month: int, day: int) -> bool:
    """Whether a month, from 1, ever has that day."""
    return 1 <= month <= len(_DAYS) and 1 <= day <= _DAYS[month - 1]


def is_number(text: str) -> bool:
    """Whether it is digits alone, of those that are typed in Europe."""
    return text.isascii() and text.isdigit()


def read_year(text: str, *, short: bool = False) -> int | None:
    """A year of four digits, of three with the thousand left out, or where `short` of two."""
    if not is_number(text):
        return None
    number = int(text)
    match len(text):
        case 4 if FIRST_YEAR <= number <= LAST_YEAR:
            return number
        case 3 if _FIRST_CLIPPED <= number <= _LAST_CLIPPED:
            return _MILLENNIUM + number
        case 2 if short:
            return _CENTURY + number
    return None


def day_keys(day: int) -> frozenset[str]:
    """The keys of a day of the month; a page's ``05`` has that of ``5`` too."""
    return frozenset({f"{FOLD}{day}"})


def month_keys(month: int) -> frozenset[str]:
    """All ways to write a month, from 1."""
    return frozenset(FOLD + form for form in (str(month), _ROMAN[month - 1], *_NAMES_OF[month - 1]))


def is_month_name(folded: str) -> bool:
    """Whether a folded word names a month."""
    return folded in _MONTH_OF_NAME


def year_keys(year: int, *, short: bool = True) -> frozenset[str]:
    """All ways to write a year: in full, without the thousand, and where `short` in two digits."""
    keys = {f"{FOLD}{year}"}
    if _MILLENNIUM + _FIRST_CLIPPED <= year < 2 * _MILLENNIUM:
        keys.add(f"{FOLD}{year - _MILLENNIUM}")
    if short and _CENTURY <= year < _CENTURY + 100:
        keys.add(f"{FOLD}{year - _CENTURY:02}")
    return frozenset(keys)


def new_style_day(day: int, month: int, year: int) -> int | None:
    """The day by the Gregorian calendar of one by the Julian, where it is of the same month and was written so.

    ``18/31 martie 1915`` is the 18th by the one and the 31st by the other. None where the month or the year is another.
    """
    if year not in _OLD_STYLE_YEARS:
        return None
    later = day + (12 if (year, month, day) < (1900, 2, 29) else 13)
    return later if later <= monthrange(year, month)[1] else None
