# SPDX-License-Identifier: EUPL-1.2
"""The query language: a small grammar of our own, the same for every back end. docs/search.md is its guide.

::

    query   = { item } ;                      all items must hold, in any order
    item    = [ "-" ] , ( field | phrase | range | date | act | prefix | word ) ;      "-": must not be there
    phrase  = '"' , text , '"' ;              these words side by side, in this order, in any of their forms
    range   = year , ".." , [ year ] | ".." , year ;     bare years of four digits: as `year:` with them
    date    = { label | "din" | "data" | … } , ( day , month , year | year , month , day ) ;     search.dates
    act     = { label } , number , ( "/" | "din" ) , ( date | year ) ;                 search.numbers
    prefix  = { label } , text , "*" ;        words that begin so; at least two letters or digits
    word    = { label } , text ;              without spaces and quotes
    label   = "str." | "nr." | … ;            need not be found; only right before what it labels: search.labels
    field   = name , ":" , ( text | phrase ) ;

======================================  ========================================================================
``fonds:`` ``fond:``                    the unit's fonds, whole
``series:`` ``serie:``                  the unit's series, whole
``unit:`` ``cota:`` ``unitate:``        the unit's reference code, whole: ``unit:PS/12``, ``unit:"Dosar 12"``
``title:`` ``titlu:``                   these words side by side in the unit's title
``type:`` ``tip:``                      the type of the unit's documents, whole
``year:`` ``an:``                       the unit's dates meet ``year:1987``, ``year:1980..1989``, ``year:..1950``
``lang:`` ``limba:``                    the page's language: ``lang:hun``, ``lang:ro``
``place:`` ``loc:`` ``strada:``         a place or a street, under any of its names
======================================  ========================================================================

Names of fields are read without regard to capitals and diacritics. Romanian and French quotes („ ” “ « ») are quotes. A
sign alone (``&``, ``–``) is passed over. A word with signs inside (``într-o``, ``567/2/1``) stands for the run of its
parts. ``str(query)`` gives the query in canonical form, which parses to an equal query. Queries are at most
`MAX_LENGTH` characters and `MAX_TERMS` words and fields.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile

from schemas.errors import QueryMalformed
from search.analysis import fold, tokenise
from search.clauses import (
    ActNumber,
    Clause,
    DateIs,
    FondsIs,
    Item,
    LanguageIs,
    Phrase,
    Place,
    Prefix,
    Query,
    SeriesIs,
    Term,
    TitleHas,
    TypeIs,
    UnitIs,
    Word,
    YearIn,
)
from search.labels import NUMBER, is_label_before, label_of, split_label
from search.numbers import read_number, words_before_date

__all__ = [
    "FIELDS",
    "MAX_LENGTH",
    "MAX_TERMS",
    "MIN_PREFIX",
    "ActNumber",
    "Clause",
    "DateIs",
    "FondsIs",
    "Item",
    "LanguageIs",
    "Phrase",
    "Place",
    "Prefix",
    "Query",
    "SeriesIs",
    "Term",
    "TitleHas",
    "TypeIs",
    "UnitIs",
    "Word",
    "YearIn",
    "parse_query",
]

MAX_LENGTH = 500
MAX_TERMS = 32
MIN_PREFIX = 2


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
_FIELD = re.compile(r"(?P<name>[^\W\d_]++):")
_YEAR = re.compile(r"[0-9]{3,4}")
_RANGE = re.compile(r"[0-9]{4}\.\.(?:[0-9]{4})?|\.\.[0-9]{4}")
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


@dataclass(frozen=True, slots=True)
class _Bare:
    """What was typed without spaces, and means something only with what is around it."""

    text: str
    start: int
    negated: bool
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """A clause that is known."""

    clause: Clause
    start: int
    negated: bool


class _Lexer:
    """Walks once over the text; `index` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0
        self.found: list[_Bare | _Read] = []

    def read(self) -> list[_Bare | _Read]:
        while self._skip_space():
            start = self.index
            negated = self._take("-")
            if self._at('"'):
                self.found.append(_Read(self._phrase(), start, negated))
            elif (field := _FIELD.match(self.text, self.index)) is not None:
                self.found.append(_Read(self._field(field), start, negated))
            else:
                at = self.index
                self._add_bare(self._bare(), at, negated=negated)
        return self.found

    def _phrase(self) -> Phrase:
        start = self.index
        text = self._quoted()
        if not tokenise(text):
            raise _malformed(start, "între ghilimele nu este niciun cuvânt", "there is no word between the quotes")
        return Phrase(text)

    def _field(self, match: re.Match[str]) -> Clause:
        start, name = self.index, match["name"]
        read = FIELDS.get(fold(name))
        if read is None:
            raise _malformed(
                start,
                f"câmpul „{name}:” nu există; cele cunoscute sunt {_KNOWN_RO}; puneți textul între ghilimele",
                f"there is no field '{name}:'; the known ones are {_KNOWN_EN}; put text into quotes",
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

    def _add_bare(self, text: str, at: int, *, negated: bool) -> None:
        """A label that is written together with its word (``nr.123``) is a word of its own."""
        while not negated and (parts := split_label(text)) is not None and not _FIELD.match(parts[1]):
            self.found.append(_Bare(parts[0], at, negated))
            at += len(parts[0])
            text = parts[1]
        if "*" in text:
            self.found.append(_Bare(_beginning(text, at), at, negated, prefix=True))
        elif _RANGE.fullmatch(text):
            self.found.append(_Read(_year(text, at), at, negated))
        elif tokenise(text):
            self.found.append(_Bare(text, at, negated))
        elif text == "/" and self.found:
            self._join_slash(self.found[-1])

    def _join_slash(self, last: _Bare | _Read) -> None:
        """``123 / 1987`` is a number of an act, so that this sign is kept, with the number before it."""
        if isinstance(last, _Bare) and not last.prefix and last.text[-1].isdigit():
            self.found[-1] = replace(last, text=f"{last.text}/")

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


class _Parser:
    """Puts together what belongs together: labels and their words, numbers of acts and dates in several words."""

    def __init__(self, text: str) -> None:
        self.lexemes = _Lexer(text).read()
        self.items: list[Item] = []
        self.terms = 0

    def parse(self) -> Query:
        index = 0
        while index < len(self.lexemes):
            first = self.lexemes[index]
            if isinstance(first, _Read):
                clause, taken = first.clause, 1
            else:
                clause, taken = self._term(index)
            self._count(first.start, clause)
            self.items.append(Item(clause, first.negated))
            index += taken
        if not self.items:
            raise _malformed(0, "scrieți cel puțin un cuvânt sau un număr", "write at least one word or number")
        return Query(tuple(self.items))

    def _term(self, index: int) -> tuple[Term, int]:
        """The term that begins here, and how many lexemes it takes."""
        words = self._words_from(index)
        labels = _count_labels(words) or _count_before_date(words)
        first = words[labels]
        label = " ".join(word.text for word in words[:labels])
        if first.prefix:
            return Prefix(first.text, label), labels + 1
        last = label_of(words[labels - 1].text) if labels else None
        if last is None or last is NUMBER or not last.of_numbers:
            number = read_number(_plain_words(words[labels:]), numbered=last is NUMBER)
            if number is not None:
                return replace(number[0], label=label), labels + number[1]
        return Word(first.text, label), labels + 1

    def _words_from(self, index: int) -> list[_Bare]:
        """The words from here on that can be a part of one term."""
        words: list[_Bare] = []
        for one in self.lexemes[index : index + _MAX_WORDS_OF_TERM]:
            if isinstance(one, _Read) or (words and one.negated):
                break
            words.append(one)
        return words

    def _count(self, start: int, clause: Clause) -> None:
        self.terms += _words_of(clause)
        if self.terms > MAX_TERMS:
            raise _malformed(
                start,
                f"sunt prea multe cuvinte; cel mult {MAX_TERMS}",
                f"there are too many words; at most {MAX_TERMS}",
            )


_MAX_LABELS = 3
_MAX_WORDS_OF_TERM = 12


def _count_labels(words: list[_Bare]) -> int:
    """How many of the words, from the first, label the next one. What is excluded is excluded as it was typed."""
    count = 0
    while (
        count < min(_MAX_LABELS, len(words) - 1)
        and not words[count].negated
        and is_label_before(words[count].text, words[count + 1].text)
    ):
        count += 1
    return count


def _count_before_date(words: list[_Bare]) -> int:
    """How many of the words only lead to a date."""
    if words[0].negated:
        return 0
    return words_before_date(_plain_words(words))


def _plain_words(words: list[_Bare]) -> list[str]:
    """The texts of the words before the first that is only a beginning."""
    return [word.text for word in takewhile(lambda word: not word.prefix, words)]


def _words_of(clause: Clause) -> int:
    match clause:
        case Word() | Prefix() | DateIs() | ActNumber():
            return len(tokenise(str(clause)))
        case Phrase() | Place() | TitleHas():
            return len(tokenise(clause.text))
        case _:
            return 1


def _beginning(text: str, start: int) -> str:
    """What words must begin with."""
    star = text.find("*")
    if star < len(text) - 1:
        raise _malformed(start + star, "steluța poate sta doar la sfârșitul unui cuvânt", "a star can only end a word")
    stem = text[:-1]
    if len(fold(stem)) < MIN_PREFIX or not (stem[-1].isalnum() and tokenise(stem)):
        raise _malformed(
            start + star,
            f"înaintea steluței trebuie cel puțin {MIN_PREFIX} litere sau cifre",
            f"a star needs at least {MIN_PREFIX} letters or digits before it",
        )
    return stem


def _fonds(value: str, _at: int) -> Clause:
    return FondsIs(value)


def _series(value: str, _at: int) -> Clause:
    return SeriesIs(value)


def _type(value: str, _at: int) -> Clause:
    return TypeIs(value)


def _title(value: str, at: int) -> Clause:
    return TitleHas(_with_words(value, at))


def _place(value: str, at: int) -> Clause:
    return Place(_with_words(value, at))


def _with_words(value: str, at: int) -> str:
    if not tokenise(value):
        raise _malformed(at, f"în „{value}” nu este niciun cuvânt", f"there is no word in '{value}'")
    return value


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


FIELDS: dict[str, Callable[[str, int], Clause]] = {
    "fonds": _fonds,
    "fond": _fonds,
    "series": _series,
    "serie": _series,
    "unit": _unit,
    "cota": _unit,
    "unitate": _unit,
    "title": _title,
    "titlu": _title,
    "type": _type,
    "tip": _type,
    "year": _year,
    "an": _year,
    "lang": _language,
    "limba": _language,
    "place": _place,
    "loc": _place,
    "strada": _place,
}
"""What reads the value of a field, by its names without diacritics; the English one of each first."""

_KNOWN_EN = "fonds:, series:, unit:, title:, type:, year:, lang:, place:"
_KNOWN_RO = "fond:, serie:, cota:, titlu:, tip:, an:, limba:, loc:"
