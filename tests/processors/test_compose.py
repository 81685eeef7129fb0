# SPDX-License-Identifier: EUPL-1.2
"""The access PDF: what is in it, read back by other programs than the one that wrote it."""

import hashlib
import io
import subprocess
import sys
import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from processors.access import AccessImage
from processors.compose import ComposePage, ComposeSettings, compose_pdf
from processors.encoded import Codec, EncodedImage, Pixels, encode_g4, encode_jpeg
from schemas.errors import DiskFull, ImageUnreadable, PdfNotWritten
from schemas.messages import Language
from schemas.page import Matrix
from tests.processors.compose_material import (
    DESCRIPTION,
    DPI,
    HEIGHT_PX,
    ROOT,
    TEXT,
    WIDTH_PX,
    encode_jbig2,
    g4_page,
    layered_page,
    lines_of,
    minutes_pages,
    page_of,
    picture_of,
    real_verapdf,
    result_of,
    skewed,
)

SETTINGS = ComposeSettings()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "unit.pdf"


def gray_and_colour() -> tuple[EncodedImage, EncodedImage]:
    gray = picture_of(lines_of(TEXT))
    colour = np.stack([gray, np.full_like(gray, 200), gray], axis=2)
    return encode_jpeg(gray, 60), encode_jpeg(colour, 60)


def cmyk_jpeg(colour: tuple[int, int, int, int]) -> EncodedImage:
    data = io.BytesIO()
    Image.new("CMYK", (WIDTH_PX, HEIGHT_PX), colour).save(data, "JPEG")
    return EncodedImage(Codec.JPEG, data.getvalue(), WIDTH_PX, HEIGHT_PX, components=4, bits=8)


def every_kind_of_page() -> list[ComposePage]:
    """Each codec, straight and turned, with text in several scripts and without, and a placeholder."""
    lines = lines_of(TEXT)
    gray, colour = gray_and_colour()
    scanned, placement = skewed(picture_of(lines), 181.5)
    odd = lines_of((("\0\ufeff\ufffe", "a\0b\ufeffc", "\ud800x", "\U0001d11e", "\x07", "\uf8ff", "œuf"), ("\t",)))
    return [
        page_of(1, encode_g4(picture_of(lines)), lines),
        page_of(2, encode_jbig2(scanned), lines, placement=placement, language="hun"),
        page_of(3, gray, lines, language="deu_latf"),
        page_of(4, colour, lines_of((("日本語", "العربية", "Жук", "\U0001f4dc\U00020000"),)), language=None),
        page_of(6, cmyk_jpeg((255, 0, 0, 0))),
        page_of(7, None),
        page_of(8, encode_g4(picture_of(())), odd),
        layered_page(9),
    ]


def rendered(path: Path, index: int = 0, dpi: float = DPI) -> Pixels:
    """What pdfium shows, as gray pixels."""
    with pypdfium2.PdfDocument(path) as pdf:
        # A hair less, since pdfium rounds up and 432 points times 150 / 72 is a hair over 900.
        image = pdf[index].render(scale=dpi / 72 * (1 - 1e-9), grayscale=True).to_numpy()
    return np.asarray(image, dtype=np.uint8).reshape(image.shape[0], image.shape[1])


def extracted(path: Path, index: int = 0) -> str:
    """What pdfium copies."""
    with pypdfium2.PdfDocument(path) as pdf:
        text: str = pdf[index].get_textpage().get_text_range()
    return text


def boxes_by_poppler(path: Path) -> list[tuple[str, tuple[float, ...]]]:
    """Words and their boxes in points, as `pdftotext -bbox` finds them."""
    command = ["pdftotext", "-bbox", str(path), "-"]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    found = []
    for line in said.splitlines():
        if "<word " in line:
            head, _, rest = line.partition(">")
            numbers = tuple(float(part.split('"')[1]) for part in head.split()[1:])
            text = rest.removesuffix("</word>").replace("&amp;", "&").replace("&lt;", "<")
            found.append((text, numbers))
    return found


