# SPDX-License-Identifier: EUPL-1.2
"""`SecondReader` out of a reader of lines: which word stands in which line, both fused, and all lines in order."""

from collections.abc import Callable, Collection, Mapping, Sequence

from processors.read.engine import Pixels, Reading
from processors.read.second.fuse import fuse_line
from processors.read.second.rows import reading_order
from processors.read.second.seen import LineReader, SeenLine
from processors.read.second.spell import Knows
from processors.read.second.stretches import Stretch, find_stretches, runs_of
from processors.read.second.unseen import find_unseen_rows
from processors.read.words import block_of, count_letters, line_of, mean_confidence
from schemas.page import Agent, Block, Box, Line, Word, around

_CREDIBLE = 0.5
"""Mean probability under which what the second reader saw is no line."""
_NEW_LINE = 0.8, 2
"""Mean probability, and letters and digits, from which a line stands that the first reader did not see at all."""
_NEW_NUMBER = 0.95
"""Mean probability from which it may also be one digit with its full stop: a page's number."""
_ROW_OF_SIGNS = 6
"""Letters and signs from which a row stands that neither reader found by itself."""
_MISSED = 75.0, 2
"""Mean confidence, and letters and digits, from which a line stands that the second reader did not see."""
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
        words: Mapping[int, Collection[int]] | None = None,
    ) -> Reading:
        knows = self._dictionary(languages[0])
        if words is None:
            blocks = self._reread_page(pixels, dpi, reading, languages, knows)
        else:
            blocks = self._reread_words(pixels, reading, languages, words, knows)
        return Reading(blocks, mean_confidence(blocks))

    def close(self) -> None:
        self._lines.close()

    def _reread_page(
        self, pixels: Pixels, dpi: float, reading: Reading, languages: Sequence[str], knows: Knows
    ) -> tuple[Block, ...]:
        seen = [line for line in self._lines.find_lines(pixels, dpi) if line.text.strip()]
        credible = [line for line in seen if line.probability >= _CREDIBLE]
        placed, alone = _place_words(reading, credible)
        fused = [
            fuse_line(words, line, knows, languages)
            for words, line in zip(placed, credible, strict=True)
            if words or _is_new(line)
        ]
        unseen = find_unseen_rows(pixels, dpi, (*(line.box for line in seen), *(word.box for word in reading.words())))
        rows_of_signs = (line for line in self._lines.read_lines(pixels, unseen) if _is_row(line)) if unseen else ()
        fused += [fuse_line((), line, knows, languages) for line in rows_of_signs]
        missed = self._reread_alone(pixels, list(reading.lines()), alone, languages, knows)
        rows = [*(line_of(words) for words in fused if words), *(row for row, _ in missed)]
        places = [*(row.box for row in rows[: len(rows) - len(missed)]), *(place for _, place in missed)]
        return tuple(
            block_of([_joined([rows[index] for index in line]) for line in block])
            for block in reading_order(places, [line.box for line in reading.lines()])
        )

    def _reread_alone(
        self,
        pixels: Pixels,
        lines: Sequence[Line],
        alone: Mapping[int, Collection[int]],
        languages: Sequence[str],
        knows: Knows,
    ) -> list[tuple[Line, Box]]:
        """What stands where the second reader found nothing: it is asked again, for that place. With where that is in
        its line, whose height a full stop does not have.
        """
        stretches = _stretches(lines, alone, pixels)
        seen = self._lines.read_lines(pixels, [one.box for _, one in stretches]) if stretches else []
        rows: list[tuple[Line, Box]] = []
        for (index, stretch), heard in zip(stretches, seen, strict=True):
            line = lines[index]
            for run in runs_of(place for place in alone[index] if stretch.start <= place < stretch.end):
                words, told = line.words[run.start : run.stop], _heard_between(line, run, heard)
                if told.probability >= _CREDIBLE:
                    fused = fuse_line(words, told, knows, languages)
                else:
                    fused = tuple(word.model_copy(update={"second": ""}) for word in words)
                if fused and _stands(fused, beside=len(alone[index]) < len(line.words)):
                    row = line_of(fused)
                    top, bottom = min(row.box.top, heard.box.top), max(row.box.bottom, heard.box.bottom)
                    rows.append((row, row.box.model_copy(update={"top": top, "bottom": bottom})))
        return rows

    def _reread_words(
        self,
        pixels: Pixels,
        reading: Reading,
        languages: Sequence[str],
        wanted: Mapping[int, Collection[int]],
        knows: Knows,
    ) -> tuple[Block, ...]:
        lines = list(reading.lines())
        stretches = _stretches(lines, wanted, pixels)
        seen = self._lines.read_lines(pixels, [one.box for _, one in stretches]) if stretches else []
        new = [list(line.words) for line in lines]
        for (index, stretch), heard in reversed(list(zip(stretches, seen, strict=True))):
            if heard.probability >= _CREDIBLE or not heard.text.strip():
                new[index][stretch.start : stretch.end] = fuse_line(
                    lines[index].words[stretch.start : stretch.end], heard, knows, languages
                )
        numbers = iter(range(len(lines)))
        blocks = [[line_of(words) for _ in block.lines if (words := new[next(numbers)])] for block in reading.blocks]
        return tuple(block_of(block) for block in blocks if block)


