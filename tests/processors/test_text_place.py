# SPDX-License-Identifier: EUPL-1.2
"""The text of an access PDF lies over the words that are seen, from the scan to what readers show."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from benchmarks.agreement import align_words
from processors.access import AccessSettings, make_access_image
from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.decode import decode_frame
from processors.encoded import encode_g4
from processors.ink import Pixels, as_gray
from processors.limits import Limits
from processors.page import PageSettings, PageSource, process_page
from processors.read import open_engine
from processors.straighten import PrepareSettings, prepare_page
from schemas.page import Block, Box, Geometry, Line, PageResult, Word
from schemas.reading import Fidelity
from tests.processors.compose_material import DESCRIPTION, ROOT, page_of, picture_of

BINDER, NUMBER = "permits-1987", 3
SCAN = ROOT / "sample_scans" / BINDER / f"{NUMBER:03}.jpg"
WITHIN_PX = 2.0
"""At 300 dpi."""


def true_words(geometry: Geometry) -> list[tuple[int, str, Box]]:
    """Line, text and box of each word that the generator printed, on the straightened page."""
    truth = json.loads((ROOT / "sample_scans" / "truth" / BINDER / "pages.json").read_text(encoding="utf-8"))
    words: list[dict[str, Any]] = truth["pages"][NUMBER - 1]["words"]
    found = []
    for word in words:
        corners = [geometry.matrix.map(x, y) for x, y in word["quad"]]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        box = Box(left=round(left), top=round(top), right=round(right), bottom=round(bottom))
        found.append((int(word["line"]), str(word["text"]), box))
    return found


def text_boxes(pdf: Path) -> list[tuple[str, Box, tuple[float, ...]]]:
    """Words of the PDF's text with their boxes in pixels of 300 dpi, whole for the matching and exact."""
    said = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True, timeout=60).stdout.decode()
    found: list[tuple[str, Box, tuple[float, ...]]] = []
    for line in said.splitlines():
        if "<word " in line:
            head, _, rest = line.partition(">")
            left, top, right, bottom = (float(part.split('"')[1]) * 300 / 72 for part in head.split()[1:])
            whole = Box(left=round(left), top=round(top), right=round(right), bottom=round(bottom))
            found.append((rest.removesuffix("</word>"), whole, (left, top, right, bottom)))
    return found


def test_text_ends_and_begins_where_its_word_does_on_the_line_that_it_stands_on(tmp_path: Path) -> None:
    """With boxes that are surely right: those of the generator."""
    frame = decode_frame(SCAN, 0, Limits())
    prepared = prepare_page(frame, PrepareSettings(), 0)
    rows: dict[int, list[Word]] = {}
    for number, text, box in true_words(prepared.geometry):
        rows.setdefault(number, []).append(Word(text=text, box=box, confidence=90))
    lines = []
    for words in rows.values():
        box = words[0].box
        for word in words:
            box = box.union(word.box)
        lines.append(Line(box=box, words=tuple(words)))
    whole = Box(left=0, top=0, right=prepared.geometry.width_px, bottom=prepared.geometry.height_px)
    result = PageResult(
        source_digest=frame.digest, geometry=prepared.geometry, blocks=(Block(box=whole, lines=tuple(lines)),)
    )
    access = make_access_image(frame, prepared, AccessSettings())
    target = tmp_path / "page.pdf"
    compose_pdf(target, DESCRIPTION, [ComposePage(1, result, access)], ComposeSettings())
    found = text_boxes(target)
    expected = [(word.text, word.box, line.box) for line in lines for word in line.words]
    assert [text for text, _, _ in found] == [text for text, _, _ in expected]
    scale = 300 / prepared.geometry.dpi
    for (text, box, line_box), (_, _, place) in zip(expected, found, strict=True):
        assert place[0] == pytest.approx(box.left * scale, abs=WITHIN_PX), text
        assert place[2] == pytest.approx(box.right * scale, abs=WITHIN_PX), text
        assert place[1] == pytest.approx(line_box.top * scale, abs=WITHIN_PX), text
        assert place[3] == pytest.approx(line_box.bottom * scale, abs=WITHIN_PX), text


