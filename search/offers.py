# SPDX-License-Identifier: EUPL-1.2
"""What a page offers for completion: its unit's code and title, and the streets and persons that its text names.

An **offer** is one string: the kind's tag, what a person may begin to type (folded words, one space between), a tab,
and how it is shown: ``s:marasesti<TAB>Mărășești``. A person is offered by each name: ``p:popescu ion<TAB>Ion Popescu``.
Streets and persons are told by the words before them, as records write them: ``str. Mărășești``, ``numitul Ion
Popescu``; Hungarian and German streets by the word after them or the end of theirs: ``Petőfi utca``, ``Lange Gasse``,
``Langgasse``. That is a guess by form, for completion only: nothing is decided by it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, takewhile

from schemas.search import PageRecord, SuggestionKind
from search.analysis import fold, tokenise

TAGS = {
    SuggestionKind.CODE: "c:",
    SuggestionKind.TITLE: "t:",
    SuggestionKind.STREET: "s:",
    SuggestionKind.NAME: "p:",
}
SHOWN = "\t"
"""Parts what is typed from what is shown."""

MAX_NAMES = 40
"""Streets and persons of one page, each."""
_MIN_PART = 3
"""Letters of a part of a name by which the whole is offered."""
_MAX_TYPED = 100
_MAX_SHOWN = 200

_BEFORE_STREETS = """
    str strada strazii ulita bd bdul bulevardul bulevardului cal calea caii aleea aleii sos soseaua piata pietei pta
    splaiul intrarea fundatura strasse
"""
_BEFORE_PERSONS = """
    numitul numita numitului numitei cetatean cetateanul cetateana cetateanului cetatenei domnul domnului doamna doamnei
    dl dlui dna dnei tov tovarasul tovarasa tovarasului tovarasei subsemnatul subsemnata subsemnatului subsemnatei
    petentul petenta petentului petentei solicitantul solicitanta vaduva sotia sotul proprietarul proprietara
    mostenitorul mostenitoarea defunctul defuncta defunctului defunctei
"""
STREET_WORDS = frozenset(_BEFORE_STREETS.split())
_PERSON_WORDS = frozenset(_BEFORE_PERSONS.split())
_AFTER_STREETS = {
    **dict.fromkeys(("utca", "utcza", "utcai", "utcaban", "u"), "utca"),
    **dict.fromkeys(("ut", "uton"), "út"),
    "ter": "tér",
    **dict.fromkeys(("korut", "krt"), "körút"),
    "strasse": "Straße",
    "gasse": "Gasse",
    "platz": "Platz",
    "allee": "Allee",
}
"""Hungarian and German: what stands after a street's name, folded, and how it is shown."""
_SIGNS_OF_THEM = (
    *("utc", " u.", " út", " ut ", " uton", "-ut", "-út", "tér", " ter ", "-ter", "krt.", "körút", "korut"),
    *("strasse", "straße", "gasse", "platz", "allee"),
)
"""Without one of these, in small letters, a page has no such street; most pages are told so by them."""
_ABBREVIATED = frozenset({"u", "krt"})
"""Only with their dot."""
_GLUED = re.compile(r".{3,}(?:strasse|gasse|platz)")
"""German, folded: the name and what it is are one word."""
_NO_NAMES = frozenset(["az", "der", "die", "das", "dem", "den"])
_MAX_NAME = 3
"""Words of a name before what is after it."""
_SIGNS = '.,;:()"„”'
_UPPER = "A-ZĂÂÎȘȚŞŢÁÉÍÓÖŐÚÜŰÄ"
_NAME_WORDS = 7
"""No name is looked for in more, the word before it among them."""
_NAME = f"[{_UPPER}][^\\W\\d_]+(?:-[{_UPPER}][^\\W\\d_]+)?"
_LINK = "(?:cel|cea|de|la|din|și|lui)"
_STREET = re.compile(
    rf"(?:[0-9]{{1,2}} )?(?:[{_UPPER}][a-z]{{0,4}}\. ?){{0,2}}{_NAME}"
    rf"(?: (?:{_NAME}|{_LINK} {_NAME}|{_LINK} {_LINK} {_NAME})){{0,3}}(?: (?:18|19|20)[0-9]{{2}}\b)?"
)
_WHOLE_NAME = re.compile(rf"{_NAME}|[{_UPPER}][a-z]{{0,4}}\.")
_PERSON = re.compile(rf"{_NAME}(?: (?:[{_UPPER}]\. ?)?{_NAME}){{1,2}}")
_NO_STREETS = frozenset({"nr", "numarul", "bloc", "bl", "sector", "din"})
_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")


@lru_cache(maxsize=20_000)
def typed(text: str) -> str:
    """What is compared with the beginning of an offer: folded words, one space between."""
    return " ".join(fold(token.text) for token in tokenise(text))[:_MAX_TYPED]


