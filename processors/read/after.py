# SPDX-License-Identifier: EUPL-1.2
"""After reading: words and signs that were misread, put right where there is evidence for it.

Evidence is one of these, in this order:

* a *slip*: the word stands in a closed list, ``slips.json`` or ``confusions.json``, which gives a reason for each;
* a *digit* within a word (``1ucrare``, ``h0tărâre``): of the letters that look like it, just one makes a known word;
* a *spelling*: the engine's dictionary chose a known word against the image, which shows another known one that differs
  in marks alone (``rămînem``, read as ``rămânem``);
* a *capital*: at the beginning of a line or a sentence the engine saw Î nearly as well as î;
* the *second* reader: the word is not known as that reader read it, and just one known word has the same letters but
  for their marks, and is what the first reader may have misread by a choice or a confusion;
* a *choice*: the word is not known, and other characters that the engine itself saw, at one place or at two, make just
  one known word;
* a *confusion*: the word is not known, and letters that the model takes for each other (``confusions.json``) make just
  one known word of it;
* a *sign*: the ink at the end of the word is one mark, round or long, and no such sign as was read
  (`processors.read.signs`); or a semicolon stands between two digits.

Other numbers, dates and codes are never touched, nor the halves of divided words; of a word that a second reader read
just so, by choices and confusions nothing but marks on letters. What was read is kept in `Word.raw`.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path

from processors.read.confusions import closed_words, decimal_comma, short_words, unconfused, units_of
from processors.read.engine import Pixels, Reading
from processors.read.lexicon import has_lexicon, knows, knows_as_common, knows_as_frequent
from processors.read.normalise import normalise
from processors.read.second.align import base_letters
from processors.read.seen_choices import Choices, as_seen, exchanged, exchanged_twice
from processors.read.signs import see_last_sign
from processors.step_times import Step, timed
from schemas.page import Block, Box, Line, Word

_SLIPS = Path(__file__).with_name("slips.json")
_LOOKALIKES = {"1": "lIi", "0": "oO", "5": "sS"}
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{NOT SIGN}\N{SOFT HYPHEN}=\N{DOUBLE OBLIQUE HYPHEN}"
_SENTENCE_ENDS = (".", "!", "?", ":")
_DOUBTED_SIGNS = {",", ";"}
_FRENCH_ORDINAL = re.compile("1(?:ers?|[eè]?res?)|[0-9]+[eè]mes?")
_LETTERS_FOR_DIGIT = 3
_LETTERS_LEAST = 2
_LETTERS_SHORT = 3
"""Of words so short too many are one character apart: only a frequent one is put for them."""
_LETTERS_LONG = 7
"""Letters from which a common word may also be a rare one, where nothing was seen of it but what the model confuses."""
_SURE = 90.0
"""Confidence from which an unknown word with a capital is a name, whatever it is like."""
_DIGITS_MAX = 3


class Evidence(StrEnum):
    """What speaks for a correction."""

    SLIP = "slips"
    DIGIT = "digits"
    SPELLING = "spelling"
    CAPITAL = "capitals"
    SECOND = "second"
    CHOICE = "choices"
    CONFUSION = "confusions"
    SIGN = "signs"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A reading without its engine's choices, and how many words were put right by which evidence."""

    reading: Reading
    counts: dict[Evidence, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word stands."""

    language: str
    whole: bool
    """Neither half of a divided word."""
    begins: bool
    """First of its line, or after the end of a sentence."""
    before: Word | None
    """The word before it on its line."""


@timed(Step.AFTER)
def correct_reading(reading: Reading, language: str, pixels: Pixels | None = None) -> Corrected:
    """Put right what can be, in the block's language, or in the page's (`language`, Tesseract's name).

    `pixels` is the page that the boxes lie on, grey, bitonal or RGB; without it no sign is put right by its ink. Words
    keep their places and confidences, and lose their choices. Of a reading without choices that was corrected nothing
    is left to correct.
    """
    counts: Counter[Evidence] = Counter()
    blocks: list[Block] = []
    divided = False  # whether the line before ended within a word
    for block in reading.blocks:
        lines: list[Line] = []
        for line in block.lines:
            divided_before, divided = divided, _divided(line)
            words: list[Word] = []
            for index, word in enumerate(line.words):
                half = (divided_before and index == 0) or (divided and index == len(line.words) - 1)
                place = _Place(
                    block.language or language,
                    whole=not half,
                    begins=not words or words[-1].text.endswith(_SENTENCE_ENDS),
                    before=words[-1] if words else None,
                )
                words.append(_correct(word, place, pixels, counts))
            lines.append(line.model_copy(update={"words": tuple(words)}))
        blocks.append(block.model_copy(update={"lines": tuple(lines)}))
    return Corrected(Reading(tuple(blocks), reading.confidence), {each: counts[each] for each in Evidence})


def _divided(line: Line) -> bool:
    return bool(line.words) and line.words[-1].text[-1:] in _HYPHENS


def _correct(word: Word, place: _Place, pixels: Pixels | None, counts: Counter[Evidence]) -> Word:
    start, end = _core(word.text)
    core, tail = word.text[start:end], word.text[end:]
    found = _find(word, core, place) if core and place.whole else None
    if found is not None:
        counts[found[0]] += 1
        core = found[1]
    sign = None if pixels is None else _find_sign(word.box, core, tail, place, pixels)
    if sign is not None:
        counts[Evidence.SIGN] += 1
        tail = tail[:-1] + sign
    text = word.text[:start] + core + tail
    if text == word.text:
        return word.model_copy(update={"choices": ()}) if word.choices else word
    raw = word.text if word.raw is None else word.raw
    return word.model_copy(update={"text": text, "raw": raw, "choices": ()})


def _core(text: str) -> tuple[int, int]:
    """Where the word stands between the signs around it."""
    places = [index for index, character in enumerate(text) if character.isalnum()]
    return (places[0], places[-1] + 1) if places else (0, 0)


def _find(word: Word, core: str, place: _Place) -> tuple[Evidence, str] | None:
    """What stands between the word's signs put right, and by which evidence; None where it stays as it is."""
    language = place.language
    for evidence, closed in (Evidence.SLIP, _slips(language)), (Evidence.CONFUSION, short_words(language)):
        if core in closed:
            return evidence, closed[core]
    if any(map(str.isdigit, core)):
        mended = decimal_comma(core, language)
        if mended != core:
            return Evidence.SIGN, mended
        letters = _without_digits(core, language) if has_lexicon(language) else None
        return None if letters is None else (Evidence.DIGIT, letters)
    if not has_lexicon(language):
        return None
    choices = _choices_of(core, word, language)
    if knows(core, language):
        return _known_otherwise(core, choices, place) if any(choices) else None
    agreed = _agreed(core, word, language)
    if agreed is not None:
        return Evidence.SECOND, agreed
    unit = _unit(word.text, choices, place)
    return _known_instead(core, choices, word, language) if unit is None else (Evidence.CHOICE, unit)


def _core_of(text: str) -> str:
    start, end = _core(text)
    return text[start:end]


def _choices_of(core: str, word: Word, language: str) -> Choices:
    """The choices for the characters between the word's signs, none where they belong to something else."""
    raw = word.text if word.raw is None else word.raw
    found = _within(raw, word.choices) if word.choices and normalise(raw, (language,)) == word.text else ()
    return found if len(found) == len(core) else ((),) * len(core)


def _within(text: str, choices: Choices) -> Choices:
    """Those between the signs of `text`."""
    start, end = _core(text)
    return choices[start:end] if len(choices) == len(text) else ((),) * (end - start)


def _agreed(core: str, word: Word, language: str) -> str | None:
    """What the first reader may have misread, for a word that is as the second reader read it: if just one such word
    has the same letters but for their marks, which the second reader often drops.
    """
    if word.second is None or word.raw is None or _core_of(word.second) != core:
        return None
    raw = _core_of(word.raw)
    choices = _within(word.raw, word.choices)
    closed = short_words(language).get(raw, raw)
    forms = {closed} | exchanged(raw, choices) | unconfused(raw, language, choices)
    known = _common({form for form in forms if base_letters(form) == base_letters(core)}, False, language)
    return known.pop() if len(known) == 1 else None


def _without_digits(core: str, language: str) -> str | None:
    """The word with letters for the digits within or before it, if there is just one.

    Only of words in small letters, but for the first: codes and numbers of things are in capitals or end in digits.
    """
    letters = [character for character in core if character.isalpha()]
    digits = [character for character in core if not character.isalpha()]
    if len(letters) < max(_LETTERS_FOR_DIGIT, 2 * len(digits) + 1) or len(digits) > _DIGITS_MAX:
        return None
    if language == "fra" and _FRENCH_ORDINAL.fullmatch(core):
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


def _unit(text: str, choices: Choices, place: _Place) -> str | None:
    """The sign of a measure that stands for a word without signs after a number."""
    units = units_of(place.language)
    if place.before is None or not place.before.text[-1:].isdigit() or text in units or len(choices) != len(text):
        return None
    found = exchanged(text, choices) & units
    return found.pop() if len(found) == 1 else None


def _known_otherwise(core: str, choices: Choices, place: _Place) -> tuple[Evidence, str] | None:
    """A known word in another spelling or with a capital, as the image shows it."""
    if place.begins and core[0] == "î" and "Î" in choices[0]:
        return Evidence.CAPITAL, "Î" + core[1:]
    seen = as_seen(core, choices)
    if seen == core or not knows(seen, place.language):
        return None
    return Evidence.SPELLING, normalise(seen, (place.language,))


def _known_instead(core: str, choices: Choices, word: Word, language: str) -> tuple[Evidence, str] | None:
    """A known word for an unknown one, if there is just one.

    An unknown word may be a name: it does not become another name, only a common word. Nor does a short one change
    that has a capital or a full stop: it may stand for a longer one.
    """
    letters = sum(map(str.isalpha, core))
    if letters < _LETTERS_LEAST or (letters <= _LETTERS_SHORT and (word.text.endswith(".") or not core.islower())):
        return None
    seen = _common(exchanged(core, choices), letters <= _LETTERS_SHORT, language)
    if not seen:
        seen = _common(exchanged_twice(core, choices), False, language)
    confused = set()
    if letters > _LETTERS_SHORT and core.isalpha() and (core.islower() or word.confidence < _SURE):
        confused = _common(unconfused(core, language, choices), letters < _LETTERS_LONG, language)
    forms = seen | confused
    if word.second is not None and _core_of(word.second) == core:
        forms = {form for form in forms if base_letters(form) == base_letters(core)}
    if len(forms) != 1:
        return None
    return Evidence.CHOICE if seen else Evidence.CONFUSION, forms.pop()


def _common(forms: set[str], frequent: bool, language: str) -> set[str]:
    """Those that are common words, or even frequent ones."""
    right = knows_as_frequent if frequent else knows_as_common
    return {form for form in (normalise(form, (language,)) for form in forms) if right(form, language)}


def _find_sign(box: Box, core: str, tail: str, place: _Place, pixels: Pixels) -> str | None:
    """The sign that stands for the last of `tail`, by its ink, where that is another."""
    if tail[-1:] not in _DOUBTED_SIGNS or tail[:-1].strip(",.;:") != tail[:-1]:
        return None
    if not core and (len(tail) > 1 or place.before is None):
        return None
    sign = see_last_sign(pixels, box, None if core or place.before is None else place.before.box)
    return sign if sign != tail[-1] else None


@cache
def _slips(language: str) -> dict[str, str]:
    return closed_words(json.loads(_SLIPS.read_text("utf-8"))["slips"], language)
