# SPDX-License-Identifier: EUPL-1.2
"""Pages to compose: pictures with words at known places, in every form that a page's image can have."""

import os
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pikepdf
import pytest

from processors.access import AccessImage
from processors.compose import ComposePage
from processors.encoded import Codec, EncodedImage, Pixels, encode_g4, encode_jpeg
from processors.layers import Layer
from processors.verapdf import VeraPdf
from schemas.page import Block, Box, Geometry, Line, Matrix, PageKind, PageResult, Word
from schemas.unit import UnitDescription

DPI = 150.0
WIDTH_PX, HEIGHT_PX = 900, 1200
ROOT = Path(__file__).resolve().parents[2]

DESCRIPTION = UnitDescription(
    reference_code="RO-TM-1/1987/12",
    title="Autorizații de construire & desființare <1987>",
    fonds="Consiliul Popular al Municipiului Timișoara",
    date_from="1987-01",
    date_to="1987-12-31",
    languages=("ron", "hun"),
)

TEXT = (
    ("Autorizație", "nr.", "44", "din", "3", "martie", "1987"),
    ("Ștefan", "Țăranu,", "domiciliat", "în", "Strada", "Mărășești", "(12)"),
    ("a\\b", "100%", "hotărîre", "őrült", "Größe", "—", "sfîrșit."),
)


def lines_of(rows: Sequence[Sequence[str]], left: int = 90, top: int = 150, leading: int = 90) -> tuple[Line, ...]:
    """The words laid out in rows, 11 pixels a letter, 30 pixels high, as boxes."""
    lines = []
    for row, words in enumerate(rows):
        x, y, found = left, top + row * leading, []
        for text in words:
            box = Box(left=x, top=y, right=x + 11 * len(text), bottom=y + 30)
            found.append(Word(text=text, box=box, confidence=90))
            x = box.right + 12
        box = found[0].box.union(found[-1].box)
        lines.append(Line(box=box, words=tuple(found)))
    return tuple(lines)


def picture_of(lines: Sequence[Line]) -> Pixels:
    """A white page with each word's box filled black."""
    pixels = np.full((HEIGHT_PX, WIDTH_PX), 255, dtype=np.uint8)
    for line in lines:
        for word in line.words:
            pixels[word.box.top : word.box.bottom, word.box.left : word.box.right] = 0
    return pixels


def result_of(
    lines: Sequence[Line], language: str | None = "ron", width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX
) -> PageResult:
    geometry = Geometry(
        source_width_px=width_px,
        source_height_px=height_px,
        source_dpi=DPI,
        width_px=width_px,
        height_px=height_px,
        dpi=DPI,
    )
    blocks = (Block(box=Box(left=0, top=0, right=width_px, bottom=height_px), lines=tuple(lines)),) if lines else ()
    return PageResult(
        source_digest="0" * 64,
        geometry=geometry,
        kind=PageKind.PAGE if lines else PageKind.BLANK,
        language=language,
        blocks=blocks,
    )


def page_of(
    number: int,
    image: EncodedImage | None,
    lines: Sequence[Line] = (),
    *,
    placement: Matrix | None = None,
    language: str | None = "ron",
    dpi: float = DPI,
) -> ComposePage:
    access = None
    if image is not None:
        access = AccessImage(image, placement or Matrix(), WIDTH_PX, HEIGHT_PX, dpi)
    return ComposePage(number, result_of(lines, language), access)


def g4_page(number: int, rows: Sequence[Sequence[str]] = TEXT, language: str | None = "ron") -> ComposePage:
    """A bitonal page of `rows`."""
    lines = lines_of(rows)
    return page_of(number, encode_g4(picture_of(lines)), lines, language=language)


