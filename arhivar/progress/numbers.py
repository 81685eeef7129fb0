# SPDX-License-Identifier: EUPL-1.2
"""Numbers, counted things, sizes, days and spans of time, as Romanian and English write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.messages import Language

UNKNOWN = "–"

_MONTHS_RO = ("ian.", "feb.", "mar.", "apr.", "mai", "iun.", "iul.", "aug.", "sept.", "oct.", "nov.", "dec.")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted thing: one and several, in each language."""

    ro_one: str
    ro_many: str
    en_one: str
    en_many: str


UNITS = Noun("unitate", "unități", "unit", "units")
PAGES = Noun("pagină", "pagini", "page", "pages")
DAYS = Noun("zi", "zile", "day", "days")
WEEKS = Noun("săptămână", "săptămâni", "week", "weeks")
FOLDERS = Noun("folder", "foldere", "folder", "folders")
INGESTS = Noun("ingestie", "ingestii", "ingest", "ingests")


def number(value: int, language: Language) -> str:
    """1.250.000 in Romanian, 1,250,000 in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if language is Language.RO else text


def decimal(value: float, language: Language, digits: int = 1) -> str:
    """1.234,5 in Romanian, 1,234.5 in English."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language is Language.RO else text


def counted(value: int, noun: Noun, language: Language) -> str:
    """The number with its noun: Romanian has *de* before it from 20 on, unless the number ends in 01 to 19."""
    if language is Language.EN:
        return f"{number(value, language)} {noun.en_one if value == 1 else noun.en_many}"
    if value == 1:
        return f"1 {noun.ro_one}"
    with_de = value >= 20 and not 1 <= value % 100 <= 19
    return f"{number(value, language)} {'de ' if with_de else ''}{noun.ro_many}"


def size(size_bytes: int, language: Language) -> str:
    """Bytes with three or more digits that count, in powers of 1000 as disks are sold."""
    value, step = float(size_bytes), 0
    while value >= 999.5 and step < len(_SIZES) - 1:
        value /= 1000
        step += 1
    return f"{decimal(value, language, 0 if step == 0 or value >= 100 else 1)} {_SIZES[step]}"


def day(value: date, language: Language) -> str:
    """12.03.2027 in Romanian, 2027-03-12 in English."""
    return value.strftime("%d.%m.%Y") if language is Language.RO else value.isoformat()


def moment(value: datetime, language: Language) -> str:
    """A day and a time to the minute, as the zone of the value has it."""
    return f"{day(value.date(), language)} {value:%H:%M}"


def month(value: date, language: Language) -> str:
    """A month and year, short."""
    return f"{(_MONTHS_RO if language is Language.RO else _MONTHS_EN)[value.month - 1]} {value.year}"


def day_and_month(value: date, language: Language) -> str:
    """A day without its year."""
    return f"{value.day} {(_MONTHS_RO if language is Language.RO else _MONTHS_EN)[value.month - 1]}"


def span(value: timedelta, language: Language) -> str:
    """A length of time to its two largest units."""
    minutes = round(value.total_seconds() / 60)
    if minutes < 60:
        return "< 1 min" if minutes < 1 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return counted(days, DAYS, language) + (f" {hours} h" if hours else "")


def percent(share: float, language: Language) -> str:
    """A chance to whole percents; never a false certainty."""
    if 0 < share < 0.01:
        shown = "< 1"
    elif 0.99 < share < 1:
        shown = "> 99"
    else:
        shown = decimal(share * 100, language, 0)
    return f"{shown} %" if language is Language.RO else f"{shown}%"
