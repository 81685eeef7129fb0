# SPDX-License-Identifier: EUPL-1.2
"""Finds the fonts that drawing a page needs. They come from Debian packages (sample_scans/README.md)."""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from schemas.errors import ToolMissing

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


class Face(Enum):
    """A font file and the Debian package that holds it."""

    TYPEWRITER = ("GNUTypewriter.ttf", "fonts-gnutypewriter")
    HAND = ("dkgIt.ttf", "fonts-dkg-handwriting")
    SERIF = ("LiberationSerif-Regular.ttf", "fonts-liberation")
    SERIF_BOLD = ("LiberationSerif-Bold.ttf", "fonts-liberation")
    SANS = ("LiberationSans-Regular.ttf", "fonts-liberation")
    SANS_BOLD = ("LiberationSans-Bold.ttf", "fonts-liberation")
    BROKEN = ("Blankenburg_UNZ1A.ttf", "fonts-blankenburg")
    SANS_NARROW = ("LiberationSansNarrow-Bold.ttf", "fonts-liberation")

    @property
    def file(self) -> str:
        return self.value[0]

    @property
    def package(self) -> str:
        return self.value[1]


@lru_cache
def find_font(face: Face, folders: Sequence[Path] = FONT_FOLDERS) -> Path:
    """The font's file. Raises ToolMissing with the package to install."""
    for folder in folders:
        for path in sorted(folder.rglob(face.file)):
            return path
    raise ToolMissing(tool=face.file, detail=f"Debian: apt-get install {face.package}")


@lru_cache(maxsize=64)
def open_font(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """The font at an em of `size_px` pixels, with the layout that every build of Pillow has."""
    return ImageFont.truetype(str(find_font(face)), size_px, layout_engine=ImageFont.Layout.BASIC)
