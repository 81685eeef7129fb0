# SPDX-License-Identifier: EUPL-1.2
"""Text as a reader of images gives it: letters taken for others, cedilla in place of comma, words divided at line ends.

The pairs are those that Tesseract mixes up on typed and printed pages of the samples (`processors/read/confusions.json`
has those that Arhivar undoes): shapes that differ by a stroke or an opening.
"""

from random import Random

from search.analysis import fold

CONFUSIONS = {
    "a": "oe", "b": "h", "c": "eo", "d": "a", "e": "co", "f": "t", "g": "q", "h": "b", "i": "lj", "j": "i",
    "k": "h", "l": "it", "m": "n", "n": "ur", "o": "ae", "p": "r", "q": "g", "r": "nt", "s": "e", "t": "lf",
    "u": "nv", "v": "u", "w": "v", "x": "z", "y": "v", "z": "s", "ă": "ae", "â": "ad", "î": "il", "ș": "sg", "ț": "tf",
    "ä": "a", "ö": "o", "ü": "u", "á": "a", "é": "eó", "ó": "o", "ő": "o", "ű": "u", "ß": "B",
    "B": "ER", "C": "GO", "D": "O", "E": "FB", "F": "EP", "G": "C", "H": "N", "I": "l", "L": "I", "M": "N", "N": "MH",
    "O": "CQ", "P": "FR", "Q": "O", "R": "HP", "S": "5", "T": "IF", "U": "O", "V": "Y", "Ă": "A", "Ș": "S", "Ț": "T",
    "0": "O", "1": "lI", "5": "S", "8": "B",
}  # fmt: skip
"""What a letter is taken for, the likelier first. Digits only rarely; a search never undoes those."""

_COMMA, _CEDILLA = "șțȘȚ", "şţŞŢ"
_CEDILLAS = str.maketrans(_COMMA, _CEDILLA)
_COMMAS = str.maketrans(_CEDILLA, _COMMA)
_MIN_DIVIDED = 7
_MIN_PART = 3


def misread(word: str, random: Random) -> str:
    """The word with one letter taken for another; as it is where none of its letters can be."""
    start = random.randrange(len(word))
    for index in (*range(start, len(word)), *range(start)):
        others = CONFUSIONS.get(word[index])
        if others is not None:
            return word[:index] + others[random.randrange(len(others))] + word[index + 1 :]
    return word


def slips(word: str, read: str) -> list[tuple[str, str]] | None:
    """The letters that differ between a word and its reading, cedilla and comma being the same; None where the reading
    is not made by taking single letters for others that they are mixed up with, or reads as the word when folded.
    """
    word, read = word.translate(_COMMAS), read.translate(_COMMAS)
    pairs = [(one, other) for one, other in zip(word, read, strict=False) if one != other]
    likely = len(word) == len(read) and all(other in CONFUSIONS.get(one, "") for one, other in pairs)
    return pairs if likely and fold(word) != fold(read) else None


def cedilla(text: str) -> str:
    """The text with cedilla letters, as Tesseract's Romanian model mostly writes them."""
    return text.translate(_CEDILLAS)


def wrap(words: list[str], width: int, divided: float, random: Random) -> list[str]:
    """The words in lines of about `width` letters; of those lines that a long word would end, `divided` divide it."""
    lines: list[str] = []
    row: list[str] = []
    room = width
    for word in words:
        if len(word) <= room:
            row.append(word)
            room -= len(word) + 1
            continue
        if room > _MIN_PART and len(word) >= _MIN_DIVIDED and word.isalpha() and random.random() < divided:
            at = random.randrange(_MIN_PART, min(room, len(word) - 2))
            lines.append(" ".join([*row, word[:at] + "-"]))
            row = [word[at:]]
        else:
            lines.append(" ".join(row))
            row = [word]
        room = width - len(row[0]) - 1
    lines.append(" ".join(row))
    return lines