def test_every_kind_of_page_is_pdfa_2u(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, every_kind_of_page(), SETTINGS)
    (verdict,) = real_verapdf().validate([target])
    assert verdict.failures == ()
    assert verdict.valid


def test_the_claim_is_pdfa_2u_and_metadata_agree_with_document_information(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [g4_page(1)], SETTINGS)
    with pikepdf.open(target) as pdf:
        xmp = pdf.open_metadata()
        assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "U")
        assert xmp["dc:title"] == str(pdf.docinfo.Title) == DESCRIPTION.title
        assert list(xmp["dc:creator"]) == [str(pdf.docinfo.Author)] == [DESCRIPTION.fonds]
        assert xmp["dc:identifier"] == DESCRIPTION.reference_code
        assert set(xmp["dc:language"]) == {"ro-RO", "hu-HU"}
        assert xmp["xmp:CreateDate"] == xmp["xmp:ModifyDate"] == "1987-12-31T00:00:00+00:00"
        assert str(pdf.docinfo.CreationDate) == "D:19871231000000+00'00'"
        assert xmp["pdf:Producer"] == str(pdf.docinfo.Producer)
        assert str(pdf.Root.Lang) == "ro-RO"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_a_given_time_is_the_pdfs_time(target: Path) -> None:
    created = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    compose_pdf(target, DESCRIPTION, [g4_page(1)], ComposeSettings(created=created))
    with pikepdf.open(target) as pdf:
        assert str(pdf.docinfo.ModDate) == "D:20260301123000+00'00'"
        assert pdf.open_metadata()["xmp:CreateDate"] == "2026-03-01T12:30:00+00:00"


def test_a_unit_of_unknown_time_and_creator_claims_neither(target: Path) -> None:
    bare = DESCRIPTION.model_copy(update={"fonds": None, "date_from": None, "date_to": None})
    compose_pdf(target, bare, [g4_page(1)], SETTINGS)
    with pikepdf.open(target) as pdf:
        assert not {"/Author", "/CreationDate", "/ModDate"} & set(pdf.docinfo.keys())
        assert not {"dc:creator", "xmp:CreateDate"} & {str(key) for key in pdf.open_metadata()}


