# SPDX-License-Identifier: EUPL-1.2
"""What a query is made of: words, phrases, numbers of acts, dates and fields. `search.query` reads them from text.

Each clause says itself in the query language (``str``), in the form that is read as the same clause again.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word; with signs inside it is a run of words.

    `label` is what was typed before it and need not be there, such as ``str.`` or ``nr.`` (`search.labels`).
    """

    text: str
    label: str = ""

    def __str__(self) -> str:
        return _labelled(self.label, self.text)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so; with signs inside, a run whose last word begins so. `label` as that of `Word`."""

    text: str
    label: str = ""

    def __str__(self) -> str:
        return f"{_labelled(self.label, self.text)}*"


@dataclass(frozen=True, slots=True)
class DateIs:
    """A day, however it is written; `text` is how it was typed, `label` as that of `Word`."""

    text: str
    day: int
    month: int
    year: int
    label: str = ""

    def __str__(self) -> str:
        return _labelled(self.label, self.text)


@dataclass(frozen=True, slots=True)
class ActNumber:
    """An act's number with its year or its day, however they are written: ``nr. 123 din 1987``, ``123/12.05.1987``.

    `text` is how it was typed, without the `label`; `number` its digits (of ``1.204``: ``1204``); `date` the day where
    one was given.
    """

    text: str
    number: str
    year: int
    date: DateIs | None = None
    label: str = ""

    def __str__(self) -> str:
        return _labelled(self.label, self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, in this order."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class UnitIs:
    """The unit's reference code."""

    reference_code: str

    def __str__(self) -> str:
        return _field("unit", self.reference_code)


@dataclass(frozen=True, slots=True)
class YearIn:
    """The unit's dates meet these years; either end may be open, not both."""

    year_from: int | None
    year_to: int | None

    def __str__(self) -> str:
        if self.year_from == self.year_to:
            return f"year:{self.year_from:03}"
        ends = ("" if year is None else f"{year:03}" for year in (self.year_from, self.year_to))
        return f"year:{'..'.join(ends)}"


@dataclass(frozen=True, slots=True)
class LanguageIs:
    """The page's language, ISO 639-2/T; a language without a variant covers its variants."""

    language: str

    def __str__(self) -> str:
        return f"lang:{self.language}"


@dataclass(frozen=True, slots=True)
class FondsIs:
    """The unit's fonds, compared as reference codes are."""

    fonds: str

    def __str__(self) -> str:
        return _field("fonds", self.fonds)


@dataclass(frozen=True, slots=True)
class SeriesIs:
    """The unit's series, compared as reference codes are."""

    series: str

    def __str__(self) -> str:
        return _field("series", self.series)


@dataclass(frozen=True, slots=True)
class TypeIs:
    """The type of the unit's documents, compared as reference codes are."""

    document_type: str

    def __str__(self) -> str:
        return _field("type", self.document_type)


@dataclass(frozen=True, slots=True)
class TitleHas:
    """Words side by side, in this order, in the unit's title."""

    text: str

    def __str__(self) -> str:
        return _field("title", self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """A place or a street by one of its names: under any other that the archive knows it is meant too."""

    text: str

    def __str__(self) -> str:
        return _field("place", self.text)


def _labelled(label: str, text: str) -> str:
    return f"{label} {text}" if label else text


def _field(name: str, value: str) -> str:
    return f'{name}:"{value}"' if any(char.isspace() for char in value) else f"{name}:{value}"


Term = Word | Prefix | Phrase | Place | DateIs | ActNumber
Clause = Term | UnitIs | YearIn | LanguageIs | FondsIs | SeriesIs | TypeIs | TitleHas


@dataclass(frozen=True, slots=True)
class Item:
    """A clause that must hold, or must not."""

    clause: Clause
    negated: bool = False

    def __str__(self) -> str:
        return f"-{self.clause}" if self.negated else str(self.clause)


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. All items must hold."""

    items: tuple[Item, ...]

    def __str__(self) -> str:
        return " ".join(str(item) for item in self.items)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The words and phrases that a hit shows: those that can be marked."""
        return tuple(item.clause for item in self.items if not item.negated and isinstance(item.clause, Term))
