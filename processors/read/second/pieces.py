# SPDX-License-Identifier: EUPL-1.2
"""A line in pieces that both readers speak of: a word of the first one, and the letters that the second saw there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from processors.read.second.align import pair_letters
from processors.read.second.seen import SeenLine
from schemas.page import Box, Word

_APART = 1.6
"""Times the line's pitch, from which two letters have a space between them: typed, 2; in print, from 1.5 on."""
_NEAR = 0.4
"""Of the line's pitch: how far from a sign's box what the second reader took it for may seem to stand."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What each reader said of one word; either may have said nothing, not both."""

    word: Word | None
    """The first reader's word."""
    letters: str
    """What the second one saw, without its spaces."""
    spaces: frozenset[int]
    """Before which of `letters` the second one saw a space, the first of them included."""
    partners: tuple[int | None, ...]
    """For each of `letters`, the index of the character of the word's text that it stands for."""
    middles_px: tuple[float, ...]
    probabilities: tuple[float, ...]
    cut: bool = False
    """Whether it is a part of what the first reader took for one word."""
    part: int = 0
    """How many letters of that word are in parts before this one."""

    @property
    def probability(self) -> float:
        """The mean over the letters; 0 without any."""
        return sum(self.probabilities) / len(self.probabilities) if self.probabilities else 0.0


def split_line(words: Sequence[Word], seen: SeenLine) -> list[Piece]:
    """Cut what the second reader saw of a line where the first one's words (from left to right) end.

    Letters between two words go with the one from which no space parts them; where spaces part them from both, they
    are pieces of their own.
    """
    indices = [index for index, character in enumerate(seen.text) if not character.isspace()]
    spaced = [bool(index) and seen.text[index - 1].isspace() for index in indices]
    letters = "".join(seen.text[index] for index in indices)
    owners = [number for number, word in enumerate(words) for _ in word.text]
    offsets = [offset for word in words for offset in range(len(word.text))]
    partners = pair_letters(letters, "".join(word.text for word in words))
    middles_px = [seen.middles_px[index] for index in indices]
    pitch = pitch_px(seen)
    said = _in_place([None if one is None else owners[one] for one in partners], middles_px, words, _NEAR * pitch)
    boxes = [None if one is None else words[one].box for one in said]
    spaced = [space or _lies_apart(place, middles_px, boxes, pitch) for place, space in enumerate(spaced)]
    owned = _assign(said, spaced, middles_px, words)
    pieces: list[Piece] = []
    done = 0
    for run in _runs(owned, spaced):
        owner = owned[run.start]
        if owner is not None:
            pieces += [_unseen(word) for word in words[done:owner]]
            done = owner + 1
        chosen = [indices[place] for place in run]
        pieces.append(
            Piece(
                word=None if owner is None else words[owner],
                letters="".join(letters[place] for place in run),
                spaces=frozenset(place - run.start for place in run if spaced[place]),
                partners=tuple(
                    offsets[partner] if (partner := partners[place]) is not None and owners[partner] == owner else None
                    for place in run
                ),
                middles_px=tuple(seen.middles_px[index] for index in chosen),
                probabilities=tuple(seen.probabilities[index] for index in chosen),
            )
        )
    return pieces + [_unseen(word) for word in words[done:]]


def _in_place(
    owners: Sequence[int | None], middles_px: Sequence[float], words: Sequence[Word], near_px: float
) -> list[int | None]:
    """The owners, and for letters that stand where a word does of which the second reader saw no letter, that word:
    there both saw something, and one of them is wrong.
    """
    placed = list(owners)
    unheard = set(range(len(words))) - set(owners)
    before = 0
    for place, owner in enumerate(owners):
        if owner is not None:
            before = owner
            continue
        after = next((one for one in owners[place:] if one is not None), len(words))
        for index in range(before, after):
            box = words[index].box
            if index in unheard and box.left - near_px <= middles_px[place] < box.right + near_px:
                placed[place] = before = index
                break
    return placed


def pitch_px(seen: SeenLine) -> float:
    """How far apart letters of the line are, from middle to middle."""
    steps = [after - before for before, after in pairwise(seen.middles_px) if after > before]
    return median(steps) if steps else seen.box.height_px / 2


def _lies_apart(place: int, middles_px: Sequence[float], boxes: Sequence[Box | None], pitch: float) -> bool:
    """Whether before a letter there is room for a space that the second reader did not see: that of a cell, or of a
    sign typed apart. Only beside letters that the first reader did not see, and outside of the words that it saw.
    """
    if not place or (boxes[place] is None) == (boxes[place - 1] is None):
        return False
    apart = middles_px[place] - middles_px[place - 1]
    before, after = boxes[place - 1], boxes[place]
    outside = middles_px[place] > before.right if before else after is not None and middles_px[place - 1] < after.left
    return outside and apart > _APART * pitch


def _unseen(word: Word) -> Piece:
    return Piece(word, "", frozenset(), (), (), ())


def _assign(
    owners: Sequence[int | None],
    spaced: Sequence[bool],
    middles_px: Sequence[float],
    words: Sequence[Word],
) -> list[int | None]:
    """The word that each letter belongs to: its partner's, or its neighbours' if they have one."""
    assigned = list(owners)
    place = 0
    while place < len(assigned):
        if owners[place] is not None:
            place += 1
            continue
        end = place
        while end < len(assigned) and owners[end] is None:
            end += 1
        before = owners[place - 1] if place else None
        after = owners[end] if end < len(assigned) else None
        if before is not None and before == after:  # in the middle of a word
            assigned[place:end] = [before] * (end - place)
        else:
            _share_out(assigned, range(place, end), (before, after), spaced, middles_px, words)
        place = end
    return assigned


def _share_out(
    assigned: list[int | None],
    run: range,
    neighbours: tuple[int | None, int | None],
    spaced: Sequence[bool],
    middles_px: Sequence[float],
    words: Sequence[Word],
) -> None:
    before, after = neighbours
    cuts = [place for place in run if spaced[place]]
    touches_after = after is not None and not spaced[run.stop]
    first = cuts[0] if cuts else run.stop  # up to here nothing parts the letters from the word before
    last = cuts[-1] if cuts else run.start
    if not cuts and before is not None and touches_after and after is not None:
        border = (words[before].box.right + words[after].box.left) / 2
        for place in run:
            assigned[place] = before if middles_px[place] < border else after
        return
    if before is not None:
        assigned[run.start : first] = [before] * (first - run.start)
    if touches_after:
        assigned[last : run.stop] = [after] * (run.stop - last)


def _runs(owned: Sequence[int | None], spaced: Sequence[bool]) -> list[range]:
    """Ranges of letters of one word; letters of none are parted at their spaces."""
    runs: list[range] = []
    start = 0
    for place in range(1, len(owned) + 1):
        if place == len(owned) or owned[place] != owned[start] or (owned[place] is None and spaced[place]):
            runs.append(range(start, place))
            start = place
    return runs
