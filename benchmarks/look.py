# SPDX-License-Identifier: EUPL-1.2
"""Do access PDFs look right? Size, cost, and whether their rendering reads as well as the master.

    OMP_THREAD_LIMIT=1 python -m benchmarks.look [--samples DIR] [--high] [FOLDER ...]

Each page's access PDF is rendered at the page's own resolution, and Tesseract reads that and the straightened master in
the same way; both readings are compared with the ground truth. The rendering is read a second time softened by a pixel,
as lenses and screens soften it: Tesseract's models have not learned edges without any grey. Ink is compared with the
master's within the words: a word's ink is what is darker than its own Otsu threshold. DIR holds the sample binders
(`sample_scans.generate`), and each FOLDER sets of pages (`benchmarks.sets`).
"""

import argparse
import io
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from benchmarks.agreement import word_recall
from benchmarks.processes import machine_load
from benchmarks.programs import ROOT
from benchmarks.sets import folder_sets, sample_set
from processors.access import AccessImage, AccessSettings, make_access_image
from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.decode import decode_frame
from processors.ink import Pixels, as_gray, typed
from processors.limits import Limits
from processors.page import PageSettings, PageSource, process_page, sure_boxes
from processors.read import open_engine
from processors.read.engine import OcrEngine, Reading
from processors.readable import read_page
from processors.straighten import Prepared, PrepareSettings, prepare_page
from schemas.page import Box, PageResult
from schemas.reading import Fidelity
from schemas.unit import UnitDescription


@dataclass(frozen=True)
class Look:
    """How one page's access PDF compares with its master."""

    size_bytes: int
    cpu_seconds: float
    recall_master: float
    recall_access: float
    recall_soft: float
    """The same, of the rendering softened by a Gaussian with a deviation of one pixel."""
    ink_kept: float
    """Share of the master's ink in words that is ink in the rendering."""
    ink_true: float
    """Share of the rendering's ink in words that is ink in the master."""
    renderers_apart: float
    """Mean absolute difference of what PDFium and poppler show at 150 dpi, of 255."""


def main() -> None:
    """Print a row for every page and set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=Path, default=ROOT / "sample_scans")
    parser.add_argument("--high", action="store_true", help="one picture a page")
    parser.add_argument("folders", nargs="*", type=Path)
    arguments = parser.parse_args()
    settings = AccessSettings(fidelity=Fidelity.HIGH if arguments.high else Fidelity.ACCESS)
    engine = open_engine("tesserocr", None)
    print(f"machine: {machine_load()}")
    print("| page | bytes | CPU s | recall master | recall access | softened | ink kept | ink true | renderers apart |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    sets = [sample_set(arguments.samples, "samples"), *(one for path in arguments.folders for one in folder_sets(path))]
    for unit in chain.from_iterable(one.units for one in sets):
        looks = []
        for page in unit.pages:
            if page.is_text:
                looks.append(compare_page(page.image, unit.languages, page.truth, settings, engine))
                print(_row(f"{unit.name}/{page.image.stem}", [looks[-1]]), flush=True)
        print(_row(f"**{unit.name}**, mean", looks), flush=True)


def compare_page(
    path: Path, languages: tuple[str, ...], truth: str, settings: AccessSettings, engine: OcrEngine
) -> Look:
    """Make the page's access PDF and compare it with the master."""
    result = process_page(PageSource(path), PageSettings(languages=languages), engine).result
    frame = decode_frame(path, 0, Limits())
    prepared = prepare_page(frame, PrepareSettings(), result.geometry.rotation_deg)
    sure = sure_boxes(result.blocks, PageSettings())
    started = time.process_time()
    access = make_access_image(frame, prepared, settings, sure)
    cpu = time.process_time() - started
    shown, apart = render_page(access, result)
    language = (result.language or languages[0],)
    master, again, softened = (
        word_recall(truth, _text(read_page(engine, pixels, result.geometry.dpi, language)))
        for pixels in (prepared.pixels, shown, typed(cv2.GaussianBlur(shown, (0, 0), 1.0)))
    )
    kept, true = compare_ink(prepared, shown, sure)
    return Look(access.size_bytes, cpu, master, again, softened, kept, true, apart)


def render_page(access: AccessImage, result: PageResult) -> tuple[Pixels, float]:
    """What PDFium shows at the page's own resolution, HxWx3; and how far poppler's rendering is from it at 150 dpi."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page.pdf"
        unit = UnitDescription(reference_code="-", title="-")
        compose_pdf(target, unit, [ComposePage(1, result, access)], ComposeSettings())
        shown = _by_pdfium(target, result.geometry.dpi)[: access.height_px, : access.width_px]
        # A page of a pixel's fraction more is one pixel larger for one of them.
        one, other = _by_pdfium(target, 150), _by_poppler(target, 150)
    height, width = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    apart = cv2.absdiff(np.ascontiguousarray(one[:height, :width]), np.ascontiguousarray(other[:height, :width]))
    return np.ascontiguousarray(shown), float(np.mean(apart))


def _by_pdfium(pdf: Path, dpi: float) -> Pixels:
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=dpi / 72 * (1 - 1e-9), rev_byteorder=True).to_numpy()
        return typed(image[:, :, :3].copy() if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))


def _by_poppler(pdf: Path, dpi: float) -> Pixels:
    drawn = subprocess.run(["pdftoppm", "-r", str(dpi), pdf], capture_output=True, check=True, timeout=120).stdout
    return typed(np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB")))


def compare_ink(prepared: Prepared, shown: Pixels, words: Iterable[Box]) -> tuple[float, float]:
    """Shares of the master's ink that is shown, and of the ink shown that is the master's, within the words."""
    master, access = as_gray(prepared.pixels), as_gray(shown)
    access = _registered(master, access)
    both, of_master, of_access = 0, 1, 1
    for box in words:
        part = np.s_[box.top : box.bottom, box.left : box.right]
        if not master[part].size or access[part].shape != master[part].shape:
            continue
        threshold, _ = cv2.threshold(np.ascontiguousarray(master[part]), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        ink, drawn = master[part] <= threshold, access[part] <= threshold
        both += int((ink & drawn).sum())
        of_master += int(ink.sum())
        of_access += int(drawn.sum())
    return both / of_master, both / of_access


def _registered(master: Pixels, access: Pixels) -> Pixels:
    """`access` moved to lie on `master`: PDFium moves images to whole pixels of its own page."""
    height, width = min(master.shape[0], access.shape[0]), min(master.shape[1], access.shape[1])
    whole = (np.ascontiguousarray(one[:height, :width], np.float32) for one in (access, master))
    (right, down), _ = cv2.phaseCorrelate(*whole)
    move = np.array([[1, 0, right], [0, 1, down]])
    size = (master.shape[1], master.shape[0])
    return typed(cv2.warpAffine(access, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _text(reading: Reading) -> str:
    return "\n".join(" ".join(word.text for word in line.words) for line in reading.lines())


def _row(name: str, looks: list[Look]) -> str:
    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values)))

    cells = (
        f"{mean(one.size_bytes for one in looks):.0f}",
        f"{mean(one.cpu_seconds for one in looks):.2f}",
        f"{mean(one.recall_master for one in looks):.4f}",
        f"{mean(one.recall_access for one in looks):.4f}",
        f"{mean(one.recall_soft for one in looks):.4f}",
        f"{mean(one.ink_kept for one in looks):.3f}",
        f"{mean(one.ink_true for one in looks):.3f}",
        f"{mean(one.renderers_apart for one in looks):.2f}",
    )
    return f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
