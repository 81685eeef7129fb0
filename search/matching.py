# SPDX-License-Identifier: EUPL-1.2
"""Where the words and phrases of a query stand in a text; marks and snippets go by it, and both engines find the same.

`search.patterns` says what a term means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.analysis import PageToken
from search.clauses import Term
from search.expansion import NO_EXPANSION, Expansion
from search.patterns import Pattern, Slot, patterns

__all__ = ["Pattern", "Run", "Slot", "find_all", "find_runs", "patterns"]


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `first` to `last` (inclusive) of a text."""

    first: int
    last: int


def find_runs(term: Term, page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION) -> tuple[Run, ...]:
    """Where a term stands in an analysed text, in order of the text."""
    found = {run for pattern in patterns(term, expansion) for run in _runs(pattern, page)}
    return tuple(sorted(found, key=lambda run: (run.first, run.last)))


def find_all(
    terms: Sequence[Term], page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION
) -> tuple[tuple[Run, int], ...]:
    """Where any of the terms stands, each run with the index of its term; runs inside longer ones are left out."""
    found = [(run, index) for index, term in enumerate(terms) for run in find_runs(term, page, expansion)]
    found.sort(key=lambda pair: (pair[0].first, -pair[0].last, pair[1]))
    kept: list[tuple[Run, int]] = []
    reach = -1
    for run, index in found:
        if run.last > reach:
            kept.append((run, index))
            reach = run.last
    return tuple(kept)


def _runs(pattern: Pattern, page: Sequence[PageToken]) -> Iterator[Run]:
    """From each place where the first slot stands, the nearest end of the pattern that can be reached."""
    if not pattern.slots:
        return
    first, *others = pattern.slots
    for start, one in enumerate(page):
        if not first.accepts(one.keys):
            continue
        reached = {start}
        for slot in others:
            reached = {index for last in reached for index in _next(slot, page, last + 1, pattern.gap)}
        if reached:
            yield Run(start, min(reached))


def _next(slot: Slot, page: Sequence[PageToken], start: int, gap: int) -> Iterator[int]:
    within = range(start, min(start + gap + 1, len(page)))
    return (index for index in within if slot.accepts(page[index].keys))