@pytest.mark.parametrize("gap_px", [0, 2, 5, 12])
def test_words_that_stand_close_are_still_words(tmp_path: Path, gap_px: int) -> None:
    """Readers tell words apart by their gaps, whatever spaces there are between them."""
    words, x = [], 90
    for text in ("der", "Magistrat", "der", "Stadt", "a"):
        words.append(Word(text=text, box=Box(left=x, top=150, right=x + 11 * len(text), bottom=180), confidence=90))
        x = words[-1].box.right + gap_px
    line = Line(box=Box(left=90, top=140, right=x, bottom=190), words=tuple(words))
    target = tmp_path / "page.pdf"
    page = page_of(1, encode_g4(picture_of([line])), [line])
    compose_pdf(target, DESCRIPTION, [page], ComposeSettings())
    for way in ("-raw", "-layout"):
        said = subprocess.run(["pdftotext", way, target, "-"], capture_output=True, check=True, timeout=60).stdout
        assert said.decode().split() == [word.text for word in words], way


def test_text_that_was_read_lies_where_the_words_were_typed(tmp_path: Path) -> None:
    settings = PageSettings(languages=("ron",))
    page = process_page(PageSource(SCAN), settings, open_engine("tesserocr", None))
    target = tmp_path / "page.pdf"
    compose_pdf(target, DESCRIPTION, [ComposePage(1, page.result, page.image)], ComposeSettings())
    scale = 300 / page.result.geometry.dpi
    found = text_boxes(target)
    places = {id(box): place for _, box, place in found}
    truth = [(text, box) for _, text, box in true_words(page.result.geometry)]
    pairs = align_words(truth, [(text, box) for text, box, _ in found])
    off = np.array(
        [
            (places[id(box)][0] - true_box.left * scale, places[id(box)][2] - true_box.right * scale)
            for (_, true_box), (_, box) in pairs
        ]
    )
    assert len(pairs) > 0.9 * len(truth)
    assert np.abs(np.median(off, axis=0)).max() < WITHIN_PX / 2
    assert np.percentile(np.abs(off), 98) < WITHIN_PX


@pytest.mark.parametrize("fidelity", Fidelity)
def test_the_picture_lies_where_the_page_was_read_in_two_renderers(fidelity: Fidelity, tmp_path: Path) -> None:
    frame = decode_frame(SCAN, 0, Limits())
    prepared = prepare_page(frame, PrepareSettings(), 0)
    access = make_access_image(frame, prepared, AccessSettings(fidelity=fidelity))
    target = tmp_path / "page.pdf"
    result = PageResult(source_digest=frame.digest, geometry=prepared.geometry)
    compose_pdf(target, DESCRIPTION, [ComposePage(1, result, access)], ComposeSettings())
    dpi = prepared.geometry.dpi
    drawn = subprocess.run(["pdftoppm", "-gray", "-r", f"{dpi}", target], capture_output=True, check=True, timeout=60)
    with pypdfium2.PdfDocument(target) as pdf:
        by_pdfium = pdf[0].render(scale=dpi / 72, grayscale=True).to_numpy()
    page = as_gray(prepared.pixels)
    for shown in (np.asarray(Image.open(io.BytesIO(drawn.stdout))), by_pdfium.reshape(by_pdfium.shape[:2])):
        for part in np.array_split(np.arange(page.shape[0]), 3):  # a scale that is wrong moves one end of the page
            right, down = moved(page[part[0] : part[-1]], shown[part[0] : part[-1], : page.shape[1]])
            assert max(abs(right), abs(down)) * 300 / dpi < WITHIN_PX


def moved(page: Pixels, shown: Pixels) -> tuple[float, float]:
    """How far right and down `shown` lies of `page`, in pixels."""
    height, width = min(page.shape[0], shown.shape[0]), min(page.shape[1], shown.shape[1])
    one, other = (np.ascontiguousarray(image[:height, :width], np.float32) for image in (page, shown))
    (right, down), _ = cv2.phaseCorrelate(one, other)
    return right, down
