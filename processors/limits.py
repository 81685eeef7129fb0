# SPDX-License-Identifier: EUPL-1.2
"""How much one page may ask of a worker, and how a worker holds itself (and its children) to it."""

import resource
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ImageTooLarge, WorkerLimit

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost.

    `max_page_pixels` lets an A0 plan at 400 dpi through (about 250 million pixels) and stops a bomb.
    """

    max_page_pixels: int = 300_000_000
    max_file_bytes: int = 2 * _GIB
    memory_bytes: int = 3 * _GIB
    """RLIMIT_DATA of a worker, and of each program that it starts."""
    page_seconds: int = 300

    @property
    def tool_seconds(self) -> int:
        """What an external program may take: less than a page, so that the worker is there to end it."""
        return max(1, self.page_seconds // 2)


def apply_limits(limits: Limits) -> None:
    """Hold this process, for good, to the limits on memory and pixels, and let it leave no core file.

    Called once when a worker starts; children inherit the memory limit. The kernel counts private writable memory
    (Linux, setrlimit(2), RLIMIT_DATA), whether touched or not; past it, allocations fail.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    memory_bytes = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    allow_pixels(limits)


def allow_pixels(limits: Limits) -> None:
    """Make Pillow's own guard agree with ours; it speaks up at its limit and refuses at twice that."""
    from PIL import Image  # who only hands limits on starts without it

    Image.MAX_IMAGE_PIXELS = limits.max_page_pixels


def check_pixels(path: Path, width_px: int, height_px: int, limits: Limits) -> None:
    """Refuse an image by what its header says, before a pixel is decoded. Raises ImageTooLarge."""
    if width_px * height_px > limits.max_page_pixels:
        raise ImageTooLarge(file=path.name, pixels=width_px * height_px, limit=limits.max_page_pixels)


def check_file(path: Path, limits: Limits) -> None:
    """Refuse a file by its size. Raises WorkerLimit, and OSError where there is no such file."""
    size_bytes = path.stat().st_size
    if size_bytes > limits.max_file_bytes:
        raise WorkerLimit(file=path.name, limit=f"{limits.max_file_bytes} bytes")


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Pillow's warnings (odd metadata, sizes that we check ourselves) are kept from the log of each page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def child_cpu_limit(seconds: int) -> Iterator[None]:
    """Programs started inside inherit a bound on CPU time, so that none outlives a killed worker for long.

    The bound is soft and set relative to what this process has used, since a child inherits the absolute figure.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    if hard != resource.RLIM_INFINITY:
        bound = min(bound, hard)
    if soft != resource.RLIM_INFINITY:
        bound = min(bound, soft)
    resource.setrlimit(resource.RLIMIT_CPU, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
