# SPDX-License-Identifier: EUPL-1.2
"""Arhivar beside OCRmyPDF, on the same pages in the same run: accuracy, CPU seconds, memory, size, PDF/A.

    python -m benchmarks.reading [--set NAME] [--level LEVEL] [--program NAME] [--out DIR] [--write-docs]

Every program starts with images and ends with a PDF/A. What it read is taken from that PDF by poppler's `pdftotext
-raw`, for all programs alike: what a reader of the PDF would find, not what a program says of itself. What is read, and
what each column means, stands in benchmarks/README.md. The tables go to standard output, all figures to
`DIR/reading.json`, and with `--write-docs` the tables to docs/benchmarks.md. The exit code is 1 where a program failed.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tesserocr

from arhivar import VERSION
from arhivar.composition import open_validator
from arhivar.settings import load_settings
from benchmarks.floor import FloorPage, measure_floor
from benchmarks.processes import machine_load
from benchmarks.programs import OCRMYPDF, ROOT, ProgramFailed, ProgramRun, run_arhivar, run_ocrmypdf
from benchmarks.reading_tables import markdown, write_between_markers
from benchmarks.samples_full import DIGESTS, OtherPages, full_quality_samples, missing_fonts, read_digests
from benchmarks.scores import Accuracy, languages_right, score, worst_excess
from benchmarks.sets import BenchSet, NoLanguages, folder_sets, sample_set
from processors.verapdf import VeraPdf
from schemas.reading import ReadingLevel

SCANS = ("ARHIVAR_BENCH_SCANS", "ARHIVAR_TEST_SCANS")
"""Variables that name folders with sets of scans."""
DOCS = ROOT / "docs" / "benchmarks.md"
FLOOR = "floor"


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code."""
    arguments = parse(argv)
    out: Path = arguments.out
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        sets = chosen_sets(arguments.set, samples(arguments))
    except (OtherPages, NoLanguages, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    if not sets:
        print("no such set", file=sys.stderr)
        return 2
    validator = open_validator(load_settings({"ARHIVAR_HOME": str(out / "none")}))
    before = machine_load()
    measured = [measure(one, levels(one, arguments.level), arguments.program, out, validator) for one in sets]
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"before": before, "after": machine_load()},
        "versions": f"Arhivar {VERSION}, OCRmyPDF {version('ocrmypdf')}, Tesseract in process "
        f"{tesserocr.tesseract_version().split()[1]}",
        "sets": measured,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "reading.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    tables = markdown(report)
    print(tables)
    if arguments.write_docs:
        write_between_markers(DOCS, tables)
    return 1 if any(one["failed"] for one in measured) else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description="Arhivar beside OCRmyPDF.")
    names = [level.value for level in ReadingLevel]
    parser.add_argument("--set", action="append", help="only sets whose name holds this; may be repeated")
    parser.add_argument(
        "--level", action="append", choices=names, help="levels of reading (standard; careful too on real scans)"
    )
    parser.add_argument(
        "--program", action="append", choices=[*OCRMYPDF, FLOOR], help="beside Arhivar only this; may be repeated"
    )
    parser.add_argument("--samples", choices=("full", "committed"), default="full", help="which sample pages")
    parser.add_argument(
        "--samples-from", type=Path, help="folder of the full-quality samples, drawn where they are missing"
    )
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder for what is made (.bench)")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser.parse_args(argv)


def levels(one: BenchSet, asked: Sequence[str] | None) -> Sequence[str]:
    """Those asked for, else the usual one, and on real scans the careful one too."""
    usual = [ReadingLevel.STANDARD.value, *([ReadingLevel.CAREFUL.value] if one.real else [])]
    return asked or usual


def samples(arguments: argparse.Namespace) -> BenchSet:
    """The samples at full quality; where fonts are missing, as committed, with a note that says so.

    Raises OtherPages: other pages than those agreed on are not measured.
    """
    committed = sample_set(ROOT / "sample_scans", "samples as committed")
    if arguments.samples == "committed":
        return committed
    folder: Path = arguments.samples_from or arguments.out / "samples-full"
    missing = missing_fonts()
    drawn = all((folder / name).is_file() for name in read_digests(DIGESTS))
    if missing and not drawn:
        note = f"not at full quality, since fonts to draw them with are missing: {', '.join(missing)}"
        print(f"samples {note}", file=sys.stderr)
        return sample_set(ROOT / "sample_scans", "samples as committed", note)
    return sample_set(full_quality_samples(folder), "samples")


def chosen_sets(names: Sequence[str] | None, samples: BenchSet) -> list[BenchSet]:
    """The samples, then the sets of the folders that variables name; those alone whose name holds one of `names`."""
    sets = [samples]
    for folder in dict.fromkeys(Path(os.environ[name]).resolve() for name in SCANS if os.environ.get(name)):
        sets += folder_sets(folder)
    return [one for one in sets if not names or any(name in one.name for name in names)]


