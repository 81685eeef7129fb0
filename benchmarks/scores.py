# SPDX-License-Identifier: EUPL-1.2
"""What readings of a set are worth: accuracy over its text pages, and one program held against another."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.agreement import character_errors, line_error, without_stamps, word_recall, words_of
from benchmarks.sets import BenchPage
from processors.read.language import same_speech

LOST = 0.5
"""A text page of whose words less than this share was read is lost."""
LONG_PAGE = 500
"""Characters over which a page is long enough for its own error rate to mean something."""


@dataclass(frozen=True)
class Accuracy:
    """Of the text pages of a set; rates and shares from 0, where 1 is all (a character error rate may be more)."""

    pages: int
    cer: float
    """Characters in error over characters of truth, all pages together (jiwer; NFC, white space folded)."""
    cer_without_stamps: float
    """The same, where read lines that are a stamp's do not count: they are really on the page."""
    romanian_pages: int
    """Pages in Romanian that are known to be running text (`BenchPage.running`)."""
    cer_romanian: float | None
    """Of those alone; None where there are none."""
    cer_romanian_without_stamps: float | None
    cer_median: float
    """Of the middle page."""
    recall: float
    """Share of the true words that were read, in whatever order, all pages together."""
    recall_median: float
    recall_lowest: float
    line_error: float
    lost: tuple[int, ...]
    """Pages (1-based, in the set) with a recall under `LOST`."""


def score(pages: Sequence[BenchPage], texts: Sequence[str], without: frozenset[int] = frozenset()) -> Accuracy | None:
    """The accuracy of `texts`, one a page; `without` these pages (1-based). None where no text page is left."""
    taken = [
        (number, page, text)
        for number, (page, text) in enumerate(zip(pages, texts, strict=True), start=1)
        if page.is_text and number not in without
    ]
    if not taken:
        return None
    truths, read = [page.truth for _, page, _ in taken], [text for _, _, text in taken]
    own = [without_stamps(text, page.truth, page.stamps) for _, page, text in taken]
    recalls = [word_recall(page.truth, text) for _, page, text in taken]
    romanian = [number for number, (_, page, _) in enumerate(taken) if page.running and page.language == "ron"]
    words = [len(words_of(truth)) for truth in truths]
    return Accuracy(
        pages=len(taken),
        cer=character_errors(truths, read),
        cer_without_stamps=character_errors(truths, own),
        romanian_pages=len(romanian),
        cer_romanian=_errors_of(romanian, truths, read),
        cer_romanian_without_stamps=_errors_of(romanian, truths, own),
        cer_median=median(page_errors(page.truth, text) for _, page, text in taken),
        recall=sum(recall * count for recall, count in zip(recalls, words, strict=True)) / max(1, sum(words)),
        recall_median=median(recalls),
        recall_lowest=min(recalls),
        line_error=line_error(truths, read),
        lost=tuple(number for (number, _, _), recall in zip(taken, recalls, strict=True) if recall < LOST),
    )


def _errors_of(numbers: Sequence[int], truths: Sequence[str], read: Sequence[str]) -> float | None:
    """Character error rate of these pages (0-based) alone."""
    if not numbers:
        return None
    return character_errors([truths[number] for number in numbers], [read[number] for number in numbers])


def page_errors(truth: str, text: str) -> float:
    """Character error rate of one page."""
    return character_errors([truth], [text])


def worst_excess(pages: Sequence[BenchPage], ours: Sequence[str], theirs: Sequence[str]) -> float | None:
    """By how much our character error rate is higher than theirs on the long page where it is so the most.

    Less than 0 where it is lower on all; None without a long page.
    """
    excesses = [
        page_errors(page.truth, mine) - page_errors(page.truth, other)
        for page, mine, other in zip(pages, ours, theirs, strict=True)
        if len(page.truth) > LONG_PAGE
    ]
    return max(excesses, default=None)


def languages_right(pages: Sequence[BenchPage], said: Sequence[str | None]) -> float | None:
    """Share of the text pages of known language for which that one was said; None where none is known.

    Fraktur is German: what a page was read with says nothing else of its language.
    """
    right = [
        language is not None and same_speech(page.language, language)
        for page, language in zip(pages, said, strict=True)
        if page.is_text and page.language is not None
    ]
    return sum(right) / len(right) if right else None
