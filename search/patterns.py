# SPDX-License-Identifier: EUPL-1.2
"""What a term of a query means, as runs of keys; back ends, marks and snippets all go by it.

A term has one or more **patterns**, any of which may hold; the first is the term as typed. A pattern is a run of
**slots** on consecutive positions of a text, or near each other where it has a gap. The others are

* the same with its hyphens at a line's end, since a word divided there is indexed whole;
* a labelled word with its label before it (`search.labels`), which ranks; a phrase with the other forms of its labels,
  and with and without ``nr.`` before a number;
* a date as others write it (`search.dates`), an act's number with its date, or its year, a few words on;
* other names by the query's expansion.

What one term can become is bounded: `MAX_PATTERNS`, `MAX_SLOTS` and `MAX_LESSER` are kept by leaving out the last ones
and those that count least, so that no query grows beyond what its length allows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import islice, product

from search.analysis import (
    SOFT_HYPHEN,
    STEMMERS,
    WHOLE,
    Token,
    divided_keys,
    exact_key,
    fold,
    prefix_keys,
    query_keys,
    soften_hyphens,
    tokenise,
)
from search.clauses import ActNumber, DateIs, Phrase, Place, Prefix, Term, Word
from search.dates import (
    day_keys,
    is_month_name,
    is_number,
    month_keys,
    new_style_day,
    year_keys,
)
from search.expansion import NO_EXPANSION, Expansion
from search.labels import NUMBER, Label, label_of

MAX_PATTERNS = 16
"""Patterns of one term."""
MAX_SLOTS = 64
"""Slots of one term's patterns beyond the first, together."""
MAX_LESSER = 96
"""Keys of one slot that come by expansion."""

_MAX_VARIANTS = 6
_MAX_VARIANTS_OF_OTHER = 2
_OTHER_FORM = 0.95
_OTHER_ORDER = 0.9
_OTHER_WORDS = 0.5  # words that were not typed score too, and what was typed is to come first
_WORDS_BETWEEN = 0.7
_ACT_YEAR_GAP = 5
"""``123 din data de 12.05.1987``; each engine asks once for each width of a gap, so that no other pattern has one."""
_YEAR_DIGITS = 4
# What may stand within a date, and between an act's number and its date.
_MONTH_WORDS = ("luna", "lunii", "lunei")
_YEAR_WORDS = ("anul", "an")
_HUNGARIAN_YEAR_WORDS = ("evi", "ev")
_HUNGARIAN_MONTH_WORDS = ("ho", "hava")
_FROM_WORDS = ("din", "data", "la", "ziua")
_OF_WORDS = ("de",)


