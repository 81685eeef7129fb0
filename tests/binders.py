# SPDX-License-Identifier: EUPL-1.2
"""Small binders for tests: a few lines of clear print a page, as a scanner would drop them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

A5_PX = (875, 1240)
DPI = 150


def draw_page(path: Path, lines: Sequence[str], *, rotation_deg: int = 0, size_px: tuple[int, int] = A5_PX) -> None:
    """A white page (A5) at 150 dpi with the lines on it; JPEG, PNG or TIFF by the name."""
    image = Image.new("L", size_px, 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSans.ttf", 30)
    for index, line in enumerate(lines):
        draw.text((70, 90 + 60 * index), line, fill=0, font=font)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.rotate(rotation_deg, expand=True, fillcolor=255).save(path, dpi=(DPI, DPI))


def make_binder(
    inbox: Path,
    name: str,
    pages: Sequence[Sequence[str]],
    *,
    description: Mapping[str, object] | None = None,
    ready: bool = True,
    size_px: tuple[int, int] = A5_PX,
) -> Path:
    """A drop with a page image for each list of lines; `unit.json` where there is a description."""
    folder = inbox / name
    folder.mkdir(parents=True)
    for number, lines in enumerate(pages, start=1):
        draw_page(folder / f"{number:03}.png", lines, size_px=size_px)
    if description is not None:
        (folder / "unit.json").write_text(json.dumps(description), encoding="utf-8")
    if ready:
        (folder / "_READY").touch()
    return folder


def text_pages(count: int, word: str = "dosarul") -> list[list[str]]:
    """Pages of distinct, readable lines."""
    return [
        [f"Pagina numarul {number} din {word}", "Hotararea consiliului local", "privind lucrarile de construire"]
        for number in range(1, count + 1)
    ]
