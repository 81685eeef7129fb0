# SPDX-License-Identifier: EUPL-1.2
"""How a word begins tells which keys it cannot have, so that few words of a page need to have their keys worked out.

All keys of a word (`search.analysis.token_keys`) begin as the folded word does: with the same letter, and after it with
the same consonant or some vowel. Stemmers change the ends of words; where they and spellings reach the second letter,
a vowel becomes another one (``sînt``, ``sunt``; ``mese`` → ``mas``; English ``dying`` → ``die``). Two things are
otherwise, and nothing is told by them: numbers lose zeros in front, and the German stemmer takes ``ae`` for ``ä``.
`tests/search/test_same_answers.py` holds all of it against the keys themselves.
"""

from collections.abc import Iterable

from search.analysis import fold

_VOWELS = frozenset("aeiouy")
_SOME_VOWEL = "*"


def _folded_letters() -> dict[str, str]:
    """The letters and digits of the languages known here, each with the one that it is folded to."""
    plain = "0123456789abcdefghijklmnopqrstuvwxyzăâîșțşţáéíóöőúüűàèêëïôûùçä"
    return {letter: fold(letter) for letter in (*plain, *plain.upper())}


_FOLDED = _folded_letters()


def opening(word: str) -> str | None:
    """The first two letters as keys can have them, or the one there is; None for a word that tells nothing."""
    first = _FOLDED.get(word[:1], "0")
    if len(word) == 1 or first == "0":
        return None if first == "0" else first
    second = _FOLDED.get(word[1])
    if second is None or (second in _VOWELS and first in _VOWELS):
        return None
    return first + (_SOME_VOWEL if second in _VOWELS else second)


class Openings:
    """Those of certain keys, and of all keys that begin with certain prefixes; both without their views."""

    def __init__(self, keys: Iterable[str], prefixes: Iterable[str]) -> None:
        begun = tuple(prefixes)
        self._openings = frozenset(map(opening, (*keys, *begun))) | {None}
        self._letters = tuple(prefix for prefix in begun if len(prefix) < 2)

    def admit(self, word: str) -> bool:
        """Whether a word may have one of the keys: false only where it has none."""
        own = opening(word)
        return own in self._openings or (own is not None and own.startswith(self._letters))
