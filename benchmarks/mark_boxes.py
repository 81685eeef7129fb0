# SPDX-License-Identifier: EUPL-1.2
"""Whether what search marks on a page image is where the words are.

The sample binders are read as Arhivar reads them; the judged queries are marked on what was read, and on the true words
at their true places. Each word that is marked is held against the true words that the same query marks: the overlap is
the area that both have over the area that either has (intersection over union, IoU), at the best of them. Aim: 0.5 or
more at 95 % of marked words. A word that is marked where the page has none of the query's (a stamp's, a
misreading) has 0. Beside it stands how many of the true marks were found so.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from benchmarks.judged import BINDERS, SCANS, TRUTH, JudgedQuery, load_judged
from processors.page import PageSettings, PageSource, process_page
from processors.read import open_engine
from processors.read.second import open_second_reader
from sample_scans.truth import TruePage, TrueWord, load_truth
from schemas.drop import DropDescription
from schemas.errors import QueryMalformed
from schemas.page import Box, Geometry, Line, PageResult, Word
from schemas.reading import ReadingLevel
from search.marks import mark_words
from search.query import Query, parse_query

MIN_IOU = 0.5
MIN_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class MarkedWord:
    """A word that a query marked on a page, and how well its box fits; `text` as read."""

    page: str
    query: str
    text: str
    iou: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """All marked words of all pages, and of the true marks how many are among them."""

    words: tuple[MarkedWord, ...]
    true_marks: int
    found_marks: int

    @property
    def share(self) -> float:
        """Marked words that lie where they should."""
        return sum(word.iou >= MIN_IOU for word in self.words) / len(self.words)


def iou(one: Box, other: Box) -> float:
    """Intersection over union of two rectangles: 0 to 1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(across, 0) * max(down, 0)
    return shared / (one.width_px * one.height_px + other.width_px * other.height_px - shared)


def true_lines(page: TruePage, geometry: Geometry) -> tuple[Line, ...]:
    """The page's true words where they lie on the page as shown."""
    return tuple(_line(tuple(words), geometry) for _, words in groupby(page.words, key=lambda word: word.line))


def _line(words: Sequence[TrueWord], geometry: Geometry) -> Line:
    placed = tuple(Word(text=word.text, box=_place(word, geometry), confidence=100) for word in words)
    box = placed[0].box
    for word in placed:
        box = box.union(word.box)
    return Line(box=box, words=placed)


def _place(word: TrueWord, geometry: Geometry) -> Box:
    corners = [geometry.matrix.map(x, y) for x, y in word.quad]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Box(left=round(min(across)), top=round(min(down)), right=round(max(across)), bottom=round(max(down)))


def marked_words(query: Query, lines: Sequence[Line], language: str | None) -> list[Word]:
    """The words that a query marks on a page, each once, in reading order."""
    words = [word for line in lines for word in line.words]
    marks = mark_words(query, lines, language)
    indexes = dict.fromkeys(index for mark in marks for index in range(mark.first_word, mark.last_word + 1))
    return [words[index] for index in indexes]


def judge_page(name: str, truth: TruePage, result: PageResult, queries: Sequence[JudgedQuery]) -> Boxes:
    """Mark each query that the page answers, on what was read and on the truth."""
    true_page = true_lines(truth, result.geometry)
    words: list[MarkedWord] = []
    true_marks = found_marks = 0
    for judged in queries:
        try:
            query = parse_query(judged.text)
        except QueryMalformed:
            continue
        wanted = marked_words(query, true_page, truth.language)
        read = marked_words(query, tuple(result.lines()), result.language)
        words += [
            MarkedWord(name, judged.text, one.text, max((iou(one.box, true.box) for true in wanted), default=0.0))
            for one in read
        ]
        true_marks += len(wanted)
        found_marks += sum(any(iou(one.box, true.box) >= MIN_IOU for one in read) for true in wanted)
    return Boxes(tuple(words), true_marks, found_marks)


def read_samples(level: ReadingLevel) -> Iterator[tuple[str, TruePage, PageResult]]:
    """The sample binders' pages that have words, each as Arhivar reads it: name, truth, result."""
    engine = open_engine("tesserocr", None)
    second = None if level is ReadingLevel.FAST else open_second_reader()
    for binder in BINDERS:
        unit = DropDescription.from_json((SCANS / binder / "unit.json").read_bytes())
        settings = PageSettings(languages=unit.languages or ("ron",), level=level)
        for page in load_truth(TRUTH / binder).pages:
            if page.words:
                result = process_page(PageSource(SCANS / binder / page.file), settings, engine, second=second).result
                yield f"{binder}/{page.page_number}", page, result


def measure(level: ReadingLevel, readings: Path | None = None) -> Boxes:
    """Read and judge all sample pages; `readings` is a folder where what was read is kept for the next time."""
    queries = load_judged().queries
    words: list[MarkedWord] = []
    true_marks = found_marks = 0
    for name, truth, result in _kept(level, readings) if readings else read_samples(level):
        asked = [query for query in queries if name in query.grades]
        judged = judge_page(name, truth, result, asked)
        words += judged.words
        true_marks += judged.true_marks
        found_marks += judged.found_marks
    return Boxes(tuple(words), true_marks, found_marks)


def _kept(level: ReadingLevel, folder: Path) -> Iterator[tuple[str, TruePage, PageResult]]:
    folder = folder / level.value
    if not folder.exists():
        folder.mkdir(parents=True)
        for name, _, result in read_samples(level):
            (folder / f"{name.replace('/', '-')}.json").write_bytes(result.to_json())
    for binder in BINDERS:
        for page in load_truth(TRUTH / binder).pages:
            if page.words:
                file = folder / f"{binder}-{page.page_number}.json"
                yield f"{binder}/{page.page_number}", page, PageResult.from_json(file.read_bytes())


def main() -> int:
    """`python -m benchmarks.mark_boxes`; 1 where the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", type=ReadingLevel, default=ReadingLevel.STANDARD, choices=list(ReadingLevel))
    parser.add_argument("--readings", type=Path, help="a folder: keep what was read, and use what was kept")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="where search-boxes.json goes")
    given = parser.parse_args()
    boxes = measure(given.level, given.readings)
    values = sorted(word.iou for word in boxes.words)
    print("| marked words | IoU ≥ 0.5 | median IoU | true marks | found there |\n| --- | --- | --- | --- | --- |")
    print(
        f"| {len(values)} | {100 * boxes.share:.1f} % | {values[len(values) // 2]:.2f} | {boxes.true_marks} "
        f"| {100 * boxes.found_marks / boxes.true_marks:.1f} % |"
    )
    poor = [word for word in boxes.words if word.iou < MIN_IOU]
    for word in poor:
        print(f"{word.page}: {word.query}: {word.text} {word.iou:.2f}")
    report = {
        "level": given.level.value,
        "words": len(values),
        "share": boxes.share,
        "median": values[len(values) // 2],
        "true_marks": boxes.true_marks,
        "found_marks": boxes.found_marks,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "search-boxes.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    return int(boxes.share < MIN_SHARE)


if __name__ == "__main__":
    sys.exit(main())
