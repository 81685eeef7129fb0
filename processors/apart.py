# SPDX-License-Identifier: EUPL-1.2
"""Coloured marks and a page's text, each read by itself.

Words of a stamp leave the page's text (`processors.read.stamps`). Where a stamp or a signature lies over lines, these
are read again from the page without coloured ink, or, where the stamp is as black as the type, without pale ink; and
where a stamp says something, it is read again alone. Each is kept only where it tells more, by known words and
confidence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from processors.coloured import PageColour
from processors.read.engine import Reading
from processors.read.stamps import (
    Parted,
    StampSettings,
    credible_lines,
    harmed_strips,
    part_marks,
    replace_lines,
    stamp_block,
    strips_of,
)
from processors.read.trust import Knows, weigh
from schemas.page import Block, Box, Line, lines_in

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


@dataclass(frozen=True)
class Reread:
    """A reading in which strips were read again."""

    reading: Reading
    strips: int
    kept: int
    """Strips whose new lines replaced the old ones."""


def read_apart(
    reading: Reading, colour: PageColour, knows: Knows, read_again: ReadPart, settings: StampSettings
) -> Apart:
    """Part a page's text from what stands on its coloured marks."""
    parted = part_marks(reading, colour, settings)
    stamps: list[Block] = []
    dropped = 0
    for mark, frame in enumerate(colour.boxes):
        lines = _lines_on(mark, parted)
        credible = credible_lines(lines, knows, settings)
        dropped += len(lines) - len(credible)
        if credible and len(stamps) < _MARKS_MAX:
            again = credible_lines(_lines_on(mark, part_marks(read_again(frame), colour, settings)), knows, settings)
            stamps.append(stamp_block(again if _told(again, knows) > _told(credible, knows) else credible))
    return Apart(parted.reading, tuple(stamps), dropped)


def tells_more(stamps: Sequence[Block], than: Sequence[Block], knows: Knows) -> bool:
    """Whether one reading of a page's stamps is better than another."""
    one, other = (_told(lines_in(blocks), knows) for blocks in (stamps, than))
    return one > other


def read_under_marks(
    reading: Reading, colour: PageColour, knows: Knows, read_cleared: ReadPart, settings: StampSettings
) -> Reread:
    """Read again what coloured marks lie over; `read_cleared` does so without coloured ink."""
    over_text = [box for box in colour.boxes if colour.over_text(box)][:_MARKS_MAX]
    strips = strips_of(reading, over_text, round(_AROUND_MM * colour.px_per_mm))
    return _reread(
        reading, strips, knows, lambda strip: part_marks(read_cleared(strip), colour, settings).reading, settings
    )


def read_under_pale(reading: Reading, knows: Knows, read_cleared: ReadPart, settings: StampSettings) -> Reread:
    """Read again lines that something of the same colour lies over; `read_cleared` does so without pale ink."""
    return _reread(reading, harmed_strips(reading, settings)[:_MARKS_MAX], knows, read_cleared, settings)


def _reread(
    reading: Reading, strips: Sequence[Box], knows: Knows, read_cleared: ReadPart, settings: StampSettings
) -> Reread:
    kept = 0
    for strip in strips:
        replaced, before, after = replace_lines(reading, strip, read_cleared(strip))
        if _told(after, knows) >= _told(before, knows) + settings.gain:
            reading, kept = replaced, kept + 1
    return Reread(reading, len(strips), kept)


def _lines_on(mark: int, parted: Parted) -> list[Line]:
    return [line for number, line in parted.marked if number == mark]


def _told(lines: Iterable[Line], knows: Knows) -> float:
    """As `Trust.told`: what was not read at all tells nothing, a doubtful word little."""
    return sum(weigh(word, knows).told for line in lines for word in line.words)
