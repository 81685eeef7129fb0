# SPDX-License-Identifier: EUPL-1.2
"""What a word or phrase of a query means, as runs of keys; back ends, marks and snippets all go by it.

A term has one or two **patterns**, either of which may hold: the words as typed, and, where it has hyphens, the same
with the hyphens at a line's end, since a word divided there is indexed whole. A pattern is a run of **slots** on
consecutive positions of a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis import (
    SOFT_HYPHEN,
    PageToken,
    divided_keys,
    exact_key,
    prefix_keys,
    query_keys,
    soften_hyphens,
    tokenise,
)
from search.query import Prefix, Term


@dataclass(frozen=True, slots=True)
class Slot:
    """One position: a token that has one of the keys, or a key with one of the beginnings."""

    keys: frozenset[str]
    prefixes: frozenset[str]
    exact: str

    def accepts(self, keys: frozenset[str]) -> bool:
        """Whether a token with these keys may stand here."""
        if not self.prefixes:
            return not self.keys.isdisjoint(keys)
        return any(key.startswith(prefix) for key in keys for prefix in self.prefixes)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Slots side by side; `whole` is the key of a compound such as ``567/2/1``, for ranking."""

    slots: tuple[Slot, ...]
    whole: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `first` to `last` (inclusive) of a text."""

    first: int
    last: int


def patterns(term: Term) -> tuple[Pattern, ...]:
    """The ways in which a term may stand in a text; at least one."""
    prefix = isinstance(term, Prefix)
    plain = term.text.replace(SOFT_HYPHEN, "")
    return tuple(_pattern(text, prefix) for text in dict.fromkeys((plain, soften_hyphens(plain))))


def _pattern(text: str, prefix: bool) -> Pattern:
    tokens = tokenise(text)
    last = len(tokens) - 1
    slots = tuple(_slot(token.text, prefix and index == last) for index, token in enumerate(tokens))
    return Pattern(slots, tokens[0].whole if len(tokens) > 1 and not prefix else None)


def _slot(word: str, prefix: bool) -> Slot:
    divided = SOFT_HYPHEN in word
    if prefix:
        return Slot(frozenset(), divided_keys(word) if divided else prefix_keys(word), exact_key(word))
    return Slot(divided_keys(word) if divided else query_keys(word), frozenset(), exact_key(word))


def find_runs(term: Term, page: Sequence[PageToken]) -> tuple[Run, ...]:
    """Where a term stands in an analysed text, in order of the text."""
    found = {run for pattern in patterns(term) for run in _runs(pattern.slots, page)}
    return tuple(sorted(found, key=lambda run: (run.first, run.last)))


def find_all(terms: Sequence[Term], page: Sequence[PageToken]) -> tuple[tuple[Run, int], ...]:
    """Where any of the terms stands, each run with the index of its term; runs inside longer ones are left out."""
    found = [(run, index) for index, term in enumerate(terms) for run in find_runs(term, page)]
    found.sort(key=lambda pair: (pair[0].first, -pair[0].last, pair[1]))
    kept: list[tuple[Run, int]] = []
    reach = -1
    for run, index in found:
        if run.last > reach:
            kept.append((run, index))
            reach = run.last
    return tuple(kept)


def _runs(slots: Sequence[Slot], page: Sequence[PageToken]) -> list[Run]:
    return [
        Run(first, first + len(slots) - 1)
        for first in range(len(page) - len(slots) + 1)
        if all(slot.accepts(page[first + offset].keys) for offset, slot in enumerate(slots))
    ]
