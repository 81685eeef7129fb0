# SPDX-License-Identifier: EUPL-1.2
"""What every `OcrEngine` promises. One suite, run against each engine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import jiwer
import numpy as np
import pytest
from PIL import Image

from processors.read import ENGINES, OcrEngine, ReadSettings, open_engine
from processors.read.engine import Layout, Pixels, Reading
from processors.read.words import mean_confidence
from schemas.errors import EngineFailed, EngineUnavailable, LanguageMissing
from schemas.page import Box, Line, Word
from tests.processors.read.rendered import DPI, HUNGARIAN, ROMANIAN, render, two_blocks


@pytest.fixture(params=ENGINES, scope="module")
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def engine(engine_name: str) -> Iterator[OcrEngine]:
    opened = open_engine(engine_name, None)
    yield opened
    opened.close()


def lines_of(reading: Reading) -> list[Line]:
    return [line for block in reading.blocks for line in block.lines]


def words_of(reading: Reading) -> list[Word]:
    return [word for line in lines_of(reading) for word in line.words]


def text_of(reading: Reading) -> list[str]:
    return [" ".join(word.text for word in line.words) for line in lines_of(reading)]


def encloses(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def ink_box(pixels: Pixels) -> Box:
    rows, columns = np.nonzero(pixels < 128)
    return Box(left=int(columns.min()), top=int(rows.min()), right=int(columns.max()) + 1, bottom=int(rows.max()) + 1)


def test_a_clean_page_is_read_letter_by_letter_in_comma_below(engine: OcrEngine) -> None:
    reading = engine.read(render(ROMANIAN), DPI, ["ron"])
    assert text_of(reading) == list(ROMANIAN)


def test_boxes_lie_where_the_ink_is(engine: OcrEngine) -> None:
    pixels = render(["Primăria"], size=(500, 150), at=(123, 45))
    (word,) = words_of(engine.read(pixels, DPI, ["ron"]))
    ink = ink_box(pixels)
    assert (word.box.left, word.box.top) == pytest.approx((ink.left, ink.top), abs=3)
    assert (word.box.right, word.box.bottom) == pytest.approx((ink.right, ink.bottom), abs=3)


def test_blocks_enclose_their_lines_and_lines_their_words(engine: OcrEngine) -> None:
    reading = engine.read(two_blocks(), DPI, ["ron"])
    assert len(reading.blocks) == 2
    assert [len(block.lines) for block in reading.blocks] == [4, 2]
    for block in reading.blocks:
        for line in block.lines:
            assert encloses(block.box, line.box)
            assert all(encloses(line.box, word.box) for word in line.words)


def test_words_are_never_white_space_and_boxes_never_empty_nor_outside(engine: OcrEngine) -> None:
    rng = np.random.default_rng(7)
    noisy = two_blocks().copy()
    noisy[rng.random(noisy.shape) < 0.02] = 0
    noisy[:60] = 0  # a dark border, a rule and a picture, of which Tesseract makes words of white space
    noisy[460:464, 40:860] = 0
    noisy[620:780, 40:300] = rng.integers(0, 255, (160, 260))
    words = words_of(engine.read(noisy, DPI, ["ron"]))
    page = Box(left=0, top=0, right=noisy.shape[1], bottom=noisy.shape[0])
    assert words
    for word in words:
        assert word.text == word.text.strip() != ""
        assert word.box.width_px > 0
        assert word.box.height_px > 0
        assert encloses(page, word.box)
        assert 0 <= word.confidence <= 100


def test_what_the_engine_said_is_kept_only_where_it_differs(engine: OcrEngine) -> None:
    words = words_of(engine.read(render(ROMANIAN), DPI, ["ron"]))
    assert all(word.raw != word.text for word in words)
    said = {word.raw for word in words if word.raw is not None}
    assert any(set("şţŞŢ") & set(raw) for raw in said), "the model says cedilla; if no longer, this test may go"
    assert not any(set("şţŞŢ") & set(word.text) for word in words)


def test_the_pages_confidence_is_the_mean_of_its_words_by_length(engine: OcrEngine) -> None:
    reading = engine.read(render(ROMANIAN), DPI, ["ron"])
    words = words_of(reading)
    expected = sum(word.confidence * len(word.text) for word in words) / sum(len(word.text) for word in words)
    assert reading.confidence == pytest.approx(expected, abs=0.01)
    assert reading.confidence == mean_confidence(reading.blocks)
    assert reading.confidence is not None
    assert reading.confidence > 80


@pytest.mark.parametrize("shape", [(400, 300), (400, 300, 3), (1, 1), (2, 900), (900, 2)])
def test_an_empty_page_gives_no_words_and_no_confidence(engine: OcrEngine, shape: tuple[int, ...]) -> None:
    assert engine.read(np.full(shape, 255, np.uint8), DPI, ["ron"]) == Reading(blocks=(), confidence=None)


def test_a_black_page_gives_no_text(engine: OcrEngine) -> None:
    assert words_of(engine.read(np.zeros((400, 300), np.uint8), DPI, ["ron"])) == []


def test_grey_and_colour_and_any_memory_layout_read_alike(engine: OcrEngine) -> None:
    gray = render(ROMANIAN[:1], size=(900, 140))
    colour = np.stack([gray] * 3, axis=2)
    expected = text_of(engine.read(gray, DPI, ["ron"]))
    assert expected == [ROMANIAN[0]]
    assert text_of(engine.read(colour, DPI, ["ron"])) == expected
    assert text_of(engine.read(np.asfortranarray(gray), DPI, ["ron"])) == expected
    turned_twice = np.rot90(np.rot90(gray, 2).copy(), 2)  # strides run backwards
    assert text_of(engine.read(turned_twice, DPI, ["ron"])) == expected


def test_the_answer_does_not_depend_on_the_pages_before(engine: OcrEngine, engine_name: str) -> None:
    pages: Sequence[tuple[Pixels, list[str]]] = [
        (two_blocks(), ["ron", "hun"]),
        (render(HUNGARIAN), ["ron", "hun"]),
        (np.full((300, 300), 255, np.uint8), ["ron", "hun"]),
        (render(ROMANIAN), ["ron"]),
    ]
    cold = []
    for pixels, languages in pages:
        fresh = open_engine(engine_name, None)
        cold.append(fresh.read(pixels, DPI, languages))
        fresh.close()
    for order in ([0, 1, 0], [3, 2, 1, 0], [1, 1, 3, 0]):
        for index in order:
            pixels, languages = pages[index]
            assert engine.read(pixels, DPI, languages) == cold[index]


def test_pixels_are_left_as_they_were(engine: OcrEngine) -> None:
    pixels = render(ROMANIAN)
    before = pixels.copy()
    pixels.flags.writeable = False
    engine.read(pixels, DPI, ["ron"])
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("language", ["xyz", "../ron", "ron+hun", "RON", ""])
def test_a_language_without_a_model_is_named_with_the_folder(engine: OcrEngine, language: str) -> None:
    with pytest.raises(LanguageMissing) as caught:
        engine.read(render(ROMANIAN), DPI, ["ron", language])
    assert caught.value.fields["language"] == language
    assert Path(str(caught.value.fields["tessdata"])).is_dir()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((10, 10), np.float32), np.zeros((10, 10, 4), np.uint8), np.zeros((0, 10), np.uint8)],
    ids=["float", "four channels", "no rows"],
)
def test_what_is_no_image_is_refused(engine: OcrEngine, pixels: Pixels) -> None:
    with pytest.raises(ValueError, match="not an image"):
        engine.read(pixels, DPI, ["ron"])


def test_no_language_is_refused(engine: OcrEngine) -> None:
    with pytest.raises(ValueError, match="no language"):
        engine.read(render(ROMANIAN), DPI, [])


@pytest.mark.parametrize("dpi", [1.0, 72.0, 96.4, 5000.0])
def test_an_odd_resolution_is_no_obstacle(engine: OcrEngine, dpi: float) -> None:
    assert words_of(engine.read(render(ROMANIAN), dpi, ["ron"]))


def test_a_page_that_the_engine_refuses_is_an_error_not_an_empty_page(engine: OcrEngine) -> None:
    too_wide = np.full((10, 40_000), 255, np.uint8)
    with pytest.raises(EngineFailed):
        engine.read(too_wide, DPI, ["ron"])
    assert text_of(engine.read(render(ROMANIAN[:1], size=(900, 140)), DPI, ["ron"])) == [ROMANIAN[0]]


def test_a_page_that_takes_too_long_is_an_error_and_the_next_page_goes_on(engine_name: str) -> None:
    hurried = open_engine(engine_name, None, ReadSettings(page_seconds=0.02))
    with pytest.raises(EngineFailed) as caught:
        hurried.read(two_blocks(), DPI, ["ron"])
    assert "0.02 s" in str(caught.value)
    with pytest.raises(EngineFailed):
        hurried.read(two_blocks(), DPI, ["ron"])
    hurried.close()


def test_a_damaged_model_is_an_error_that_names_its_folder(engine_name: str, tmp_path: Path) -> None:
    (tmp_path / "ron.traineddata").write_bytes(b"not a model" * 100)
    damaged = open_engine(engine_name, tmp_path)
    with pytest.raises((EngineUnavailable, EngineFailed)) as caught:
        damaged.read(render(ROMANIAN), DPI, ["ron"])
    assert str(tmp_path) in str(caught.value)


def test_a_folder_without_models_is_an_error_at_once(engine_name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=tmp_path.name):
        open_engine(engine_name, tmp_path)


def test_the_agent_names_engine_and_tesseract_with_versions(engine: OcrEngine, engine_name: str) -> None:
    assert engine.agent.name == "Tesseract"
    version, _, binding = engine.agent.version.partition(" ")
    assert int(version.split(".")[0]) >= 4
    assert engine_name in binding
    assert any(map(str.isdigit, binding))


def test_closing_twice_is_fine_and_reading_afterwards_warms_up_anew(engine_name: str) -> None:
    opened = open_engine(engine_name, None)
    opened.close()
    opened.close()
    assert text_of(opened.read(render(ROMANIAN[:1], size=(900, 140)), DPI, ["ron"])) == [ROMANIAN[0]]
    opened.close()


@pytest.mark.real_scans
def test_a_photographed_typescript_is_read_with_few_errors(engine: OcrEngine, real_scans: Path) -> None:
    image = real_scans / "typescript-fr" / "28_674fd_default.jpg"
    with Image.open(image) as opened:
        reading = engine.read(np.asarray(opened), 300, ["fra"])
    marks = str.maketrans("", "", "_^~")  # underlined, superscript, handwriting
    truth = image.with_suffix(".gt.txt").read_text(encoding="utf-8").translate(marks)
    assert jiwer.cer(" ".join(truth.split()), " ".join(text_of(reading))) < 0.05


def test_one_block_is_read_across_what_lies_between(engine: OcrEngine) -> None:
    pixels = np.full((500, 1600), 255, np.uint8)
    left, right = render(["Primăria"], size=(600, 150)), render(["municipiului"], size=(600, 150))
    pixels[150:300, 0:600] = left
    pixels[150:300, 1000:1600] = right
    assert text_of(engine.read(pixels, DPI, ["ron"], Layout.ONE_BLOCK)) == ["Primăria municipiului"]
    # and the next page is arranged by the engine itself again
    assert len(engine.read(two_blocks(), DPI, ["ron"]).blocks) == 2
