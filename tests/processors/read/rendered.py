# SPDX-License-Identifier: EUPL-1.2
"""Small pages of printed text, drawn for tests of reading."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from processors.read.engine import Pixels

DPI = 150

ROMANIAN = (
    "Primăria municipiului, în ședința din 12 mai 1987,",
    "hotărăște eliberarea autorizației de construire",
    "pentru locuința proprietate a cetățeanului Ștefan",
    "Mureșan, domiciliat în strada Mărășești nr. 12.",
)
HUNGARIAN = (
    "A polgármesteri hivatal az 1987 május 12-én tartott",
    "ülésén engedélyezi a lakóház építését a főutcán,",
    "és felkéri a kérelmezőt a szükséges tervek",
    "bemutatására a következő hónap végéig.",
)
SECOND_BLOCK = ("Secretar, Ioan Popa", "Arhitect, Maria Ionescu")


def render(lines: Sequence[str], *, size: tuple[int, int] = (900, 420), at: tuple[int, int] = (60, 50)) -> Pixels:
    """Black text on white, grey, at `DPI`; `size` is (width, height) in pixels, `at` the text's top left corner.

    Needs DejaVu (Debian: fonts-dejavu-core), which Pillow looks for where fonts are kept.
    """
    image = Image.new("L", size, 255)
    font = ImageFont.truetype("DejaVuSerif.ttf", 26)
    draw = ImageDraw.Draw(image)
    left, top = at
    for number, line in enumerate(lines):
        draw.text((left, top + 36 * number), line, fill=0, font=font)
    return np.asarray(image)


def two_blocks() -> Pixels:
    """Four lines, a wide gap, and two lines of signatures."""
    page = render(ROMANIAN, size=(900, 800)).copy()
    page[480:] = render(SECOND_BLOCK, size=(900, 320), at=(420, 60))
    return page
