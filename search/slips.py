# SPDX-License-Identifier: EUPL-1.2
"""What a query is taken to mean beside what it says, by the words that the index has and the places that are known.

A word that the index has is also looked for as it may have been misread: under words that look like it and are rare
beside it, since a word that many pages have is one of its own. For a word that the index does not have, or hardly, a
frequent word near it is what the searcher probably meant: that one is looked for too, and may be offered as a
correction. Words with a digit in them are never changed. All of it comes from the access classes asked for.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import log10

from schemas.unit import AccessClass
from search.analysis import FOLD, Token, fold, query_keys, tokenise
from search.expansion import Alternative, Expansion
from search.misreading import (
    LIKELY_COST,
    MIN_LETTERS_TWICE,
    is_plain,
    misread_cost,
    misreadings,
    mistyped_cost,
    neighbours,
)
from search.places import Places
from search.query import Item, Phrase, Place, Prefix, Query, Term, Word
from search.vocabulary import Vocabulary

MAX_WORDS = 64
"""That a query may be expanded by; its words share them."""
MAX_WORDS_A_WORD = 24
"""The likeliest: a frequent word has been misread in more ways than can be looked for."""

RARE_BESIDE = 10
"""A misreading is on so many times fewer pages than the word."""
FEW_PAGES = 2
"""In a small archive a word is on few pages itself: a misreading may then be on as many."""
HARDLY = 3
"""A word on no more pages than this may itself be a misreading, or a slip of the searcher."""
FREQUENT_BESIDE = 20
"""What the searcher probably meant is on so many times more pages than what was typed."""
MAX_KEYS = 6_000
"""That the index is asked about for one query at once; words beyond are taken as they are typed."""
MAX_SELDOM = 6
"""Words of one query that are looked for more thoroughly because they are seldom."""
SELDOM = 50
"""Words on so few pages are looked for under any one changed letter, not under likely slips alone."""

MAX_MEANT = 8
"""Words that a word may have been meant for."""
_FREQUENCY = 0.3
_CLOSE = 0.5
"""A word on ten times the pages may be so much farther from what was typed; how much worse than the best is kept."""
_MAX_COST = 2 * LIKELY_COST
_MAX_COST_SELDOM = 1.0
_NAME_WEIGHT = 0.75
_JOINED_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a query is taken to mean; `corrected` is it with the words that the searcher probably meant."""

    expansion: Expansion
    corrected: Query | None = None


