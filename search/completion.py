# SPDX-License-Identifier: EUPL-1.2
"""How what a person began to type may go on: reference codes, titles, streets, names and words that pages have."""

from collections.abc import Collection, Iterator
from itertools import chain, zip_longest

from schemas.search import Suggestion, SuggestionKind
from schemas.unit import AccessClass
from search.analysis import fold
from search.offers import SHOWN, STREET_WORDS, TAGS, typed
from search.vocabulary import Vocabulary

MIN_BEGUN = 2
"""Letters and digits, before anything is suggested."""
MAX_SUGGESTIONS = 50
_KINDS = (
    SuggestionKind.CODE,
    SuggestionKind.STREET,
    SuggestionKind.NAME,
    SuggestionKind.TITLE,
    SuggestionKind.WORD,
)
"""Of each in turn one, so that the many words do not crowd out the few streets."""


def complete(
    begun: str, classes: Collection[AccessClass], vocabulary: Vocabulary, limit: int
) -> tuple[Suggestion, ...]:
    """At most `limit` suggestions for all of what was begun, of each kind those that most pages have first.

    Diacritics, capitals and signs do not matter. After ``str.`` and the like there are streets alone; words complete
    what has no second word. Raises ValueError where `limit` is not 1 to `MAX_SUGGESTIONS`, and what the vocabulary
    does.
    """
    if not 1 <= limit <= MAX_SUGGESTIONS:
        raise ValueError(f"limit {limit} is not 1 to {MAX_SUGGESTIONS}")
    beginning = typed(begun)
    if len(beginning.replace(" ", "")) < MIN_BEGUN:
        return ()
    first, _, rest = beginning.partition(" ")
    if first in STREET_WORDS and len(rest) >= MIN_BEGUN:
        return tuple(_offered(SuggestionKind.STREET, rest, classes, vocabulary, limit))
    found = [list(_of_kind(kind, beginning, classes, vocabulary, limit)) for kind in _KINDS]
    turns = chain.from_iterable(zip_longest(*found))
    return tuple(one for one in turns if one is not None)[:limit]


def _of_kind(
    kind: SuggestionKind, beginning: str, classes: Collection[AccessClass], vocabulary: Vocabulary, limit: int
) -> Iterator[Suggestion]:
    if kind is not SuggestionKind.WORD:
        yield from _offered(kind, beginning, classes, vocabulary, limit)
    elif beginning.isalpha():
        for word, pages in vocabulary.beginning(beginning, classes, limit).items():
            yield Suggestion(text=word, kind=kind, pages=pages)


def _offered(
    kind: SuggestionKind, beginning: str, classes: Collection[AccessClass], vocabulary: Vocabulary, limit: int
) -> Iterator[Suggestion]:
    """Offers of one kind. What differs in spelling alone is one, as most pages write it."""
    spellings: dict[str, dict[str, int]] = {}
    for offer, pages in vocabulary.offers(TAGS[kind] + beginning, classes, 2 * limit).items():
        key, _, shown = offer.partition(SHOWN)
        of_key = spellings.setdefault(key, {})
        of_key[shown] = of_key.get(shown, 0) + pages
    seen: set[str] = set()
    for written in sorted(spellings.values(), key=lambda one: (-sum(one.values()), min(one))):
        shown = min(written, key=lambda one: (-written[one], one))
        if fold(shown) not in seen:  # by a later word of the same name
            seen.add(fold(shown))
            yield Suggestion(text=shown, kind=kind, pages=sum(written.values()))
