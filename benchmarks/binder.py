# SPDX-License-Identifier: EUPL-1.2
"""A large binder through `arhivar ingest` and through OCRmyPDF, in one run: CPU seconds a page, memory, bytes a page.

    python -m benchmarks.binder --pages 300 --peer-pages 30 --out DIR

The binder is the sample's pages made distinct by seeded noise. OCRmyPDF runs on the first `--peer-pages` of them (it is
several times slower), as in `benchmarks.reading`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from arhivar.composition import open_validator
from arhivar.settings import load_settings
from benchmarks.processes import Run, machine_load, run_measured
from benchmarks.programs import ProgramRun, run_ocrmypdf
from benchmarks.sets import BenchPage, BenchSet, BenchUnit

ROOT = Path(__file__).resolve().parent.parent
_BINDER = "permits-1987"
_MIB = 1024 * 1024
_STEP = 50


def main() -> None:
    """Generate, run both, print the table and write `binder.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--peer-pages", type=int, default=30)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    load_before = machine_load()
    images = generate(out / "binder", arguments.pages)
    ours = run_arhivar(out, images, arguments.pages)
    peer_images = images[: arguments.peer_pages]
    peer = run_peer(out, peer_images) if peer_images else None
    report = {
        "machine": {"before": load_before, "after": machine_load()},
        "arhivar": ours,
        "ocrmypdf": peer,
        "cpu_ratio": None if peer is None else round(peer["cpu_seconds_a_page"] / ours["cpu_seconds_a_page"], 2),
    }
    (out / "binder.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print_table(report)


def generate(folder: Path, pages: int) -> list[Path]:
    """The binder's page images, in order."""
    words = ["--out", str(folder), "--binder", _BINDER, "--pages", str(pages)]
    command = [sys.executable, "-m", "sample_scans.generate", *words]
    subprocess.run(command, cwd=ROOT, check=True)
    images = sorted(path for path in folder.rglob("*.jpg"))
    if len(images) != pages:
        raise SystemExit(f"expected {pages} images in {folder}, found {len(images)}")
    return images


def run_arhivar(out: Path, images: list[Path], pages: int) -> dict[str, Any]:
    """`arhivar ingest` of the binder in a new archive."""
    home, inbox = out / "home", out / "inbox"
    for folder in (home, inbox):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(images[0].parent, inbox / "binder")
    (inbox / "binder" / "_READY").touch()
    environment = {**os.environ, "ARHIVAR_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "arhivar", "init"], cwd=ROOT, env=environment, check=True)
    done = home / "work" / "pages"
    run = run_measured(
        [sys.executable, "-m", "arhivar", "ingest", str(inbox)],
        environment=environment,
        cwd=ROOT,
        log=out / "arhivar.log",
        progress=lambda: sum(1 for _ in done.rglob("*.json")),
    )
    if run.returncode != 0:
        raise SystemExit((out / "arhivar.log").read_text(encoding="utf-8"))
    pdfs = list(home.rglob("volume-*.pdf"))
    return {
        **_figures(run, pages, sum(path.stat().st_size for path in pdfs)),
        "peak_mib_by_pages_read": _by_pages_read(run, pages),
        "peak_mib_once_all_are_read": _peak_mib(run, pages, pages + 1),
    }


def _by_pages_read(run: Run, pages: int) -> dict[str, int]:
    """Peak memory of the whole tree while so many pages were being read: flat, if nothing is kept."""
    return {
        f"{start}-{start + _STEP}": _peak_mib(run, start, min(start + _STEP, pages)) for start in range(0, pages, _STEP)
    }


def _peak_mib(run: Run, first: int, end: int) -> int:
    return round(max((one.pss_bytes for one in run.samples if first <= one.progress < end), default=0) / _MIB)


def run_peer(out: Path, images: list[Path]) -> dict[str, Any]:
    """OCRmyPDF on the same images, as its users would run it."""
    pages = tuple(BenchPage(image, truth="") for image in images)
    validator = open_validator(load_settings({"ARHIVAR_HOME": str(out / "home")}))
    run = run_ocrmypdf(BenchSet("binder", (BenchUnit("binder", ("ron",), pages),)), "ocrmypdf", out / "peer", validator)
    return _figures(run, len(images), run.pdf_bytes)


def _figures(run: Run | ProgramRun, pages: int, size_bytes: int) -> dict[str, Any]:
    return {
        "pages": pages,
        "cpu_seconds_a_page": round(run.cpu_seconds / pages, 3),
        "pages_a_minute": round(60 * pages / run.wall_seconds, 1),
        "peak_mib": round(run.peak_bytes / _MIB),
        "pdf_kib_a_page": round(size_bytes / pages / 1024, 1),
    }


def print_table(report: dict[str, Any]) -> None:
    """The figures side by side."""
    rows = ("pages", "cpu_seconds_a_page", "pages_a_minute", "peak_mib", "pdf_kib_a_page")
    print(f"machine: {report['machine']['before']}; afterwards {report['machine']['after']}")
    print("| | arhivar | ocrmypdf |\n| --- | --- | --- |")
    for row in rows:
        peer = report["ocrmypdf"]
        print(f"| {row} | {report['arhivar'][row]} | {'' if peer is None else peer[row]} |")
    ours = report["arhivar"]
    steps = ", ".join(f"{step}: {mib}" for step, mib in ours["peak_mib_by_pages_read"].items())
    print(f"peak MiB by pages read: {steps}; compose to reconcile: {ours['peak_mib_once_all_are_read']}")
    print(f"CPU ratio: {report['cpu_ratio']}")


if __name__ == "__main__":
    main()
