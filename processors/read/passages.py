# SPDX-License-Identifier: EUPL-1.2
"""Passages of a page in another language than the page's: where they are, and how they come to be read in it.

A letter with a translation below, a decree in two columns, a printed German heading over a Romanian report. A line
alone is too short to be sure of, and names of persons and streets look foreign: lines that follow each other must
agree, and the whole passage once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processors.read.engine import Reading
from processors.read.language import LanguageSettings, detect_language, same_speech
from processors.read.words import mean_confidence, with_lines
from schemas.page import Block, Box, Line, around


@dataclass(frozen=True)
class PassageSettings:
    """What makes a passage of its own."""

    line_letters: int = 20
    """Letters of a line under which it is not asked for its language, but goes with the lines around it."""
    letters: int = 80
    """Letters of a passage at least."""
    lines: int = 2
    """Lines that say the same, at least."""
    confidence: float = 0.9
    """Least confidence, 0 to 1, for a line and for the passage as a whole."""


@dataclass(frozen=True)
class Passage:
    """Lines `first` up to, not including, `end` of block `block` (0-based), around which `box` lies."""

    block: int
    first: int
    end: int
    language: str
    box: Box


def find_passages(
    reading: Reading, language: str, allowed: Sequence[str], settings: PassageSettings, guessing: LanguageSettings
) -> list[Passage]:
    """The passages of a page read in `language` that are in another one of `allowed`, in reading order."""
    if all(same_speech(language, other) for other in allowed):
        return []
    passages: list[Passage] = []
    for number, block in enumerate(reading.blocks):
        labels = [_guess(_text([line]), allowed, settings.line_letters, settings, guessing) for line in block.lines]
        for first, end, other in _runs(labels):
            lines = block.lines[first:end]
            told = sum(label is not None for label in labels[first:end])
            if same_speech(language, other) or told < settings.lines:
                continue
            if _guess(_text(lines), allowed, settings.letters, settings, guessing) == other:
                passages.append(Passage(number, first, end, other, around(line.box for line in lines)))
    return passages


def lines_of(reading: Reading, passage: Passage) -> tuple[Line, ...]:
    """The passage's lines as the page's reading has them."""
    return reading.blocks[passage.block].lines[passage.first : passage.end]


def replace_passages(reading: Reading, parts: Mapping[Passage, Reading]) -> Reading:
    """`reading` with the passages' lines replaced by their own readings, whose blocks carry their language."""
    blocks: list[Block] = []
    for number, block in enumerate(reading.blocks):
        at = 0
        for passage, part in parts.items():
            if passage.block == number:
                blocks += _part(block, at, passage.first)
                blocks += [one.model_copy(update={"language": passage.language}) for one in part.blocks]
                at = passage.end
        blocks += [block] if at == 0 else _part(block, at, len(block.lines))
    return Reading(tuple(blocks), mean_confidence(blocks))


def carry_languages(before: Reading, after: Reading) -> Reading:
    """`after`, of the same page: each block in the language of the one of `before` that its middle lies in."""
    named = [block for block in before.blocks if block.language is not None]
    if not named:
        return after
    blocks = tuple(
        block.model_copy(update={"language": next((one.language for one in named if _holds(one.box, block.box)), None)})
        for block in after.blocks
    )
    return Reading(blocks, after.confidence)


def _holds(outer: Box, inner: Box) -> bool:
    across, down = (inner.left + inner.right) / 2, (inner.top + inner.bottom) / 2
    return outer.left <= across < outer.right and outer.top <= down < outer.bottom


def _runs(labels: Sequence[str | None]) -> Iterator[tuple[int, int, str]]:
    """Stretches of one label (first, end, label); lines without one go with the stretch before them."""
    first, current = 0, None
    for index, label in enumerate(labels):
        if label is not None and label != current:
            if current is not None:
                yield first, index, current
                first = index
            current = label
    if current is not None:
        yield first, len(labels), current


def _guess(
    text: str, allowed: Sequence[str], letters: int, settings: PassageSettings, guessing: LanguageSettings
) -> str | None:
    asked = LanguageSettings(letters, max(settings.confidence, guessing.min_confidence), guessing.max_characters)
    guess = detect_language(text, allowed, asked)
    return None if guess is None else guess.language


def _part(block: Block, first: int, end: int) -> list[Block]:
    lines = block.lines[first:end]
    return [with_lines(block, lines)] if lines else []


def _text(lines: Sequence[Line]) -> str:
    return " ".join(word.text for line in lines for word in line.words)
