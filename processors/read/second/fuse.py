# SPDX-License-Identifier: EUPL-1.2
"""One line out of two readings of it. Nothing is made up: each word is one reader's, letter by letter, with diacritics
and spaces of the other where both agree on what they belong to.

The second reader is the better one on typescripts and print, but drops diacritics and word spaces of languages that it
was hardly trained on; the first knows the language. So the second one's letters are taken, with the first one's
diacritics and spaces, and the first one's word where it is in the dictionary and the other is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from processors.read.normalise import normalise
from processors.read.second.align import base_letters
from processors.read.second.pieces import Piece, pitch_px, split_line
from processors.read.second.seen import SeenLine
from processors.read.second.spell import Knows, known_letters, known_share, spell, with_signs
from schemas.page import Box, Word, around

_TRUSTED = 50.0
"""Confidence over which the first reader's word may stand where the readers differ."""
_FIRST_ALONE = 75.0
"""Confidence from which a word stands that the second reader did not see."""
_SECOND_ALONE = 0.8
"""Probability from which letters stand that the first reader did not see."""
_SECOND_SIGN = 0.5
"""The same, of signs, where the first reader saw something else: that there is ink is certain then."""
_CLEARLY_MORE = 1.1
"""How many times more letters of the first reader's line must be in the dictionary for it to stand as it is."""
_ALIKE_SHARE = 0.7
_ALONE = 0.8
"""What a reader's own figure counts where the other saw nothing."""
_TALL = 1.8
"""Line heights over which the first reader's box of a word holds more than that word."""
_SHORT = 2
"""Letters up to which a word may be in the dictionary by chance, and be a number that is in none."""
_FRAGMENTS = 3, 3.0
"""Parts into which a word came apart, at least, and letters in each, at most on average."""
_EVENLY = 1.15
"""Times the widest step from letter to letter within its parts, up to which a word in spaced letters is one."""
_RULE = "|"
"""What the first reader sees in rules of tables, and in a lone capital I."""
_UNKNOWN_LETTERS = frozenset({"frk", "deu_latf"})
"""Models of writing that the second reader never learnt: there it is heard where the dictionary is on its side."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    text: str
    pieces: tuple[Piece, ...]


def fuse_line(words: Sequence[Word], seen: SeenLine, knows: Knows, languages: Sequence[str]) -> tuple[Word, ...]:
    """The words of a line that the first reader read as `words` and the second as `seen`; none where neither is sure.

    Boxes are the first reader's where it saw the word, else from where the second saw its letters.
    """
    ordered = sorted(words, key=lambda word: (word.box.left, word.box.right))
    stretches = _stretches(split_line(ordered, seen))
    fused = [one for stretch in stretches for one in _fuse_stretch(stretch, knows, languages)]
    first = known_letters([word.text for word in ordered if word.confidence > _TRUSTED], knows)
    second = known_letters([one.text for one in fused], knows)
    if first > second * _CLEARLY_MORE and first > second + _SHORT and not any(map(_is_spaced_out, stretches)):
        return _as_first(ordered, fused)
    return tuple(_word(one, seen) for one in fused if one.text)


def _stretches(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Runs of pieces between which the second reader saw no space: only the first one parts them."""
    stretches: list[list[Piece]] = []
    for piece in pieces:
        apart = piece.word is None or not piece.letters or 0 in piece.spaces
        if stretches and not apart and stretches[-1][-1].word is not None and stretches[-1][-1].letters:
            stretches[-1].append(piece)
        else:
            stretches.append([piece])
    return stretches


def _fuse_stretch(stretch: Sequence[Piece], knows: Knows, languages: Sequence[str]) -> list[_Chosen]:
    """The words of a stretch, parted where the first reader saw spaces, or, where the dictionary has more of it then,
    where the second did.
    """
    theirs = [_choose(piece, knows, languages) for piece in stretch]
    if len(stretch) == 1 and not stretch[0].spaces - {0}:
        return theirs
    ours = _spaced_by_second(stretch, knows, languages)
    known_ours, known_theirs = (known_letters([one.text for one in side], knows) for side in (ours, theirs))
    if _is_spaced_out(stretch):
        return ours
    if known_ours == known_theirs:
        return theirs if _heard_alike(stretch) and not _parts_figures(stretch) else ours
    return ours if known_ours > known_theirs else theirs


