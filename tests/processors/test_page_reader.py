# SPDX-License-Identifier: EUPL-1.2
"""A page is read as often as it takes and no oftener: treatments, broken type, passages, and the second reader."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processors.ink import Pixels
from processors.page import PageSettings, PageSource, process_page
from processors.read.engine import Layout, Reading
from processors.read.words import mean_confidence
from processors.treatments import Treatment
from schemas.errors import LanguageMissing
from schemas.page import Agent, Block, Box, Line, PageResult, Word
from schemas.reading import ReadingLevel
from tests.processors.typed_pages import DPI, blank_page, colour, typed_page

GOOD = "primăria orașului aproba cererea pentru autorizația de construire a casei"
POOR = "qrimărla oraqului aprcba cerorea pentiu autorizafia xe constrmire"
HUNGARIAN = "a polgármesteri hivatal engedélyezi a lakóház építését és felkéri a kérelmezőt a tervek bemutatására"
GERMAN = "der Magistrat der Stadt beschließt den Bau einer neuen Wasserleitung und die Kosten trägt die Gemeinde"
BROKEN = "der Magiftrat der Stadl befchließt den Bau einer neuen Wafferleitung und die Koften irägt die Gemeinbe"

Said = tuple[str, float]


def in_lines(pixels: Pixels, said: Sequence[Said]) -> Reading:
    """Lines over the whole image, so that all ink is explained; two words in three lines or more for each text."""
    height, width = pixels.shape[:2]
    lines = []
    for number, (text, confidence) in enumerate(said):
        box = Box(left=0, top=number * height // len(said), right=width, bottom=(number + 1) * height // len(said))
        words = tuple(Word(text=word, box=box, confidence=confidence) for word in text.split())
        lines.append(Line(box=box, words=words))
    if not lines:
        return Reading((), None)
    block = Block(box=Box(left=0, top=0, right=width, bottom=height), lines=tuple(lines))
    return Reading((block,), mean_confidence([block]))


class Engine:
    """Says what `answer` says of the language and of how white the paper is (the evened page's is whitest)."""

    agent = Agent(name="Scripted", version="1")

    def __init__(self, answer: Callable[[str, bool], Sequence[Said]]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, bool]] = []
        self.sizes: list[tuple[int, int]] = []

    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        assert pixels.ndim == 2
        if layout is Layout.ONE_BLOCK:
            return Reading((), None)
        evened = bool(np.median(pixels) > 245)
        self.asked.append((languages[0], evened))
        self.sizes.append((pixels.shape[1], pixels.shape[0]))
        return in_lines(pixels, self.answer(languages[0], evened))

    def close(self) -> None:
        pass


class Second:
    """Makes `text` of every line of which it may change a word."""

    agent = Agent(name="Second", version="1")

    def __init__(self, text: str, confidence: float = 95.0) -> None:
        self.said = (text, confidence)
        self.asked: list[tuple[tuple[str, ...], tuple[int, ...] | None]] = []

    def reread(
        self,
        pixels: Pixels,
        dpi: float,
        reading: Reading,
        languages: Sequence[str],
        words: Mapping[int, Collection[int]] | None = None,
    ) -> Reading:
        self.asked.append((tuple(languages), None if words is None else tuple(words)))
        old = [line for block in reading.blocks for line in block.lines]
        text, confidence = self.said
        texts = [
            (text, confidence)
            if words is None or number in words
            else (" ".join(word.text for word in line.words), line.words[0].confidence)
            for number, line in enumerate(old)
        ]
        return in_lines(pixels, texts)

    def close(self) -> None:
        pass


def page_of(folder: Path, pixels: Pixels) -> PageSource:
    Image.fromarray(pixels).save(folder / "001.png", dpi=(DPI, DPI))
    return PageSource(folder / "001.png")


def read(
    folder: Path,
    engine: Engine,
    *,
    languages: tuple[str, ...] = ("ron",),
    level: ReadingLevel = ReadingLevel.STANDARD,
    second: Second | None = None,
    pixels: Pixels | None = None,
) -> PageResult:
    page = typed_page() if pixels is None else pixels
    settings = PageSettings(languages=languages, level=level)
    return process_page(page_of(folder, page), settings, engine, second=second).result