def test_the_same_unit_gives_the_same_bytes_in_any_process(target: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.processors import test_compose as made;"
        "made.compose_pdf(Path(sys.argv[1]), made.DESCRIPTION, made.every_kind_of_page(), made.SETTINGS)"
    )
    digests = set()
    for _ in range(2):
        compose_pdf(target, DESCRIPTION, every_kind_of_page(), SETTINGS)
        digests.add(hashlib.sha512(target.read_bytes()).hexdigest())
    elsewhere = target.with_name("elsewhere.pdf")
    subprocess.run([sys.executable, "-c", script, str(elsewhere)], cwd=ROOT, check=True, timeout=120)
    digests.add(hashlib.sha512(elsewhere.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_another_page_gives_another_file_identifier(target: Path) -> None:
    ids = set()
    for rows in (TEXT, TEXT[:2]):
        compose_pdf(target, DESCRIPTION, [g4_page(1, rows)], SETTINGS)
        with pikepdf.open(target) as pdf:
            ids.add(bytes(pdf.trailer.ID[0]))
    assert len(ids) == 2


def test_compressed_images_go_in_byte_for_byte(target: Path) -> None:
    gray, colour = gray_and_colour()
    bitonal = picture_of(lines_of(TEXT))
    images = [gray, colour, encode_g4(bitonal), encode_jbig2(bitonal)]
    compose_pdf(target, DESCRIPTION, [page_of(number + 1, image) for number, image in enumerate(images)], SETTINGS)
    with pikepdf.open(target) as pdf:
        found = [page.obj.Resources.XObject.I for page in pdf.pages]
        assert [stream.read_raw_bytes() for stream in found] == [image.data for image in images]
        assert [str(stream.ColorSpace) for stream in found] == [
            "/DeviceGray",
            "/DeviceRGB",
            "/DeviceGray",
            "/DeviceGray",
        ]
        assert not any("/Interpolate" in stream for stream in found)


def test_jbig2_symbols_that_pages_share_are_stored_once(target: Path) -> None:
    whole = encode_jbig2(picture_of(lines_of(TEXT)))
    page_segment_bytes = 11 + 19
    page, region = whole.data[:page_segment_bytes], whole.data[page_segment_bytes:]
    # A comment segment of no page (ITU-T T.88, 7.4.15) is the least that globals can hold.
    shared = bytes.fromhex("00000000 3e 00 00 00000004 20000000")
    image = EncodedImage(Codec.JBIG2, page + region, WIDTH_PX, HEIGHT_PX, 1, 1, globals_data=shared)
    compose_pdf(target, DESCRIPTION, [page_of(1, image), page_of(2, image)], SETTINGS)
    with pikepdf.open(target) as pdf:
        kept = {page.obj.Resources.XObject.I.DecodeParms.JBIG2Globals.objgen for page in pdf.pages}
    assert len(kept) == 1


@pytest.mark.parametrize("codec", ["g4", "g4 black is 1", "jbig2", "inverted", "jpeg"])
def test_black_stays_black(target: Path, codec: str) -> None:
    expected = picture_of(lines_of(TEXT))
    if codec == "g4":
        image = encode_g4(expected)
    elif codec == "g4 black is 1":  # its coded black runs are then shown as 1, that is white
        image = replace(encode_g4(255 - expected), black_is_1=True)
    elif codec == "inverted":
        image = replace(encode_jbig2(255 - expected), invert=True)
    else:
        image = encode_jbig2(expected) if codec == "jbig2" else encode_jpeg(expected, 90)
    compose_pdf(target, DESCRIPTION, [page_of(1, image)], SETTINGS)
    shown = rendered(target)
    assert np.mean((shown < 128) == (expected < 128)) > 0.999


@pytest.mark.parametrize("degrees", [0.0, 1.5, -3.0, 90.0, 180.0, 181.5])
def test_a_turned_scan_is_straightened_by_the_matrix_alone(target: Path, degrees: float) -> None:
    expected = picture_of(lines_of(TEXT))
    scanned, placement = skewed(expected, degrees)
    image = encode_g4(scanned)
    compose_pdf(target, DESCRIPTION, [page_of(1, image, placement=placement)], SETTINGS)
    # Poppler places turned images exactly; pdfium moves them to whole pixels of the screen.
    drawn = subprocess.run(["pdftoppm", "-r", f"{DPI}", "-gray", target], capture_output=True, check=True, timeout=60)
    shown = np.asarray(Image.open(io.BytesIO(drawn.stdout)))
    assert shown.shape == expected.shape
    ink, true_ink = shown < 128, expected < 128
    assert np.sum(ink & true_ink) / np.sum(ink | true_ink) > 0.97
    with pikepdf.open(target) as pdf:
        assert pdf.pages[0].obj.Resources.XObject.I.read_raw_bytes() == image.data


def test_an_image_of_lower_resolution_fills_its_page(target: Path) -> None:
    expected = picture_of(lines_of(TEXT))
    small = encode_jpeg(expected[::2, ::2], 90)
    compose_pdf(target, DESCRIPTION, [page_of(1, small, placement=Matrix(a=2, e=2))], SETTINGS)
    assert np.mean((rendered(target) < 128) == (expected < 128)) > 0.98


def test_a_page_has_the_size_of_its_paper(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [g4_page(1)], SETTINGS)
    with pikepdf.open(target) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, WIDTH_PX * 72 / DPI, HEIGHT_PX * 72 / DPI]


@pytest.mark.parametrize("dpi", [0.01, 1.0, 1e6])
def test_a_resolution_that_cannot_be_true_still_gives_a_page_within_limits(target: Path, dpi: float) -> None:
    compose_pdf(target, DESCRIPTION, [page_of(1, encode_g4(picture_of(())), lines_of(TEXT), dpi=dpi)], SETTINGS)
    (verdict,) = real_verapdf().validate([target])
    assert verdict.failures == ()


def test_cmyk_is_shown_in_the_same_colour(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [page_of(1, cmyk_jpeg((255, 0, 0, 0)))], SETTINGS)
    with pypdfium2.PdfDocument(target) as pdf:
        red, green, blue = pdf[0].render(rev_byteorder=True).to_numpy()[400, 200, :3].tolist()
    assert red < 60
    assert min(green, blue) > 150


def test_words_are_found_in_reading_order_by_two_readers(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [g4_page(1)], SETTINGS)
    expected = [list(row) for row in TEXT]
    assert [line.split() for line in extracted(target).splitlines()] == expected
    assert [text for text, _ in boxes_by_poppler(target)] == [word for row in TEXT for word in row]


def test_words_lie_where_they_were_read(target: Path) -> None:
    rows = (*TEXT, ("i", "WWWWWWWWWWWWWWWW", "Nr.", "1"))
    lines = lines_of(rows)
    # One line with words of very different widths a letter, as in proportional print.
    compose_pdf(target, DESCRIPTION, [page_of(1, encode_g4(picture_of(lines)), lines)], SETTINGS)
    words = [word for line in lines for word in line.words]
    found = boxes_by_poppler(target)
    assert len(found) == len(words)
    for word, (text, (left, top, right, bottom)) in zip(words, found, strict=True):
        assert text == word.text
        box = [side * DPI / 72 for side in (left, top, right, bottom)]
        height = word.box.height_px
        for side, true_side in zip(box, (word.box.left, word.box.top, word.box.right, word.box.bottom), strict=True):
            assert abs(side - true_side) < 0.16 * height, text


def test_each_letters_box_lies_in_its_words_box_for_pdfium_too(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [g4_page(1)], SETTINGS)
    words = [word for line in lines_of(TEXT) for word in line.words]
    with pypdfium2.PdfDocument(target) as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        at = 0
        for word in words:
            at = text.index(word.text, at)
            scale = DPI / 72
            boxes = [page.get_charbox(index) for index in range(at, at + len(word.text))]
            left, right = min(box[0] for box in boxes) * scale, max(box[2] for box in boxes) * scale
            top, bottom = HEIGHT_PX - max(box[3] for box in boxes) * scale, HEIGHT_PX - boxes[0][1] * scale
            true = (word.box.left, word.box.top, word.box.right, word.box.bottom)
            for side, true_side in zip((left, top, right, bottom), true, strict=True):
                assert abs(side - true_side) < 0.16 * word.box.height_px, word.text
            at += len(word.text)


def test_text_is_not_seen(target: Path) -> None:
    blank = encode_g4(picture_of(()))
    compose_pdf(target, DESCRIPTION, [page_of(1, blank, lines_of(TEXT))], SETTINGS)
    assert extracted(target).split()
    assert rendered(target).min() == 255


def test_any_script_comes_back_and_what_unicode_maps_forbid_is_left_out(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, every_kind_of_page(), SETTINGS)
    for word in ("日本語", "Жук", "\U0001f4dc\U00020000"):
        assert word in extracted(target, 3)
    # Letters of words that go from right to left come back in one order or the other, by reader.
    assert sorted(set("العربية")) == sorted(set(extracted(target, 3)) & set("العربية"))
    assert extracted(target, 6).split() == ["abc", "x", "\U0001d11e", "œuf"]


def test_a_word_of_more_letters_beyond_the_bmp_than_there_are_places_still_composes(target: Path) -> None:
    many = "".join(chr(code) for code in range(0x20000, 0x20000 + 9000))
    compose_pdf(target, DESCRIPTION, [page_of(1, encode_g4(picture_of(())), lines_of(((many,),)))], SETTINGS)
    text = extracted(target)
    assert many[:8000] in text
    assert "\ufffd" in text


def test_a_page_in_another_language_says_so(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, every_kind_of_page(), SETTINGS)
    with pikepdf.open(target) as pdf:
        contents = [page.obj.Contents.read_bytes() for page in pdf.pages]
    marks = [content.partition(b"/Lang(")[2].partition(b")")[0] for content in contents]
    assert marks == [b"", b"hu-HU", b"de-Latf-DE", *[b""] * 5]


@pytest.mark.parametrize(("language", "word"), [(Language.RO, "Pagina"), (Language.EN, "Page")])
def test_bookmarks_name_the_unit_and_each_page(target: Path, language: Language, word: str) -> None:
    numbers = [1, 2, 4, 7]
    compose_pdf(target, DESCRIPTION, [g4_page(number) for number in numbers], ComposeSettings(language=language))
    with pikepdf.open(target) as pdf, pdf.open_outline() as outline:
        (top,) = outline.root
        assert top.title == f"{DESCRIPTION.reference_code} - {DESCRIPTION.title}"
        assert [child.title for child in top.children] == [f"{word} {number}" for number in numbers]
        places = [child.obj.Dest[0].objgen for child in top.children if child.obj is not None]
        assert places == [page.obj.objgen for page in pdf.pages]
        labels = [str(page.label) for page in pdf.pages]
        assert labels == ["1", "2", "4", "7"]


def test_large_units_get_a_bookmark_every_ten_pages(target: Path) -> None:
    blank = encode_g4(picture_of(()))
    compose_pdf(target, DESCRIPTION, (page_of(number, blank) for number in range(301, 422)), SETTINGS)
    with pikepdf.open(target) as pdf, pdf.open_outline() as outline:
        assert [child.title for child in outline.root[0].children] == [f"Pagina {n}" for n in range(301, 422, 10)]
        assert [str(pdf.pages[index].label) for index in (0, -1)] == ["301", "421"]


def test_a_page_that_could_not_be_read_says_so_and_where_its_original_lies(target: Path) -> None:
    page = ComposePage(5, result_of(()), None, original="masters/005.tif")
    compose_pdf(target, DESCRIPTION, [page, page_of(6, None)], SETTINGS)
    text = " ".join(extracted(target).split())
    assert "Pagina 5 Imaginea acestei pagini nu a putut fi citită." in text
    assert "Page 5 The image of this page could not be read." in text
    assert text.count("masters/005.tif") == text.count(DESCRIPTION.reference_code) == 2
    assert "Pagina 6" in extracted(target, 1)
    shown = rendered(target)
    assert 0.005 < np.mean(shown < 128) < 0.1
    with pikepdf.open(target) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]


