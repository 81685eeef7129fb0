# SPDX-License-Identifier: EUPL-1.2
"""OCRmyPDF, the external program: prepares, reads and writes a whole PDF, file to file.

It is no part of what Arhivar needs; where the setting `composer` asks for it, it must be installed in the same Python
(`pip install ocrmypdf`). It is run as a program of its own, in a process group that ends with it.
"""

import importlib.util
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from processors.hocr import HocrPage, read_hocr
from schemas.disk import disk_errors, has_no_room
from schemas.errors import DiskFull, ToolFailed, ToolMissing, ToolTimeout
from schemas.page import Agent

TOOL = "OCRmyPDF"
_PACKAGE = "ocrmypdf"
_LAST_WORDS = 600


@dataclass(frozen=True, slots=True)
class OcrMyPdfLimits:
    """What a run may take: `page_seconds` a page on the average, and `memory_bytes` each of its processes."""

    page_seconds: int = 300
    memory_bytes: int = 3 << 30
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class OcrMyPdf:
    """OCRmyPDF of this Python, with the language models in `tessdata`, or where Tesseract finds them."""

    limits: OcrMyPdfLimits
    tessdata: Path | None = None

    @property
    def agent(self) -> Agent:
        """Name and version. Raises ToolMissing where it is not installed."""
        if importlib.util.find_spec(_PACKAGE) is None:
            raise ToolMissing(tool=TOOL, detail=f"no package {_PACKAGE} in {sys.prefix}; composer = ocrmypdf needs it")
        return Agent(name=TOOL, version=version(_PACKAGE))

    def run(
        self, source: Path, target: Path, pages: int, languages: Sequence[str], folder: Path
    ) -> list[HocrPage | None]:
        """Read the PDF `source` of `pages` pages into the PDF/A `target`; what was read, page by page.

        None for a page that it left no hOCR of. `source` must have no text: OCRmyPDF refuses one that has. `folder`,
        which must be empty, takes temporary files. Raises ToolMissing, ToolTimeout, ToolFailed, DiskFull,
        DiskUnavailable; no process of it is left then.
        """
        _ = self.agent
        command = [
            *(sys.executable, "-m", _PACKAGE, "--quiet", "--keep-temporary-files"),
            *("--deskew", "--rotate-pages", "--output-type", "pdfa-2", "--pdf-renderer", "fpdf2"),
            *("--tesseract-timeout", str(self.limits.page_seconds), "--jobs", str(self.limits.jobs)),
            *("--language", "+".join(languages), str(source), str(target)),
        ]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
        if self.tessdata is not None:
            environment["TESSDATA_PREFIX"] = str(self.tessdata)
        log = folder / "said.txt"
        with disk_errors(folder):
            status = self._execute(command, environment, log, self.limits.page_seconds * max(1, pages))
            if has_no_room(folder):  # then what it wrote may be cut off
                raise DiskFull(where=str(folder))
            if status != 0 or not target.is_file():
                raise ToolFailed(tool=TOOL, status=status, detail=_last_words(log))
            try:
                return [_page_read(folder, number, languages) for number in range(1, pages + 1)]
            except ValueError as error:
                raise ToolFailed(tool=TOOL, status=status, detail=f"what it read: {error}") from error

    def _execute(self, command: Sequence[str], environment: dict[str, str], log: Path, seconds: float) -> int:
        with log.open("wb") as said:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
                start_new_session=True,
            )
            try:
                # Its Python has only begun; the programs that it starts inherit the limit.
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (self.limits.memory_bytes,) * 2)
                return process.wait(seconds)
            except subprocess.TimeoutExpired as error:
                raise ToolTimeout(tool=TOOL, seconds=f"{seconds:g}") from error
            finally:
                _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop it and all that it started, also what has outlived it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _page_read(folder: Path, number: int, languages: Sequence[str]) -> HocrPage | None:
    found = sorted(folder.glob(f"*/{number:06}_ocr_hocr.hocr"))
    return read_hocr(found[0].read_bytes(), languages) if found else None


def _last_words(log: Path) -> str:
    words = " ".join(log.read_text(encoding="utf-8", errors="replace").split())
    return words[-_LAST_WORDS:] or "nothing was said"
