# SPDX-License-Identifier: EUPL-1.2
"""The port to the words that an index has. Its contract suite is `tests/contract/test_vocabulary.py`.

All of it is told of the access classes asked for alone: what a reader may not see has no words for that reader.
Calls raise `schemas.errors.IndexUnavailable` where the index cannot be reached. An access class that never had a page
has no words, which is no error.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from schemas.unit import AccessClass

MIN_BEGINNING = 3
"""Of how many letters or digits the beginning of a word must be, so that it is worth going on with."""


class Vocabulary(Protocol):
    """Words are folded (`search.analysis.fold`), keys are those of `search.analysis` and `search.offers`."""

    def pages(self, keys: Collection[str], classes: Collection[AccessClass]) -> Mapping[str, int]:
        """How many pages have each of the keys among their words; those that none has are left out.

        Cheap enough to be asked about thousands. Pages that were just taken out may be counted for a while: good for
        guessing what a word may be, not for telling anybody.
        """
        ...

    def frequent_near(self, word: str, classes: Collection[AccessClass]) -> Mapping[str, int]:
        """Words with letters that are at most two changes from `word` and begin as it does, and how many pages.

        The first two letters are the same at least; the most frequent words are told, not all. Counted as in `pages`.
        """
        ...

    def beginning(self, word: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """Words that begin so, the ones that most pages have, and how many pages really have them now.

        Nothing for less than `MIN_BEGINNING` letters. Words with letters alone.
        """
        ...

    def offers(self, beginning: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """Offers (`search.offers`) that begin so, the ones that most pages have, and how many really have them now."""
        ...
