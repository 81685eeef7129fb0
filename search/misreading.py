# SPDX-License-Identifier: EUPL-1.2
"""How words are misread by programs and mistyped by people: the letters that look alike, and how far two words are.

All words here are folded (`search.analysis.fold`). The table comes from slips that Tesseract makes on typescripts
and prints, seen through the fold: ``ș`` read as ``g`` and ``s`` read as ``5`` are both pairs of ``s``.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations

from rapidfuzz.distance import OSA, Levenshtein

MIN_LETTERS = 4
"""Shorter words have too many neighbours that are words of their own."""
MIN_LETTERS_TWICE, MAX_LETTERS_TWICE = 7, 24
"""From so many letters on, and to so many, two slips in one word are looked for."""

_TWICE_LETTERS = 3
"""That one letter may have been taken for, of two slips."""

LIKELY_COST = 0.4
"""Of taking a letter for one that looks like it; any other change costs 1."""
NARROW_COST = 0.7
"""Of losing or gaining a narrow letter, or a letter beside the same one."""

_ALIKE = (
    *("li", "ce", "un", "tf", "l1", "i1", "hb", "mn", "co", "eo", "it", "lt", "hn", "ij", "fr", "tr", "ao", "ae"),
    *("o0", "sg"),
)
_ALIKE_LESS = (
    *("b8", "b6", "s5", "s8", "gq", "g9", "z2", "uv", "vy", "nr", "cg", "ad", "as", "ai", "kx", "pn"),
    *("rh", "rk", "pf", "ef", "br", "do", "og", "hm"),  # as capitals
)
"""Letters that look alike, the likeliest first."""
_SEVERAL = (
    ("rn", "m"), ("in", "m"), ("ni", "m"), ("cl", "d"), ("ii", "u"), ("li", "h"), ("vv", "w"), ("ri", "n"), ("ll", "u")
)  # fmt: skip
_NARROW = frozenset("ilt1jfr")
_TWICE_THE_SAME = re.compile(r"(.)\1+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _neighbours(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for left, right in map(tuple, pairs):
        found[left] = found.get(left, "") + right
        found[right] = found.get(right, "") + left
    return found


_LIKELY = _neighbours(_ALIKE)
_POSSIBLE = _neighbours(_ALIKE + _ALIKE_LESS)
_PAIRS = frozenset(letter + other for letter, others in _POSSIBLE.items() for other in others)


def is_plain(word: str) -> bool:
    """Whether misreadings of a folded word are looked for: letters only, and enough of them."""
    return len(word) >= MIN_LETTERS and word.isalpha()


@lru_cache(maxsize=4_000)
def misreadings(word: str) -> tuple[str, ...]:
    """What a word may have been read as: one likely slip, and from `MIN_LETTERS_TWICE` letters on two of the likeliest.

    The word itself is not among them, nor is one without letters. At most 3,000, of usual words some 300.
    """
    twice = _twice(word) if MIN_LETTERS_TWICE <= len(word) <= MAX_LETTERS_TWICE else ()
    return _others(word, (*misread_once(word), *twice))


@lru_cache(maxsize=4_000)
def misread_once(word: str) -> tuple[str, ...]:
    """What a word may have been read as by one likely slip; of usual words some 60."""
    found = dict.fromkeys(_changed(word, _POSSIBLE))
    found |= dict.fromkeys(_several(word))
    found |= dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word)))
    found |= dict.fromkeys(word[:at] + word[at] + word[at:] for at in range(len(word)))
    return _others(word, found)


def _others(word: str, found: Iterable[str]) -> tuple[str, ...]:
    """Each of them once, without the word itself and what has no letters."""
    return tuple(one for one in dict.fromkeys(found) if one != word and any(char.isalpha() for char in one))


def neighbours(word: str) -> Iterator[str]:
    """Every word of letters that is one change away: a letter more, fewer, another, or two that changed places."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


@lru_cache(maxsize=50_000)
def misread_cost(word: str, other: str) -> float:
    """How unlikely it is that `word` was read as `other`: 0 for the same, `LIKELY_COST` for a likely slip."""
    plain = _edit_cost(word, other)
    if plain <= LIKELY_COST:
        return plain
    joined = [_join(one) for one in (word, other)]
    changed = sum(len(one) for one in (word, other)) - sum(map(len, joined))
    return min(plain, _edit_cost(*joined) + LIKELY_COST * changed) if changed else plain


def mistyped_cost(word: str, other: str) -> float:
    """How unlikely it is that a person who meant `other` typed `word`: letters more, fewer, other or changed over.

    The first letter is seldom wrong, and a letter once instead of twice is a small slip.
    """
    cost = float(OSA.distance(word, other))
    if word[:1] != other[:1]:
        cost += 0.5
    if _undouble(word) == _undouble(other):
        cost = min(cost, NARROW_COST)
    return cost


def _edit_cost(word: str, other: str) -> float:
    cost = 0.0
    for change in Levenshtein.editops(word, other):
        kind, at, to = change.tag, change.src_pos, change.dest_pos
        if kind == "replace":
            cost += LIKELY_COST if word[at] + other[to] in _PAIRS else 1.0
            continue
        text, place = (other, to) if kind == "insert" else (word, at)
        beside = text[max(0, place - 1) : place + 2]
        narrow = text[place] in _NARROW or beside.count(text[place]) > 1
        cost += NARROW_COST if narrow else 1.0
    return cost


def _join(word: str) -> str:
    for several, one in _SEVERAL[:4]:
        word = word.replace(several, one)
    return word


def _undouble(word: str) -> str:
    return _TWICE_THE_SAME.sub(r"\1", word)


def _changed(word: str, table: dict[str, str]) -> Iterator[str]:
    for at, letter in enumerate(word):
        for other in table.get(letter, ""):
            yield word[:at] + other + word[at + 1 :]


def _several(word: str) -> Iterator[str]:
    for several, one in _SEVERAL:
        for before, after in ((several, one), (one, several)):
            at = word.find(before)
            while at >= 0:
                yield word[:at] + after + word[at + len(before) :]
                at = word.find(before, at + 1)


def _twice(word: str) -> Iterator[str]:
    for left, right in combinations(range(len(word)), 2):
        for first in _LIKELY.get(word[left], "")[:_TWICE_LETTERS]:
            for second in _LIKELY.get(word[right], "")[:_TWICE_LETTERS]:
                yield word[:left] + first + word[left + 1 : right] + second + word[right + 1 :]
