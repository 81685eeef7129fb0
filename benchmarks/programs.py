# SPDX-License-Identifier: EUPL-1.2
"""Run a program on a set of pages as its users would, from images to PDF/A, and account for it."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import img2pdf
import pikepdf
from PIL import Image

from arhivar.composition import object_id, open_archive
from arhivar.package import read_package
from arhivar.settings import load_settings
from benchmarks.processes import Run, run_measured
from benchmarks.sets import BenchSet, BenchUnit
from processors.verapdf import VeraPdf
from schemas.drop import DropDescription
from schemas.page import PageKind
from tests.environment import bare_environment

ROOT = Path(__file__).resolve().parent.parent
_UNKNOWN_DPI = 300.0
"""Of images that state none: what Arhivar assumes of a page of usual size; img2pdf would take 96."""

_SMALLER = ("-O2",) if shutil.which("pngquant") else ()
"""OCRmyPDF's lossy optimisation, which it refuses to begin without pngquant; on pages of JPEG it gained 7 %."""
OCRMYPDF_BASE = ("--output-type", "pdfa-2", "-j", "2")
OCRMYPDF: Mapping[str, tuple[str, ...]] = {
    "ocrmypdf": ("--deskew", "--rotate-pages"),
    "ocrmypdf tuned": (
        *("--deskew", "--rotate-pages", "--rotate-pages-threshold", "2"),
        *("--tesseract-thresholding", "sauvola", *_SMALLER),
    ),
    "ocrmypdf plain": (),
}
"""Options by name of the variant, beside the languages and `OCRMYPDF_BASE`."""


class ProgramFailed(Exception):
    """A program did not come to its end; its last words are the message."""


@dataclass(frozen=True)
class ReadPage:
    """What a program made of one page."""

    text: str
    """As the independent reader of the PDF finds it."""
    language: str | None = None
    """Which one the program says that it is in, where it says so."""
    rotation_deg: int | None = None


@dataclass(frozen=True)
class ProgramRun:
    """What a program made of a set, and what that cost."""

    program: str
    pages: tuple[ReadPage, ...]
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    """Of all its processes together: the sum of their proportional set sizes."""
    process_peaks: Mapping[str, tuple[int, ...]]
    """Of single processes, by what they run, the largest first: the most memory resident at once, bytes (VmHWM)."""
    pdf_bytes: int
    pdfs: int
    valid_pdfs: int
    failures: tuple[str, ...]
    """Of veraPDF's rules."""
    profile: Mapping[str, object] = field(default_factory=dict)
    """What `arhivar ingest --profile --json` says."""


