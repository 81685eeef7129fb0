# SPDX-License-Identifier: EUPL-1.2
"""Excerpts of access PDFs, looked at by poppler, PDFium and veraPDF beside the library that writes them."""

import hashlib
import random
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.encoded import Codec, EncodedImage
from processors.page_marks import PageMark, page_marks
from processors.pdf_pages import ExcerptSource, excerpt_pdf, say_numbers
from schemas.errors import ExcerptEmpty, PdfNotWritten
from tests.processors.compose_material import DESCRIPTION, ROOT, g4_page, layered_page, page_of, real_verapdf, result_of

SETTINGS = ComposeSettings()
FROM = "urn:uuid:85a52bfa-4b6e-56e2-81e9-fda4f3c73bbd#v2"
LAYERED, MISSING = 4, 7


def words_of(number: int) -> tuple[tuple[str, ...], ...]:
    return (("Foaia", f"numărul{number}", "ștampilă"), ("űrlap", "Größe", f"secret{number}"))


def made_page(number: int) -> ComposePage:
    if number == LAYERED:
        return layered_page(number)
    if number == MISSING:
        return ComposePage(number, result_of(()), None, original="masters/007.tif", origin="b/7")
    return replace(g4_page(number, words_of(number)), origin=f"b/{number}")


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two volumes of one unit: pages 1 to 8, and 9 to 12."""
    folder = tmp_path_factory.mktemp("volumes")
    paths = (folder / "volume-1.pdf", folder / "volume-2.pdf")
    for path, numbers in zip(paths, (range(1, 9), range(9, 13)), strict=True):
        compose_pdf(path, DESCRIPTION, (made_page(number) for number in numbers), SETTINGS)
    return paths


def excerpt(target: Path, volumes: tuple[Path, Path], numbers: Collection[int]) -> Path:
    excerpt_pdf(target, DESCRIPTION, (ExcerptSource(path, numbers) for path in volumes), FROM, SETTINGS)
    return target


def poppler_texts(path: Path) -> list[str]:
    said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, timeout=60).stdout.decode()
    return [" ".join(page.split()) for page in said.split("\f")[:-1]]


def pdfium_texts(path: Path) -> list[str]:
    document = pdfium.PdfDocument(path)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts


def all_streams(path: Path) -> bytes:
    """Every stream that is in the file, as it is stored."""
    with pikepdf.open(path) as pdf:
        return b"\n".join(one.read_raw_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream))


@settings(max_examples=15, deadline=None)
@given(numbers=st.sets(st.integers(1, 12), min_size=1))
def test_other_readers_see_the_wanted_pages_and_no_others(
    volumes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, numbers: set[int]
) -> None:
    target = excerpt(tmp_path_factory.mktemp("excerpt") / "e.pdf", volumes, numbers)
    for texts in (poppler_texts(target), pdfium_texts(target)):
        assert len(texts) == len(numbers)
        for number, text in zip(sorted(numbers), texts, strict=True):
            if number not in {LAYERED, MISSING}:
                assert f"numărul{number} " in text
                assert f"secret{number}" in text
    assert {mark.number for mark in page_marks(target)} == numbers


def test_nothing_of_the_other_pages_comes_along(volumes: tuple[Path, Path], tmp_path: Path) -> None:
    target = excerpt(tmp_path / "e.pdf", volumes, {2, 9})
    inside = all_streams(target)
    with pikepdf.open(volumes[0]) as pdf:
        pictures = [page.obj.Resources.XObject.I.read_raw_bytes() for page in pdf.pages]
    assert pictures[1] in inside
    assert not any(picture in inside for picture in pictures if picture != pictures[1])
    assert page_marks(target) == {PageMark(2, "b/2"), PageMark(9, "b/9")}


def test_what_leads_from_a_page_to_others_is_cut(volumes: tuple[Path, Path], tmp_path: Path) -> None:
    source = tmp_path / "linked.pdf"
    with pikepdf.open(volumes[0]) as pdf:
        there = pikepdf.Array([pdf.pages[LAYERED - 1].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 9, 9]), Dest=there
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.pages[0].obj.B = pikepdf.Array([pdf.pages[LAYERED - 1].obj])
        pdf.save(source)
        hidden = pdf.pages[LAYERED - 1].obj.Resources.XObject.I.read_raw_bytes()
    before = source.read_bytes()
    target = tmp_path / "e.pdf"
    excerpt_pdf(target, DESCRIPTION, [ExcerptSource(source, {1})], FROM, SETTINGS)
    assert hidden in all_streams(source)
    assert hidden not in all_streams(target)
    assert source.read_bytes() == before


def test_it_says_what_it_is_an_excerpt_of(volumes: tuple[Path, Path], tmp_path: Path) -> None:
    target = excerpt(tmp_path / "e.pdf", volumes, [1, 2, 3, 9, 11, 12])
    with pikepdf.open(target) as pdf:
        said = pdf.Root.Metadata.read_bytes().decode()
        assert str(pdf.docinfo.Title).endswith("<1987> (paginile 1–3, 9, 11–12)")
        assert str(pdf.docinfo.Subject).endswith("RO-TM-1/1987/12: paginile 1–3, 9, 11–12")
        assert [str(page.label) for page in pdf.pages] == ["1", "2", "3", "9", "11", "12"]
        entries = [pdf.Root.Outlines.First.First]
        while "/Next" in entries[-1]:
            entries.append(entries[-1].Next)
        led = [entry.Dest[0].objgen for entry in entries]
        assert led == [page.obj.objgen for page in pdf.pages]
        assert len(pdf.Root.OutputIntents) == 1
    assert f"<dc:source>{FROM}</dc:source>" in said
    assert "Excerpt of the archival unit RO-TM-1/1987/12: pages 1–3, 9, 11–12" in said
    assert "<dc:identifier>RO-TM-1/1987/12</dc:identifier>" in said


def test_the_same_pages_give_the_same_bytes_in_whatever_order_they_are_named(
    volumes: tuple[Path, Path], tmp_path: Path
) -> None:
    orders: list[Sequence[int]] = [[3, 4, 10], [10, 3, 4], [4, 4, 10, 3]]
    made = {
        hashlib.sha256(excerpt(tmp_path / f"{place}.pdf", volumes, numbers).read_bytes()).hexdigest()
        for place, numbers in enumerate(orders)
    }
    assert len(made) == 1


def test_an_excerpt_of_nothing_is_an_error_and_no_file(volumes: tuple[Path, Path], tmp_path: Path) -> None:
    for numbers in ([], [13, 400]):
        with pytest.raises(ExcerptEmpty):
            excerpt(tmp_path / "e.pdf", volumes, numbers)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_no_access_pdf_is_an_error_and_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "other.pdf", tmp_path / "e.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(source)
    for data in (source.read_bytes(), b"no PDF at all"):
        source.write_bytes(data)
        with pytest.raises(PdfNotWritten):
            excerpt_pdf(target, DESCRIPTION, [ExcerptSource(source, {1})], FROM, SETTINGS)
    assert not target.exists()


@given(st.sets(st.integers(1, 60), min_size=1))
def test_numbers_in_short_mean_those_numbers(numbers: set[int]) -> None:
    meant: list[int] = []
    for run in say_numbers(sorted(numbers)).split(", "):
        first, _, last = run.partition("–")
        meant += range(int(first), int(last or first) + 1)
    assert meant == sorted(numbers)


_PEAK = """
import sys
from pathlib import Path
from processors.compose import ComposeSettings
from processors.pdf_pages import ExcerptSource, excerpt_pdf
from tests.processors.compose_material import DESCRIPTION
source, target, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
excerpt_pdf(target, DESCRIPTION, [ExcerptSource(source, range(1, last + 1))], "urn:x", ComposeSettings())
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def test_memory_does_not_grow_with_the_pictures(tmp_path: Path) -> None:
    """Sixty pages of four megabytes each."""
    chance = random.Random(7)
    source = tmp_path / "large.pdf"

    def large(number: int) -> ComposePage:
        image = EncodedImage(Codec.JPEG, chance.randbytes(4_000_000), 900, 1200, components=1, bits=8)
        return page_of(number, image)

    compose_pdf(source, DESCRIPTION, (large(number) for number in range(1, 61)), SETTINGS)
    peaks = []
    for last in (2, 59):
        target = tmp_path / f"{last}.pdf"
        words = [sys.executable, "-c", _PEAK, str(source), str(target), str(last)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
        assert target.stat().st_size > last * 4_000_000
        peaks.append(int(done.stdout) * 1024)
    assert peaks[1] - peaks[0] < 60_000_000


def test_verapdf_accepts_every_excerpt(volumes: tuple[Path, Path], tmp_path: Path) -> None:
    verapdf = real_verapdf()
    wanted: list[set[int]] = [{1}, {LAYERED}, {MISSING}, {8, 9}, set(range(1, 13)), {2, 4, 7, 12}, {10, 11}]
    made = [excerpt(tmp_path / f"{place}.pdf", volumes, numbers) for place, numbers in enumerate(wanted)]
    for numbers, verdict in zip(wanted, verapdf.validate(made), strict=True):
        assert verdict.valid, (numbers, verdict.failures)