def offers_of(record: PageRecord) -> tuple[str, ...]:
    """The offers of a page, sorted. Of one name in several spellings one, so that a page counts once."""
    found: dict[str, str] = {}
    for kind, beginning, shown in sorted(_offers(record)):
        if beginning:
            found.setdefault(f"{TAGS[kind]}{beginning}", shown[:_MAX_SHOWN])
    return tuple(sorted(f"{key}{SHOWN}{shown}" for key, shown in found.items()))


def _offers(record: PageRecord) -> Iterator[tuple[SuggestionKind, str, str]]:
    yield SuggestionKind.CODE, typed(record.reference_code), _tidy(record.reference_code)
    yield SuggestionKind.TITLE, typed(record.title), _tidy(record.title)
    streets, persons = _names(record.text)
    for name in streets:
        yield from _street(name)
    for name in persons:
        yield from _person(name)


@lru_cache(maxsize=20_000)
def _street(name: str) -> tuple[tuple[SuggestionKind, str, str], ...]:
    """A street by its whole name, and by each longer word of it on."""
    words = [word for word in _written(name) if fold(word) not in _NO_STREETS]
    return tuple(
        (SuggestionKind.STREET, typed(" ".join(words[first:])), " ".join(words))
        for first, word in enumerate(words)
        if first == 0 or (len(word) > _MIN_PART and word.isalpha() and word[0].isupper() and not _is_tail(word))
    )


@lru_cache(maxsize=20_000)
def _person(name: str) -> tuple[tuple[SuggestionKind, str, str], ...]:
    """A person by each of the names, the others after it."""
    words = _written(name)
    if len(words) < 2:
        return ()
    return tuple(
        (SuggestionKind.NAME, typed(" ".join(words[first:] + words[:first])), " ".join(words))
        for first, word in enumerate(words)
        if len(word) >= _MIN_PART
    )


def _names(text: str) -> tuple[set[str], set[str]]:
    """Streets and persons as they stand in the text."""
    streets: set[str] = set()
    persons: set[str] = set()
    words = text.split()
    line = f" {' '.join(words).lower()} "
    if any(sign in line for sign in _SIGNS_OF_THEM):
        found_after = (_told_after(words, index) for index in range(len(words)))
        streets.update(islice((one for one in found_after if one is not None), MAX_NAMES))
    for index, word in enumerate(words):
        following = words[index + 1][0] if index + 1 < len(words) else ""
        told = _told_by(word) if following.isupper() or following.isdigit() or "." in word else None
        if told is None:
            continue
        street, glued = told
        found, pattern = (streets, _STREET) if street else (persons, _PERSON)
        if len(found) < MAX_NAMES:
            name = pattern.match(" ".join([glued, *words[index + 1 : index + _NAME_WORDS]]).lstrip())
            if name is not None:
                found.add(name.group())
    return streets, persons


def _told_after(words: list[str], index: int) -> str | None:
    """The street whose name ends here, as it is shown: ``Petőfi u.`` and ``Petőfi-utca`` → ``Petőfi utca``."""
    glued, tail = _tail(words[index])
    if tail is None:
        return glued
    name = [glued] if glued else []
    while index and not glued and len(name) < _MAX_NAME:
        index -= 1
        word = words[index]
        if _WHOLE_NAME.fullmatch(word) is None or fold(word) in _NO_NAMES or fold(word) in STREET_WORDS:
            break
        name.insert(0, word)
    return f"{' '.join(name)} {tail}" if name else None


@lru_cache(maxsize=50_000)
def _tail(word: str) -> tuple[str | None, str | None]:
    """A name that stands in the word, and what it shows to be a street's: none for a German one that is whole."""
    plain = word.strip(_SIGNS)
    name, dash, last = plain.rpartition("-")
    shown = _AFTER_STREETS.get(fold(last))
    if shown is not None and (fold(last) not in _ABBREVIATED or f"{last}." in word):
        return (name if name and name[0].isupper() else None), (shown if not dash or name[:1].isupper() else None)
    if plain[:1].isupper() and plain.isalpha() and _GLUED.fullmatch(fold(plain)):
        return plain, None
    return None, None


def _is_tail(word: str) -> bool:
    return fold(word) in _AFTER_STREETS


@lru_cache(maxsize=50_000)
def _told_by(word: str) -> tuple[bool, str] | None:
    """Whether a street (else a person) is told by this word, and what stands glued to it: ``str.Lungă``."""
    before, _, glued = word.partition(".")
    key = fold(before)
    return (key in STREET_WORDS, glued) if key in STREET_WORDS or key in _PERSON_WORDS else None


def _written(name: str) -> list[str]:
    """A name's words as they are shown: ``MĂRĂŞEŞTI`` → ``Mărășești``; small words and numbers as they are."""
    written = name.translate(_COMMA_BELOW).split()
    words = takewhile(lambda word: fold(word) not in STREET_WORDS or _is_tail(word), written)
    return ["-".join(part[:1] + part[1:].lower() for part in word.split("-")) for word in words]


def _tidy(text: str) -> str:
    return " ".join(text.split())