def test_the_words_of_a_placeholder_lie_over_its_letters(target: Path) -> None:
    compose_pdf(target, DESCRIPTION, [page_of(5, None)], SETTINGS)
    dark = rendered(target, dpi=150) < 128
    total = dark.sum()
    for _, (left, top, right, bottom) in boxes_by_poppler(target):
        x0, y0, x1, y1 = (round(side * 150 / 72) for side in (left, top, right, bottom))
        assert dark[y0:y1, x0:x1].any()
        dark[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2] = False
    assert dark.sum() < 0.01 * total


def broken_page(number: int) -> ComposePage:
    image = EncodedImage(Codec.JPEG, b"no JPEG", WIDTH_PX, HEIGHT_PX, components=4, bits=8)
    return page_of(number, image)


def test_a_page_that_cannot_be_put_in_is_named_and_nothing_is_written(target: Path) -> None:
    target.write_bytes(b"the version before")
    with pytest.raises(PdfNotWritten) as caught:
        compose_pdf(target, DESCRIPTION, [g4_page(1), broken_page(2)], SETTINGS)
    assert (caught.value.fields["unit"], caught.value.fields["page"]) == (DESCRIPTION.reference_code, 2)
    assert target.read_bytes() == b"the version before"
    assert list(target.parent.iterdir()) == [target]


