# SPDX-License-Identifier: EUPL-1.2
"""What counts how much in a hit's score, whichever engine works it out.

A page is chosen by the field `body`, which has all its words: the text's, then the title's, then the reference code's,
so far apart that no phrase runs from one into another. Title and code have fields of their own too, which only add.
A word scores by BM25 over all keys that it may be found by, as if they were one word: a slip or a rare form is not
worth more for being rare.
"""

from collections.abc import Mapping

from search.matching import Pattern, Slot

FIELD_GAP = 100
"""Positions between the parts of `body`; no pattern has such a gap."""

EXACT_BOOST = 1.5
"""A word as it was typed, over its other spellings and forms."""
LESSER_BOOST = 0.5
"""A key that came by expansion, beside the word's own; one for all of them, since each level is scored by itself."""
EXACT_PHRASE_BOOST = 1.0
WHOLE_BOOST = 1.0
"""A compound such as ``567/2/1`` written as one."""
NEAR_BOOST = 0.5
NEAR_SLOP = 8
"""The query's words close together, in its order."""
TITLE_BOOST = 0.5
"""A word of the query in the unit's title."""
CODE_BOOST = 1.0
"""A number of the query, or a run with one, in the unit's reference code."""

_TITLE_VIEWS = ("f:", "ron:")


def key_weights(slot: Slot) -> dict[str, float]:
    """How much each of a slot's keys counts: above 0, to `EXACT_BOOST`."""
    weights = dict.fromkeys(slot.keys, 1.0)
    for key, _ in slot.lesser:
        weights[key] = LESSER_BOOST
    if slot.exact in weights:
        weights[slot.exact] = EXACT_BOOST
    return weights


def levels(weights: Mapping[str, float]) -> list[tuple[float, list[str]]]:
    """The same as sums: what each growing set of keys adds; the last set has all of them."""
    steps = sorted(set(weights.values()), reverse=True)
    return [
        (step - lower, sorted(key for key, weight in weights.items() if weight >= step))
        for step, lower in zip(steps, [*steps[1:], 0.0], strict=True)
    ]


def title_keys(slot: Slot) -> list[str]:
    """The keys by which a word scores in a title: as written and Romanian."""
    lesser = {key for key, _ in slot.lesser}
    return sorted(key for key in slot.keys if key.startswith(_TITLE_VIEWS) and key not in lesser)


def code_keys(pattern: Pattern) -> list[str]:
    """The run of keys by which a pattern scores in a reference code; none where it has no number in it."""
    if any(slot.prefixes for slot in pattern.slots):
        return []
    keys = [slot.exact for slot in pattern.slots]
    return keys if any(char.isdigit() for key in keys for char in key) else []