def _is_row(line: SeenLine) -> bool:
    """Whether it is believed what stands in a row that neither reader found: it may be all signs."""
    return line.probability >= _NEW_LINE[0] and len(line.text.strip()) >= _ROW_OF_SIGNS


def _is_new(line: SeenLine) -> bool:
    """Whether a line is believed that the first reader did not see at all."""
    if line.probability >= _NEW_NUMBER and count_letters(line.text) and len(line.text.strip()) > 1:
        return True
    return line.probability >= _NEW_LINE[0] and count_letters(line.text) >= _NEW_LINE[1]


def _stretches(
    lines: Sequence[Line], wanted: Mapping[int, Collection[int]], pixels: Pixels
) -> list[tuple[int, Stretch]]:
    """The parts of lines to be read again, with their lines' indices, in order."""
    if not wanted.keys() <= set(range(len(lines))):
        raise ValueError(f"the page has {len(lines)} lines, not {sorted(wanted)}")
    height, width = pixels.shape[:2]
    return [
        (index, stretch)
        for index in sorted(wanted)
        for stretch in find_stretches(lines[index], wanted[index], width, height)
    ]


def _heard_between(line: Line, run: range, heard: SeenLine) -> SeenLine:
    """What was heard of some words, without that of the words beside them."""
    words = line.words
    left = float(heard.box.left)
    right = float(heard.box.right)
    if run.start:
        left = max(left, (words[run.start - 1].box.right + words[run.start].box.left) / 2)
    if run.stop < len(words):
        right = min(right, (words[run.stop - 1].box.right + words[run.stop].box.left) / 2)
    return heard.within(left, right)


def _stands(words: Sequence[Word], *, beside: bool) -> bool:
    """Whether words are believed where the detector found nothing; signs alone are, `beside` words that it found."""
    weights = [count_letters(word.text) for word in words]
    if not sum(weights):
        return beside and all(word.second for word in words)
    confidence = sum(weight * word.confidence for weight, word in zip(weights, words, strict=True)) / sum(weights)
    return sum(len(word.text) for word in words) >= _MISSED[1] and confidence >= _MISSED[0]


def _place_words(reading: Reading, seen: Sequence[SeenLine]) -> tuple[list[list[Word]], dict[int, list[int]]]:
    """The first reader's words by the line of the second's that they stand in, and by its own line those in none."""
    placed: list[list[Word]] = [[] for _ in seen]
    alone: dict[int, list[int]] = {}
    for number, line in enumerate(reading.lines()):
        for place, word in enumerate(line.words):
            index = _line_of(word.box, seen)
            if index is not None:
                placed[index].append(word)
            else:
                alone.setdefault(number, []).append(place)
    return placed, alone


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


def _joined(rows: Sequence[Line]) -> Line:
    """Rows beside each other as one line."""
    return Line(box=around(row.box for row in rows), words=tuple(word for row in rows for word in row.words))