def test_a_full_disk_is_no_fault_of_the_page_and_does_not_end_the_process(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write_bytes(b"the version before")
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode="r": opened(Path("/dev/full"), mode.replace("x", "w")))
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT_PX, WIDTH_PX), dtype=np.uint8)
    pages = [page_of(number, encode_jpeg(noise, 95)) for number in (1, 2)]  # more than a stream keeps to itself
    with pytest.raises(DiskFull) as caught:
        compose_pdf(target, DESCRIPTION, pages, SETTINGS)
    monkeypatch.undo()
    assert caught.value.fields["where"] == str(target.parent)
    assert target.read_bytes() == b"the version before"
    assert list(target.parent.iterdir()) == [target]


def test_a_resolution_of_zero_is_an_error_that_names_the_page(target: Path) -> None:
    page = ComposePage(3, result_of(()), AccessImage(encode_g4(picture_of(())), Matrix(), WIDTH_PX, HEIGHT_PX, 0))
    with pytest.raises(PdfNotWritten) as caught:
        compose_pdf(target, DESCRIPTION, [page], SETTINGS)
    assert caught.value.fields["page"] == 3


@pytest.mark.parametrize("numbers", [[], [1, 1], [2, 1]])
def test_no_pages_or_pages_out_of_order_are_refused(target: Path, numbers: list[int]) -> None:
    with pytest.raises(PdfNotWritten):
        compose_pdf(target, DESCRIPTION, [g4_page(number) for number in numbers], SETTINGS)
    assert not target.exists()


