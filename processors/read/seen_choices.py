# SPDX-License-Identifier: EUPL-1.2
"""What a word may have been by the characters that the engine saw beside those that it chose (`Word.choices`)."""

import unicodedata
from collections.abc import Iterator, Sequence

Choices = Sequence[Sequence[str]]
"""For each character of a word the others that were seen there, likeliest first. A character stands among its own where
another was so much likelier that not the image, but the engine's dictionary chose it."""

_LETTERS_FOR_TWO = 6
"""Letters from which a word may have been misread at two places."""


def exchanged(word: str, choices: Choices) -> set[str]:
    """The word with another letter, of the same size, at one place."""
    return {form for form, _ in _exchanged(word, choices, 0)}


def exchanged_twice(word: str, choices: Choices) -> set[str]:
    """The word with other letters at two places; of a short word none."""
    if len(word) < _LETTERS_FOR_TWO:
        return set()
    return {form for once, index in _exchanged(word, choices, 0) for form, _ in _exchanged(once, choices, index + 1)}


def as_seen(word: str, choices: Choices) -> str:
    """The word with the marks on its letters that the image showed, where the engine's dictionary chose others.

    Its dictionary holds no older spelling, and puts ``rămânem`` where ``rămînem`` stands on the page.
    """
    return "".join(
        others[0] if character in others and _same_letter(character, others[0]) else character
        for character, others in zip(word, choices, strict=True)
    )


def _exchanged(word: str, choices: Choices, start: int) -> Iterator[tuple[str, int]]:
    for index in range(start, len(word)):
        for other in choices[index]:
            if other != word[index] and other.isalpha() and other.isupper() == word[index].isupper():
                yield word[:index] + other + word[index + 1 :], index


def _same_letter(one: str, other: str) -> bool:
    """But for its marks; â and î are one sound, which Romanian has written in two ways."""
    bare = (unicodedata.normalize("NFD", character)[0] for character in (one, other))
    return len(set(bare)) == 1 or {one.lower(), other.lower()} == {"â", "î"}
