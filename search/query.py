# SPDX-License-Identifier: EUPL-1.2
"""The query language: a small grammar of our own, the same for every back end.

::

    query   = { item } ;                      all items must hold, in any order
    item    = [ "-" ] , ( field | phrase | prefix | word ) ;     "-": must not be there
    phrase  = '"' , text , '"' ;              these words side by side, in this order, in any of their forms
    prefix  = text , "*" ;                    words that begin so; at least two letters or digits
    field   = name , ":" , ( text | phrase ) ;
    word    = text ;                          without spaces and quotes

======================  ==============================================================================
``unit:`` ``cota:``     the unit's reference code, whole: ``unit:PS/12``, ``unit:"Dosar 12"``
``year:`` ``an:``       the unit's dates meet ``year:1987``, ``year:1980..1989``, ``year:..1950``
``lang:`` ``limba:``    the page's language: ``lang:hun``, ``lang:ro``
======================  ==============================================================================

Romanian and French quotes („ ” “ « ») are quotes. A sign alone (``&``, ``–``) is passed over. A word with signs inside
(``într-o``, ``123/12.05.1987``) stands for the run of its parts. ``str(query)`` gives the query in canonical form,
which parses to an equal query. Queries are at most `MAX_LENGTH` characters and `MAX_TERMS` words and fields.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import QueryMalformed
from search.analysis import fold, tokenise

MAX_LENGTH = 500
MAX_TERMS = 32
MIN_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One word; with signs inside it is a run of words."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so; with signs inside, a run whose last word begins so."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


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


def _field(name: str, value: str) -> str:
    return f'{name}:"{value}"' if any(char.isspace() for char in value) else f"{name}:{value}"


Term = Word | Prefix | Phrase | Place
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


def parse_query(text: str) -> Query:
    """Parse what a person typed. Raises `schemas.errors.QueryMalformed` with the 1-based position of what is wrong."""
    _check_length(text)
    for index, char in enumerate(text):
        if "\ud800" <= char <= "\udfff":
            raise _malformed(index, "caracterul nu este text valid (UTF-8)", "the character is no valid text (UTF-8)")
    query = _Parser(unicodedata.normalize("NFC", text).translate(_QUOTES)).parse()
    _check_length(str(query))  # the canonical form may be a little longer, and must parse too
    return query


_QUOTES = str.maketrans(dict.fromkeys("„”“«»", '"'))
_FIELD = re.compile(r"(?P<name>[^\W\d_]+):")
_YEAR = re.compile(r"[0-9]{3,4}")
_LANGUAGE = re.compile(r"[a-z]{3}(_[a-z]+)?")
_SHORT_LANGUAGES = {"ro": "ron", "hu": "hun", "de": "deu", "fr": "fra", "en": "eng"}


def _malformed(index: int, problem_ro: str, problem_en: str) -> QueryMalformed:
    return QueryMalformed(position=index + 1, problem_ro=problem_ro, problem_en=problem_en)


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise _malformed(
            MAX_LENGTH,
            f"căutarea are {len(text)} de caractere; cel mult {MAX_LENGTH} sunt admise",
            f"the query has {len(text)} characters; at most {MAX_LENGTH} are allowed",
        )


class _Parser:
    """Walks once over the text; `index` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0
        self.items: list[Item] = []
        self.terms = 0

    def parse(self) -> Query:
        while self._skip_space():
            start = self.index
            negated = self._take("-")
            clause = self._clause()
            if clause is not None:
                self._count(start, clause)
                self.items.append(Item(clause, negated))
        if not self.items:
            raise _malformed(0, "scrieți cel puțin un cuvânt sau un număr", "write at least one word or number")
        return Query(tuple(self.items))

    def _clause(self) -> Clause | None:
        if self._at('"'):
            return self._phrase()
        field = _FIELD.match(self.text, self.index)
        if field is not None:
            return self._read_field(field)
        start = self.index
        return _term(self._bare(), start)

    def _phrase(self) -> Phrase:
        start = self.index
        text = self._quoted()
        if not tokenise(text):
            raise _malformed(start, "între ghilimele nu este niciun cuvânt", "there is no word between the quotes")
        return Phrase(text)

    def _read_field(self, match: re.Match[str]) -> Clause:
        start, name = self.index, match["name"]
        read = _FIELDS.get(name.lower())
        if read is None:
            raise _malformed(
                start,
                f"câmpul „{name}:” nu există; cele cunoscute sunt unit:, year:, lang:; puneți textul între ghilimele",
                f"there is no field '{name}:'; the known ones are unit:, year:, lang:; put text into quotes",
            )
        self.index = match.end()
        at = self.index
        value = (self._quoted() if self._at('"') else self._bare()).strip()
        if not value:
            raise _malformed(at, f"după „{name}:” lipsește valoarea", f"there is no value after '{name}:'")
        return read(value, at)

    def _quoted(self) -> str:
        end = self.text.find('"', self.index + 1)
        if end < 0:
            raise _malformed(self.index, "ghilimelele nu sunt închise", "the quote is not closed")
        text = self.text[self.index + 1 : end]
        self.index = end + 1
        return text

    def _bare(self) -> str:
        start = self.index
        while self.index < len(self.text) and not (self.text[self.index].isspace() or self._at('"')):
            self.index += 1
        return self.text[start : self.index]

    def _count(self, start: int, clause: Clause) -> None:
        self.terms += len(tokenise(clause.text)) if isinstance(clause, Term) else 1
        if self.terms > MAX_TERMS:
            raise _malformed(
                start,
                f"sunt prea multe cuvinte; cel mult {MAX_TERMS}",
                f"there are too many words; at most {MAX_TERMS}",
            )

    def _skip_space(self) -> bool:
        while self.index < len(self.text) and self.text[self.index].isspace():
            self.index += 1
        return self.index < len(self.text)

    def _at(self, char: str) -> bool:
        return self.text.startswith(char, self.index)

    def _take(self, char: str) -> bool:
        found = self._at(char)
        self.index += found
        return found


