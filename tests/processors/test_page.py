# SPDX-License-Identifier: EUPL-1.2
"""One page through all its steps: directions, languages, doubts, findings. The engine is a double where it can be."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import jiwer
import numpy as np
import pytest
from PIL import Image

from processors.access import AccessSettings
from processors.encoded import Codec
from processors.ink import Pixels
from processors.limits import Limits
from processors.page import STEP_VERSION, PageSettings, PageSource, process_page
from processors.read import Reading, open_engine
from processors.read.engine import Layout
from processors.read.normalise import normalise
from processors.read.trust import TrustSettings
from processors.straighten import PrepareSettings
from processors.treatments import Treatment
from schemas.errors import ImageTooLarge, ImageUnreadable
from schemas.findings import FindingCode
from schemas.messages import Language
from schemas.page import Agent, Block, Box, Line, PageKind, PageResult, Word
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, blank_page, print_on, stamp_mask, tilt, typed_page

ROMANIAN = "Primăria municipiului a hotărât eliberarea autorizației de construire pentru locuința cetățeanului din oraș"
HUNGARIAN = (
    "A polgármesteri hivatal engedélyezi a lakóház építését és felkéri a kérelmezőt a szükséges tervek bemutatására"
)
Answer = tuple[str, float]


class ScriptedEngine:
    """Answers by the page's direction, which it sees by a black square at the upright page's top left, and language."""

    agent = Agent(name="Scripted", version="1")

    def __init__(self, answer: Callable[[int, str], Answer]) -> None:
        self.answer = answer
        self.asked: list[tuple[int, str]] = []
        self.asked_as_one_block: list[tuple[float, tuple[str, ...]]] = []
        self.one_block: Answer = ("", 0.0)

    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        turned = self._turned(pixels)
        if layout is Layout.ONE_BLOCK:
            self.asked_as_one_block.append((dpi, tuple(languages)))
            text, confidence = self.one_block
        else:
            self.asked.append((turned, languages[0]))
            text, confidence = self.answer(turned, languages[0])
        box = Box(left=10, top=20, right=pixels.shape[1] - 10, bottom=pixels.shape[0] - 20)
        words = tuple(Word(text=word, box=box, confidence=confidence) for word in text.split())
        if not words:
            return Reading((), None)
        return Reading((Block(box=box, lines=(Line(box=box, words=words),)),), confidence)

    def close(self) -> None:
        pass

    @staticmethod
    def _turned(pixels: Pixels) -> int:
        """By how much the page still must be turned clockwise to be upright."""
        height, width = pixels.shape[:2]
        corners = {
            0: pixels[: height // 8, : width // 8],
            90: pixels[-height // 8 :, : width // 8],
            180: pixels[-height // 8 :, -width // 8 :],
            270: pixels[: height // 8, -width // 8 :],
        }
        return min(corners, key=lambda turn: float(corners[turn].mean()))


def good_when_upright(turned: int, language: str) -> Answer:
    return (ROMANIAN, 90.0) if turned == 0 else ("ıɐ nɹd eʇ xx qq zz vv ww", 30.0)


def cornered(page: Pixels) -> Pixels:
    page = page.copy()
    cv2.rectangle(page, (70, 70), (150, 150), (0,), -1)
    return page


def save(folder: Path, page: Pixels, *, dpi: float | None = DPI, name: str = "001.png") -> PageSource:
    image = Image.fromarray(page)
    if dpi is None:
        image.save(folder / name)
    else:
        image.save(folder / name, dpi=(dpi, dpi))
    return PageSource(folder / name)


def codes(result: PageResult) -> list[FindingCode]:
    return [finding.code for finding in result.findings]


def test_a_good_page_is_read_once(tmp_path: Path) -> None:
    engine = ScriptedEngine(good_when_upright)
    result = process_page(save(tmp_path, cornered(typed_page())), PageSettings(), engine).result
    assert engine.asked == [(0, "ron")]
    assert result.text == ROMANIAN
    assert (result.kind, result.language, result.confidence) == (PageKind.PAGE, "ron", 90.0)
    assert result.findings == ()
    assert result.engine == engine.agent


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_whichever_way_a_page_lies_it_comes_out_upright(tmp_path: Path, quarters: int) -> None:
    engine = ScriptedEngine(good_when_upright)
    source = save(tmp_path, np.ascontiguousarray(np.rot90(cornered(typed_page()), quarters)))
    result = process_page(source, PageSettings(), engine).result
    assert result.geometry.rotation_deg == 90 * quarters
    assert result.text == ROMANIAN
    assert (result.geometry.width_px, result.geometry.height_px) == (WIDTH, HEIGHT)
    assert len(engine.asked) <= 2  # the lines' direction leaves two at most


def test_a_page_that_nothing_helps_stays_as_it_was_scanned(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda turned, language: ("xyz abc qqq", 31.0 + turned / 100))
    result = process_page(save(tmp_path, cornered(typed_page())), PageSettings(), engine).result
    assert result.geometry.rotation_deg == 0
    assert codes(result) == [FindingCode.CONFIDENCE_LOW]
    assert "31" in result.findings[0].say(Language.EN)


def test_a_page_of_no_clear_direction_is_tried_all_ways(tmp_path: Path) -> None:
    page = print_on(blank_page(), stamp_mask(80), 60)
    engine = ScriptedEngine(good_when_upright)
    source = save(tmp_path, np.ascontiguousarray(np.rot90(cornered(page), 3)))
    assert process_page(source, PageSettings(), engine).result.geometry.rotation_deg == 270


def test_a_blank_page_is_kept_and_not_read(tmp_path: Path) -> None:
    engine = ScriptedEngine(good_when_upright)
    processed = process_page(save(tmp_path, blank_page()), PageSettings(), engine)
    assert engine.asked == []
    assert processed.result.kind is PageKind.BLANK
    assert codes(processed.result) == [FindingCode.PAGE_BLANK]
    assert (processed.result.language, processed.result.confidence, processed.result.engine) == (None, None, None)
    assert processed.image.image.data


def test_a_page_with_marks_but_no_words_says_so(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda turned, language: ("", 0.0))
    result = process_page(save(tmp_path, print_on(blank_page(), stamp_mask(), 60)), PageSettings(), engine).result
    assert result.kind is PageKind.PAGE
    assert codes(result) == [FindingCode.PAGE_UNREAD]
    assert result.language is None


def test_an_unknown_resolution_is_a_finding_with_the_assumed_one(tmp_path: Path) -> None:
    source = save(tmp_path, cornered(typed_page()), dpi=None)
    result = process_page(source, PageSettings(), ScriptedEngine(good_when_upright)).result
    assert codes(result) == [FindingCode.RESOLUTION_UNKNOWN]
    assert result.findings[0].fields == {"dpi": 300}


def test_a_page_in_another_allowed_language_is_read_in_it(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda turned, language: (HUNGARIAN, 92.0 if language == "hun" else 78.0))
    settings = PageSettings(languages=("ron", "hun", "deu"))
    result = process_page(save(tmp_path, cornered(typed_page())), settings, engine).result
    assert [language for _, language in engine.asked] == ["ron", "hun"]  # a few lines, then the page
    assert (result.language, result.confidence) == ("hun", 92.0)


def test_a_second_reading_that_is_worse_is_not_kept(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda turned, language: (HUNGARIAN, 40.0 if language == "hun" else 78.0))
    settings = PageSettings(languages=("ron", "hun"))
    result = process_page(save(tmp_path, cornered(typed_page())), settings, engine).result
    assert (result.language, result.confidence) == ("ron", 78.0)


def test_a_page_is_reduced_for_reading_and_its_boxes_come_back_in_page_pixels(tmp_path: Path) -> None:
    engine = ScriptedEngine(good_when_upright)
    result = process_page(save(tmp_path, cornered(typed_page())), PageSettings(), engine).result
    share = float(result.treatment["reading_share"])
    assert share < 0.8
    box = next(result.words()).box
    assert [box.left, box.top, WIDTH - box.right, HEIGHT - box.bottom] == pytest.approx(
        [10 / share, 20 / share, 10 / share, 20 / share], abs=2
    )


def test_every_decision_is_written_down_with_its_measure(tmp_path: Path) -> None:
    source = save(tmp_path, np.ascontiguousarray(np.rot90(tilt(cornered(typed_page()), 2.0), 2)))
    treatment = process_page(source, PageSettings(), ScriptedEngine(good_when_upright)).result.treatment
    assert treatment["rotation_deg"] == 180
    assert treatment["skew_deg"] == pytest.approx(2.0, abs=0.3)
    for measure in ("vertical_share", "skew_strength", "crop_left_px", "blank_ink_mm2", "image_passed_through"):
        assert measure in treatment
    assert float(treatment["upright_lean"]) < 0
    assert float(treatment["reading_score"]) > 0


def test_what_was_misread_is_put_right_and_kept_and_counted(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda turned, language: ("(loan)", 90.0))
    result = process_page(save(tmp_path, cornered(typed_page())), PageSettings(), engine).result
    assert [(word.text, word.raw) for word in result.words()] == [("(Ioan)", "(loan)")]
    assert {name: count for name, count in result.treatment.items() if name.startswith("corrected_by_")} == {
        "corrected_by_slips": 1,
        "corrected_by_digits": 0,
        "corrected_by_spelling": 0,
        "corrected_by_capitals": 0,
        "corrected_by_second": 0,
        "corrected_by_choices": 0,
        "corrected_by_confusions": 0,
        "corrected_by_signs": 0,
    }


def test_the_same_page_gives_the_same_result(tmp_path: Path) -> None:
    source = save(tmp_path, tilt(cornered(typed_page()), -1.0))
    first, again = (process_page(source, PageSettings(), ScriptedEngine(good_when_upright)) for _ in range(2))
    assert first.result.to_json() == again.result.to_json()
    assert first.image == again.image


def test_what_cannot_be_decoded_raises(tmp_path: Path) -> None:
    source = save(tmp_path, typed_page())
    with pytest.raises(ImageTooLarge):
        process_page(source, PageSettings(), ScriptedEngine(good_when_upright), Limits(max_page_pixels=1000))
    source.path.write_bytes(source.path.read_bytes()[:2000])
    with pytest.raises(ImageUnreadable):
        process_page(source, PageSettings(), ScriptedEngine(good_when_upright))


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = "from processors.page import PageSettings; print(PageSettings(languages=('hun', 'ron')).fingerprint())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.strip() == PageSettings(languages=("hun", "ron")).fingerprint()
    assert STEP_VERSION


@pytest.mark.parametrize(
    "changed",
    [
        PageSettings(languages=("ron", "hun")),
        PageSettings(languages=("hun",)),
        PageSettings(prepare=PrepareSettings(deskew=False)),
        PageSettings(access=AccessSettings(quality=60)),
        PageSettings(confidence_threshold=70.0),
        replace(PageSettings(), sparse_letters=5),
        PageSettings(trust=TrustSettings(known=0.7)),
        PageSettings(treatments=(Treatment.PLAIN,)),
    ],
)
def test_every_setting_changes_the_fingerprint(changed: PageSettings) -> None:
    assert changed.fingerprint() != PageSettings().fingerprint()


@pytest.mark.parametrize("quarters", [1, 2])
def test_tesseract_reads_a_turned_and_skewed_page(tmp_path: Path, quarters: int) -> None:
    page = np.ascontiguousarray(np.rot90(tilt(typed_page(lines=8), 2.4), quarters))
    engine = open_engine("tesserocr", None)
    try:
        result = process_page(save(tmp_path, page), PageSettings(), engine).result
    finally:
        engine.close()
    assert result.geometry.rotation_deg == 90 * quarters
    assert result.confidence is not None
    assert result.confidence > 75
    assert "primaria orasului in sedinta" in result.text.replace("ş", "s").lower()


@pytest.mark.real_scans
def test_the_typescripts_are_read_with_few_errors(real_scans: Path) -> None:
    truth, read = [], []
    engine = open_engine("tesserocr", None)
    try:
        for path in sorted((real_scans / "typescript-fr").glob("*.jpg"))[1:12:4]:
            result = process_page(PageSource(path), PageSettings(languages=("fra",)), engine).result
            assert result.geometry.rotation_deg == 0
            marks = str.maketrans("", "", "_^~")
            text = path.with_name(path.stem + ".gt.txt").read_text("utf-8").translate(marks)
            truth.append(" ".join(normalise(text, ["fra"]).split()))
            read.append(" ".join(result.text.split()))
    finally:
        engine.close()
    assert jiwer.cer(truth, read) <= 0.12


@pytest.mark.real_scans
def test_bitonal_minutes_pass_through_unchanged(real_scans: Path) -> None:
    path = next((real_scans / "council-minutes-en").glob("*.pdf"))
    engine = ScriptedEngine(lambda turned, language: (ROMANIAN, 90.0))
    processed = process_page(PageSource(path, 4), PageSettings(languages=("eng",)), engine)
    assert processed.image.image.codec is Codec.JBIG2
    assert processed.image.placement == processed.result.geometry.matrix
    assert len(processed.image.image.data) < 20_000


@pytest.mark.parametrize(
    ("first", "as_one_block", "expected"),
    [
        (("F r a n z", 40.0), ("Franz TOUSSAINT", 80.0), "Franz TOUSSAINT"),
        (("Franz", 60.0), ("Fr", 20.0), "Franz"),
    ],
)
def test_a_doubtful_page_with_few_letters_is_read_as_a_title_page_too(
    tmp_path: Path, first: Answer, as_one_block: Answer, expected: str
) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), cornered(typed_page()))
    engine = ScriptedEngine(lambda turned, language: first if turned == 0 else ("", 0.0))
    engine.one_block = as_one_block
    settings = PageSettings(languages=("ron", "hun"))
    result = process_page(PageSource(tmp_path / "page.png"), settings, engine).result
    assert result.text == expected
    ((dpi, languages),) = engine.asked_as_one_block
    assert dpi <= 151
    assert languages == ("ron", "hun")


def test_a_trusted_page_is_not_read_as_a_title_page(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), cornered(typed_page()))
    engine = ScriptedEngine(good_when_upright)
    process_page(PageSource(tmp_path / "page.png"), PageSettings(), engine)
    assert engine.asked_as_one_block == []