def _parts_figures(stretch: Sequence[Piece]) -> bool:
    """Whether all spaces that the second reader alone saw lie between a figure and a letter: a number and its unit."""
    sides = [piece.letters[place - 1 : place + 1] for piece in stretch for place in piece.spaces if place]
    return bool(sides) and all(side.isalnum() and _is_mixed(side) for side in sides)


def _is_spaced_out(stretch: Sequence[Piece]) -> bool:
    """Whether letters stand as far from each other across the first reader's spaces as within its words: a word in
    spaced letters, such as titles have, came apart. Two words that the second reader ran together do not look so.
    """
    letters = sum(len(piece.letters) for piece in stretch)
    if len(stretch) < _FRAGMENTS[0] or letters > _FRAGMENTS[1] * len(stretch):
        return False
    across = [after.middles_px[0] - before.middles_px[-1] for before, after in pairwise(stretch)]
    within = [after - before for piece in stretch for before, after in pairwise(piece.middles_px)]
    return bool(within) and max(across) <= _EVENLY * max(within)


def _heard_alike(stretch: Sequence[Piece]) -> bool:
    """Whether the readers agree on most letters: where they don't, the first one's spaces mean nothing either."""
    partners = [partner for piece in stretch for partner in piece.partners]
    return sum(partner is not None for partner in partners) >= _ALIKE_SHARE * len(partners)


def _choose(piece: Piece, knows: Knows, languages: Sequence[str]) -> _Chosen:
    word = piece.word
    unused = languages[0] in _UNKNOWN_LETTERS
    if word is None:
        text = normalise(piece.letters, languages)
        stands = piece.probability >= _SECOND_ALONE and not (unused and not known_letters([text], knows))
        return _Chosen(text if stands else "", (piece,))
    if not piece.letters:
        stands = word.confidence >= _FIRST_ALONE and any(map(str.isalnum, word.text))
        return _Chosen(word.text if stands else "", (piece,))
    if all(partner is None for partner in piece.partners):
        return _choose_either(word, piece, knows, languages, unused=unused)
    text = normalise(spell(piece, knows), languages)
    if base_letters(text) == base_letters(word.text) or not _first_stands(word, text, piece, knows, unused=unused):
        return _Chosen(text, (piece,))
    return _Chosen(with_signs(word, piece), (piece,))


def _choose_either(word: Word, piece: Piece, knows: Knows, languages: Sequence[str], *, unused: bool) -> _Chosen:
    """Of two readings that have nothing in common: that which would stand alone, if one of them would."""
    text = normalise(piece.letters, languages)
    first = word.confidence >= _FIRST_ALONE
    sign = not any(map(str.isalnum, piece.letters))
    second = piece.probability >= (_SECOND_SIGN if sign else _SECOND_ALONE)
    if first and second:
        first = _first_stands(word, text, piece, knows, unused=unused)
    return _Chosen(word.text if first else text if second else "", (piece,))