def texts(result: PageResult) -> list[str]:
    return [" ".join(word.text for word in line.words) for line in result.lines()]


def test_a_page_that_can_be_trusted_is_read_once_evened(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GOOD, 92.0)] * 4)
    result = read(tmp_path, engine)
    assert engine.asked == [("ron", True)]
    assert (result.treatment["treatment"], result.treatment["trust_doubt"]) == ("even", "")


def test_a_page_that_cannot_is_treated_otherwise_and_the_better_reading_kept(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(POOR, 72.0) if evened else (GOOD, 91.0)] * 4)
    result = read(tmp_path, engine)
    assert engine.asked == [("ron", True), ("ron", False)]
    assert texts(result) == [GOOD] * 4
    assert result.treatment["treatment"] == "plain"
    assert float(result.treatment["treated_plain"]) > float(result.treatment["treated_even"])


def test_another_treatment_that_is_worse_is_not_kept(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(POOR, 72.0 if evened else 30.0)] * 4)
    result = read(tmp_path, engine)
    assert result.treatment["treatment"] == "even"
    assert result.confidence == 72.0


def test_a_page_of_which_most_was_lost_is_read_again_however_sure_the_rest_is(tmp_path: Path) -> None:
    class Losing(Engine):
        def read(
            self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC
        ) -> Reading:
            whole = super().read(pixels, dpi, languages, layout)
            if not self.asked[-1][1] or not whole.blocks:
                return whole
            lines = whole.blocks[0].lines[:2]
            return Reading((whole.blocks[0].model_copy(update={"lines": lines, "box": lines[0].box}),), 96.0)

    engine = Losing(lambda language, evened: [(GOOD, 96.0 if evened else 88.0)] * 12)
    result = read(tmp_path, engine)
    assert result.treatment["doubt"] == "ink"
    assert texts(result) == [GOOD] * 12


def test_colour_is_left_out_only_where_there_is_any(tmp_path: Path) -> None:
    gray, coloured = Engine(lambda language, evened: [(POOR, 72.0)] * 4), Engine(lambda *_: [(POOR, 72.0)] * 4)
    read(tmp_path, gray)
    read(tmp_path, coloured, pixels=colour(typed_page()))
    assert (len(gray.asked), len(coloured.asked)) == (2, 3)


def test_a_german_page_in_broken_type_is_read_in_its_model(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GERMAN if language == "deu_latf" else BROKEN, 90.0)] * 4)
    result = read(tmp_path, engine, languages=("ron", "deu"))
    assert result.language == "deu_latf"
    assert texts(result) == [GERMAN] * 4
    assert float(result.treatment["part_score_fraktur"]) > float(result.treatment["part_score"])


def test_which_type_a_german_page_is_in_is_tried_on_a_few_lines(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GERMAN if language == "deu_latf" else BROKEN, 90.0)] * 4)
    read(tmp_path, engine, languages=("ron", "deu"))
    assert [language for language, _ in engine.asked] == ["ron", "deu", "deu_latf", "deu_latf"]
    assert_whole_only_at_last(engine)


def test_a_german_page_in_roman_type_is_read_whole_in_german_alone(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GERMAN, 90.0)] * 4)
    assert read(tmp_path, engine, languages=("ron", "deu")).language == "deu"
    assert [language for language, _ in engine.asked] == ["ron", "deu", "deu"]
    assert_whole_only_at_last(engine)


def test_a_unit_of_one_language_is_not_asked_which(tmp_path: Path) -> None:
    engine = Engine(lambda *_: [(GOOD, 92.0)] * 4)
    read(tmp_path, engine)
    assert len(engine.asked) == 1


