# SPDX-License-Identifier: EUPL-1.2
"""hOCR: a page's words with their places, as Tesseract writes them (The hOCR Embedded OCR Workflow, 1.2)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from processors.read.engine import Reading
from processors.read.words import SaidWord, assemble

_PARAGRAPH = "ocr_par"
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
_WORD = "ocrx_word"
_BOX = re.compile(r"\bbbox (-?\d+) (-?\d+) (-?\d+) (-?\d+)")
_CONFIDENCE = re.compile(r"\bx_wconf (\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class HocrPage:
    """A page's size in pixels, and its words in them."""

    width_px: int
    height_px: int
    reading: Reading


def read_hocr(data: bytes, languages: Sequence[str]) -> HocrPage:
    """The one page of an hOCR file, its words normalised as any engine's. Nothing is fetched.

    Raises ValueError for what is not hOCR with a page.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error
    page = None if root is None else next((one for one in root.iter("{*}div") if one.get("class") == "ocr_page"), None)
    if page is None:
        raise ValueError("no page in it")
    _, _, width_px, height_px = _box(page)
    return HocrPage(width_px, height_px, assemble(list(_said(page)), width_px, height_px, languages))


def _said(page: etree._Element) -> Iterator[SaidWord]:
    block = line = 0
    for element in page.iter("{*}p", "{*}span"):
        kind = element.get("class")
        if kind == _PARAGRAPH:
            block += 1
        elif kind in _LINES:
            line += 1
        elif kind == _WORD:
            confidence = _CONFIDENCE.search(element.get("title", ""))
            text = "".join(str(part) for part in element.itertext())
            yield SaidWord(block, line, text, _box(element), float(confidence.group(1)) if confidence else 0.0)


def _box(element: etree._Element) -> tuple[int, int, int, int]:
    found = _BOX.search(element.get("title", ""))
    if found is None:
        raise ValueError(f"an element of class {element.get('class')} without a place")
    left, top, right, bottom = (int(part) for part in found.groups())
    return left, top, right, bottom
