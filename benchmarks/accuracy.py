# SPDX-License-Identifier: EUPL-1.2
"""How well pages are read: character errors and word recall against ground truth, CPU seconds a page.

    python -m benchmarks.accuracy [FOLDER:LANGUAGES ...]

Reads the sample binders, and each FOLDER of images with a `.gt.txt` beside them, page by page in this process.
"""

import json
import re
import sys
import time
from pathlib import Path

from benchmarks.agreement import character_errors, word_recall
from benchmarks.processes import machine_load
from processors.page import PageSettings, PageSource, process_page
from processors.read import open_engine

ROOT = Path(__file__).resolve().parent.parent
_MARKS = re.compile(r"~~~|[_^]")
"""Signs of the transcribers: handwriting, underlined, superscript."""

SAMPLES = ("permits-1987", "decisions-1995", "waterworks-1910")

Set = tuple[str, tuple[str, ...], list[tuple[Path, str]]]


def sample_set(binder: str) -> Set:
    """A sample binder's pages with their true text; a blank one has none."""
    truth = ROOT / "sample_scans" / "truth" / binder
    pages = json.loads((truth / "pages.json").read_text(encoding="utf-8"))["pages"]
    images = [page for page in pages if page["kind"] != "blank"]
    folder = ROOT / "sample_scans" / binder
    description = json.loads((folder / "unit.json").read_text(encoding="utf-8"))
    texts = [(truth / f"{page['page_number']:03}.txt").read_text(encoding="utf-8") for page in images]
    return (
        f"sample {binder}",
        tuple(description["languages"]),
        [(folder / page["file"], text) for page, text in zip(images, texts, strict=True)],
    )


def folder_set(argument: str) -> Set:
    """A folder given as `path:fra` or `path:eng,fra`."""
    path, _, languages = argument.rpartition(":")
    pages = []
    for truth in sorted(Path(path).glob("*.gt.txt")):
        image = truth.with_name(truth.name.replace(".gt.txt", ".jpg"))
        pages.append((image, _MARKS.sub("", truth.read_text(encoding="utf-8"))))
    return Path(path).name, tuple(languages.split(",")), pages


def main(arguments: list[str]) -> None:
    """Read every set and print a row for each."""
    engine = open_engine("tesserocr", None)
    print(f"machine: {machine_load()}")
    print(
        "| set | pages | CER % | lowest word recall | pages under 0.5 | CPU s/page |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for name, languages, pages in [*map(sample_set, SAMPLES), *(folder_set(argument) for argument in arguments)]:
        started = time.process_time()
        results = [
            process_page(PageSource(image), PageSettings(languages=languages), engine).result for image, _ in pages
        ]
        cpu = (time.process_time() - started) / len(pages)
        truths = [truth for _, truth in pages]
        recalls = [word_recall(truth, result.text) for truth, result in zip(truths, results, strict=True)]
        rate = character_errors(truths, [result.text for result in results])
        lost = sum(recall < 0.5 for recall in recalls)
        print(f"| {name} | {len(pages)} | {100 * rate:.2f} | {min(recalls):.2f} | {lost} | {cpu:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
