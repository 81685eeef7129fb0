# SPDX-License-Identifier: EUPL-1.2
"""`SecondReader` out of a reader of lines: which word stands in which line, both fused, and all lines in order."""

from collections.abc import Callable, Collection, Sequence
from statistics import median_high, median_low

from processors.read.engine import Pixels, Reading
from processors.read.second.fuse import Knows, fuse_line
from processors.read.second.rows import reading_order
from processors.read.second.seen import LineReader, SeenLine
from processors.read.words import mean_confidence
from schemas.page import Agent, Block, Box, Line, Word, around

_CREDIBLE = 0.5
"""Mean probability under which what the second reader saw is no line."""
_NEW_LINE = 0.8, 2
"""Mean probability, and letters and digits, from which a line stands that the first reader did not see at all."""
_MISSED = 75.0, 2
"""Mean confidence, and letters and digits, from which a line stands that the second reader did not see."""
_ROOM = 0.15
"""Of a line's height, above and below."""
_TALL = 1.5
"""Line heights over which what the first reader took for a word is part of a stamp, or of several lines."""
_WITHIN = 0.3
"""Share of a word's width that lies in its line."""


class FusedReader:
    """`SecondReader` over a `LineReader`."""

    def __init__(self, lines: LineReader, dictionary: Callable[[str], Knows]) -> None:
        """`dictionary` gives for a language (Tesseract's name) the dictionary by which readings are compared."""
        self._lines = lines
        self._dictionary = dictionary

    @property
    def agent(self) -> Agent:
        return self._lines.agent

    def reread(
        self,
        pixels: Pixels,
        dpi: float,
        reading: Reading,
        languages: Sequence[str],
        lines: Collection[int] | None = None,
    ) -> Reading:
        knows = self._dictionary(languages[0])
        if lines is None:
            blocks = self._reread_page(pixels, dpi, reading, languages, knows)
        else:
            blocks = self._reread_lines(pixels, reading, languages, set(lines), knows)
        return Reading(blocks, mean_confidence(blocks))

    def close(self) -> None:
        self._lines.close()

    def _reread_page(
        self, pixels: Pixels, dpi: float, reading: Reading, languages: Sequence[str], knows: Knows
    ) -> tuple[Block, ...]:
        seen = [line for line in self._lines.find_lines(pixels, dpi) if line.text.strip()]
        credible = [line for line in seen if line.probability >= _CREDIBLE]
        placed, missed = _place_words(reading, credible)
        fused = [
            fuse_line(words, line, knows, languages)
            for words, line in zip(placed, credible, strict=True)
            if words or (line.probability >= _NEW_LINE[0] and _signs(line.text) >= _NEW_LINE[1])
        ]
        rows = [*(_line(words) for words in fused if words), *missed]
        return tuple(
            _block([_joined([rows[index] for index in line]) for line in block])
            for block in reading_order([row.box for row in rows], [line.box for line in reading.lines()])
        )

    def _reread_lines(
        self, pixels: Pixels, reading: Reading, languages: Sequence[str], wanted: set[int], knows: Knows
    ) -> tuple[Block, ...]:
        old = list(reading.lines())
        if not wanted <= set(range(len(old))):
            raise ValueError(f"the page has {len(old)} lines, not {sorted(wanted)}")
        chosen = sorted(wanted)
        seen = self._lines.read_lines(pixels, [_roomy(old[index], pixels) for index in chosen]) if chosen else []
        new = dict(enumerate(old))
        for index, line in zip(chosen, seen, strict=True):
            if line.probability >= _CREDIBLE:
                words = fuse_line(old[index].words, line, knows, languages)
                new[index] = _line(words) if words else old[index]
        numbers = iter(range(len(old)))
        return tuple(_block([new[next(numbers)] for _ in block.lines]) for block in reading.blocks)


def _roomy(line: Line, pixels: Pixels) -> Box:
    """A line's place as the detector would draw it: as high as most of its words, since the engine takes specks and
    parts of stamps for words, and with room, since their boxes end where the ink does.
    """
    words = [word.box for word in line.words if _signs(word.text) > 1] or [word.box for word in line.words]
    top, bottom = median_low(box.top for box in words), median_high(box.bottom for box in words)
    room = max(2, round((bottom - top) * _ROOM))
    height, width = pixels.shape[:2]
    return Box(
        left=max(line.box.left - room, 0),
        top=max(top - room, 0),
        right=min(line.box.right + room, width),
        bottom=min(bottom + room, height),
    )


def _place_words(reading: Reading, seen: Sequence[SeenLine]) -> tuple[list[list[Word]], list[Line]]:
    """The first reader's words by the line of the second's that they stand in, and the lines that it missed."""
    placed: list[list[Word]] = [[] for _ in seen]
    missed: list[Line] = []
    for line in reading.lines():
        alone = []
        for word in line.words:
            index = _line_of(word.box, seen)
            if index is not None:
                placed[index].append(word)
            else:
                alone.append(word.model_copy(update={"second": ""}))
        weights = [_signs(word.text) for word in alone]
        if sum(weights) >= _MISSED[1]:
            confidence = sum(w * word.confidence for w, word in zip(weights, alone, strict=True)) / sum(weights)
            missed += [_line(alone)] if confidence >= _MISSED[0] else []
    return placed, missed


def _signs(text: str) -> int:
    return sum(map(str.isalnum, text))


def _line_of(box: Box, seen: Sequence[SeenLine]) -> int | None:
    """The line that runs through a word's middle; of several the one whose middle is nearest."""
    middle = (box.top + box.bottom) / 2
    near = [
        (abs(middle - (line.box.top + line.box.bottom) / 2), index)
        for index, line in enumerate(seen)
        if line.box.top <= middle <= line.box.bottom
        and box.height_px <= _TALL * line.box.height_px
        and min(box.right, line.box.right) - max(box.left, line.box.left) >= _WITHIN * box.width_px
    ]
    return min(near)[1] if near else None


def _line(words: Sequence[Word]) -> Line:
    return Line(box=around(word.box for word in words), words=tuple(words))


def _joined(rows: Sequence[Line]) -> Line:
    """Rows beside each other as one line."""
    return Line(box=around(row.box for row in rows), words=tuple(word for row in rows for word in row.words))


def _block(lines: Sequence[Line]) -> Block:
    return Block(box=around(line.box for line in lines), lines=tuple(lines))
