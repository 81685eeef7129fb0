# SPDX-License-Identifier: EUPL-1.2
"""What the trust measure misses: pages and words that were read badly and are trusted, or well and are doubted.

    python -m benchmarks.trust [--samples FOLDER] [FOLDER ...]

Reads the sample binders, at full quality those that `make bench` drew into `--samples`, and the sets in each FOLDER
(`benchmarks.sets`), by the first reader alone: as it would, and once more with nothing but the plain page, which gives
worse readings to be told from good ones.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

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
_LEAST_ALIKE = 60.0  # of 100: what is less like any place of the page is not in its text


@dataclass(frozen=True)
class Judged:
    """One page as read: its name, line error, what was doubted, and for each word its errors and whether it was."""

    name: str
    error: float
    doubt: str
    words: tuple[tuple[int, bool], ...]

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
    doubtful = {(line, word) for line, words in trust.doubtful_words for word in words}
    words = tuple(
        (errors, (number, at) in doubtful)
        for number, line in enumerate(result.lines())
        for at, errors in enumerate(errors_by_word([word.text for word in line.words], page))
    )
    return Judged(name, line_error([truth], [result.text]), str(result.treatment.get("trust_doubt", "")), words)


def errors_by_word(words: Sequence[str], page: str) -> list[int]:
    """How many characters of each word of a read line differ from the page's text at the best place for the line.

    What the page has between two words and the line has not counts to the word after it. A line for which the page
    has no place (a stamp, a signature) has no errors: nothing says what it should be.
    """
    text = " ".join(words)
    place = fuzz.partial_ratio_alignment(text, page, score_cutoff=_LEAST_ALIKE) if page else None
    errors = [0] * len(words)
    if place is None:
        return errors
    owners = [index for index, word in enumerate(words) for _ in range(len(word) + 1)]
    start, end = page.rfind(" ", 0, place.dest_start + 1) + 1, page.find(" ", max(place.dest_end - 1, 0))
    wanted = page[start : end if end >= 0 else len(page)]
    for edit in Levenshtein.editops(text[place.src_start : place.src_end], wanted):
        errors[owners[min(place.src_start + edit.src_pos, len(owners) - 1)]] += 1
    return errors


def judge_unit(unit: BenchUnit, settings: PageSettings, engine: OcrEngine) -> Iterator[Judged]:
    """Read and judge every page of a unit that has text."""
    for page in unit.pages:
        if page.is_text:
            result = process_page(PageSource(page.image), settings, engine).result
            yield judge(page.image.name, page.truth, result, settings)


def row(name: str, judged: Sequence[Judged]) -> str:
    """A row of the table: pages and words that are bad, and what the measure says of them."""
    words = [word for page in judged for word in page.words]
    bad = [doubted for errors, doubted in words if errors]
    good = [doubted for errors, doubted in words if not errors]
    wrong = sum(errors for errors, _ in words)
    caught = sum(errors for errors, doubted in words if doubted)
    missed = [page.name for page in judged if page.bad and not page.doubt]
    false = [page.name for page in judged if not page.bad and page.doubt]
    return (
        f"| {name} | {len(judged)} | {sum(page.bad for page in judged)} | {', '.join(missed) or '–'} | "
        f"{', '.join(false) or '–'} | {len(words)} | {len(bad)} | {len(bad) - sum(bad)} | {sum(good)} | "
        f"{100 * caught / wrong if wrong else 100:.0f} % |"
    )


def main(arguments: list[str]) -> None:
    """Print a row for every unit and way of reading."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trust", description=__doc__)
    parser.add_argument("--samples", type=Path, default=ROOT / "sample_scans", help="where the sample binders lie")
    parser.add_argument("folders", nargs="*", type=Path, help="sets of images with their texts")
    chosen = parser.parse_args(arguments)
    engine = open_engine("tesserocr", None)
    print(f"machine: {machine_load()}")
    print(
        "| set, read | pages | bad | bad, trusted | good, doubted | words | bad | bad, trusted | good, doubted | "
        "errors that lie in doubted words |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    sets = [
        sample_set(chosen.samples, "samples"),
        *(one for folder in chosen.folders for one in folder_sets(folder)),
    ]
    for unit in chain.from_iterable(one.units for one in sets):
        for way, treatments in (("as it would", PageSettings().treatments), ("plain only", (Treatment.PLAIN,))):
            settings = PageSettings(languages=unit.languages, level=ReadingLevel.FAST, treatments=treatments)
            print(row(f"{unit.name}, {way}", list(judge_unit(unit, settings, engine))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