def test_a_folder_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(PdfNotWritten):
        compose_pdf(tmp_path / "nowhere" / "unit.pdf", DESCRIPTION, [g4_page(1)], SETTINGS)


def test_errors_of_the_pages_source_pass_through(target: Path) -> None:
    def pages() -> Iterator[ComposePage]:
        yield g4_page(1)
        raise ImageUnreadable(file="002.tif", detail="cut short")

    with pytest.raises(ImageUnreadable):
        compose_pdf(target, DESCRIPTION, pages(), SETTINGS)
    assert list(target.parent.iterdir()) == []


def test_pages_are_let_go_as_they_are_put_in(target: Path) -> None:
    seen: list[weakref.ref[ComposePage]] = []

    def pages() -> Iterator[ComposePage]:
        for number in range(1, 6):
            page = g4_page(number)
            seen.append(weakref.ref(page))
            yield page
            del page
            assert sum(ref() is not None for ref in seen) <= 1

    compose_pdf(target, DESCRIPTION, pages(), SETTINGS)
    assert len(seen) == 5


def test_the_text_of_a_typescript_page_costs_little(target: Path) -> None:
    random = np.random.default_rng(3)
    letters = np.array(list("eaitnrsulodcpmăvfîbgșțzjh"))
    rows = [["".join(random.choice(letters, random.integers(2, 10))) for _ in range(8)] for _ in range(44)]
    lines = lines_of(rows, leading=24)
    blank = encode_g4(picture_of(()))
    sizes = []
    for words in ((), lines):
        compose_pdf(target, DESCRIPTION, [page_of(number, blank, words) for number in range(1, 21)], SETTINGS)
        sizes.append(target.stat().st_size)
    # Random letters do not compress as language does: 352 words of them cost 1.5 kB alone.
    assert (sizes[1] - sizes[0]) / 20 < 2600


@pytest.mark.real_scans
def test_real_minutes_stay_smaller_than_they_came(real_scans: Path, target: Path) -> None:
    sources = sorted((real_scans / "council-minutes-en").glob("*.pdf"))
    assert sources
    total_bytes = 0
    for source in sources:
        compose_pdf(target, DESCRIPTION, minutes_pages(source), SETTINGS)
        total_bytes += target.stat().st_size
    assert total_bytes < sum(source.stat().st_size for source in sources)
