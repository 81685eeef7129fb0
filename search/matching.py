# SPDX-License-Identifier: EUPL-1.2
"""What a word or phrase of a query means, as runs of keys; back ends, marks and snippets all go by it.

A term has one or two **patterns**, either of which may hold: the words as typed, and, where it has hyphens, the same
with the hyphens at a line's end, since a word divided there is indexed whole. A pattern is a run of **slots** on
consecutive positions of a text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search.analysis import (
    FOLD,
    SOFT_HYPHEN,
    PageToken,
    divided_keys,
    exact_key,
    fold,
    prefix_keys,
    query_keys,
    soften_hyphens,
    tokenise,
)
from search.expansion import NO_EXPANSION, Expansion
from search.query import Phrase, Prefix, Term


@dataclass(frozen=True, slots=True)
class Slot:
    """One position: a token that has one of the keys, or a key with one of the beginnings.

    Of the keys, `lesser` count less than others: as much as they say, above 0 and under 1.
    """

    keys: frozenset[str]
    prefixes: frozenset[str]
    exact: str
    lesser: tuple[tuple[str, float], ...] = ()

    @property
    def needed(self) -> frozenset[str]:
        """The keys that choose: a word's own spelling is left out, since on a page it stands beside one of its stems.

        (`search.analysis.page_keys` gives a folded word's stem in the page's language; `query_keys` has it in all.)
        """
        lesser = {key for key, _ in self.lesser}
        stemmed = any(not key.startswith(FOLD) for key in self.keys - lesser)
        return self.keys - {self.exact} if stemmed else self.keys

    def accepts(self, keys: frozenset[str]) -> bool:
        """Whether a token with these keys may stand here."""
        if not self.prefixes:
            return not self.keys.isdisjoint(keys)
        return any(key.startswith(prefix) for key in keys for prefix in self.prefixes)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Slots in order, up to `gap` other words between neighbours; `whole` is the key of a compound such as ``567/2/1``,
    for ranking; `weight` is how much it counts (above 0, to 1).
    """

    slots: tuple[Slot, ...]
    whole: str | None = None
    gap: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `first` to `last` (inclusive) of a text."""

    first: int
    last: int


def patterns(term: Term, expansion: Expansion = NO_EXPANSION) -> tuple[Pattern, ...]:
    """The ways in which a term may stand in a text; at least one."""
    prefix = isinstance(term, Prefix)
    plain = term.text.replace(SOFT_HYPHEN, "")
    own = (_pattern(text, expansion, prefix=prefix) for text in dict.fromkeys((plain, soften_hyphens(plain))))
    others = (
        replace(pattern, weight=other.weight)
        for other in expansion.terms.get(term, ())
        for pattern in patterns(Phrase(other.text))
    )
    return (*own, *others)


def _pattern(text: str, expansion: Expansion, *, prefix: bool) -> Pattern:
    tokens = tokenise(text)
    last = len(tokens) - 1
    slots = tuple(_slot(token.text, expansion, prefix=prefix and index == last) for index, token in enumerate(tokens))
    return Pattern(slots, tokens[0].whole if len(tokens) > 1 and not prefix else None)


def _slot(word: str, expansion: Expansion, *, prefix: bool) -> Slot:
    divided = SOFT_HYPHEN in word
    if prefix:
        return Slot(frozenset(), divided_keys(word) if divided else prefix_keys(word), exact_key(word))
    keys = divided_keys(word) if divided else query_keys(word)
    others = {} if divided else expansion.words.get(fold(word), {})
    lesser = {exact_key(other): weight for other, weight in others.items() if exact_key(other) not in keys}
    return Slot(keys | lesser.keys(), frozenset(), exact_key(word), tuple(sorted(lesser.items())))


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