def _term(text: str, start: int) -> Term | None:
    """A word, a prefix, or nothing where the text is only signs."""
    star = text.find("*")
    if star < 0:
        return Word(text) if tokenise(text) else None
    if star < len(text) - 1:
        raise _malformed(start + star, "steluța poate sta doar la sfârșitul unui cuvânt", "a star can only end a word")
    stem = text[:-1]
    if len(fold(stem)) < MIN_PREFIX or not (stem[-1].isalnum() and tokenise(stem)):
        raise _malformed(
            start + star,
            f"înaintea steluței trebuie cel puțin {MIN_PREFIX} litere sau cifre",
            f"a star needs at least {MIN_PREFIX} letters or digits before it",
        )
    return Prefix(stem)


def _unit(value: str, _at: int) -> Clause:
    return UnitIs(value)


def _year(value: str, at: int) -> Clause:
    first, dots, last = value.partition("..")
    ends = [first, last] if dots else [first, first]
    if not any(ends) or any(end and not _YEAR.fullmatch(end) for end in ends):
        raise _malformed(
            at,
            f"„{value}” nu este un an; scrieți 1987 sau 1980..1989",
            f"'{value}' is no year; write 1987 or 1980..1989",
        )
    year_from, year_to = (int(end) if end else None for end in ends)
    if year_from is not None and year_to is not None and year_from > year_to:
        raise _malformed(at, f"{year_from} este după {year_to}", f"{year_from} is after {year_to}")
    return YearIn(year_from, year_to)


def _language(value: str, at: int) -> Clause:
    code = _SHORT_LANGUAGES.get(value.lower(), value.lower())
    if not _LANGUAGE.fullmatch(code):
        raise _malformed(
            at,
            f"„{value}” nu este un cod de limbă; scrieți ron, hun, deu, fra sau eng",
            f"'{value}' is no language code; write ron, hun, deu, fra or eng",
        )
    return LanguageIs(code)


_FIELDS: dict[str, Callable[[str, int], Clause]] = {
    "unit": _unit,
    "unitate": _unit,
    "cota": _unit,
    "cotă": _unit,
    "year": _year,
    "an": _year,
    "lang": _language,
    "limba": _language,
    "limbă": _language,
}
