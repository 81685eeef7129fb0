# SPDX-License-Identifier: EUPL-1.2
"""Where the words and phrases of a query stand in a text; marks and snippets go by it, and both engines find the same.

`search.patterns` says what a term means.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.analysis import DIVIDED, WHOLE, Analysed, PageToken, divided_keys, page_keys
from search.clauses import Term
from search.expansion import NO_EXPANSION, Expansion
from search.openings import OPENINGS, wanted_openings
from search.patterns import Pattern, Slot, patterns

__all__ = ["Finder", "Pattern", "Run", "Slot", "find_all", "find_runs", "patterns"]


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `first` to `last` (inclusive) of a text."""

    first: int
    last: int


class Finder:
    """Finds terms in many texts: what they mean is worked out once, and which of their slots a word may stand in too.

    A slot is a bit here, and what a word fits is a number with the bits of its slots. Not for several threads at once.
    """

    def __init__(self, terms: Sequence[Term], expansion: Expansion = NO_EXPANSION) -> None:
        self.terms = terms
        bits: dict[Slot, int] = {}
        self._patterns = [
            ([bits.setdefault(slot, 1 << len(bits)) for slot in pattern.slots], pattern.gap, index)
            for index, term in enumerate(terms)
            for pattern in patterns(term, expansion)
            if pattern.slots
        ]
        self._wanted = _Wanted(bits)
        self._fits: dict[str, _Fits] = {}

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
        """Where any of the patterns stands. Few words of a page can be in one, and only those are looked at closely."""
        fitting = self._fitting(page) if isinstance(page, Analysed) else self._fitting_by_keys(page)
        return {(run, index) for slots, gap, index in self._patterns for run in _runs(slots, gap, fitting)}

    def _fitting(self, page: Analysed) -> dict[int, int]:
        """What the words fit, by position, of those that fit anything."""
        fits = self._fits.get(page.language)
        if fits is None:
            fits = self._fits[page.language] = _Fits(self._wanted, page.language)
        openings = self._wanted.openings
        begun = [(at, word) for at, word in enumerate(page.words) if OPENINGS.get(word[:2]) in openings]
        found = {at: fitting for at, word in begun if (fitting := fits[word])}
        for at, pieces in page.divided.items():
            fitting = found.get(at, 0) | self._wanted.by_division(page.words[at])
            for part in (page.text[start:end] for start, end in pieces):
                if OPENINGS.get(part[:2]) in openings:
                    fitting |= fits[part]
            if fitting:
                found[at] = fitting
        if self._wanted.wholes:
            for at, whole in page.wholes.items():
                if fitting := self._wanted.by_keys((WHOLE + whole,)):
                    found[at] = found.get(at, 0) | fitting
        return found

    def _fitting_by_keys(self, page: Sequence[PageToken]) -> dict[int, int]:
        fits = (self._wanted.by_keys(one.keys) for one in page)
        return {at: fitting for at, fitting in enumerate(fits) if fitting}


class _Wanted:
    """The keys that slots accept."""

    def __init__(self, bits: Mapping[Slot, int]) -> None:
        self._keys: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        for slot, bit in bits.items():
            by_key, keys = (self._prefixes, slot.prefixes) if slot.prefixes else (self._keys, slot.keys)
            for key in keys:
                by_key[key] = by_key.get(key, 0) | bit
        self._begun = tuple(self._prefixes)
        every = (*self._keys, *self._begun)
        self.wholes = any(key.startswith(WHOLE) for key in every)
        self._divided = any(key.startswith(DIVIDED) for key in every)
        self.openings = wanted_openings((_bare(key) for key in self._keys), (_bare(key) for key in self._begun))

    def by_keys(self, keys: Iterable[str]) -> int:
        """What a word with these keys fits."""
        fitting = 0
        for key in keys:
            fitting |= self._keys.get(key, 0)
            if self._begun and key.startswith(self._begun):
                for prefix, bits in self._prefixes.items():
                    if key.startswith(prefix):
                        fitting |= bits
        return fitting

    def by_division(self, word: str) -> int:
        """What a divided word fits for being divided."""
        return self.by_keys(divided_keys(word)) if self._divided else 0


class _Fits(dict[str, int]):
    """What each word of pages in a language fits, worked out when it is first asked for."""

    def __init__(self, wanted: _Wanted, language: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._language = language

    def __missing__(self, word: str) -> int:
        fitting = self[word] = self._wanted.by_keys(page_keys(word, self._language))
        return fitting


def find_runs(term: Term, page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION) -> tuple[Run, ...]:
    """Where a term stands in an analysed text, in order of the text."""
    found = {run for run, _ in Finder((term,), expansion).runs(page)}
    return tuple(sorted(found, key=lambda run: (run.first, run.last)))


def find_all(
    terms: Sequence[Term], page: Sequence[PageToken], expansion: Expansion = NO_EXPANSION
) -> tuple[tuple[Run, int], ...]:
    """Where any of the terms stands, each run with the index of its term; runs inside longer ones are left out."""
    return Finder(terms, expansion).find(page)


def _bare(key: str) -> str:
    return key.partition(":")[2]


def _runs(slots: Sequence[int], gap: int, fitting: Mapping[int, int]) -> Iterator[Run]:
    """From each position where the first slot stands, the nearest end of the pattern that can be reached."""
    first, *others = slots
    for start, fits in fitting.items():
        if not fits & first:
            continue
        reached = {start}
        for slot in others:
            reached = {at for last in reached for at in range(last + 1, last + gap + 2) if fitting.get(at, 0) & slot}
        if reached:
            yield Run(start, min(reached))
