# SPDX-License-Identifier: EUPL-1.2
"""Where the words and phrases of a query stand in a text; marks and snippets go by it, and both engines find the same.

`search.patterns` says what a term means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.analysis import Analysed, PageToken
from search.clauses import Term
from search.expansion import NO_EXPANSION, Expansion
from search.patterns import Pattern, Slot, patterns

__all__ = ["Finder", "Pattern", "Run", "Slot", "find_all", "find_runs", "patterns"]


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `first` to `last` (inclusive) of a text."""

    first: int
    last: int


class Finder:
    """Finds terms in many texts: what they mean is worked out once."""

    def __init__(self, terms: Sequence[Term], expansion: Expansion = NO_EXPANSION) -> None:
        self.terms = terms
        self._patterns = [
            (pattern, index)
            for index, term in enumerate(terms)
            for pattern in patterns(term, expansion)
            if pattern.slots
        ]
        firsts = [pattern.slots[0] for pattern, _ in self._patterns]
        self._keys = frozenset(key for slot in firsts if not slot.prefixes for key in slot.keys)
        self._prefixes = tuple({prefix for slot in firsts for prefix in slot.prefixes})

    def find(self, page: Sequence[PageToken]) -> tuple[tuple[Run, int], ...]:
        """Where any of the terms stands, each run with the index of its term; runs inside longer ones are left out."""
        found = sorted(self.runs(page), key=lambda pair: (pair[0].first, -pair[0].last, pair[1]))
        kept: list[tuple[Run, int]] = []
        reach = -1
        for run, index in found:
            if run.last > reach:
                kept.append((run, index))
                reach = run.last
        return tuple(kept)

    def runs(self, page: Sequence[PageToken]) -> set[tuple[Run, int]]:
        """Where any of the patterns stands. Few words of a page can begin one, and only those are looked at closely."""
        tokens = page.found if isinstance(page, Analysed) else page
        starts = [at for at, one in enumerate(tokens) if not self._keys.isdisjoint(one.keys)]
        if self._prefixes:
            begun = (at for at, one in enumerate(tokens) if any(key.startswith(self._prefixes) for key in one.keys))
            starts = sorted({*starts, *begun})
        return {(run, index) for pattern, index in self._patterns for run in _runs(pattern, tokens, starts)}


def find_runs(term: Term, page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION) -> tuple[Run, ...]:
    """Where a term stands in an analysed text, in order of the text."""
    found = {run for run, _ in Finder((term,), expansion).runs(page)}
    return tuple(sorted(found, key=lambda run: (run.first, run.last)))


def find_all(
    terms: Sequence[Term], page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION
) -> tuple[tuple[Run, int], ...]:
    """Where any of the terms stands, each run with the index of its term; runs inside longer ones are left out."""
    return Finder(terms, expansion).find(page)


def _runs(pattern: Pattern, page: Sequence[PageToken], starts: Sequence[int]) -> Iterator[Run]:
    """From each of the starts where the first slot stands, the nearest end of the pattern that can be reached."""
    first, *others = pattern.slots
    for start in starts:
        if not first.accepts(page[start].keys):
            continue
        reached = {start}
        for slot in others:
            reached = {index for last in reached for index in _next(slot, page, last + 1, pattern.gap)}
        if reached:
            yield Run(start, min(reached))


def _next(slot: Slot, page: Sequence[PageToken], start: int, gap: int) -> Iterator[int]:
    within = range(start, min(start + gap + 1, len(page)))
    return (index for index in within if slot.accepts(page[index].keys))
