# SPDX-License-Identifier: EUPL-1.2
"""Pages of a unit that look alike: the leaf that was scanned twice, while another one may be missing.

Two copies of a form look alike too. So where both pages have text, their words must agree as well, and so must their
numbers: a form's copies differ in number, date and sum.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from processors.lookalike import HASH_BITS, count_differing_bits
from schemas.findings import Finding, FindingCode
from schemas.page import PageKind, PageResult

MOST_BITS = 60
"""Hashes of rescans (shifted by 2 mm, turned by 2 degrees, darker, blurred) differ in up to 44 bits of 256, those of
different pages in 74 and more, measured on the sample binder and the real scans."""
LEAST_SHARED = 0.6
"""Of all words of two pages, how many are on both. Rescans share 0.8 and more, different letters about 0.1."""
LEAST_SHARED_NUMBERS = 0.5
"""The same for words with a digit in them, where there are any; one confused digit makes another number."""
_LEAST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Look:
    """What two pages are compared by."""

    number: int
    file: str
    hash: str
    words: Counter[str]
    source: str
    """The same for pages of files with the same bytes."""


def look_of(number: int, file: str, source: str, result: PageResult) -> Look | None:
    """A page's look; None for pages that resemble each other by nature, blank ones and targets."""
    if result.look is None or result.kind in (PageKind.BLANK, PageKind.TARGET):
        return None
    return Look(number, file, result.look, Counter(word.text.casefold() for word in result.words()), source)


def find_near_duplicates(looks: Sequence[Look], kept: Sequence[Look] = ()) -> list[Finding]:
    """A finding on each page that looks like an earlier one, or one of `kept`, naming the most similar of those.

    Files with the same bytes are left out: intake speaks of files that were handed over twice.
    """
    findings: list[Finding] = []
    for index, page in enumerate(looks):
        alike = [
            (count_differing_bits(page.hash, other.hash), other.number)
            for other in (*kept, *looks[:index])
            if page.source != other.source and resemble(page.hash, other.hash) and _same_words(page.words, other.words)
        ]
        if alike:
            bits, number = min(alike)
            fields: dict[str, str | int | float] = {
                "other": number,
                "measure": bits,
                "bits": HASH_BITS,
                "threshold": MOST_BITS,
            }
            findings.append(
                Finding(code=FindingCode.PAGE_NEAR_DUPLICATE, page=page.number, file=page.file, fields=fields)
            )
    return findings


def resemble(one: str, other: str) -> bool:
    """True where two hashes are close enough for their pages' words to be compared."""
    return count_differing_bits(one, other) <= MOST_BITS


def _same_words(one: Counter[str], other: Counter[str]) -> bool:
    """True also where one page has too few words to tell."""
    if min(one.total(), other.total()) < _LEAST_WORDS:
        return one.total() < _LEAST_WORDS and other.total() < _LEAST_WORDS
    if (one & other).total() < LEAST_SHARED * (one | other).total():
        return False
    first, second = _numbers(one), _numbers(other)
    return (first & second).total() >= LEAST_SHARED_NUMBERS * (first | second).total()


def _numbers(words: Counter[str]) -> Counter[str]:
    return Counter({word: count for word, count in words.items() if any(map(str.isdigit, word))})
