# SPDX-License-Identifier: EUPL-1.2
"""Which part of a line is read again for some of its words: they are cut out where the words beside them begin.

A recogniser's time grows with a line's width, and few words of a line are doubtful. A word with letters or figures is
read as well alone as in its line; a sign is not, without the letters that tell how high it stands.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median_high, median_low

from processors.read.words import count_letters
from schemas.page import Box, Line, Word, around

_ROOM = 0.15
"""Of a line's height, above and below."""
_BESIDE = 0.4
"""Of a line's height, before the first word of a line and behind its last."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a line from index `start` on, before `end`, and the part of the page that holds them."""

    start: int
    end: int
    box: Box


def find_stretches(line: Line, wanted: Collection[int], width_px: int, height_px: int) -> list[Stretch]:
    """The parts of a line that hold the `wanted` words, on a page of that size. Words next to each other share one.

    The line's words stand in its order, one beside the other. Raises ValueError for a word that is not there.
    """
    words = line.words
    if not set(wanted) <= set(range(len(words))):
        raise ValueError(f"the line has {len(words)} words, not {sorted(wanted)}")
    marked = {index for each in wanted for index in with_letters(words, each)}
    top, bottom = _rows(words)
    top, bottom = max(0, top), min(height_px, bottom)
    found = []
    for run in runs_of(marked):
        left, right = _sides(words, run.start, run.stop, round((bottom - top) * _BESIDE))
        box = Box(left=max(0, left), top=top, right=min(right, width_px), bottom=bottom)
        found.append(Stretch(run.start, run.stop, box))
    return found


def with_letters(words: Sequence[Word], index: int) -> range:
    """A word; where it has no letters, as far as the nearest one that has, best before it."""
    before = next((at for at in range(index, -1, -1) if count_letters(words[at].text)), None)
    if before is not None:
        return range(before, index + 1)
    after = next((at for at in range(index, len(words)) if count_letters(words[at].text)), index)
    return range(index, after + 1)


def runs_of(indices: Iterable[int]) -> list[range]:
    """Numbers that follow each other, together, in order."""
    runs: list[range] = []
    for index in sorted(indices):
        if runs and runs[-1].stop == index:
            runs[-1] = range(runs[-1].start, index + 1)
        else:
            runs.append(range(index, index + 1))
    return runs


def _rows(words: Sequence[Word]) -> tuple[int, int]:
    """From where to where a line stands: as high as most of its words, since the engine takes specks and parts of
    stamps for words, and with room, since their boxes end where the ink does.
    """
    boxes = [word.box for word in words if count_letters(word.text) > 1] or [word.box for word in words]
    top, bottom = median_low(box.top for box in boxes), median_high(box.bottom for box in boxes)
    room = max(2, round((bottom - top) * _ROOM))
    return top - room, bottom + room


def _sides(words: Sequence[Word], start: int, end: int, beside: int) -> tuple[int, int]:
    """Up to the middle of the gaps beside, where boxes leave gaps."""
    inner = around(word.box for word in words[start:end])
    left, right = inner.left - beside, inner.right + beside
    if start:
        left = max(left, min((words[start - 1].box.right + inner.left) // 2, inner.left))
    if end < len(words):
        right = min(right, max((inner.right + words[end].box.left + 1) // 2, inner.right))
    return left, right
