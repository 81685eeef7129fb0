# SPDX-License-Identifier: EUPL-1.2
"""The sample binders at full quality (300 dpi colour), as the generator draws them, and never any other pages.

Their digests stand in `samples-full.sha256`, fixed before anything was measured on them: where generator, fonts or a
library draw otherwise, the pages are others, and figures cannot be compared.
"""

import hashlib
from pathlib import Path

from sample_scans import generate
from sample_scans.fonts import Face, find_font
from schemas.errors import ToolMissing

DIGESTS = Path(__file__).with_name("samples-full.sha256")


class OtherPages(Exception):
    """Pages that are not the ones whose digests are committed."""


def missing_fonts() -> list[str]:
    """What keeps the generator from drawing: `file (how to get it)` each; empty where nothing does."""
    missing = {}
    for face in Face:
        try:
            find_font(face)
        except ToolMissing as error:
            missing[face.file] = f"{face.file} ({error.fields['detail']})"
    return sorted(missing.values())


def full_quality_samples(folder: Path, digests: Path = DIGESTS) -> Path:
    """`folder` with the binders in it, drawn where they are not there yet (two minutes).

    Raises OtherPages where a page is not the one whose digest is committed, ToolMissing where a font is missing.
    """
    wanted = read_digests(digests)
    if not all((folder / name).is_file() for name in wanted):
        status = generate.main(["--out", str(folder), "--quality", "full"])
        if status:
            raise OtherPages(f"the generator ended with {status}")
    check_pages(folder, wanted)
    return folder


def read_digests(file: Path) -> dict[str, str]:
    """SHA-256 by file name, from a list as sha256sum(1) writes it."""
    lines = (line.split(maxsplit=1) for line in file.read_text(encoding="ascii").splitlines())
    return {name: digest for digest, name in lines}


def check_pages(folder: Path, wanted: dict[str, str]) -> None:
    """Raises OtherPages, with the first page that is another one."""
    for name, digest in wanted.items():
        page = folder / name
        found = hashlib.sha256(page.read_bytes()).hexdigest() if page.is_file() else "missing"
        if found != digest:
            raise OtherPages(
                f"{page} is not the page that was agreed on (SHA-256 {found}, not {digest}): fonts, numpy, OpenCV or "
                "Pillow are others here, or the generator has changed. --samples committed measures the committed pages"
            )
