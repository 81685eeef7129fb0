# SPDX-License-Identifier: EUPL-1.2
"""After reading: words that were misread by one character, put right where there is evidence for it.

Evidence is one of three, in this order:

* a *slip*: the word stands in the closed list ``slips.json``, which gives a reason for each;
* a *digit* within a word (``1ucrare``, ``h0tărâre``): of the letters that look like it, just one makes a known word;
* a *choice*: the engine was unsure, the word is not known, and another character that the engine itself saw at that
  place makes a known one.

Numbers, dates and codes are never touched, nor words in capitals and the halves of divided words. What was read is kept
in `Word.raw`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path

from processors.read.engine import Reading
from processors.read.lexicon import has_lexicon, knows, knows_as_common
from processors.read.normalise import normalise
from processors.step_times import Step, timed
from schemas.page import Block, Line, Word

_SLIPS = Path(__file__).with_name("slips.json")
_LOOKALIKES = {"1": "lIi", "0": "oO", "5": "sS"}
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{NOT SIGN}\N{SOFT HYPHEN}=\N{DOUBLE OBLIQUE HYPHEN}"
_LETTERS_FOR_DIGIT = 3
_LETTERS_FOR_CHOICE = 4
"""Of shorter words too many are one character apart."""
_DIGITS_MAX = 3


class Evidence(StrEnum):
    """What speaks for a correction."""

    SLIP = "slips"
    DIGIT = "digits"
    CHOICE = "choices"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A reading without its engine's choices, and how many words were put right by which evidence."""

    reading: Reading
    counts: dict[Evidence, int]


@timed(Step.AFTER)
def correct_reading(reading: Reading, language: str) -> Corrected:
    """Put right what can be, in the block's language, or in the page's (`language`, Tesseract's name).

    Words keep their places and confidences. Of a reading that was corrected nothing is left to correct.
    """
    counts: Counter[Evidence] = Counter()
    blocks: list[Block] = []
    before = False  # whether the line before ended within a word
    for block in reading.blocks:
        lines: list[Line] = []
        for line in block.lines:
            divided = _divided(line)
            words = tuple(
                _correct(
                    word,
                    block.language or language,
                    whole=not ((before and index == 0) or (divided and index == len(line.words) - 1)),
                    counts=counts,
                )
                for index, word in enumerate(line.words)
            )
            before = divided
            lines.append(line.model_copy(update={"words": words}))
        blocks.append(block.model_copy(update={"lines": tuple(lines)}))
    return Corrected(Reading(tuple(blocks), reading.confidence), {each: counts[each] for each in Evidence})


def _divided(line: Line) -> bool:
    return bool(line.words) and line.words[-1].text[-1:] in _HYPHENS


def _correct(word: Word, language: str, *, whole: bool, counts: Counter[Evidence]) -> Word:
    found = _find(word, language) if whole else None
    if found is None:
        return word.model_copy(update={"choices": ()}) if word.choices else word
    evidence, text = found
    counts[evidence] += 1
    raw = word.text if word.raw is None else word.raw
    return word.model_copy(update={"text": text, "raw": raw, "choices": ()})


def _find(word: Word, language: str) -> tuple[Evidence, str] | None:
    """The word put right, and by which evidence; None where it stays as it is."""
    start, end = _core(word.text)
    core = word.text[start:end]
    slip = _slips().get((language, core))
    if slip is not None:
        return Evidence.SLIP, word.text[:start] + slip + word.text[end:]
    if not has_lexicon(language):
        return None
    if any(map(str.isdigit, core)):
        mended = _without_digits(core, language)
        return None if mended is None else (Evidence.DIGIT, word.text[:start] + mended + word.text[end:])
    chosen = _by_choice(word, language)
    return None if chosen is None else (Evidence.CHOICE, chosen)


def _core(text: str) -> tuple[int, int]:
    """Where the word stands between the signs around it."""
    places = [index for index, character in enumerate(text) if character.isalnum()]
    return (places[0], places[-1] + 1) if places else (0, 0)


def _without_digits(core: str, language: str) -> str | None:
    """The word with letters for the digits within or before it, if there is just one.

    Only of words in small letters, but for the first: codes and numbers of things are in capitals or end in digits.
    """
    letters = [character for character in core if character.isalpha()]
    digits = [character for character in core if not character.isalpha()]
    if len(letters) < max(_LETTERS_FOR_DIGIT, 2 * len(digits) + 1) or len(digits) > _DIGITS_MAX:
        return None
    if not set(digits) <= _LOOKALIKES.keys() or not core[-1].isalpha():
        return None
    if any(letter.isupper() for letter in core[1:]) or (core[0].isdigit() and core[1].isdigit()):
        return None
    ways = [_letters_for(character, first=index == 0) for index, character in enumerate(core)]
    known = [form for form in map("".join, product(*ways)) if _is_right(form, language)]
    return known[0] if len(known) == 1 else None


def _letters_for(character: str, *, first: bool) -> Sequence[str]:
    alike = _LOOKALIKES.get(character, "")
    return [letter for letter in alike if first or letter.islower()] if alike else [character]


def _is_right(form: str, language: str) -> bool:
    """Whether the word is known with the capital that it has or has not."""
    return knows(form, language) and (form[0].isupper() or knows_as_common(form, language))


def _by_choice(word: Word, language: str) -> str | None:
    """The word with one character that the engine saw too, if that makes a known word of an unknown one.

    An unknown word may be a name: it does not become another name, only a common word.
    """
    raw = word.text if word.raw is None else word.raw
    if len(word.choices) != len(raw) or word.second is not None or normalise(raw, (language,)) != word.text:
        return None
    start, end = _core(raw)
    core = raw[start:end]
    if sum(map(str.isalpha, core)) < _LETTERS_FOR_CHOICE or core.isupper() or knows(core, language):
        return None
    forms = {
        normalise(raw[:start] + form + raw[end:], (language,))
        for form in _one_exchanged(core, word.choices[start:end])
        if knows_as_common(form, language)
    }
    return forms.pop() if len(forms) == 1 else None


def _one_exchanged(core: str, choices: Sequence[Sequence[str]]) -> Iterator[str]:
    for index, (character, others) in enumerate(zip(core, choices, strict=True)):
        for other in others:
            if other.isalpha() and other.isupper() == character.isupper():
                yield core[:index] + other + core[index + 1 :]


@cache
def _slips() -> dict[tuple[str, str], str]:
    groups = json.loads(_SLIPS.read_text("utf-8"))["slips"]
    return {
        (language, read): meant
        for group in groups
        for language in group["languages"]
        for read, meant in group["words"].items()
    }
