# SPDX-License-Identifier: EUPL-1.2
"""Coloured marks and a page's text, each read by itself.

Words of a stamp leave the page's text (`processors.read.stamps`). Where a stamp or a signature lies over lines, these
are read again from the page without coloured ink, and where a stamp says something, it is read again alone; each is
kept only where it tells more, by known words and confidence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from processors.coloured import PageColour
from processors.read.engine import Reading
from processors.read.stamps import (
    Parted,
    StampSettings,
    credible_lines,
    part_marks,
    replace_lines,
    stamp_block,
    strips_of,
)
from processors.read.trust import Knows, weigh
from schemas.page import Block, Box, Line

ReadPart = Callable[[Box], Reading]
"""Reads a part of the page again."""

_AROUND_MM = 3.0
"""Above and below a mark lines are harmed too: a recogniser takes its strokes for theirs."""

_MARKS_MAX = 6
"""Marks that are read again on one page: a sheet full of stamps must not cost as much as many pages."""


@dataclass(frozen=True)
class Apart:
    """The page's own text, what stands on its coloured marks, and what became of the rest."""

    reading: Reading
    stamps: tuple[Block, ...]
    dropped: int
    """Lines of marks that are no text."""
    strips: int
    """Strips that were read again without coloured ink."""
    strips_kept: int
    """Those of them whose new lines replaced the old ones."""


def read_apart(
    reading: Reading,
    colour: PageColour,
    knows: Knows,
    read_again: ReadPart,
    read_without_colour: ReadPart,
    settings: StampSettings,
) -> Apart:
    """Part a page's text from its coloured marks."""
    parted = part_marks(reading, colour, settings)
    own, strips, kept = parted.reading, 0, 0
    over_text = [box for box in colour.boxes if colour.over_text(box)][:_MARKS_MAX]
    for strip in strips_of(own, over_text, round(_AROUND_MM * colour.px_per_mm)):
        strips += 1
        part = part_marks(read_without_colour(strip), colour, settings).reading
        replaced, before, after = replace_lines(own, strip, part)
        if _told(after, knows) >= _told(before, knows) + settings.gain:
            own, kept = replaced, kept + 1
    stamps: list[Block] = []
    dropped = 0
    for mark, frame in enumerate(colour.boxes):
        lines = _lines_on(mark, parted)
        credible = credible_lines(lines, knows, settings)
        dropped += len(lines) - len(credible)
        if credible and len(stamps) < _MARKS_MAX:
            again = credible_lines(_lines_on(mark, part_marks(read_again(frame), colour, settings)), knows, settings)
            stamps.append(stamp_block(again if _told(again, knows) > _told(credible, knows) else credible))
    return Apart(own, tuple(stamps), dropped, strips, kept)


def _lines_on(mark: int, parted: Parted) -> list[Line]:
    return [line for number, line in parted.marked if number == mark]


def _told(lines: Iterable[Line], knows: Knows) -> float:
    """As `Trust.told`: what was not read at all tells nothing, a doubtful word little."""
    return sum(weigh(word, knows).told for line in lines for word in line.words)
