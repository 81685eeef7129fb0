# SPDX-License-Identifier: EUPL-1.2
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from processors.limits import Limits, check_file, check_pixels, child_cpu_limit
from schemas.errors import ImageTooLarge, WorkerLimit


def run(script: str) -> "subprocess.CompletedProcess[str]":
    """Limits are for good: they are tried in a process of their own."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)


def test_past_its_memory_limit_a_process_gets_an_error_not_the_machine() -> None:
    done = run(
        "from processors.limits import Limits, apply_limits\n"
        "apply_limits(Limits(memory_bytes=300 << 20))\n"
        "held = bytearray(100 << 20)\n"
        "try:\n    more = bytearray(400 << 20)\n"
        "except MemoryError:\n    print('stopped')\n"
    )
    assert done.stdout == "stopped\n", done.stderr


def test_a_child_inherits_the_memory_limit() -> None:
    done = run(
        "import subprocess, sys\n"
        "from processors.limits import Limits, apply_limits\n"
        "apply_limits(Limits(memory_bytes=300 << 20))\n"
        "child = subprocess.run([sys.executable, '-c', 'bytearray(400 << 20)'], capture_output=True, text=True)\n"
        "print(child.stderr.strip().splitlines()[-1])\n"
    )
    assert done.stdout == "MemoryError\n", done.stderr


def test_three_gib_are_enough_for_opencv_tesseract_and_an_a4_page_in_colour() -> None:
    done = run(
        "import os; os.environ['OMP_THREAD_LIMIT'] = '1'\n"
        "from processors.limits import Limits, apply_limits\n"
        "apply_limits(Limits())\n"
        "import cv2, numpy as np\n"
        "from processors.read import open_engine\n"
        "cv2.setNumThreads(1)\n"
        "page = np.full((3508, 2480, 3), 230, np.uint8)\n"
        "cv2.putText(page, 'Council Minutes', (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 4, (20, 20, 20), 8)\n"
        "gray = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), (3, 3), 0)\n"
        "engine = open_engine('tesserocr', None)\n"
        "reading = engine.read(gray, 300.0, ['eng'])\n"
        "print(' '.join(w.text for b in reading.blocks for line in b.lines for w in line.words))\n"
    )
    assert done.stdout == "Council Minutes\n", done.stderr


def test_a_worker_leaves_no_core_file_and_pillow_knows_the_limit() -> None:
    done = run(
        "import resource\nfrom PIL import Image\n"
        "from processors.limits import Limits, apply_limits\n"
        "apply_limits(Limits(max_page_pixels=1234))\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), Image.MAX_IMAGE_PIXELS)\n"
    )
    assert done.stdout == "(0, 0) 1234\n", done.stderr


def test_the_limit_itself_is_allowed() -> None:
    limits = Limits(max_page_pixels=100)
    check_pixels(Path("page.tif"), 10, 10, limits)
    with pytest.raises(ImageTooLarge) as caught:
        check_pixels(Path("drop/page.tif"), 101, 1, limits)
    assert caught.value.fields == {"file": "page.tif", "pixels": 101, "limit": 100}


def test_a_file_is_measured_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.tif"
    path.write_bytes(bytes(11))
    check_file(path, Limits(max_file_bytes=11))
    with pytest.raises(WorkerLimit):
        check_file(path, Limits(max_file_bytes=10))


def test_a_program_that_never_ends_is_ended_by_the_kernel_and_ours_goes_on() -> None:
    before = resource.getrlimit(resource.RLIMIT_CPU)
    started = time.process_time()
    # The child inherits an absolute figure, which begins where this process stands: allow it that much and a little.
    with child_cpu_limit(1):
        soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
        assert soft <= started + 4
    assert resource.getrlimit(resource.RLIMIT_CPU) == before
    done = run(
        "import subprocess, sys\nfrom processors.limits import child_cpu_limit\n"
        "with child_cpu_limit(1):\n"
        "    child = subprocess.run([sys.executable, '-c', 'while True: pass'])\n"
        "print(child.returncode)\n"
    )
    assert done.stdout == "-24\n", done.stderr  # SIGXCPU
