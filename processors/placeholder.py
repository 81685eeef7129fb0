# SPDX-License-Identifier: EUPL-1.2
"""The page that stands for one that could not be read: it says so, and where the original lies.

Its text is drawn into a bitonal image, since a visible font would have to be embedded, and lies over it invisibly like
that of any page. The letters come from the font inside OpenCV, which knows Romanian, so no system font is needed.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processors.access import AccessImage
from processors.encoded import Pixels, encode_g4
from processors.shown_source import PLACEHOLDER_PX
from schemas.messages import Language, Message
from schemas.page import Box, Line, Matrix, Word

DPI = 150.0
_WIDTH_PX, _HEIGHT_PX = PLACEHOLDER_PX
_MARGIN_PX = 140
_LETTER_PX = 34
_LEADING_PX = 58

_HEADING = Message(ro="Pagina {number}", en="Page {number}")
_BODY = Message(
    ro="Imaginea acestei pagini nu a putut fi citită. Originalul, așa cum a fost scanat, se păstrează neschimbat în "
    "pachetul unității arhivistice {unit}: {original}.",
    en="The image of this page could not be read. The original, as it was scanned, is kept unchanged in the package of "
    "the archival unit {unit}: {original}.",
)
_FOLDER = Message(ro="folderul masters", en="folder masters")


@dataclass(frozen=True)
class Placeholder:
    """An A4 page: its image, and the words on it in its pixels."""

    image: AccessImage
    lines: tuple[Line, ...]


def make_placeholder(number: int, unit: str, original: str | None = None) -> Placeholder:
    """A page that says in Romanian and English that page `number` of `unit` could not be read.

    `original` is the logical path of the page's master in the package, where it is known.
    """
    bitonal, lines = draw_placeholder(number, unit, original)
    image = AccessImage(image=encode_g4(bitonal), placement=Matrix(), width_px=_WIDTH_PX, height_px=_HEIGHT_PX, dpi=DPI)
    return Placeholder(image, lines)


def draw_placeholder(number: int, unit: str, original: str | None = None) -> tuple[Pixels, tuple[Line, ...]]:
    """Its pixels (HxW, 0 and 255), and the words on it; the arguments are those of `make_placeholder`."""
    canvas = np.full((_HEIGHT_PX, _WIDTH_PX), 255, dtype=np.uint8)
    lines: list[Line] = []
    top = 3 * _MARGIN_PX
    for language in (Language.RO, Language.EN):
        where = original or _FOLDER.say(language)
        for message, letter_px, weight in ((_HEADING, 2 * _LETTER_PX, 700), (_BODY, _LETTER_PX, 400)):
            text = message.say(language, {"number": number, "unit": unit, "original": where})
            written = _write(canvas, text, top, letter_px, weight)
            lines.extend(written)
            top = written[-1].box.bottom + _LEADING_PX // 2
        top += 2 * _LEADING_PX
    return np.where(canvas < 128, 0, 255).astype(np.uint8), tuple(lines)


def _write(canvas: np.ndarray, text: str, top: int, letter_px: int, weight: int) -> list[Line]:
    """Draw `text` from `top` down, broken between words, and say where its words are."""
    font = cv2.FontFace("sans")
    right = _WIDTH_PX - _MARGIN_PX
    lines: list[list[Word]] = [[]]
    x, base = _MARGIN_PX, top + letter_px
    for word in text.split():
        width = _width(word, font, letter_px, weight)
        if lines[-1] and x + width > right:
            x, base = _MARGIN_PX, base + letter_px * 3 // 2
            lines.append([])
        cv2.putText(canvas, word, (x, base), (0,), font, letter_px, weight)
        box = Box(left=x, top=base - letter_px, right=x + width, bottom=base + letter_px // 4)
        lines[-1].append(Word(text=word, box=box, confidence=100))
        x += width + letter_px // 3
    return [_line(words) for words in lines if words]


def _width(word: str, font: cv2.FontFace, letter_px: int, weight: int) -> int:
    left, _, width, _ = cv2.getTextSize((_WIDTH_PX, _HEIGHT_PX), word, (0, 0), font, letter_px, weight)
    return max(1, int(left + width))


def _line(words: list[Word]) -> Line:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Line(box=box, words=tuple(words))
