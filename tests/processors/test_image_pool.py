# SPDX-License-Identifier: EUPL-1.2
"""Processes that make pyramids: what one page does to its process, no other page feels."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from processors.image_pool import ImagePool
from processors.limits import Limits
from processors.pyramid import Pyramid
from processors.shown_source import DrawnPage, MasterPage
from schemas.errors import ArhivarError, FormatUnsupported, ImageTooLarge, WorkerLimit
from schemas.page import Box, Geometry, Matrix

DRAWN = DrawnPage(1, "K/1", None)
GIB = 1 << 30


@pytest.fixture(scope="module")
def pool() -> Iterator[ImagePool]:
    with ImagePool(2, Limits(memory_bytes=GIB)) as opened:
        yield opened


def children() -> set[int]:
    """Processes that were started by this one, by any of its threads."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(one) for one in (task / "children").read_text().split()}
    return found


def huge(folder: Path, pixels: int) -> MasterPage:
    """A blank grey page of that many pixels: a few kilobytes as PNG."""
    side = int(pixels**0.5)
    path = folder / "huge.png"
    Image.new("L", (side, side), 255).save(path)
    geometry = Geometry(
        source_width_px=side, source_height_px=side, source_dpi=300, width_px=side, height_px=side, dpi=300
    )
    return MasterPage(path, 0, geometry)


def test_many_threads_get_their_pages(pool: ImagePool, tmp_path: Path) -> None:
    threads = [threading.Thread(target=pool.make, args=(DRAWN, tmp_path / str(n), "K/1")) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {(tmp_path / str(number)).read_bytes() for number in range(5)}
    assert len(made) == 1
    with Pyramid(tmp_path / "0") as pyramid:
        assert (pyramid.width_px, pyramid.height_px) == (1240, 1754)


def test_errors_of_a_page_are_told_and_the_next_page_is_made(pool: ImagePool, tmp_path: Path) -> None:
    (tmp_path / "page.tif").write_bytes(b"no picture")
    geometry = Geometry(source_width_px=9, source_height_px=9, source_dpi=300, width_px=9, height_px=9, dpi=300)
    with pytest.raises(FormatUnsupported):
        pool.make(MasterPage(tmp_path / "page.tif", 0, geometry), tmp_path / "target", "K/1: page.tif")
    with pytest.raises(ImageTooLarge):
        pool.make(huge(tmp_path, 320_000_000), tmp_path / "target", "K/1: huge.png")
    pool.make(DRAWN, tmp_path / "target", "K/1")
    assert (tmp_path / "target").stat().st_size > 1000


def test_a_page_that_takes_too_much_memory_is_refused_and_the_next_one_made(tmp_path: Path) -> None:
    with ImagePool(1, Limits(memory_bytes=300 << 20)) as small:
        small.make(DRAWN, tmp_path / "before", "K/1")
        with pytest.raises(WorkerLimit, match="300 MiB"):
            small.make(huge(tmp_path, 280_000_000), tmp_path / "target", "K/1: huge.png")
        small.make(DRAWN, tmp_path / "after", "K/1")
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()


def test_a_folded_out_plan_takes_its_own_pixels_and_little_more(tmp_path: Path) -> None:
    """A0 at 400 dpi in grey is 237 MiB; libraries take 100 to 200, and a second copy would not fit."""
    width_px, height_px = 13_244, 18_724
    path = tmp_path / "plan.jpg"
    sheet = np.full((height_px, width_px, 1), 240, np.uint8)
    sheet[::97] = 60
    path.write_bytes(simplejpeg.encode_jpeg(sheet, 80, colorspace="GRAY", colorsubsampling="Gray"))
    del sheet
    matrix = Matrix(a=0.9999, b=0.01, d=-0.01, e=0.9999, f=132)
    geometry = Geometry(
        source_width_px=width_px,
        source_height_px=height_px,
        source_dpi=400,
        width_px=width_px,
        height_px=height_px,
        dpi=400,
        skew_deg=0.57,
        matrix=matrix,
    )
    with ImagePool(1, Limits(memory_bytes=600 << 20)) as small:
        small.make(MasterPage(path, 0, geometry), tmp_path / "target", "K/1: plan.jpg")
    with Pyramid(tmp_path / "target") as pyramid:
        assert (pyramid.width_px, pyramid.height_px) == (width_px, height_px)
        whole = Box(left=0, top=0, right=width_px, bottom=height_px)
        assert pyramid.read(whole, 132, 187).shape == (187, 132)


def test_a_page_that_takes_too_long_is_refused_and_the_next_one_made(tmp_path: Path) -> None:
    with ImagePool(1, Limits(page_seconds=20)) as patient:
        patient.make(DRAWN, tmp_path / "before", "K/1")  # the process is there
        patient._limits = Limits(page_seconds=1)
        source = huge(tmp_path, 299_000_000)
        with pytest.raises(WorkerLimit, match="1 s"):
            patient.make(source, tmp_path / "target", "K/1: huge.png")
        patient._limits = Limits(page_seconds=60)
        patient.make(DRAWN, tmp_path / "after", "K/1")


def test_a_process_that_is_killed_at_its_page_is_replaced_and_the_page_made(tmp_path: Path) -> None:
    before = children()
    with ImagePool(1, Limits()) as pool:
        pool.make(DRAWN, tmp_path / "warm", "K/1")
        (worker,) = [one for one in children() - before if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        source = huge(tmp_path, 100_000_000)
        errors: list[ArhivarError] = []

        def make() -> None:
            try:
                pool.make(source, tmp_path / "target", "K/1: huge.png")
            except ArhivarError as error:
                errors.append(error)

        thread = threading.Thread(target=make)
        thread.start()
        time.sleep(0.2)
        os.kill(worker, signal.SIGKILL)
        thread.join()
        assert errors == []
        with Pyramid(tmp_path / "target") as pyramid:
            assert pyramid.width_px == 10_000


def test_no_process_is_left_when_the_pool_ends(tmp_path: Path) -> None:
    before = children()
    with ImagePool(2, Limits()) as pool:
        pool.make(DRAWN, tmp_path / "target", "K/1")
        assert len(children()) > len(before)
    left = [one for one in children() - before if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    assert left == []
