# SPDX-License-Identifier: EUPL-1.2
"""Where a page's picture comes from: what is handed to the process that makes it."""

from dataclasses import dataclass
from pathlib import Path

from schemas.page import Geometry


@dataclass(frozen=True, slots=True)
class MasterPage:
    """A page by its scan: the file, the 0-based frame in it, and the way from the scan to the page as read.

    With `sha512` (hex), the file must have that digest.
    """

    path: Path
    frame: int
    geometry: Geometry
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page that another program prepared: the access PDF, the 1-based page in it, its size and resolution.

    With `sha512` (hex), the file must have that digest.
    """

    path: Path
    number: int
    geometry: Geometry
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page that could not be read: the one that says so (`processors.placeholder.make_placeholder`)."""

    number: int
    unit: str
    original: str | None


PLACEHOLDER_PX = (1240, 1754)
"""Width and height of a page that stands for one that could not be read: A4 at 150 dpi."""

PageToShow = MasterPage | PdfPage | DrawnPage