def test_a_few_lines_in_another_language_do_not_decide_for_the_page(tmp_path: Path) -> None:
    def answer(language: str, evened: bool) -> Sequence[Said]:
        sure = 94.0 if language == "ron" else 71.0
        return [(HUNGARIAN, 90.0)] * 3 if engine.sizes[-1][1] < 700 else [(GOOD, sure)] * 8

    engine = Engine(answer)
    result = read(tmp_path, engine, languages=("ron", "hun"))
    assert (result.language, result.treatment["part_guess"]) == ("ron", "hun")
    assert texts(result) == [GOOD] * 8


def assert_whole_only_at_last(engine: Engine) -> None:
    *parts, whole = (height for _, height in engine.sizes)
    assert all(part < whole / 4 for part in parts)


def test_the_unit_s_own_name_for_broken_type_is_kept(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GERMAN if language == "frk" else BROKEN, 90.0)] * 4)
    assert read(tmp_path, engine, languages=("deu", "frk")).language == "frk"


def test_a_german_page_in_roman_type_is_not_read_in_broken_type(tmp_path: Path) -> None:
    engine = Engine(lambda language, evened: [(GERMAN, 90.0)] * 4)
    assert read(tmp_path, engine, languages=("deu",)).language == "deu"
    assert engine.asked == [("deu", True)]


def test_without_the_model_for_broken_type_the_page_is_read_as_it_can_be(tmp_path: Path) -> None:
    def answer(language: str, evened: bool) -> Sequence[Said]:
        if language == "deu_latf":
            raise LanguageMissing(language=language, tessdata=Path("tessdata"))
        return [(BROKEN, 90.0)] * 4

    result = read(tmp_path, Engine(answer), languages=("deu",))
    assert (result.language, result.treatment["fraktur_model"]) == ("deu", "missing")


def test_a_page_with_a_translation_keeps_both_languages(tmp_path: Path) -> None:
    def answer(language: str, evened: bool) -> Sequence[Said]:
        foreign = (HUNGARIAN, 94.0) if language == "hun" else (HUNGARIAN, 71.0)
        part = engine.sizes[-1][1] < 1400  # only the passage was shown, which is also where most letters are
        return [foreign] * 3 if part else [(GOOD, 92.0)] * 8 + [foreign] * 3

    engine = Engine(answer)
    result = read(tmp_path, engine, languages=("ron", "hun"))
    assert (result.language, result.languages) == ("ron", ("ron", "hun"))
    assert [block.language for block in result.blocks] == [None, "hun"]
    assert texts(result) == [GOOD] * 8 + [HUNGARIAN] * 3
    assert result.treatment["languages"] == "ron+hun"
    assert {word.confidence for word in result.blocks[1].lines[0].words} == {94.0}


def test_the_second_reader_gets_only_the_words_that_are_doubtful(tmp_path: Path) -> None:
    engine = Engine(lambda *_: [(GOOD, 92.0), ("qrimărla pentru xqz", 55.0), (GOOD, 92.0), (GOOD, 92.0)])
    second = Second(GOOD)
    result = read(tmp_path, engine, second=second)
    assert second.asked == [(("ron",), (1,))]
    assert texts(result) == [GOOD] * 4
    assert (result.treatment["second_reader"], result.treatment["second_kept"]) == (2, True)


def test_the_second_reader_gets_the_whole_page_where_the_page_is_doubtful(tmp_path: Path) -> None:
    second = Second(GOOD)
    result = read(tmp_path, Engine(lambda *_: [(POOR, 72.0)] * 4), second=second)
    assert second.asked == [(("ron",), None)]
    assert result.treatment["second_reader"] == "all"
    assert texts(result) == [GOOD] * 4


def test_a_page_that_can_be_trusted_costs_no_second_reading(tmp_path: Path) -> None:
    second = Second(GOOD)
    read(tmp_path, Engine(lambda *_: [(GOOD, 92.0)] * 4), second=second)
    assert second.asked == []


def test_a_second_reading_that_loses_words_is_not_kept(tmp_path: Path) -> None:
    engine = Engine(lambda *_: [(GOOD, 92.0), (f"{GOOD} xqz", 58.0), (GOOD, 92.0)])
    result = read(tmp_path, engine, second=Second("xq zz vv", 20.0))
    assert texts(result) == [GOOD, f"{GOOD} xqz", GOOD]
    assert result.treatment["second_kept"] is False