def encode_jbig2(bitonal: Pixels) -> EncodedImage:
    """A JBIG2 stream as PDF embeds it: page information and one generic region, coded by MMR (ITU-T T.88, 7.4.6)."""
    height, width = bitonal.shape
    coded = encode_g4(bitonal).data
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + b"\x01" + coded

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    data = segment(1, 48, page) + segment(2, 38, region)
    return EncodedImage(codec=Codec.JBIG2, data=data, width_px=width, height_px=height, components=1, bits=1)


def layered_page(number: int) -> ComposePage:
    """Purple type on yellow paper under a red picture, in layers."""
    lines = lines_of(TEXT)
    type_alone = encode_g4(picture_of(lines))
    colours = {"paper": (240, 230, 200), "red": (200, 40, 40), "ink": (70, 50, 110)}
    paper, red, ink = (
        encode_jpeg(np.full((HEIGHT_PX // 6, WIDTH_PX // 6, 3), shade, np.uint8), 90) for shade in colours.values()
    )
    over = (
        Layer(red, Matrix(a=1, c=600, e=1, f=900)),
        Layer(ink, Matrix(a=6, e=6), type_alone),
    )
    page = page_of(number, paper, lines, placement=Matrix(a=6, e=6))
    assert page.image is not None
    return replace(page, image=replace(page.image, layers=over))


def skewed(pixels: Pixels, degrees: float) -> tuple[Pixels, Matrix]:
    """The page as a scanner would have turned it, in a larger frame, and the way back to the page."""
    height, width = pixels.shape[:2]
    frame_width, frame_height = width + 120, height + 100
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += (60, 50)
    scanned = cv2.warpAffine(
        pixels,
        turn,
        (frame_width, frame_height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    (a, b, c), (d, e, f) = turn.tolist()
    # OpenCV's places are pixel centres; ours are continuous, half a pixel off.
    there = Matrix(a=a, b=b, c=c - (a + b - 1) / 2, d=d, e=e, f=f - (d + e - 1) / 2)
    return np.where(scanned < 128, 0, 255).astype(np.uint8), there.inverse()


def minutes_pages(source: Path) -> Iterator[ComposePage]:
    """The pages of one PDF of the minutes: its JBIG2 streams, and the words of its own text layer."""
    command = ["pdftotext", "-bbox-layout", str(source), "-"]
    listed = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    # The source's own text has control characters, which XML does not allow.
    tree = ElementTree.fromstring(bytes(byte for byte in listed if byte >= 32 or byte in b"\n\t"))  # noqa: S314
    space = "{http://www.w3.org/1999/xhtml}"

    def box(element: ElementTree.Element) -> Box:
        left, top, right, bottom = (
            round(float(element.attrib[name]) * 300 / 72) for name in ("xMin", "yMin", "xMax", "yMax")
        )
        return Box(left=left, top=top, right=right, bottom=bottom)

    with pikepdf.open(source) as pdf:
        for index, (words, page) in enumerate(zip(tree.iter(f"{space}page"), pdf.pages, strict=True)):
            stream = page.obj.Resources.XObject.Bg  # one page has a picture beside it
            width, height = int(stream.Width), int(stream.Height)
            image = EncodedImage(Codec.JBIG2, stream.read_raw_bytes(), width, height, components=1, bits=1)
            lines = tuple(
                Line(
                    box=box(line),
                    words=tuple(
                        Word(text=word.text or "", box=box(word), confidence=90) for word in line.iter(f"{space}word")
                    ),
                )
                for line in words.iter(f"{space}line")
            )
            access = AccessImage(image, Matrix(), width, height, 300)
            yield ComposePage(index + 1, result_of(lines, "eng", width, height), access)


def real_verapdf() -> VeraPdf:
    """veraPDF, from ARHIVAR_VERAPDF_HOME or `.tools/verapdf`; skips without it, except in CI."""
    home = Path(os.environ.get("ARHIVAR_VERAPDF_HOME") or ROOT / ".tools" / "verapdf")
    if not any(home.glob("greenfield-apps-*.jar")):
        reason = f"no veraPDF in {home}: run `make setup`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return VeraPdf(home)
