# SPDX-License-Identifier: EUPL-1.2
"""The font of the invisible text: one blank glyph that every character shares.

A reader of the PDF needs a font to find, mark and copy words that are not drawn. PDF/A-2u asks that the font is
embedded, that its widths are those of the program (ISO 19005-2, 6.2.11.5), that no text uses `.notdef` (6.2.11.8) and
that each code leads to Unicode (6.2.11.7.2). So the program has `.notdef` and one blank glyph, half an em wide, and
`CIDToGIDMap` sends each code to the blank one.

The code of a character of the Basic Multilingual Plane is the character itself (UTF-16, big-endian); characters
beyond it take codes of the surrogate and private areas, which cleaned text does not use otherwise.
"""

import io
import re
import unicodedata
import zlib
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

ADVANCE = 0.5
"""Width of each character, in ems."""

_UNITS_PER_EM = 1000
_NAME = "ArhivarBlank"
_REPLACEMENT = 0xFFFD
_BORROWED = range(0xD800, 0xF900)  # surrogates, then private use: 8,448 places for characters beyond the BMP
_CMAP_ROW = re.compile(rb"^<(....)><(....)><((?:....)+)>$", re.MULTILINE)
_NOT_TEXT = frozenset({"Cc", "Cs", "Co"})


def clean(text: str) -> str:
    """The text with white space folded and without what ToUnicode must not name or what is no text: U+0000, U+FEFF,
    U+FFFE and the other non-characters, control characters, lone surrogates, private use.
    """
    kept = "".join(char for char in text if char.isspace() or _is_text(char))
    return " ".join(kept.split())


def _is_text(char: str) -> bool:
    code = ord(char)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or code == 0xFEFF:
        return False
    return unicodedata.category(char) not in _NOT_TEXT


class BlankFont:
    """The font of one PDF. It remembers which characters were used, for the map back to Unicode."""

    def __init__(self) -> None:
        self._used: dict[int, str] = {}
        self._borrowed: dict[str, int] = {}

    @classmethod
    def continued(cls, font: Object) -> "BlankFont":
        """The font that `embed` put into a PDF, to be used for more text there. Raises ValueError for another one."""
        continued = cls()
        for first, last, start in _CMAP_ROW.findall(font.ToUnicode.read_bytes()):
            value = ord(bytes.fromhex(start.decode()).decode("utf-16-be"))
            for code in range(int(first, 16), int(last, 16) + 1):
                char = chr(value + code - int(first, 16))
                continued._used[code] = char
                if ord(char) > 0xFFFF:
                    continued._borrowed[char] = code
        return continued

    def encode(self, text: str) -> bytes:
        """The codes of cleaned `text`, two bytes a character."""
        return b"".join(self._code(char).to_bytes(2, "big") for char in text)

    def _code(self, char: str) -> int:
        code = ord(char)
        if code > 0xFFFF:
            if char not in self._borrowed and len(self._borrowed) == len(_BORROWED):
                char, code = chr(_REPLACEMENT), _REPLACEMENT
            else:
                code = self._borrowed.setdefault(char, _BORROWED.start + len(self._borrowed))
        self._used[code] = char
        return code

    def embed(self, pdf: Pdf, target: Object) -> None:
        """Make the dictionary `target` of `pdf` the Type 0 font of the characters encoded so far."""
        program = font_program()
        descriptor = pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name("/" + _NAME),
                Flags=5,  # fixed pitch, symbolic
                FontBBox=Array([0, 0, int(ADVANCE * 1000), 1000]),
                ItalicAngle=0,
                # The box of a character is then the line's box in every reader; poppler takes a descent of 0 for a
                # missing one.
                Ascent=1000,
                Descent=-1,
                CapHeight=1000,
                StemV=80,
                FontFile2=packed(pdf, program, Length1=len(program)),
            )
        )
        descendant = pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.CIDFontType2,
                BaseFont=Name("/" + _NAME),
                CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
                FontDescriptor=descriptor,
                DW=int(ADVANCE * 1000),
                CIDToGIDMap=packed(pdf, b"\0\1" * (max(self._used, default=0) + 1)),
            )
        )
        target.Type = Name.Font
        target.Subtype = Name.Type0
        target.BaseFont = Name("/" + _NAME)
        target.Encoding = Name("/Identity-H")
        target.DescendantFonts = Array([descendant])
        target.ToUnicode = packed(pdf, self._to_unicode())

    def _to_unicode(self) -> bytes:
        """A CMap from codes to UTF-16. Ranges stay within one high byte, blocks within 100 entries, as the CMap
        specification (Adobe Technical Note 5014) asks.
        """
        ranges: list[tuple[int, int, int]] = []
        for code in sorted(self._used):
            value = ord(self._used[code])
            if ranges:
                first, last, start = ranges[-1]
                follows = code == last + 1 and value == start + code - first
                if follows and code >> 8 == first >> 8 and value >> 8 == start >> 8:
                    ranges[-1] = (first, code, start)
                    continue
            ranges.append((code, code, value))
        rows = [f"<{first:04X}><{last:04X}><{chr(value).encode('utf-16-be').hex()}>" for first, last, value in ranges]
        blocks = []
        for at in range(0, len(rows), 100):
            block = rows[at : at + 100]
            blocks.append("\n".join([f"{len(block)} beginbfrange", *block, "endbfrange"]))
        return "\n".join([_CMAP_HEAD, *blocks, _CMAP_TAIL]).encode("ascii")


_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000><FFFF>
endcodespacerange"""

_CMAP_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


@cache
def font_program() -> bytes:
    """The TrueType program: `.notdef` and one blank glyph, the seven tables that ISO 32000-1, 9.9 asks of a CIDFont."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    width = int(ADVANCE * _UNITS_PER_EM)
    # pdfium (Chrome) marks found words by their glyphs' outlines. This one has no area, but the extent of a letter.
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((width, _UNITS_PER_EM))
    pen.lineTo((width // 2, _UNITS_PER_EM // 2))
    pen.closePath()
    builder = FontBuilder(_UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "blank": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (width, 0), "blank": (width, 0)})
    builder.setupHorizontalHeader(ascent=1000, descent=-1)
    builder.updateHead(created=0, modified=0)
    builder.setupMaxp()
    builder.font.recalcTimestamp = False
    target = io.BytesIO()
    builder.font.save(target, reorderTables=True)
    return target.getvalue()


def packed(pdf: Pdf, data: bytes, **entries: int) -> pikepdf.Stream:
    """A stream of `data`, compressed as well as zlib can."""
    return pikepdf.Stream(pdf, zlib.compress(data, 9), Filter=Name.FlateDecode, **entries)
