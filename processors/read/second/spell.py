# SPDX-License-Identifier: EUPL-1.2
"""How a word is spelt of which two readers saw the letters: whose diacritics, whose capital, whose signs.

Nothing is spelt that neither saw: a letter is the second reader's, with the diacritic that the first gave it, or that
the first held for the next likeliest. On pages with ground truth, where the readers differed in a diacritic the first
was right in 760 of 780 places, and where they differed in a sign or a capital the second in 130 of 135.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from processors.read.second.align import base_letters
from processors.read.second.pieces import Piece
from schemas.page import Word

Knows = Callable[[str], bool]
"""Whether a word, letters alone, is in the dictionary of the page's language."""

_LETTERS = re.compile(r"[^\W\d_]+")
_SAME_SOUND = {("i", "â"): "î", ("I", "Â"): "Î"}
"""A Romanian letter in its two spellings, which look alike on a typewriter: the second one tells which it is."""
_SECONDS = frozenset({("á", "â"), ("Á", "Â")})
"""Diacritics that the second one tells apart: the first's model of Romanian has one of them only."""


def known_letters(texts: Sequence[str], knows: Knows) -> int:
    """How many letters stand in words of the dictionary. Single letters prove nothing, and count nothing."""
    return sum(len(run) for text in texts for run in _LETTERS.findall(text) if len(run) > 1 and knows(run))


def known_share(texts: Sequence[str], knows: Knows) -> float:
    """Which share of the letters stands in words of the dictionary, 0 to 1; 0 without letters."""
    letters = sum(_letters_and_figures(text) for text in texts)
    return known_letters(texts, knows) / letters if letters else 0.0


def _letters_and_figures(text: str) -> int:
    """Letters of words, and the figures that stand among them: of a number, nothing."""
    letters = sum(len(run) for run in _LETTERS.findall(text) if len(run) > 1)
    return letters + sum(map(str.isdigit, text)) if letters else 0


def spell(piece: Piece, knows: Knows) -> str:
    """The second reader's letters, with the first one's diacritics on those that they agree on.

    Of the first's diacritics, both ones', and the second's own, the dictionary chooses; where it has none of them, what
    it has with one letter as the first held it for the next likeliest; and where it has none at all, the first's.
    """
    word = piece.word
    if word is None:
        return piece.letters
    places = _opposites(piece.partners, len(word.text))
    others = [word.text[place] if place is not None else None for place in places]
    choices = [_choices(word, place) for place in places]
    firsts = "".join(map(_firsts, piece.letters, others, choices))
    boths = "".join(map(_boths, piece.letters, others))
    candidates = list(dict.fromkeys([firsts, boths, piece.letters]))
    shares = [known_share([one], knows) for one in candidates]
    best = max(range(len(candidates)), key=shares.__getitem__)
    if not shares[best]:
        for one in _exchanged(firsts, choices):
            if known_share([one], knows):
                return one
    spelt = candidates[best]
    return word.text if _in_humps(spelt) and spelt.lower() == word.text.lower() else spelt


def with_signs(word: Word, piece: Piece) -> str:
    """The first reader's word, with the second one's signs in place of those that it gave."""
    text = list(word.text)
    for letter, partner in zip(piece.letters, piece.partners, strict=True):
        if partner is not None and not letter.isalnum() and not text[partner].isalnum():
            text[partner] = letter
    return "".join(text)


def _opposites(partners: Sequence[int | None], length: int) -> list[int | None]:
    """Partners, and for a letter that has none, the one character between those of its neighbours."""
    bounded = [-1, *partners, length]
    opposites = list(partners)
    for index, partner in enumerate(partners):
        before, after = bounded[index], bounded[index + 2]
        if partner is None and before is not None and after is not None and after - before == 2:
            opposites[index] = before + 1
    return opposites


def _choices(word: Word, index: int | None) -> Sequence[str]:
    """What else the first reader saw at a character of its word; nothing where choices and characters do not match."""
    return word.choices[index] if index is not None and len(word.choices) == len(word.text) else ()


def _firsts(letter: str, other: str | None, choices: Sequence[str]) -> str:
    """The second one's letter as the first would spell it."""
    if other is None or not letter.isalpha() or (letter, other) in _SECONDS:
        return letter
    if (letter, other) in _SAME_SOUND:
        return _SAME_SOUND[letter, other]
    for spelt in (other, *choices):
        if base_letters(spelt) == base_letters(letter):
            return spelt
        if base_letters(spelt).lower() == base_letters(letter).lower():
            return _in_case(spelt, letter)
    return letter


def _boths(letter: str, other: str | None) -> str:
    """The second one's letter, with the first's diacritic where it gave one."""
    agreed = other is not None and base_letters(other) == base_letters(letter) != other
    return other if agreed and other is not None else letter


def _in_humps(text: str) -> bool:
    """Whether a capital follows a small letter: letters that differ in size alone are taken for each other."""
    return any(before.islower() and after.isupper() for before, after in pairwise(text))


def _in_case(spelt: str, letter: str) -> str:
    cased = spelt.upper() if letter.isupper() else spelt.lower()
    return cased if len(cased) == 1 else letter


def _exchanged(text: str, choices: Sequence[Sequence[str]]) -> Iterator[str]:
    """`text` with one letter in another spelling of it that the first reader saw too."""
    for index, (letter, others) in enumerate(zip(text, choices, strict=True)):
        for other in others:
            if other != letter and base_letters(other) == base_letters(letter):
                yield text[:index] + other + text[index + 1 :]