def _first_stands(word: Word, text: str, piece: Piece, knows: Knows, *, unused: bool) -> bool:
    """Whether the first reader's word stands against the second one's letters, spelt as `text`."""
    first, second = known_share([word.text], knows), known_share([text], knows)
    if unused:
        return first >= second
    if _RULE in word.text and _RULE not in text:
        return False
    if first != second and not (_is_number(text) and _letters(word.text) <= _SHORT):
        return first > second and word.confidence > _TRUSTED
    if len(word.text) == len(text) and _is_mixed(word.text) != _is_mixed(text):
        return _is_mixed(text)
    if first and _undoubled(word.text) == _undoubled(text):
        return len(word.text) >= len(text)
    return word.confidence > 100 * piece.probability


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _is_mixed(text: str) -> bool:
    """Whether letters and figures stand in one word: of two readings alike, more often the wrong one."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _undoubled(text: str) -> str:
    """`text` with one letter for each run of the same: of two alike the second reader may see one, since its network
    has to see paper between them.
    """
    return "".join(letter for letter, _ in groupby(base_letters(text)))


def _spaced_by_second(stretch: Sequence[Piece], knows: Knows, languages: Sequence[str]) -> list[_Chosen]:
    parts: list[list[Piece]] = []
    for piece in stretch:
        cuts = sorted({0, len(piece.letters)} | piece.spaces)
        for start, end in pairwise(cuts):
            part = replace(
                piece,
                letters=piece.letters[start:end],
                spaces=frozenset({0} if start in piece.spaces else ()),
                partners=piece.partners[start:end],
                middles_px=piece.middles_px[start:end],
                probabilities=piece.probabilities[start:end],
                part=start,
                cut=len(cuts) > 2,
            )
            if parts and start not in piece.spaces:
                parts[-1].append(part)
            else:
                parts.append([part])
    return [_Chosen(normalise("".join(spell(part, knows) for part in word), languages), tuple(word)) for word in parts]


def _as_first(words: Sequence[Word], fused: Sequence[_Chosen]) -> tuple[Word, ...]:
    """The first reader's line as it is, each word with what the second one saw in its place."""
    seen: dict[int, str] = {}
    for one in fused:
        for piece in one.pieces:
            if piece.word is not None:
                seen[id(piece.word)] = seen.get(id(piece.word), "") + piece.letters
    return tuple(word.model_copy(update={"second": seen.get(id(word), "")}) for word in words)


def _word(chosen: _Chosen, seen: SeenLine) -> Word:
    said = [piece.word for piece in chosen.pieces if piece.word is not None and not piece.part]
    raw = " ".join(word.raw if word.raw is not None else word.text for word in said)
    return Word(
        text=chosen.text,
        raw=None if raw == chosen.text else raw,
        second="".join(_with_spaces(piece) for piece in chosen.pieces).strip(),
        box=_box(chosen, seen),
        confidence=_confidence(chosen),
        choices=said[0].choices if len(said) == 1 else (),  # of `raw`
    )


def _with_spaces(piece: Piece) -> str:
    return "".join(" " * (place in piece.spaces) + letter for place, letter in enumerate(piece.letters))


def _box(chosen: _Chosen, seen: SeenLine) -> Box:
    boxes = [piece.word.box for piece in chosen.pieces if piece.word is not None]
    whole = len(boxes) == len(chosen.pieces) and not any(piece.cut for piece in chosen.pieces)
    if whole and all(box.height_px <= _TALL * seen.box.height_px for box in boxes):
        return around(boxes)
    middles = [middle for piece in chosen.pieces for middle in piece.middles_px]
    if not middles:
        return around(boxes)
    half = pitch_px(seen) / 2
    left = min(max(round(middles[0] - half), seen.box.left), seen.box.right - 1)
    right = max(min(round(middles[-1] + half), seen.box.right), left + 1)
    return Box(left=left, top=seen.box.top, right=right, bottom=seen.box.bottom)


def _confidence(chosen: _Chosen) -> float:
    """0 to 100. Where both readers say the same, the surer one's; where they differ, between both; where one is alone,
    less than it says.
    """
    heard = [(len(piece.letters) or 1, piece) for piece in chosen.pieces]
    total = sum(weight for weight, _ in heard)
    second = 100 * sum(weight * piece.probability for weight, piece in heard) / total
    said = [(weight, piece.word.confidence) for weight, piece in heard if piece.word is not None]
    if not said:
        return round(second * _ALONE, 2)
    first = sum(weight * confidence for weight, confidence in said) / sum(weight for weight, _ in said)
    if not any(piece.letters for piece in chosen.pieces):
        return round(first * _ALONE, 2)
    agree = all(
        piece.word is not None and base_letters(piece.letters) in base_letters(piece.word.text)
        for piece in chosen.pieces
    )
    return round(min(max(first, second) if agree else (first + second) / 2, 100.0), 2)