def measure(
    one: BenchSet, at_levels: Sequence[str], programs: Sequence[str] | None, out: Path, validator: VeraPdf
) -> dict[str, Any]:
    """All programs on one set, in turn, and what came of it."""
    wanted = [*OCRMYPDF, FLOOR] if programs is None else programs
    ours: list[ProgramRun] = []
    others: list[ProgramRun] = []
    failed: list[str] = []
    for level in at_levels:
        try:
            ours.append(run_arhivar(one, level, out / "run" / one.name / f"arhivar-{level}", validator))
        except ProgramFailed as error:
            failed.append(str(error))
    for variant in (name for name in OCRMYPDF if name in wanted):
        try:
            others.append(run_ocrmypdf(one, variant, out / "run" / one.name / variant.replace(" ", "-"), validator))
        except ProgramFailed as error:
            failed.append(str(error))
    floor = _floor(one, ours) if FLOOR in wanted else None
    return {
        "name": one.name,
        "note": one.note,
        "real": one.real,
        "pages": len(one.pages),
        "text_pages": sum(page.is_text for page in one.pages),
        "source_bytes": one.source_bytes,
        "runs": [_run_document(one, run) for run in (*ours, *others)],
        "floor": None if floor is None else _floor_document(one, floor),
        "ratios": [_ratios(one, mine, other) for mine in ours for other in others],
        "own": [_own(one, mine, floor) for mine in ours],
        "failed": failed,
    }


def _floor(one: BenchSet, ours: Sequence[ProgramRun]) -> list[FloorPage]:
    """The language and the way up are those that are known, else those that Arhivar found, else the unit's first."""
    found = ours[0].pages if ours else [None] * len(one.pages)
    firsts = [unit.languages[0] for unit in one.units for _ in unit.pages]
    languages, rotations = [], []
    for page, read, first in zip(one.pages, found, firsts, strict=True):
        languages.append(page.language or (read.language if read else None) or first)
        turn = page.rotation_deg if page.rotation_deg is not None else (read.rotation_deg if read else None)
        rotations.append(turn or 0)
    return measure_floor(one.pages, languages, rotations)


def _run_document(one: BenchSet, run: ProgramRun) -> dict[str, Any]:
    texts = [page.text for page in run.pages]
    return {
        "program": run.program,
        "accuracy": _accuracy_document(score(one.pages, texts)),
        "cpu_seconds_a_page": run.cpu_seconds / len(one.pages),
        "pages_a_minute": 60 * len(one.pages) / run.wall_seconds,
        "peak_bytes": run.peak_bytes,
        "process_peaks": run.process_peaks,
        "pdf_bytes": run.pdf_bytes,
        "pdfs": run.pdfs,
        "valid_pdfs": run.valid_pdfs,
        "failures": run.failures,
        "profile": run.profile,
        "by_page": [
            None
            if not page.is_text
            else {
                "image": page.image.name,
                "language": read.language,
                **(_accuracy_document(score([page], [read.text])) or {}),
            }
            for page, read in zip(one.pages, run.pages, strict=True)
        ],
    }


def _accuracy_document(accuracy: Accuracy | None) -> dict[str, Any] | None:
    return None if accuracy is None else asdict(accuracy)


def _floor_document(one: BenchSet, floor: Sequence[FloorPage]) -> dict[str, Any]:
    return {
        "accuracy": _accuracy_document(score(one.pages, [page.text for page in floor])),
        "cpu_seconds_a_page": _sum_of(floor) / len(one.pages),
        "cpu_seconds_a_text_page": _sum_of(floor) / max(1, sum(page.is_text for page in one.pages)),
    }


def _sum_of(floor: Sequence[FloorPage]) -> float:
    return sum(page.cpu_seconds for page in floor)


def _ratios(one: BenchSet, mine: ProgramRun, other: ProgramRun) -> dict[str, Any]:
    texts, their_texts = [page.text for page in mine.pages], [page.text for page in other.pages]
    accuracy, theirs = score(one.pages, texts), score(one.pages, their_texts)
    lost = frozenset() if theirs is None else frozenset(theirs.lost)
    kept, their_kept = score(one.pages, texts, lost), score(one.pages, their_texts, lost)
    return {
        "program": mine.program,
        "against": other.program,
        "cpu_times_fewer": other.cpu_seconds / mine.cpu_seconds,
        "cer_share": _share_of("cer", accuracy, theirs),
        "cer_share_without_lost": _share_of("cer", kept, their_kept),
        "line_error_share": _share_of("line_error", accuracy, theirs),
        "lost": sorted(lost),
        "bytes_share": _share(mine.pdf_bytes, other.pdf_bytes),
        "worst_excess": worst_excess(one.pages, texts, their_texts),
    }


def _own(one: BenchSet, mine: ProgramRun, floor: Sequence[FloorPage] | None) -> dict[str, Any]:
    floor_seconds = None if floor is None else _sum_of(floor)
    kinds: dict[str, Any] = dict(mine.profile["kinds"])  # type: ignore[call-overload]  # JSON
    in_steps = sum(kind["cpu_seconds"] for kind in kinds.values())
    blank = kinds.get("blank")
    return {
        "program": mine.program,
        "times_floor": _share(mine.cpu_seconds, floor_seconds),
        "steps_times_floor": _share(in_steps, floor_seconds),
        "steps_cpu_seconds_a_page": in_steps / len(one.pages),
        "bytes_share_of_source": _share(mine.pdf_bytes, one.source_bytes),
        "languages_right": languages_right(one.pages, [page.language for page in mine.pages]),
        "blank_cpu_seconds": None if blank is None else blank["cpu_seconds"] / blank["pages"],
    }


def _share_of(measure: str, ours: Accuracy | None, theirs: Accuracy | None) -> float | None:
    return None if ours is None or theirs is None else _share(getattr(ours, measure), getattr(theirs, measure))


def _share(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


if __name__ == "__main__":
    sys.exit(main())
