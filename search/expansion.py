# SPDX-License-Identifier: EUPL-1.2
"""What a query is taken to mean beside what it says: words as they may have been misread, and a place's other names.

An expansion is worked out once for a query, from the vocabulary of the access classes that the reader may see and from
the archive's own tables; engines, marks and snippets all go by it, so that what is found is also marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from search.clauses import Term


@dataclass(frozen=True, slots=True)
class Alternative:
    """Other words that may stand where a term is looked for: a phrase, and how much it counts (above 0, to 1)."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Expansion:
    """By word: other keys that it is looked for under, with how much each counts. By term: other names for all of it.

    `words` is asked by `search.analysis.fold` of a single word of a query, in a phrase or not, and never has one with a
    digit in it. Its keys are folded words and Romanian stems (`search.analysis`); weights are above 0 and under 1.
    """

    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    terms: Mapping[Term, tuple[Alternative, ...]] = field(default_factory=dict)


NO_EXPANSION = Expansion()
