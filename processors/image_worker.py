# SPDX-License-Identifier: EUPL-1.2
"""What runs inside a process that makes pages' pyramids: start under limits, then one page after the other."""

import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from processors.limits import Limits, apply_limits
from processors.orphans import die_with
from processors.worker import guarded
from schemas.errors import ArhivarError

if TYPE_CHECKING:  # numpy and OpenCV are loaded once the limits stand
    from processors.shown_source import PageToShow


def start_image_worker(parent: int, folder: str, limits: Limits) -> None:
    """Bind this process to its parent and its limits. Temporary files go to `folder`."""
    die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing to put in order: the pool removes the folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which ends us
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    tempfile.tempdir = folder
    apply_limits(limits)


def make_pyramid(page: "PageToShow", target: Path, limits: Limits) -> ArhivarError | None:
    """Write the page's pyramid to `target`. Its errors are returned, so that they cross the pipe as data."""

    def make() -> None:
        import cv2

        from processors.pyramid import write_pyramid
        from processors.shown_page import show_page

        cv2.setNumThreads(1)
        shown = show_page(page, limits)
        with target.open("wb") as file:
            write_pyramid(file, shown.width_px, shown.height_px, shown.bands)

    return guarded(make, target)
