# SPDX-License-Identifier: EUPL-1.2
"""What the trust measure misses: pages and lines that were read badly and are trusted, or well and are doubted.

    python -m benchmarks.trust [FOLDER ...]

Reads the sample binders, and the sets in each FOLDER (`benchmarks.sets`), by the first reader alone: as it
would, and once more with nothing but the plain page, which gives worse readings to be told from good ones.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rapidfuzz import fuzz

from benchmarks.agreement import fold_space, line_error
from benchmarks.processes import machine_load
from benchmarks.programs import ROOT
from benchmarks.sets import BenchUnit, folder_sets, sample_set
from processors.page import PageSettings, PageSource, process_page
from processors.read import OcrEngine, Reading, open_engine
from processors.read.lexicon import knows
from processors.read.trust import measure_trust
from processors.treatments import Treatment
from schemas.page import PageResult
from schemas.reading import ReadingLevel

BAD_PAGE = 0.10
"""Line error, 0 to 1, from which a page was read badly."""
BAD_LINE = 0.05
"""Share of a line's characters that are wrong, 0 to 1, from which the line was read badly."""


@dataclass(frozen=True)
class Judged:
    """One page as read: its name, line error, what was doubted, and for each line its error and whether it was."""

    name: str
    error: float
    doubt: str
    lines: tuple[tuple[float, bool], ...]

    @property
    def bad(self) -> bool:
        return self.error >= BAD_PAGE


def judge(name: str, truth: str, result: PageResult, settings: PageSettings) -> Judged:
    """What ground truth says of a page, beside what the trust measure says of it."""
    page = fold_space(truth)
    spoken = result.languages or settings.languages
    trust = measure_trust(
        Reading(result.blocks, result.confidence),
        lambda word: any(knows(word, language) for language in spoken),
        settings.trust,
    )
    lines = tuple(
        (line_share_wrong(" ".join(word.text for word in line.words), page), index in trust.doubtful_lines)
        for index, line in enumerate(result.lines())
    )
    return Judged(name, line_error([truth], [result.text]), str(result.treatment.get("trust_doubt", "")), lines)


def line_share_wrong(line: str, page: str) -> float:
    """Share of a read line's characters that the page's text, at the best place for the line, does not have."""
    return 1.0 - fuzz.partial_ratio(fold_space(line), page) / 100 if page else 1.0


def judge_unit(unit: BenchUnit, settings: PageSettings, engine: OcrEngine) -> Iterator[Judged]:
    """Read and judge every page of a unit that has text."""
    for page in unit.pages:
        if page.is_text:
            result = process_page(PageSource(page.image), settings, engine).result
            yield judge(page.image.name, page.truth, result, settings)


def row(name: str, judged: Sequence[Judged]) -> str:
    """A row of the table: pages and lines that are bad, and what the measure says of them."""
    lines = [line for page in judged for line in page.lines]
    bad = [doubted for error, doubted in lines if error >= BAD_LINE]
    good = [doubted for error, doubted in lines if error < BAD_LINE]
    wrong = sum(error for error, _ in lines)
    caught = sum(error for error, doubted in lines if doubted)
    missed = [page.name for page in judged if page.bad and not page.doubt]
    false = [page.name for page in judged if not page.bad and page.doubt]
    return (
        f"| {name} | {len(judged)} | {sum(page.bad for page in judged)} | {', '.join(missed) or '–'} | "
        f"{', '.join(false) or '–'} | {len(lines)} | {len(bad)} | {len(bad) - sum(bad)} | {sum(good)} | "
        f"{100 * caught / wrong if wrong else 100:.0f} % |"
    )


def main(arguments: list[str]) -> None:
    """Print a row for every unit and way of reading."""
    engine = open_engine("tesserocr", None)
    print(f"machine: {machine_load()}")
    print(
        "| set, read | pages | bad | bad, trusted | good, doubted | lines | bad | bad, trusted | good, doubted | "
        "errors that lie in doubted lines |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    sets = [
        sample_set(ROOT / "sample_scans", "samples"),
        *(one for name in arguments for one in folder_sets(Path(name))),
    ]
    for unit in chain.from_iterable(one.units for one in sets):
        for way, treatments in (("as it would", PageSettings().treatments), ("plain only", (Treatment.PLAIN,))):
            settings = PageSettings(languages=unit.languages, level=ReadingLevel.FAST, treatments=treatments)
            print(row(f"{unit.name}, {way}", list(judge_unit(unit, settings, engine))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
