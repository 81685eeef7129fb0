# SPDX-License-Identifier: EUPL-1.2
"""Numbers of acts and dates in what a person typed, word by word.

::

    date    = day , month , year | year , month , day ;        search.dates
    act     = number , ( "/" , ( date | year ) | from , ( date | year ) ) ;
    number  = digits , { "." , three digits } ;                1.204 is 1204
    from    = [ "/" ] , "din" , { "data" | "de" | "ziua" | "anul" | "an" | "la" } ;

A year alone has four digits after ``/`` (``123/1987``), after ``nr.`` also three or two (``nr. 123/87``). All else is
no act: ``567/2/1`` is a parcel's number and stays the run that it is.
"""

from collections.abc import Sequence

from search.analysis import fold, tokenise
from search.clauses import ActNumber, DateIs
from search.dates import Day, Piece, is_number, read_day, read_year

_MAX_PIECES = 12
_MAX_NUMBER = 7
_GROUP = 3
_FROM = "din"
_AFTER_FROM = frozenset({"data", "de", "ziua", "anul", "an", "la"})
_MAX_AFTER_FROM = 3
_BEFORE_DATE = frozenset({"din", "in", "la", "data", "de", "ziua"})
_MAX_BEFORE_DATE = 3


def read_number(words: Sequence[str], *, numbered: bool = False) -> tuple[DateIs | ActNumber, int] | None:
    """The date or the act's number that the words begin with, and how many of them it takes; None where there is none.

    `numbered`: ``nr.`` stood before it, so that it is no date.
    """
    if not any(char.isdigit() for char in words[0]):
        return None
    pieces = _pieces(words)
    if not pieces or not is_number(pieces[0].text):
        return None
    day = None if numbered else read_day(pieces)
    if day is not None:
        taken = _words_in(pieces, day.pieces)
        return _date(" ".join(words[:taken]), day), taken
    return _read_act(words, pieces, numbered=numbered)


def words_before_date(words: Sequence[str]) -> int:
    """How many of the first words only lead to the date after them, as ``din data de`` does; 0 where none is there."""
    count = 0
    while count < min(_MAX_BEFORE_DATE, len(words) - 1) and fold(words[count]) in _BEFORE_DATE:
        count += 1
    number = read_number(words[count:]) if count else None
    return count if number is not None and isinstance(number[0], DateIs) else 0


def _read_act(
    words: Sequence[str], pieces: tuple[Piece, ...], *, numbered: bool
) -> tuple[DateIs | ActNumber, int] | None:
    number, rest = _read_digits(pieces)
    if len(number) > _MAX_NUMBER or not rest:
        return None
    said = rest[0].text == _FROM
    if said:
        rest = rest[1:]
        for _ in range(_MAX_AFTER_FROM):
            if rest and rest[0].text in _AFTER_FROM:
                rest = rest[1:]
    elif "".join(rest[0].before.split()) != "/":
        return None
    day = read_day(rest)
    length = len(pieces) - len(rest)
    if day is not None:
        taken = _words_in(pieces, length + day.pieces)
        date = _date(_text_from(words[:taken], length), day)
        return ActNumber(" ".join(words[:taken]), number, day.year, date), taken
    year = _lone_year(rest[0], numbered=numbered, said=said) if rest else None
    if year is None:
        return None
    taken = _words_in(pieces, length + 1)
    return ActNumber(" ".join(words[:taken]), number, year), taken


def _read_digits(pieces: tuple[Piece, ...]) -> tuple[str, tuple[Piece, ...]]:
    """The digits of the number that the pieces begin with, thousands put together, and the pieces after it."""
    number, end = pieces[0].text, 1
    if len(number) <= _GROUP:
        while end < len(pieces) and _is_group(pieces[end]):
            number += pieces[end].text
            end += 1
    return number, pieces[end:]


def _is_group(piece: Piece) -> bool:
    return piece.before == "." and len(piece.text) == _GROUP and is_number(piece.text)


def _lone_year(piece: Piece, *, numbered: bool, said: bool) -> int | None:
    if not piece.ends_word or (len(piece.text) < 4 and not numbered):
        return None
    return read_year(piece.text, short=not said)


def _date(text: str, day: Day) -> DateIs:
    return DateIs(text, day.day, day.month, day.year)


def _pieces(words: Sequence[str]) -> tuple[Piece, ...]:
    """The first runs of letters and digits, each with the signs before it."""
    found: list[Piece] = []
    between = ""
    for word in words:
        tokens = tokenise(word)
        end = 0
        for index, token in enumerate(tokens):
            found.append(Piece(fold(token.text), between + word[end : token.start], index == len(tokens) - 1))
            if len(found) == _MAX_PIECES:
                return tuple(found)
            between, end = "", token.end
        between = word[end:] + " "
    return tuple(found)


def _words_in(pieces: Sequence[Piece], count: int) -> int:
    """How many words the first pieces are of; the last of them ends its word."""
    return sum(piece.ends_word for piece in pieces[:count])


def _text_from(words: Sequence[str], piece: int) -> str:
    """The words from one piece on."""
    text = " ".join(words)
    return text[tokenise(text)[piece].start :]
