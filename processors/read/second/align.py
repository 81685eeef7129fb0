# SPDX-License-Identifier: EUPL-1.2
"""Two readings of one line, letter against letter."""

import unicodedata

_ALIKE = (frozenset("oO0"), frozenset("lI1|i"), frozenset("sS5"), frozenset("zZ2"), frozenset("B8"), frozenset(",.;"))
_TWINS = {one: letters for letters in _ALIKE for one in letters}


def base_letters(text: str) -> str:
    """`text` without diacritics, a character for each one (NFC)."""
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)


def pair_letters(one: str, other: str) -> list[int | None]:
    """For each character of `one`, the index of its partner in `other`, or None; partners keep their order.

    The pairing has the least edit distance (Wagner and Fischer, JACM 21, 1974). It costs nothing where characters
    differ in diacritics alone, and half where in case or look-alikes; partners are no others than these.
    """
    ours, theirs = base_letters(one), base_letters(other)
    width = len(theirs) + 1
    costs = [list(range(0, 2 * width, 2))]  # in halves
    for row, letter in enumerate(ours, start=1):
        above, current = costs[-1], [2 * row] + [0] * (width - 1)
        for column, partner in enumerate(theirs, start=1):
            best = above[column - 1] + _difference(letter, partner)
            best = min(best, above[column] + 2, current[column - 1] + 2)
            current[column] = best
        costs.append(current)
    pairs: list[int | None] = [None] * len(ours)
    row, column = len(ours), len(theirs)
    while row and column:
        difference = _difference(ours[row - 1], theirs[column - 1])
        if costs[row][column] == costs[row - 1][column - 1] + difference:
            row, column = row - 1, column - 1
            if difference < 2:
                pairs[row] = column
        elif costs[row][column] == costs[row - 1][column] + 2:
            row -= 1
        else:
            column -= 1
    return pairs


def _difference(one: str, other: str) -> int:
    if one == other:
        return 0
    return 1 if one.lower() == other.lower() or other in _TWINS.get(one, ()) else 2
