# SPDX-License-Identifier: EUPL-1.2
"""A guard against slow image steps: what each costs as a ratio to a fixed workload on the same image in the same run.

    python -m benchmarks.image_steps [--write] [--factor 1.5]

CPU seconds alone differ from machine to machine and from load to load; ratios hardly do. Each step and the workload run
in turn on committed sample pages, and the least of several CPU times counts, since other work only adds. Where a ratio
is more than `--factor` times the committed one (`image-steps.json`), the exit code is 1. `--write` commits to the
ratios just measured: do that where a step costs more on purpose, and say why in the commit.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from processors.access import AccessSettings, make_access_image
from processors.decode import decode_frame
from processors.ink import Pixels, make_small
from processors.limits import Limits
from processors.lookalike import hash_look
from processors.quality import measure_quality
from processors.sideways import measure_direction
from processors.straighten import PrepareSettings, prepare_page

T = TypeVar("T")

_ROOT = Path(__file__).resolve().parent.parent
RATIOS = Path(__file__).with_name("image-steps.json")
PAGES = ("permits-1987/003.jpg", "waterworks-1910/004.jpg", "decisions-1995/010.jpg")
"""Typewriter, print in two columns, a blank verso."""
_RUNS = 5
FACTOR = 1.5


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.image_steps", description="Guard the image steps.")
    parser.add_argument("--factor", type=float, default=FACTOR, help="how much slower is too slow (1.5)")
    parser.add_argument("--runs", type=int, default=_RUNS, help="of each step on each page (5)")
    parser.add_argument("--write", action="store_true", help="commit to the ratios just measured")
    arguments = parser.parse_args(argv)
    found = measure_ratios([_ROOT / "sample_scans" / page for page in PAGES], arguments.runs)
    if arguments.write:
        content = {step: round(ratio, 3) for step, ratio in found.items()}
        RATIOS.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    wanted: dict[str, float] = json.loads(RATIOS.read_text(encoding="utf-8"))
    slow = slower_steps(found, wanted, arguments.factor)
    print("| step | ratio | committed | |\n| --- | --- | --- | --- |")
    for step, ratio in found.items():
        print(f"| {step} | {ratio:.3f} | {wanted.get(step, 0):.3f} | {'too slow' if step in slow else ''} |")
    return 1 if slow else 0


def slower_steps(found: Mapping[str, float], wanted: Mapping[str, float], factor: float) -> list[str]:
    """Steps whose ratio is more than `factor` times the committed one, and those that none is committed for."""
    return [step for step, ratio in found.items() if ratio > factor * wanted.get(step, 0.0)]


def measure_ratios(pages: Sequence[Path], runs: int) -> dict[str, float]:
    """CPU time of each step over all pages, as a ratio to the reference workload's."""
    cv2.setNumThreads(1)  # as in a worker
    least: dict[str, float] = {}
    for page in pages:
        on_page: dict[str, float] = {}
        for _ in range(runs):
            for step, seconds in _run_steps(page).items():
                on_page[step] = min(seconds, on_page.get(step, seconds))
        for step, seconds in on_page.items():
            least[step] = least.get(step, 0.0) + seconds
    reference = least.pop("reference")
    return {step: seconds / reference for step, seconds in least.items()}


def _run_steps(page: Path) -> dict[str, float]:
    """CPU seconds of each step of a page, and of the reference."""
    spent: dict[str, float] = {}

    def run(step: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        done = work()
        spent[step] = time.process_time() - started
        return done

    frame = run("decode", lambda: decode_frame(page, 0, Limits()))
    run("reference", lambda: reference_workload(frame.pixels))
    small = run("small", lambda: make_small(frame.pixels, frame.dpi))
    run("contrast", lambda: small.contrast)
    run("direction", lambda: measure_direction(small))
    prepared = run("prepare", lambda: prepare_page(frame, PrepareSettings(), 0, small))
    run("grey page", lambda: prepared.gray)
    run("access image", lambda: make_access_image(frame, prepared, AccessSettings()))
    run("quality", lambda: measure_quality(frame, small, blank=prepared.blank))
    run("look", lambda: hash_look(small.contrast, small.factor, prepared.geometry))
    return spent


def reference_workload(pixels: Pixels) -> float:
    """A fixed amount of what image steps are made of: a codec, resampling, filters, sorting. HxWx3 RGB, uint8.

    Never to be changed alone: all committed ratios are to it.
    """
    _, packed = cv2.imencode(".jpg", pixels)
    opened = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    half = cv2.resize(np.asarray(opened), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(half, (0, 0), 3)
    return float(np.sort(blurred, axis=None)[blurred.size // 2])


if __name__ == "__main__":
    sys.exit(main())