def run_arhivar(bench: BenchSet, level: str, out: Path, validator: VeraPdf) -> ProgramRun:
    """One `arhivar ingest` of all the set's units in a new archive: intake, ledger, index and veraPDF included.

    Raises ProgramFailed where a unit is not reconciled.
    """
    home, inbox, log = out / "home", out / "inbox", out / "arhivar.log"
    shutil.rmtree(out, ignore_errors=True)
    for number, unit in enumerate(bench.units, start=1):
        _write_drop(inbox / f"{number:03}", unit)
    # Nothing that is set for another archive counts here.
    environment = bare_environment() | {
        "ARHIVAR_HOME": str(home),
        "ARHIVAR_READING_LEVEL": level,
        "ARHIVAR_WORKERS": "2",
        "ARHIVAR_LEAST_FREE_BYTES": "0",
    }
    arhivar = [sys.executable, "-m", "arhivar", "--log", "error"]
    subprocess.run([*arhivar, "init", "--json"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    report = out / "report.json"
    run = run_measured(
        [*arhivar, "ingest", "--profile", "--json", str(inbox)],
        environment=environment,
        cwd=ROOT,
        log=log,
        output=report,
    )
    if run.returncode != 0:
        raise ProgramFailed(f"arhivar ended with {run.returncode}: {_last_words(log)}{_last_words(report)}")
    pages: list[ReadPage] = []
    pdfs: list[Path] = []
    with open_archive(load_settings({"ARHIVAR_HOME": str(home)})) as archive:
        known = {unit.reference_code: unit.unit_id for unit in archive.catalogue.units()}
        for unit in bench.units:
            unit_id = known[unit.name]
            package = read_package(archive, object_id(unit_id))
            files = archive.packages.files(object_id(unit_id))
            texts: list[str] = []
            for pdf in package.pdfs:
                pdfs.append(out / f"{len(pdfs):03}.pdf")
                with archive.store.local_path(files[pdf.path].content_key) as path:
                    shutil.copyfile(path, pdfs[-1])
                texts += extract_texts(pdfs[-1])
            for page, text in zip(package.pages, texts, strict=True):
                rotation = None if page.geometry is None else page.geometry.rotation_deg
                pages.append(ReadPage(text, page.language if page.kind is not PageKind.BLANK else None, rotation))
    profile = json.loads(report.read_text(encoding="utf-8"))["profile"]
    return _account(f"arhivar {level}", run, pages, pdfs, validator, "2u", profile)


def _write_drop(folder: Path, unit: BenchUnit) -> None:
    folder.mkdir(parents=True)
    for number, page in enumerate(unit.pages, start=1):
        shutil.copyfile(page.image, folder / f"{number:04}{page.image.suffix.lower()}")
    description = DropDescription(reference_code=unit.name, title=unit.name, languages=unit.languages)
    (folder / "unit.json").write_bytes(description.to_json())
    (folder / "_READY").touch()


def run_ocrmypdf(bench: BenchSet, variant: str, out: Path, validator: VeraPdf) -> ProgramRun:
    """OCRmyPDF on a PDF of each unit's images, one after the other, two jobs each. Raises ProgramFailed."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    runs: list[Run] = []
    pages: list[ReadPage] = []
    pdfs: list[Path] = []
    for number, unit in enumerate(bench.units, start=1):
        source, target, log = out / f"{number:03}-source.pdf", out / f"{number:03}.pdf", out / f"{number:03}.log"
        pack_images([page.image for page in unit.pages], source)
        command = [sys.executable, "-m", "ocrmypdf", "-l", "+".join(unit.languages), *OCRMYPDF[variant]]
        command += [*OCRMYPDF_BASE, str(source), str(target)]
        runs.append(run_measured(command, environment={**os.environ, "OMP_THREAD_LIMIT": "1"}, log=log))
        if runs[-1].returncode != 0:
            raise ProgramFailed(f"{variant} ended with {runs[-1].returncode}: {_last_words(log)}")
        pages += [ReadPage(text) for text in extract_texts(target)]
        pdfs.append(target)
    return _account(variant, _together(runs), pages, pdfs, validator, "2b", {})


def _together(runs: Sequence[Run]) -> Run:
    """Runs one after the other as one: times add up, memory is the largest."""
    largest = max(runs, key=lambda run: run.peak_bytes)
    return Run(
        returncode=max(run.returncode for run in runs),
        wall_seconds=sum(run.wall_seconds for run in runs),
        cpu_seconds=sum(run.cpu_seconds for run in runs),
        samples=largest.samples,
        process_peaks=largest.process_peaks,
    )


def _account(
    program: str,
    run: Run,
    pages: Sequence[ReadPage],
    pdfs: Sequence[Path],
    validator: VeraPdf,
    flavour: str,
    profile: Mapping[str, object],
) -> ProgramRun:
    verdicts = validator.validate(pdfs, flavour)
    return ProgramRun(
        program=program,
        pages=tuple(pages),
        cpu_seconds=run.cpu_seconds,
        wall_seconds=run.wall_seconds,
        peak_bytes=run.peak_bytes,
        process_peaks=run.process_peaks,
        pdf_bytes=sum(pdf.stat().st_size for pdf in pdfs),
        pdfs=len(pdfs),
        valid_pdfs=sum(verdict.valid for verdict in verdicts),
        failures=tuple(failure for verdict in verdicts for failure in verdict.failures),
        profile=profile,
    )


def pack_images(images: Sequence[Path], target: Path) -> None:
    """A PDF of the images as they are, a page each (img2pdf); one that states no resolution counts as 300 dpi."""
    with pikepdf.new() as pdf:
        for image in images:
            with pikepdf.open(io.BytesIO(_pack(image))) as one:
                pdf.pages.extend(one.pages)
        pdf.save(target)


def _pack(image: Path) -> bytes:
    with Image.open(image) as opened:
        states_dpi = "dpi" in opened.info
    layout = {} if states_dpi else {"layout_fun": img2pdf.get_fixed_dpi_layout_fun((_UNKNOWN_DPI, _UNKNOWN_DPI))}
    packed: bytes = img2pdf.convert(str(image), rotation=img2pdf.Rotation.ifvalid, **layout)
    return packed


def extract_texts(pdf: Path) -> list[str]:
    """The text of each page, in the order in which the PDF has it, by poppler: no part of the programs compared."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", str(pdf), "-"]
    said = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8", "replace")
    return said.split("\f")[:-1]


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.is_file() else ""
