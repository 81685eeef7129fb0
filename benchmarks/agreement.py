# SPDX-License-Identifier: EUPL-1.2
"""Referees: how well a reading agrees with ground truth, and boxes with boxes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

import jiwer
import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from schemas.page import Box

_LIKE_STAMP = 0.55


def fold_space(text: str) -> str:
    """NFC, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def character_errors(truth: Sequence[str], read: Sequence[str]) -> float:
    """Character error rate over all pages together, by jiwer."""
    return float(jiwer.cer([fold_space(page) for page in truth], [fold_space(page) for page in read]))


def line_error(truth: Sequence[str], read: Sequence[str]) -> float:
    """Character error rate over all pages together that does not mind the order of lines.

    Each line of truth is matched with a read line of its page, each read line with one at most, so that the page has
    the fewest errors (the assignment problem). A line's errors are the insertions, deletions and substitutions
    (Levenshtein; white space folded, NFC) between it and its read line, at most its length: a line that was not read,
    or is past recognition, counts whole. Read lines that no true line wants (a stamp, a folio number) count nothing,
    since they are often really on the page: `character_errors` counts them. The sum of errors is divided by the
    characters of truth: 0 to 1; 0 where there are none.
    """
    errors = characters = 0
    for true_page, read_page in zip(truth, read, strict=True):
        true_lines, read_lines = _lines_of(true_page), _lines_of(read_page)
        lengths = np.array([len(line) for line in true_lines], dtype=np.int64)
        characters += int(lengths.sum())
        if true_lines and read_lines:
            distances = process.cdist(true_lines, read_lines, scorer=Levenshtein.distance, dtype=np.int64)
            # A column for each true line, so that it may also stay without a partner.
            none = np.repeat(lengths[:, None], len(true_lines), axis=1)
            errors += least_cost(np.hstack([np.minimum(distances, lengths[:, None]), none]))
        else:
            errors += int(lengths.sum())
    return errors / max(1, characters)


def _lines_of(page: str) -> list[str]:
    return [line for line in map(fold_space, page.splitlines()) if line]


def least_cost(costs: npt.NDArray[np.int64]) -> int:
    """The least sum of costs (0 or more) that gives each row a column of its own; no more rows than columns.

    The Hungarian method by shortest augmenting paths, with potentials (Jonker and Volgenant, Computing 38, 1987).
    """
    rows, columns = costs.shape
    row_potential, column_potential = np.zeros(rows, np.int64), np.zeros(columns, np.int64)
    row_of = np.full(columns, -1)
    for row in range(rows):
        reached = np.full(columns, np.iinfo(np.int64).max)
        before = np.full(columns, -1)
        visited = np.zeros(columns, bool)
        current, column, distance = row, -1, 0
        while current >= 0:
            through = distance + costs[current] - row_potential[current] - column_potential
            shorter = ~visited & (through < reached)
            reached[shorter], before[shorter] = through[shorter], column
            column = int(np.argmin(np.where(visited, np.iinfo(np.int64).max, reached)))
            visited[column], distance = True, int(reached[column])
            current = int(row_of[column])
        done = visited & (row_of >= 0)
        row_potential[row_of[done]] += distance - reached[done]
        row_potential[row] += distance
        column_potential[done] += reached[done] - distance
        while column >= 0:
            previous = int(before[column])
            row_of[column] = row if previous < 0 else row_of[previous]
            column = previous
    taken = np.flatnonzero(row_of >= 0)
    return int(costs[row_of[taken], taken].sum())


def without_stamps(read: str, truth: str, stamps: Sequence[str]) -> str:
    """`read` without its lines that are a stamp's: more like a line of `stamps` than like any of `truth`.

    Lines are alike by the share of letters and digits, without case, that need no insertion, deletion or substitution
    (normalised Levenshtein similarity); a line that is less than 0.55 like any of a stamp stays.
    """
    theirs, ours = _letters_of(stamps), _letters_of(truth.splitlines())
    return "\n".join(line for line in read.splitlines() if not _is_of(_letters_of([line]), theirs, ours))


def _is_of(line: Sequence[str], stamps: Sequence[str], truth: Sequence[str]) -> bool:
    if not line or not stamps:
        return False
    stamp, text = (
        max((Levenshtein.normalized_similarity(line[0], other) for other in others), default=0.0)
        for others in (stamps, truth)
    )
    return stamp >= _LIKE_STAMP and stamp > text


def _letters_of(lines: Sequence[str]) -> list[str]:
    return [letters for line in lines if (letters := "".join(words_of(line.replace("_", " "))))]


def words_of(text: str) -> list[str]:
    """Words as they compare: letters and digits, lower case, without diacritics' composition differing."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def word_recall(truth: str, read: str) -> float:
    """Share of the true words that were read, whatever their order."""
    wanted, found = Counter(words_of(truth)), Counter(words_of(read))
    return sum((wanted & found).values()) / max(1, sum(wanted.values()))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width_px * one.height_px + other.width_px * other.height_px - shared)


def align_words(
    one: Sequence[tuple[str, Box]], other: Sequence[tuple[str, Box]]
) -> list[tuple[tuple[str, Box], tuple[str, Box]]]:
    """Pairs of equal words of two readings, in their common order."""
    texts = [[re.sub(r"\W", "", word).lower() for word, _ in side] for side in (one, other)]
    matcher = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    return [
        (one[block.a + step], other[block.b + step])
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
        if texts[0][block.a + step]
    ]
