# SPDX-License-Identifier: EUPL-1.2
"""What a misread word may have been, by the letters that a model takes for each other (``confusions.json``)."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from processors.read.seen_choices import Choices

_FILE = Path(__file__).with_name("confusions.json")
_SEMICOLON = re.compile(r"(?<=\d);(?=\d)")
_LETTERS_LONG = 7
_PLACES_MAX = 2
"""At how many places a word may have been misread: with more, any word is near to another."""


class Where(StrEnum):
    """At which letters of a word a pair counts."""

    ANYWHERE = "anywhere"
    START = "start"
    CAPITALS = "capitals"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Pair:
    """Letters as read, and as meant."""

    read: str
    meant: str
    where: Where

    def at(self, word: str, index: int, choices: Choices) -> bool:
        """Whether the pair may count at this place of the word."""
        if not word.startswith(self.read, index):
            return False
        if self.where is Where.ANYWHERE:
            return True
        if self.where is Where.LONG:
            return word.islower() and len(word) >= _LETTERS_LONG
        placed = index == 0 if self.where is Where.START else word.isupper()
        return placed and (len(self.read) > 1 or bool(choices[index]))


def unconfused(word: str, language: str, choices: Choices) -> set[str]:
    """What `word` may have been, with a pair of its language undone at one place or at two."""
    return set(_undone(word, pairs_of(language), choices))


def decimal_comma(text: str, language: str) -> str:
    """The text with a comma for each semicolon between two digits, where the language writes decimals so."""
    return _SEMICOLON.sub(",", text) if language in _table()["decimal_semicolon"]["languages"] else text


def units_of(language: str) -> frozenset[str]:
    """Signs of measures that stand after a number."""
    units = _table()["units"]
    return frozenset(units["signs"]) if language in units["languages"] else frozenset()


@cache
def pairs_of(language: str) -> tuple[Pair, ...]:
    """The pairs of a language (Tesseract's name)."""
    return tuple(
        Pair(read, meant, Where(group["where"]))
        for group in _table()["pairs"]
        if language in group["languages"]
        for read, meant in group["pairs"]
    )


@cache
def short_words(language: str) -> dict[str, str]:
    """Closed list of short words of a language, as read and as meant."""
    return closed_words(_table()["words"], language)


def closed_words(groups: Iterable[Mapping[str, Any]], language: str) -> dict[str, str]:
    """Words as read and as meant, of those groups of a list that are of a language."""
    return {read: meant for group in groups if language in group["languages"] for read, meant in group["words"].items()}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return table


def _undone(
    word: str, pairs: tuple[Pair, ...], choices: Choices, start: int = 0, done: str = "", places: int = 1
) -> Iterator[str]:
    for index in range(start, len(word)):
        for pair in pairs:
            if pair.at(word, index, choices):
                form, end = done + word[start:index] + pair.meant, index + len(pair.read)
                yield form + word[end:]
                if places < _PLACES_MAX:
                    yield from _undone(word, pairs, choices, end, form, places + 1)