@pytest.mark.parametrize("level", [ReadingLevel.FAST, ReadingLevel.CAREFUL])
def test_fast_never_asks_the_second_reader_and_careful_always(tmp_path: Path, level: ReadingLevel) -> None:
    fine, bad = Second(GOOD), Second(GOOD)
    read(tmp_path, Engine(lambda *_: [(GOOD, 92.0)] * 4), level=level, second=fine)
    read(tmp_path, Engine(lambda *_: [(POOR, 72.0)] * 4), level=level, second=bad)
    expected = [] if level is ReadingLevel.FAST else [(("ron",), None)]
    assert (fine.asked, bad.asked) == (expected, expected)


def test_nobody_is_asked_about_a_blank_page(tmp_path: Path) -> None:
    engine, second = Engine(lambda *_: [(GOOD, 92.0)]), Second(GOOD)
    read(tmp_path, engine, second=second, level=ReadingLevel.CAREFUL, pixels=blank_page())
    assert (engine.asked, second.asked) == ([], [])


def test_few_letters_upside_down_are_turned(tmp_path: Path) -> None:
    """Eighteen letters, read surely enough as something else: only the lexicon tells which way is up."""

    class Turned(Engine):
        def read(
            self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC
        ) -> Reading:
            rows = np.flatnonzero((pixels < 128).sum(axis=1))
            upright = float(rows.mean()) < pixels.shape[0] / 2
            return in_lines(pixels, [("primăria orașului", 80.0) if upright else ("ınıns ɐıɹɐɯıɹd", 82.0)])

    page = typed_page(lines=2)
    result = read(tmp_path, Turned(lambda *_: []), pixels=np.ascontiguousarray(np.rot90(page, 2)))
    assert result.geometry.rotation_deg == 180
    assert result.text == "primăria orașului"


def test_letters_that_hang_down_have_the_page_turned_before_it_is_read(tmp_path: Path) -> None:
    engine = Engine(lambda *_: [(GOOD, 92.0)] * 4)
    result = read(tmp_path, engine, pixels=np.ascontiguousarray(np.rot90(typed_page(), 2)))
    assert result.geometry.rotation_deg == 180
    assert len(engine.asked) == 1
    assert float(result.treatment["upright_lean"]) < 0


def test_a_page_of_which_nothing_is_read_stays_as_it_was_scanned(tmp_path: Path) -> None:
    page = np.ascontiguousarray(np.rot90(typed_page(), 2))
    assert read(tmp_path, Engine(lambda *_: []), pixels=page).geometry.rotation_deg == 0


def test_letters_that_hang_down_are_no_verdict(tmp_path: Path) -> None:
    """A page that lies right is found, even if it looks the other way round."""

    class Straight(Engine):
        def read(
            self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC
        ) -> Reading:
            rows = np.flatnonzero((pixels < 128).sum(axis=1))
            upright = float(rows.mean()) > pixels.shape[0] / 2  # of this page
            return in_lines(pixels, [(GOOD, 80.0) if upright else ("ɐsɐɔ ǝp ǝɹınɹʇsuoɔ", 40.0)] * 4)

    page = np.ascontiguousarray(np.rot90(typed_page(lines=18), 2))
    result = read(tmp_path, Straight(lambda *_: []), pixels=page)
    assert float(result.treatment["upright_lean"]) < 0
    assert (result.geometry.rotation_deg, texts(result)) == (0, [GOOD] * 4)


def test_the_order_of_treatments_is_a_setting_and_written_down(tmp_path: Path) -> None:
    engine = Engine(lambda *_: [(GOOD, 92.0)] * 4)
    settings = PageSettings(treatments=(Treatment.PLAIN,))
    result = process_page(page_of(tmp_path, typed_page()), settings, engine).result
    assert engine.asked == [("ron", False)]
    assert result.treatment["treatment"] == "plain"
