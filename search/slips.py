# SPDX-License-Identifier: EUPL-1.2
"""What a query is taken to mean beside what it says, by the words that the index has and the places that are known.

A word that the index has is also looked for as it may have been misread: under words that look like it and are rare
beside it, since a word that many pages have is one of its own. For a word that the index does not have, or hardly, a
frequent word near it is what the searcher probably meant: that one is looked for too, and may be offered as a
correction. Words with a digit in them are never changed. All of it comes from the access classes asked for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log10

from schemas.unit import AccessClass
from search.analysis import DEFAULT_LANGUAGE, FOLD, Token, fold, page_keys, query_keys, tokenise
from search.expansion import Alternative, Expansion
from search.forms import MIN_STEM, STEM, forms_of, stem_of
from search.misreading import (
    LIKELY_COST,
    MIN_LETTERS,
    MIN_LETTERS_TWICE,
    is_plain,
    misread_cost,
    misread_once,
    misreadings,
    mistyped_cost,
    neighbours,
)
from search.places import Places
from search.query import Item, Phrase, Place, Prefix, Query, Term, Word
from search.vocabulary import Vocabulary

MAX_WORDS = 256
"""That a query may be expanded by; its words share them."""
MAX_WORDS_A_WORD = 96
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
MAX_SELDOM = 4
"""Words of one query that are looked for more thoroughly because they are seldom."""
SELDOM = 50
"""Words on so few pages are looked for under any one changed letter, not under likely slips alone."""

MAX_STEMS = 12
"""Misread stems of one word whose forms are looked for."""
MAX_MEANT = 8
"""Words that a word may have been meant for."""
_FREQUENCY = 0.3
_CLOSE = 0.5
"""A word on ten times the pages may be so much farther from what was typed; how much worse than the best is kept."""
_FORM_COST = 0.1
"""Of being another form of what looks alike."""
_ROUNDING = 1e-9
_MAX_COST = 2 * LIKELY_COST + _FORM_COST
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
    pages = vocabulary.pages(keys, classes) if (keys := _keys(plain, joins)) else {}
    joins = {run: joined for run, joined in joins.items() if FOLD + joined in pages}
    parted = {fold(word.text) for run in joins for word in run if any(not _own(fold(one.text), pages) for one in run)}
    found, meant = _others([word for word in plain if word not in parted], pages, classes, vocabulary)
    terms = _names(query, places)
    for run, joined in joins.items():
        for word in run:
            terms[word] = (*terms.get(word, ()), Alternative(joined, _JOINED_WEIGHT))
    for term, split in _splits(query, pages, meant.keys() | parted, classes, vocabulary).items():
        terms[term] = (*terms.get(term, ()), split)
    corrected = _correct(query, meant, {run: joined for run, joined in joins.items() if fold(run[0].text) in parted})
    return Meaning(Expansion(found, terms), None if corrected == query else corrected)


def _keys(plain: Sequence[str], joins: Mapping[tuple[Word, Word], str]) -> set[str]:
    """What the index is asked about at once: the words, what they may have been misread as, their misread stems."""
    parts = {fold(word.text) for run in joins for word in run}
    keys = {key for word in {*plain, *parts} for key in query_keys(word)}
    keys.update(FOLD + joined for joined in joins.values())
    for word in plain:
        near = {FOLD + other for other in misreadings(word)}
        if (stem := stem_of(word)) is not None:
            near.update(STEM + other for other in misread_once(stem))
        if len(keys) + len(near) <= MAX_KEYS:
            keys |= near
    return keys


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


@dataclass(slots=True, eq=False)
class _Near:
    """A word, on how many pages it is in any form, and words near it: on how many, and how unlikely a slip."""

    word: str
    own: int
    pages: dict[str, int]
    misread: dict[str, float]
    mistyped: dict[str, float]
    stems: dict[str, float]
    """Keys of stems near its own, and how unlikely."""

    @property
    def known(self) -> bool:
        """Whether the word is taken to be meant as it is typed."""
        return self.own > HARDLY

    @property
    def rare(self) -> int:
        """On how many pages a misreading of it may be."""
        return max(self.own // RARE_BESIDE, FEW_PAGES)

    def may_be(self, count: int) -> bool:
        """Whether what is on so many pages may stand for the word."""
        return count > 0 and (count <= self.rare or not self.known)

    def add(self, other: str, count: int, misread: float, mistyped: float) -> None:
        """Another form of a word near it."""
        if other != self.word and self.may_be(count):
            self.pages[other] = count
            self.misread[other] = min(misread, self.misread.get(other, misread))
            self.mistyped[other] = min(mistyped, self.mistyped.get(other, mistyped))

    def add_word(self, other: str, count: int) -> None:
        """A word near it."""
        if not self.may_be(count):
            return
        misread = misread_cost(self.word, other)
        mistyped = misread if self.known else min(mistyped_cost(self.word, other), 2 * misread)
        self.add(other, count, misread, mistyped)

    def likeliest(self, pairs: Iterable[tuple[str, str]], counted: Mapping[str, int]) -> list[tuple[str, str]]:
        """Of pairs of what is compared and a stem near it, those of stems that may stand for the word, best first."""
        there = [pair for pair in pairs if len(pair[1]) >= MIN_STEM and STEM + pair[1] in counted]
        likely = [pair for pair in there if self.may_be(counted[STEM + pair[1]])]
        likely.sort(key=lambda pair: (misread_cost(*pair), -counted[STEM + pair[1]], pair))
        return likely[:MAX_STEMS]

    def add_stems(self, pairs: Iterable[tuple[str, str]], counted: Mapping[str, int]) -> None:
        """Rare stems near its own."""
        for own, other in self.likeliest(pairs, counted):
            if counted[STEM + other] <= self.rare:
                self.stems[STEM + other] = misread_cost(own, other) + _FORM_COST


def _others(
    plain: Sequence[str], pages: Mapping[str, int], classes: Collection[AccessClass], vocabulary: Vocabulary
) -> tuple[dict[str, Mapping[str, float]], dict[str, str]]:
    """By word: the keys that it may stand under with their weights, best first; and what was probably meant."""
    near = [_Near(word, _own(word, pages), {}, {}, {}, {}) for word in plain]
    seldom = [one for one in near if one.own <= SELDOM][:MAX_SELDOM]
    asked: set[str] = set()
    for one in seldom:
        tags = (FOLD,) if one.known else (FOLD, STEM)
        around = {tag + other for other in neighbours(one.word) for tag in tags}
        if len(asked) + len(around) <= MAX_KEYS:
            asked |= around
    counted = {**pages, **(vocabulary.pages(asked, classes) if asked else {})}
    forms: list[tuple[_Near, str, str]] = []
    for one in near:
        others = (*misreadings(one.word), *(neighbours(one.word) if one in seldom else ()))
        for other in others:
            if FOLD + other in counted:
                one.add_word(other, counted[FOLD + other])
        stem = stem_of(one.word)
        misread = [(stem, other) for other in misread_once(stem)] if stem is not None else []
        one.add_stems(misread, counted)
        if not one.known:
            near_stems = misread + [(one.word, other) for other in dict.fromkeys(others)]
            forms += [(one, *pair) for pair in one.likeliest(near_stems, counted)]
    _add_forms(forms, classes, vocabulary)
    room = min(MAX_WORDS_A_WORD, MAX_WORDS // max(1, len(plain)))
    found: dict[str, Mapping[str, float]] = {}
    meant: dict[str, str] = {}
    for one in near:
        likeliest = [] if one.known else _meant(one)
        if not (likeliest or one.known) and one in seldom and len(one.word) >= MIN_LETTERS_TWICE:
            for other, count in vocabulary.frequent_near(one.word, classes).items():
                one.add_word(other, count)
            likeliest = _meant(one)
        first = {FOLD + other: 0.5 if one.own else 0.75 for other in likeliest}
        stands_for = first | _misread(one) | first
        if stands_for:
            found[one.word] = dict(list(stands_for.items())[:room])
        if likeliest:
            meant[one.word] = likeliest[0]
    return found, meant


def _add_forms(
    stems: Sequence[tuple[_Near, str, str]], classes: Collection[AccessClass], vocabulary: Vocabulary
) -> None:
    """The words that the index has of stems near a word's own: (word, what it is compared by, stem)."""
    asked = {FOLD + form for _, _, stem in stems for form in forms_of(stem)}
    counted = vocabulary.pages(asked, classes) if asked else {}
    for one, own, stem in stems:
        misread, mistyped = misread_cost(own, stem), mistyped_cost(own, stem)
        for form in forms_of(stem):
            one.add(form, counted.get(FOLD + form, 0), misread + _FORM_COST, mistyped + _FORM_COST)


def _misread(one: _Near) -> dict[str, float]:
    """Keys of what looks like the word and is rare, the likeliest first; of a stem's forms the stem alone."""
    limit = _MAX_COST_SELDOM if one.own <= SELDOM and len(one.word) > MIN_LETTERS else _MAX_COST
    known = query_keys(one.word) | one.stems.keys()
    kept = [
        (cost, -one.pages[other], FOLD + other)
        for other, cost in one.misread.items()
        if one.pages[other] <= one.rare
        and cost <= limit + _ROUNDING
        and known.isdisjoint(page_keys(other, DEFAULT_LANGUAGE))
    ]
    kept += [(cost, 0, stem) for stem, cost in one.stems.items() if cost <= limit + _ROUNDING]
    return {key: 0.75 if cost <= LIKELY_COST + _FORM_COST else 0.5 for cost, _, key in sorted(kept)}


def _meant(one: _Near) -> list[str]:
    """What a searcher may have meant who typed the word, the likeliest first: near it, and on many pages."""
    ranks = {
        other: cost - _FREQUENCY * log10(one.pages[other])
        for other, cost in one.mistyped.items()
        if one.pages[other] >= FREQUENT_BESIDE * one.own and is_plain(other)
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
    return replace(term, text=text)


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
