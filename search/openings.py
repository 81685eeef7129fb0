# SPDX-License-Identifier: EUPL-1.2
"""How a word begins tells which keys it cannot have, so that few words of a page need to have their keys worked out.

All keys of a word (`search.analysis.token_keys`) begin as the folded word does: with the same letter, and after it with
the same consonant or some vowel. Stemmers change the ends of words; where they and spellings reach the second letter,
a vowel becomes another one (``sînt``, ``sunt``; ``mese`` → ``mas``; English ``dying`` → ``die``). Two things are
otherwise: the German stemmer takes ``ae`` for ``ä``, so that of two vowels the first alone counts; and numbers lose
zeros in front, which therefore tell nothing. `tests/search/test_openings.py` holds it against the keys themselves.
"""

from collections.abc import Iterable, Mapping

from search.analysis import fold

_VOWELS = frozenset("aeiouy")
_SOME_VOWEL = "*"
_ANYTHING = "**"


def _make_table() -> dict[str, str]:
    plain = "0123456789abcdefghijklmnopqrstuvwxyzăâîșțşţáéíóöőúüűàèêëïôûùçä"
    folded = {letter: fold(letter) for letter in (*plain, *plain.upper())}
    table: dict[str, str] = {}
    for letter, first in folded.items():
        if first != "0":
            table[letter] = first
            for other, second in folded.items():
                if second not in _VOWELS:
                    table[letter + other] = first + second
                else:
                    table[letter + other] = first + (_ANYTHING if first in _VOWELS else _SOME_VOWEL)
    return table


OPENINGS: Mapping[str, str] = _make_table()
"""By a word's first two letters as they stand, or the one there is: its opening. Others tell nothing."""
_ALL_OPENINGS = frozenset(OPENINGS.values())


def wanted_openings(keys: Iterable[str], prefixes: Iterable[str]) -> frozenset[str | None]:
    """The openings of the words that may have one of the keys, or a key with one of the prefixes; all without views.

    None is among them, for the words that have no opening.
    """
    begun = tuple(prefixes)
    wanted = {None, *(OPENINGS.get(one[:2]) for one in (*keys, *begun))}
    wanted |= {one[0] + _ANYTHING for one in wanted if one is not None}
    short = tuple(prefix for prefix in begun if len(prefix) < 2)
    return frozenset(wanted.union(one for one in _ALL_OPENINGS if one.startswith(short)) if short else wanted)
