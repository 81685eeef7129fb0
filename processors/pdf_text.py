# SPDX-License-Identifier: EUPL-1.2
"""The invisible text of one page, as PDF operators.

Each line is one run of text whose font size is the line's height, standing on the lower edge of the line's box. A word
is stretched to its box by horizontal scaling (`Tz`) and put in its place by the numbers of a `TJ` array, where it
would otherwise be off by more than a pixel at 300 dpi. Words are separated by real spaces, so that copied text is
words, not letters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from processors.pdf_font import ADVANCE, BlankFont, clean
from schemas.page import Line

PLACE_TOLERANCE = 0.24
"""How far a word may begin from its place, in points: a pixel at 300 dpi."""

WIDTH_TOLERANCE = 0.24
"""How far a word may end from its place beyond that, in points."""

_GAP = 0.17
"""Of the font size, between two words: with less than 0.15 poppler takes them for one (`minWordSpacing`)."""

_PLACE_STEP = 10  # thousandths of an em: half the tolerance on type of 12 points, no finer, rare numbers compress badly
_SCALE_STEPS = (5, 1, 0.2)  # percent; the coarsest that is within tolerance


@dataclass(frozen=True)
class PageFrame:
    """From derivative pixels to points: `scale` points a pixel, the page `height_px` pixels high."""

    scale: float
    height_px: int

    def x(self, x_px: float) -> float:
        return x_px * self.scale

    def y(self, y_px: float) -> float:
        return (self.height_px - y_px) * self.scale


def text_operators(lines: Iterable[Line], frame: PageFrame, font: BlankFont, language: str | None = None) -> bytes:
    """The text object of a page, in the order of `lines`; empty when there is no text.

    The font is the resource `/F`. With `language` (BCP 47) the text is marked as being in it.
    """
    pen = _Pen(font)
    for line in lines:
        _write_line(pen, line, frame)
    if not pen.operators:
        return b""
    text = b"BT 3 Tr\n" + b"\n".join(pen.operators) + b"\nET"
    if language is not None:
        text = b"/Span<</Lang(" + language.encode("ascii") + b")>>BDC\n" + text + b"\nEMC"
    return text


@dataclass
class _Pen:
    """What the PDF's text state is after the operators written so far."""

    font: BlankFont
    operators: list[bytes] = field(default_factory=list)
    size: float = 0.0
    percent: float = 0.0
    line_x: float = 0.0
    line_y: float = 0.0
    x: float = 0.0
    _run: list[bytes | int] = field(default_factory=list)

    def set_size(self, size: float) -> None:
        if size != self.size:
            self.size = size
            self.operators.append(b"/F " + number(size) + b" Tf")

    def start_line(self, x: float, y: float) -> None:
        self.operators.append(number(x - self.line_x) + b" " + number(y - self.line_y) + b" Td")
        self.line_x, self.line_y, self.x = x, y, x

    def set_percent(self, percent: float) -> None:
        if percent != self.percent:
            self.flush()
            self.percent = percent
            self.operators.append(number(percent) + b" Tz")

    def width(self, characters: int) -> float:
        """The width in points of so many characters now."""
        return characters * ADVANCE * self.size * self.percent / 100

    def move(self, distance: float) -> None:
        """Go right by about `distance` points."""
        unit = self.size * self.percent / 100 / 1000
        steps = round(distance / unit / _PLACE_STEP) * _PLACE_STEP
        if steps:
            self._run.append(-steps)
            self.x += steps * unit

    def show(self, text: str) -> None:
        codes = self.font.encode(text)
        last = self._run[-1] if self._run else None
        if isinstance(last, bytes):
            self._run[-1] = last + codes
        else:
            self._run.append(codes)
        self.x += self.width(len(text))

    def flush(self) -> None:
        if not self._run:
            return
        parts = [b"%d" % part if isinstance(part, int) else b"(" + _escaped(part) + b")" for part in self._run]
        shown = parts[0] + b"Tj" if len(parts) == 1 else b"[" + b"".join(parts) + b"]TJ"
        self.operators.append(shown)
        self._run.clear()


def _write_line(pen: _Pen, line: Line, frame: PageFrame) -> None:
    words = [(text, word.box) for word in line.words for text in [clean(word.text)] if text]
    if not words:
        return
    # Quarter points are a pixel at 300 dpi and fine enough for a line of text.
    pen.set_size(max(1.0, _quarter(line.box.height_px * frame.scale)))
    pen.start_line(_quarter(frame.x(words[0][1].left)), _quarter(frame.y(line.box.bottom)))
    for index, (text, box) in enumerate(words):
        left, right = frame.x(box.left), frame.x(max(box.right, box.left + 1))
        if index + 1 < len(words):
            room = frame.x(words[index + 1][1].left) - _GAP * pen.size - PLACE_TOLERANCE
            right = max(min(right, room), (left + right) / 2)
        _fit(pen, len(text), right - left)
        if abs(left - pen.x) > PLACE_TOLERANCE:
            pen.move(left - pen.x)
        pen.show(text if index == len(words) - 1 else text + " ")
    pen.flush()


def _fit(pen: _Pen, characters: int, width: float) -> None:
    """Scale so that so many characters fill `width`, leaving the scale where it fits."""
    natural = characters * ADVANCE * pen.size / 100
    if pen.percent and abs(pen.percent * natural - width) <= WIDTH_TOLERANCE:
        return
    percent = 0.0
    for step in _SCALE_STEPS:
        percent = max(1.0, round(width / natural / step) * step)
        if abs(percent * natural - width) <= WIDTH_TOLERANCE:
            break
    pen.set_percent(percent)


def _quarter(points: float) -> float:
    return round(points * 4) / 4


def number(value: float) -> bytes:
    """The shortest PDF number within a ten-thousandth of `value`."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        text = "0"
    return text.replace("0.", ".", 1).encode("ascii") if text.startswith(("0.", "-0.")) else text.encode("ascii")


def _escaped(codes: bytes) -> bytes:
    for special in (b"\\", b"(", b")"):
        codes = codes.replace(special, b"\\" + special)
    return codes.replace(b"\r", b"\\r")  # a bare CR in a string would be read as LF