@dataclass(frozen=True, slots=True)
class Slot:
    """One position: a token that has one of the keys, or a key with one of the beginnings.

    Of the keys, `lesser` came by expansion and count less than others, all alike (`search.ranking`); how likely each
    is, above 0 and under 1, says which are kept.
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
        if any(char.isdigit() for char in self.exact):  # a month's number stands beside its names
            return self.keys
        lesser = {key for key, _ in self.lesser}
        stemmed = any(key.partition(":")[0] in STEMMERS for key in self.keys - lesser)
        return self.keys - {self.exact} if stemmed else self.keys


@dataclass(frozen=True, slots=True)
class Pattern:
    """Slots in order, up to `gap` other words between neighbours; `whole` is the key of a compound such as ``567/2/1``,
    for ranking; `weight` is how much it counts (above 0, to 1).
    """

    slots: tuple[Slot, ...]
    whole: str | None = None
    gap: int = 0
    weight: float = 1.0


def patterns(term: Term, expansion: Expansion = NO_EXPANSION) -> tuple[Pattern, ...]:
    """The ways in which a term may stand in a text; at least one."""
    own = _own(term, expansion)
    others = (
        replace(pattern, weight=other.weight * pattern.weight)
        for other in sorted(expansion.terms.get(term, ()), key=lambda other: -other.weight)
        for pattern in islice(_phrase(other.text, NO_EXPANSION), _MAX_VARIANTS_OF_OTHER)
    )
    return tuple(_bounded((*own, *others)))


def _own(term: Term, expansion: Expansion) -> Iterator[Pattern]:
    match term:
        case Word() | Prefix():
            yield from _word(term, expansion)
        case Phrase() | Place():
            yield from _phrase(term.text, expansion)
        case DateIs():
            yield from _date(term, expansion)
        case ActNumber():
            yield from _act(term, expansion)


def _bounded(found: Sequence[Pattern]) -> Iterator[Pattern]:
    """The first ones, each once."""
    slots = 0
    for index, pattern in enumerate(dict.fromkeys(found)):
        slots += len(pattern.slots) if index else 0
        if index < MAX_PATTERNS and slots <= MAX_SLOTS:
            yield pattern


def _typed(text: str, expansion: Expansion, *, prefix: bool = False) -> Pattern:
    tokens = tokenise(text)
    last = len(tokens) - 1
    slots = tuple(_slot(token.text, expansion, prefix=prefix and index == last) for index, token in enumerate(tokens))
    return Pattern(slots, tokens[0].whole if len(tokens) > 1 and not prefix else None)


def _slot(word: str, expansion: Expansion, *, prefix: bool = False) -> Slot:
    divided = SOFT_HYPHEN in word
    if prefix:
        return Slot(frozenset(), divided_keys(word) if divided else prefix_keys(word), exact_key(word))
    keys = divided_keys(word) if divided else _keys(word)
    others = {} if divided else expansion.words.get(fold(word), {})
    lesser = {key: weight for key, weight in others.items() if key not in keys}
    kept = dict(nlargest(MAX_LESSER, lesser.items(), key=lambda pair: pair[1]))
    return Slot(keys.union(kept), frozenset(), exact_key(word), tuple(sorted(kept.items())))


def _keys(word: str) -> frozenset[str]:
    label = label_of(word)
    if label is None or label.of_numbers:
        return query_keys(word)
    return query_keys(word).union(map(exact_key, label.plain_words))


def _word(term: Word | Prefix, expansion: Expansion) -> Iterator[Pattern]:
    prefix = isinstance(term, Prefix)
    plain = term.text.replace(SOFT_HYPHEN, "")
    for text in dict.fromkeys((plain, soften_hyphens(plain))):
        yield _typed(text, expansion, prefix=prefix)
    label = None if prefix else label_of(plain)
    if label is not None and not label.of_numbers:
        yield from (Pattern(pair, weight=_OTHER_FORM) for pair in _pairs(label))
    if term.label:
        slots = _typed(plain, expansion, prefix=prefix).slots
        *_, last = term.label.split()
        label = label_of(last)
        if label is not None:
            for before in _forms(label, last):
                yield Pattern((*before, *slots))


def _forms(label: Label, typed: str) -> tuple[tuple[Slot, ...], ...]:
    """A label in all its forms: those of one word, then each of two."""
    exact = exact_key(typed)
    one = Slot(frozenset(exact_key(word) for word in label.words) | {exact}, frozenset(), exact)
    return ((one,), *_pairs(label))


def _pairs(label: Label) -> tuple[tuple[Slot, ...], ...]:
    return tuple(tuple(_alone(exact_key(part)) for part in pair) for pair in label.pairs)


def _alone(key: str) -> Slot:
    return Slot(frozenset({key}), frozenset(), key)


def _phrase(text: str, expansion: Expansion) -> Iterator[Pattern]:
    plain = text.replace(SOFT_HYPHEN, "")
    typed = _typed(plain, expansion)
    yield typed
    soft = soften_hyphens(plain)
    if soft != plain:
        yield _typed(soft, expansion)
    for slots in islice(product(*_alternatives(plain, tokenise(plain), typed.slots)), _MAX_VARIANTS):
        joined = tuple(slot for some in slots for slot in some)
        if joined and joined != typed.slots:
            yield Pattern(joined, weight=_OTHER_WORDS)


def _alternatives(text: str, tokens: Sequence[Token], slots: Sequence[Slot]) -> Iterator[tuple[tuple[Slot, ...], ...]]:
    """For each word, or two that are a label, what may stand there."""
    index = 0
    while index < len(tokens):
        length, label = _label_at(text, tokens, index)
        following = tokens[index + length].text if index + length < len(tokens) else ""
        typed = text[tokens[index].start : tokens[index + length - 1].end]
        if label is not None and label.of_numbers and is_number(fold(following)):
            yield (*_forms(label, typed), ())
        elif label is not None and not label.of_numbers and following:
            yield _forms(label, typed)
        else:
            length = 1
            own = (slots[index],)
            yield (own, (*_forms(NUMBER, "nr")[0], *own)) if _may_be_labelled(tokens, index) else (own,)
        index += length


def _label_at(text: str, tokens: Sequence[Token], index: int) -> tuple[int, Label | None]:
    if index + 1 < len(tokens) and text[tokens[index].end : tokens[index + 1].start] == "-":
        label = label_of(text[tokens[index].start : tokens[index + 1].end])
        if label is not None:
            return 2, label
    return 1, label_of(tokens[index].text)


def _may_be_labelled(tokens: Sequence[Token], index: int) -> bool:
    """A number after a word, such as ``Legea 16``; not after a label, a month or another number."""
    before = fold(tokens[index - 1].text) if index else ""
    return (
        is_number(fold(tokens[index].text))
        and before.isalpha()
        and not (is_month_name(before) or before in _BEFORE_DATES)
        and ((label := label_of(before)) is None or not label.of_numbers)
    )


_BEFORE_DATES = frozenset({"din", "anul", "an", "de", "la", "in", "anii"})


def _date(date: DateIs, expansion: Expansion) -> Iterator[Pattern]:
    yield _typed(date.text, expansion)
    yield from _days(date, expansion)


def _days(date: DateIs, expansion: Expansion) -> Iterator[Pattern]:
    """The ways to write a day, with the words that may stand within it."""
    typed = [token.text for token in tokenise(date.text)[:3]]
    if len(fold(typed[0])) == _YEAR_DIGITS:
        typed.reverse()
    misread = _slot(typed[1], expansion).lesser
    day = Slot(day_keys(date.day), frozenset(), exact_key(typed[0]))
    month = Slot(month_keys(date.month).union(key for key, _ in misread), frozenset(), exact_key(typed[1]), misread)
    year = Slot(year_keys(date.year), frozenset(), exact_key(typed[2]))
    full = replace(year, keys=year_keys(date.year, short=False))
    yield Pattern((day, month, year), weight=_OTHER_FORM)
    yield Pattern((day, month, _either(_YEAR_WORDS), full), weight=_OTHER_WORDS)
    yield Pattern((day, _either(_MONTH_WORDS), month, year), weight=_OTHER_WORDS)
    yield Pattern((day, _either(_MONTH_WORDS), month, _either(_YEAR_WORDS), full), weight=_OTHER_WORDS)
    later = new_style_day(date.day, date.month, date.year)
    if later is not None:
        yield Pattern((day, replace(day, keys=day_keys(later)), month, year), weight=_OTHER_ORDER)
    yield Pattern((full, month, day), weight=_OTHER_ORDER)
    yield Pattern((full, month, _either(_HUNGARIAN_MONTH_WORDS), day), weight=_OTHER_WORDS)
    yield Pattern(
        (full, _either(_HUNGARIAN_YEAR_WORDS), month, _either(_HUNGARIAN_MONTH_WORDS), day), weight=_OTHER_WORDS
    )


def _act(act: ActNumber, expansion: Expansion) -> Iterator[Pattern]:
    yield _typed(act.text, expansion)
    numbers = _numbers(act.number)
    if act.date is None:
        yield from _of_year(numbers, act)
        return
    since, of = _either(_FROM_WORDS), _either(_OF_WORDS)
    day, with_year_word, *_ = _days(act.date, expansion)
    for number in numbers:
        yield replace(day, slots=(*number, *day.slots))
    for between in ((since,), (since, of), (since, since, of)):
        for number in numbers:
            yield replace(day, slots=(*number, *between, *day.slots), weight=_WORDS_BETWEEN)
    for between in ((since,), (since, since, of)):
        for number in numbers:
            yield replace(with_year_word, slots=(*number, *between, *with_year_word.slots))


def _of_year(numbers: Sequence[tuple[Slot, ...]], act: ActNumber) -> Iterator[Pattern]:
    year = Slot(year_keys(act.year), frozenset(), exact_key(tokenise(act.text)[-1].text))
    full = replace(year, keys=year_keys(act.year, short=False))
    for number in numbers:
        yield Pattern((*number, year), weight=_OTHER_FORM)
    for number in numbers[1:]:
        yield Pattern((*number, _ANY_DAY, _ANY_MONTH, full), weight=_WORDS_BETWEEN)
    # Of a lone 1.204 the whole stands with its first part: so one slot is enough, as a gap asks for.
    (first,), *_ = numbers
    keys = first.keys | {WHOLE + _grouped(act.number)}
    yield Pattern((replace(first, keys=keys), full), weight=_WORDS_BETWEEN, gap=_ACT_YEAR_GAP)


_ANY_DAY = Slot(frozenset[str]().union(*map(day_keys, range(1, 32))), frozenset(), exact_key(""))
_ANY_MONTH = Slot(frozenset[str]().union(*map(month_keys, range(1, 13))), frozenset(), exact_key(""))


def _numbers(number: str) -> tuple[tuple[Slot, ...], ...]:
    """A number as one word, and with its thousands apart (``1.204``)."""
    as_one = (Slot(query_keys(number), frozenset(), exact_key(number)),)
    groups = _grouped(number).split(".")
    return (as_one, tuple(_alone(exact_key(group)) for group in groups)) if len(groups) > 1 else (as_one,)


def _grouped(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def _either(words: Sequence[str]) -> Slot:
    return Slot(frozenset(map(exact_key, words)), frozenset(), exact_key(words[0]))
