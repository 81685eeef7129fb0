# SPDX-License-Identifier: EUPL-1.2
"""What reading a page gave comes back as it was, from the work area and from the store alike."""

from pathlib import Path

import numpy as np
import pytest

from arhivar.steps.results import PageResults, StagedResults
from arhivar.steps.workarea import WorkArea
from processors.access import AccessImage
from processors.encoded import Codec, EncodedImage, encode_g4, encode_jpeg
from processors.layers import Layer
from processors.page import ProcessedPage
from repository.filesystem_store import FilesystemStore
from schemas.page import Geometry, Matrix, PageResult

KEY = "ab" * 32


def layered_page() -> ProcessedPage:
    random = np.random.default_rng(3)
    gray = random.integers(0, 255, (40, 30), dtype=np.uint8)
    layers = (
        Layer(encode_jpeg(gray[:20], 60), Matrix(a=2, c=5, e=2, f=7)),
        Layer(encode_jpeg(gray[:10, :10], 60), Matrix(a=9, e=12), encode_g4(gray)),
    )
    image = AccessImage(encode_jpeg(gray, 30), Matrix(a=3, e=3), 90, 120, 300.0, layers)
    geometry = Geometry(source_width_px=90, source_height_px=120, source_dpi=300, width_px=90, height_px=120, dpi=300)
    return ProcessedPage(PageResult(source_digest="0" * 64, geometry=geometry), image)


@pytest.fixture(params=["work area", "store"])
def results(request: pytest.FixtureRequest, tmp_path: Path) -> PageResults:
    if request.param == "work area":
        return WorkArea(tmp_path)
    store = FilesystemStore(tmp_path / "store")
    store.initialise()
    return StagedResults(store, "ingest")


def test_a_page_in_layers_comes_back_as_it_was(results: PageResults) -> None:
    page = layered_page()
    results.keep_page(KEY, page)
    assert results.load_page(KEY) == page


def test_a_bitonal_page_comes_back_as_it_was(results: PageResults) -> None:
    stream = EncodedImage(Codec.FLATE, b"rows", 90, 120, components=1, bits=1, invert=True, png_rows=True)
    page = ProcessedPage(layered_page().result, AccessImage(stream, Matrix(), 90, 120, 300.0))
    results.keep_page(KEY, page)
    assert results.load_page(KEY) == page


def test_a_page_whose_layers_were_damaged_counts_as_absent(tmp_path: Path) -> None:
    area = WorkArea(tmp_path)
    area.keep_page(KEY, layered_page())
    (kept,) = tmp_path.rglob("*.img")
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    assert area.load_page(KEY) is None
