# SPDX-License-Identifier: EUPL-1.2
"""What a picture of a page costs: CPU milliseconds of the first request and of later ones, and memory.

    OMP_THREAD_LIMIT=1 python -m benchmarks.served [--no-plan]

A colour A4 at 300 dpi as JPEG and as TIFF, one that was skewed, a bitonal one, and a folded-out A0 plan at 400 dpi
(250 megapixels). Each case has a process of its own, whose libraries are loaded before anything is measured.
"""

import argparse
import hashlib
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.processes import machine_load
from processors.ink import Pixels
from processors.limits import Limits
from processors.picture_file import write_picture
from processors.pyramid import Pyramid, write_pyramid
from processors.region import THUMBNAIL, ImageRequest, place_request
from processors.shown_page import show_page
from processors.shown_source import DrawnPage, MasterPage
from schemas.page import Geometry, Matrix

A4_PX, A0_PX = (2480, 3508), (13_244, 18_724)
_TIMES = 10
_MAX_PIXELS = 25_000_000
_REQUESTS = {
    "thumbnail": THUMBNAIL,
    "screen": ImageRequest(size="!1400,1400"),
    "tile": ImageRequest(region="512,1024,512,512", size="512,"),
    "max": ImageRequest(),
}


@dataclass(frozen=True)
class Case:
    """A page to draw, how to store it, and how it was skewed."""

    name: str
    size_px: tuple[int, int]
    dpi: int
    mode: str
    suffix: str
    skew_deg: float = 0.0


CASES = (
    Case("A4 300 dpi colour, JPEG", A4_PX, 300, "RGB", "jpg"),
    Case("the same, straightened", A4_PX, 300, "RGB", "jpg", 1.0),
    Case("the same, TIFF", A4_PX, 300, "RGB", "tif", 1.0),
    Case("A4 300 dpi bitonal, TIFF", A4_PX, 300, "1", "tif", 1.0),
)
PLAN = Case("A0 400 dpi colour, JPEG, straightened", A0_PX, 400, "RGB", "jpg", 0.4)


def draw(case: Case, path: Path) -> MasterPage:
    """Type on paper with some grain, repeated over the sheet."""
    tile = Image.new("RGB", (1240, 877), (246, 240, 224))
    pen = ImageDraw.Draw(tile)
    font = ImageFont.truetype("DejaVuSans.ttf", 46)
    for row in range(12):
        pen.text((60, 20 + 70 * row), "Hotărârea nr. 12 privind autorizarea", fill=(50, 40, 60), font=font)
    grain = np.random.default_rng(7).integers(-9, 10, (877, 1240, 1))
    paper = np.clip(np.asarray(tile).astype(np.int16) + grain, 0, 255).astype(np.uint8)
    width_px, height_px = case.size_px
    across, down = -(-width_px // 1240), -(-height_px // 877)
    sheet = Image.fromarray(np.tile(paper, (down, across, 1))[:height_px, :width_px])
    if case.mode == "1":  # as scanners do: no dither
        sheet = sheet.convert("L").point(lambda value: 255 * (value > 140))
    sheet = sheet.convert(case.mode)
    options: dict[str, Any] = {"quality": 90} if case.suffix == "jpg" else {}
    if case.mode == "1":
        options = {"compression": "group4"}
    sheet.save(path, dpi=(case.dpi, case.dpi), **options)
    angle = np.radians(case.skew_deg)
    matrix = Matrix(a=np.cos(angle), b=np.sin(angle), d=-np.sin(angle), e=np.cos(angle), f=width_px * np.sin(angle))
    geometry = Geometry(
        source_width_px=width_px,
        source_height_px=height_px,
        source_dpi=case.dpi,
        width_px=width_px,
        height_px=height_px,
        dpi=case.dpi,
        skew_deg=case.skew_deg,
        matrix=matrix if case.skew_deg else Matrix(),
    )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").hexdigest()
    return MasterPage(path, 0, geometry, digest)


def measure(page: MasterPage, folder: Path) -> dict[str, float]:
    """CPU milliseconds: the pyramid, then each request from it; peak memory of all that; bytes of the pyramid."""
    limits = Limits()
    warm = folder / "warm"
    with warm.open("wb") as file:  # the libraries are loaded with the first page of a process
        drawn = show_page(DrawnPage(1, "K/1", None), limits)
        write_pyramid(file, drawn.width_px, drawn.height_px, drawn.bands)
    target = folder / "page.pyramid"

    def make() -> None:
        with target.open("wb") as file:
            shown = show_page(page, limits)
            write_pyramid(file, shown.width_px, shown.height_px, shown.bands)

    found = {"pyramid": _cpu_ms(make, 1)}
    found["peak MiB"] = _peak_mib()
    found["pyramid kB"] = target.stat().st_size / 1000
    size = (page.geometry.width_px, page.geometry.height_px)
    for name, request in _REQUESTS.items():
        placed = place_request(request, *size, _MAX_PIXELS)

        def answer() -> Pixels:
            with Pyramid(target) as pyramid:
                return pyramid.read(placed.box, placed.width_px, placed.height_px)  # noqa: B023 - called at once

        found[name] = _cpu_ms(lambda: write_picture(answer(), placed), _TIMES)  # noqa: B023
    return found


def _cpu_ms(work: Callable[[], object], times: int) -> float:
    """The mean; children included, since poppler decodes bitonal pages."""
    began = _cpu_seconds()
    for _ in range(times):
        work()
    return (_cpu_seconds() - began) * 1000 / times


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_mib() -> float:
    """Of this program alone: what getrusage(2) says begins with what the parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _apart(page: MasterPage, folder: Path, answers: Any) -> None:  # noqa: ANN401 a queue of multiprocessing
    answers.put(measure(page, folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-plan", action="store_true", help="leave out the A0 plan")
    wanted = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(machine_load())
    columns = ["pyramid", *_REQUESTS, "peak MiB", "pyramid kB"]
    print("| CPU ms | " + " | ".join(columns) + " |")
    print("| --- |" + " --- |" * len(columns))
    for case in CASES if wanted.no_plan else (*CASES, PLAN):
        with tempfile.TemporaryDirectory(prefix="served-") as name:
            folder = Path(name)
            page = draw(case, folder / f"page.{case.suffix}")
            answers: Any = context.Queue()
            process = context.Process(target=_apart, args=(page, folder, answers))
            process.start()
            found = answers.get()
            process.join()
        print(f"| {case.name} | " + " | ".join(f"{found[column]:.0f}" for column in columns) + " |", flush=True)


if __name__ == "__main__":
    main()