def expand(query: Query, classes: Collection[AccessClass], vocabulary: Vocabulary, places: Places) -> Meaning:
    """Work out a query's meaning. Raises what the vocabulary does."""
    words = dict.fromkeys(fold(token.text) for term in _texts(query) for token in _whole_words(term))
    plain = [word for word in words if is_plain(word)]
    joins = _joins(query)
    parts = {fold(word.text) for run in joins for word in run}
    asked = {key for word in {*plain, *parts} for key in query_keys(word)}
    asked.update(FOLD + joined for joined in joins.values())
    for word in plain:
        found_near = misreadings(word)
        if len(asked) + len(found_near) <= MAX_KEYS:
            asked.update(FOLD + other for other in found_near)
    pages = vocabulary.pages(asked, classes) if asked else {}
    joins = {run: joined for run, joined in joins.items() if FOLD + joined in pages}
    parted = {fold(word.text) for run in joins for word in run if any(not _own(fold(one.text), pages) for one in run)}
    room = min(MAX_WORDS_A_WORD, MAX_WORDS // max(1, len(plain)))
    found: dict[str, Mapping[str, float]] = {}
    meant: dict[str, str] = {}
    seldom = [word for word in plain if word not in parted and _own(word, pages) <= SELDOM][:MAX_SELDOM]
    for word in plain:
        if word in parted:
            continue
        others, correction = _others(word, pages, classes, vocabulary if word in seldom else None)
        if others:
            found[word] = dict(list(others.items())[:room])
        if correction is not None:
            meant[word] = correction
    terms = _names(query, places)
    for run, joined in joins.items():
        for term in run:
            terms[term] = (*terms.get(term, ()), Alternative(joined, _JOINED_WEIGHT))
    for term, split in _splits(query, pages, meant.keys() | parted, classes, vocabulary).items():
        terms[term] = (*terms.get(term, ()), split)
    corrected = _correct(query, meant, {run: joined for run, joined in joins.items() if fold(run[0].text) in parted})
    return Meaning(Expansion(found, terms), None if corrected == query else corrected)


def _own(word: str, pages: Mapping[str, int]) -> int:
    """On how many pages a word is, in any of its forms."""
    return max((pages.get(key, 0) for key in query_keys(word)), default=0)


def _texts(query: Query) -> list[Word | Phrase | Prefix | Place]:
    """The terms that are text; numbers and dates say what they mean."""
    return [term for term in query.terms if isinstance(term, Word | Phrase | Prefix | Place)]


def _whole_words(term: Term) -> tuple[Token, ...]:
    """The words of a term that are typed whole: the last one of a prefix is not."""
    tokens = tokenise(term.text)
    return tokens[:-1] if isinstance(term, Prefix) else tokens


# --- slips


def _others(
    word: str, pages: Mapping[str, int], classes: Collection[AccessClass], vocabulary: Vocabulary | None
) -> tuple[dict[str, float], str | None]:
    """Words that `word` may stand for with their weights, best first, and what the searcher probably meant.

    Of a seldom word more is asked of the `vocabulary`.
    """
    own = _own(word, pages)
    likely = {other: count for other in misreadings(word) if (count := pages.get(FOLD + other))}
    if vocabulary is not None:
        near = vocabulary.pages([FOLD + other for other in neighbours(word)], classes)
        likely |= {key.removeprefix(FOLD): count for key, count in near.items()}
        likely.pop(word, None)
    if own > HARDLY:
        return _misread(word, own, likely), None
    meant = _meant(word, own, likely)
    if not meant and vocabulary is not None and len(word) >= MIN_LETTERS_TWICE:
        meant = _meant(word, own, vocabulary.frequent_near(word, classes))
    others = dict.fromkeys(meant, 0.5 if own else 0.75)
    return others | _misread(word, own, likely) | others, meant[0] if meant else None


def _misread(word: str, own: int, near: Mapping[str, int]) -> dict[str, float]:
    """Rare words that look like `word`, the likeliest first."""
    most = max(own // RARE_BESIDE, FEW_PAGES)
    limit = _MAX_COST_SELDOM if own <= SELDOM and len(word) > 4 else _MAX_COST
    costs = {other: misread_cost(word, other) for other, count in near.items() if count <= most}
    kept = sorted((cost, -near[other], other) for other, cost in costs.items() if cost <= limit + 1e-9)
    own_forms = query_keys(word)
    return {
        other: 0.75 if cost <= LIKELY_COST else 0.5
        for cost, _, other in kept[:MAX_WORDS_A_WORD]
        if FOLD + other not in own_forms
    }


def _meant(word: str, own: int, near: Mapping[str, int]) -> list[str]:
    """What a searcher may have meant who typed `word`, the likeliest first: near it, and on many pages."""
    ranks = {
        other: min(mistyped_cost(word, other), 2 * misread_cost(word, other)) - _FREQUENCY * log10(count)
        for other, count in near.items()
        if count >= FREQUENT_BESIDE * own and is_plain(other)
    }
    best = min(ranks.values(), default=0.0)
    close = [other for other, rank in ranks.items() if rank <= best + _CLOSE]
    close.sort(key=lambda other: (ranks[other], other))
    return close[:MAX_MEANT]


def _correct(query: Query, meant: Mapping[str, str], joined: Mapping[tuple[Word, Word], str]) -> Query:
    """The query with the words that were probably meant."""
    items: list[Item] = []
    for item in query.items:
        clause = item.clause
        if item.negated or not isinstance(clause, Word | Phrase | Prefix | Place):
            items.append(item)
        elif items and (whole := joined.get((items[-1].clause, clause))) is not None:  # type: ignore[arg-type]
            items[-1] = Item(Word(whole))
        else:
            items.append(Item(_corrected(clause, meant)))
    return Query(tuple(items))


def _corrected(term: Word | Phrase | Prefix | Place, meant: Mapping[str, str]) -> Term:
    text = term.text
    for token in reversed(_whole_words(term)):
        if (word := meant.get(fold(token.text))) is not None:
            text = text[: token.start] + word + text[token.end :]
    return type(term)(text)


# --- other names, words joined and parted


def _names(query: Query, places: Places) -> dict[Term, tuple[Alternative, ...]]:
    """The terms that are names of places, with the places' other names.

    A name of several words typed without quotes is several terms: each of them may be the other name instead.
    """
    found: dict[Term, dict[str, None]] = {}
    for term in query.terms:
        if isinstance(term, Word | Phrase | Place):
            found.setdefault(term, {}).update(dict.fromkeys(places.others(term.text)))
    for run in _word_runs(query):
        others = places.others(" ".join(word.text for word in run))
        for word in run if others else ():
            found.setdefault(word, {}).update(dict.fromkeys(others))
    return {term: tuple(Alternative(name, _NAME_WEIGHT) for name in names) for term, names in found.items() if names}


def _word_runs(query: Query) -> Iterator[tuple[Word, ...]]:
    """Words of the query that follow one another, two to four at a time."""
    words = [item.clause if isinstance(item.clause, Word) and not item.negated else None for item in query.items]
    for length in (2, 3, 4):
        for first in range(len(words) - length + 1):
            run = tuple(word for word in words[first : first + length] if word is not None)
            if len(run) == length:
                yield run


def _joins(query: Query) -> dict[tuple[Word, Word], str]:
    """Neighbouring words of letters as one word: who typed ``autoriza tie`` may have meant it, or a page have it."""
    found: dict[tuple[Word, Word], str] = {}
    for run in _word_runs(query):
        if len(run) == 2 and all(len(tokenise(word.text)) == 1 and fold(word.text).isalpha() for word in run):
            joined = "".join(fold(word.text) for word in run)
            if is_plain(joined):
                found[run[0], run[1]] = joined
    return found


def _splits(
    query: Query,
    pages: Mapping[str, int],
    told: Collection[str],
    classes: Collection[AccessClass],
    vocabulary: Vocabulary,
) -> dict[Term, Alternative]:
    """Words that the index does not have, as two that it has: ``deconstruire`` as ``de construire``."""
    unknown = {
        term: fold(term.text)
        for term in query.terms
        if isinstance(term, Word) and is_plain(fold(term.text)) and len(tokenise(term.text)) == 1
    }
    unknown = {term: word for term, word in unknown.items() if word not in told and not _own(word, pages)}
    parts = {word: [(word[:at], word[at:]) for at in range(2, len(word) - 1)] for word in unknown.values()}
    asked = {FOLD + part for pairs in parts.values() for pair in pairs for part in pair}
    counted = vocabulary.pages(asked, classes) if asked else {}
    found: dict[Term, Alternative] = {}
    for term, word in unknown.items():
        best = max(parts[word], key=lambda pair: min(counted.get(FOLD + part, 0) for part in pair), default=None)
        if best is not None and all(counted.get(FOLD + part, 0) > FEW_PAGES for part in best):
            found[term] = Alternative(" ".join(best), _JOINED_WEIGHT)
    return found
