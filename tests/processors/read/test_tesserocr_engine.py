# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tesserocr
from PIL import Image, ImageFilter

from processors.read import ReadSettings
from processors.read.tesserocr_engine import TesserocrEngine, _choices
from schemas.errors import EngineFailed, EngineUnavailable
from tests.processors.read.rendered import DPI, ROMANIAN, render

EMPTY = np.full((60, 60), 255, np.uint8)


@pytest.fixture
def engine() -> Iterator[TesserocrEngine]:
    opened = TesserocrEngine()
    yield opened
    opened.close()


def test_no_more_than_three_combinations_are_kept_and_the_one_unused_longest_goes() -> None:
    engine = TesserocrEngine(settings=ReadSettings(warm_languages=3))
    for languages in (["ron"], ["eng"], ["ron", "eng"], ["ron"], ["eng", "ron"]):
        engine.read(EMPTY, DPI, languages)
    assert engine.warm == ("ron+eng", "ron", "eng+ron")
    engine.close()
    assert not engine.warm


def test_a_warm_engine_is_used_again(engine: TesserocrEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.read(EMPTY, DPI, ["eng"])

    def refuse(**_: object) -> None:
        raise AssertionError("a second Tesseract was started")

    monkeypatch.setattr(tesserocr, "PyTessBaseAPI", refuse)
    engine.read(EMPTY, DPI, ["eng"])


def test_what_was_learnt_is_cleared_before_each_page(engine: TesserocrEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    class Watched(tesserocr.PyTessBaseAPI):  # type: ignore[misc]
        def ClearAdaptiveClassifier(self) -> None:  # noqa: N802
            calls.append("clear")
            super().ClearAdaptiveClassifier()

        def Recognize(self, timeout: int = 0) -> Any:  # noqa: N802
            calls.append("recognise")
            return super().Recognize(timeout)

    monkeypatch.setattr(tesserocr, "PyTessBaseAPI", Watched)
    for _ in range(2):
        engine.read(EMPTY, DPI, ["eng"])
    assert calls == ["clear", "recognise"] * 2


@pytest.mark.parametrize("fault", [RuntimeError("out of its mind"), MemoryError()])
def test_a_fault_inside_is_our_error_and_the_next_page_gets_a_fresh_tesseract(
    engine: TesserocrEngine, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    class Broken(tesserocr.PyTessBaseAPI):  # type: ignore[misc]
        def Recognize(self, timeout: int = 0) -> Any:  # noqa: N802
            raise fault

    with monkeypatch.context() as patch:
        patch.setattr(tesserocr, "PyTessBaseAPI", Broken)
        with pytest.raises(EngineFailed) as caught:
            engine.read(EMPTY, DPI, ["ron"])
    assert str(fault) in str(caught.value)
    assert caught.value.retryable
    assert not engine.warm
    assert engine.read(render(ROMANIAN), DPI, ["ron"]).blocks


def test_models_that_do_not_load_are_named(engine: TesserocrEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise RuntimeError("Failed to init API")

    monkeypatch.setattr(tesserocr, "PyTessBaseAPI", refuse)
    with pytest.raises(EngineUnavailable, match=r"ron\+eng.*Failed to init API"):
        engine.read(EMPTY, DPI, ["ron", "eng"])


def test_nothing_is_written_on_the_terminal(engine: TesserocrEngine, capfd: pytest.CaptureFixture[str]) -> None:
    engine.read(EMPTY, DPI, ["ron"])
    engine.read(render(ROMANIAN), DPI, ["ron"])
    assert capfd.readouterr() == ("", "")


def test_an_unsure_word_brings_the_other_characters_that_were_seen(engine: TesserocrEngine) -> None:
    blurred = np.asarray(Image.fromarray(render(ROMANIAN)).filter(ImageFilter.GaussianBlur(3)))
    reading = engine.read(blurred, DPI, ["ron"])
    words = [word for block in reading.blocks for line in block.lines for word in line.words]
    unsure = [word for word in words if word.choices]
    assert unsure
    assert all(word.confidence < 90 and len(word.choices) == len(word.raw or word.text) for word in unsure)
    assert any(any(place) for word in unsure for place in word.choices)
    assert not any(
        said == place[0]
        for word in unsure
        for said, place in zip(word.raw or word.text, word.choices, strict=True)
        if place
    )


@pytest.mark.parametrize(
    ("text", "seen", "choices"),
    [
        ("âi", [[(" ", 1.0)], [("â", 6.9), ("d", 6.0)], [("i", 1.7), ("î", 35.4)]], (("d",), ())),
        ("a", [[("a", 1.0), ("e", 3.0), ("o", 2.0)]], (("o", "e"),)),
        ("a", [[("a", 10.0), ("d", 1.0), ("e", 12.0)]], (("d", "a", "e"),)),  # its dictionary chose against the image
        ("î", [[("î", 1.0), ("Î", 6.5), ("â", 15.5)]], (("Î", "â"),)),
        ("î", [[("î", 1.0), ("Î", 7.5)]], ((),)),  # capitals are seen well
        (" a", [[(" ", 1.0)], [("a", 1.0), ("e", 3.0)]], (("e",),)),  # words come with the space before them at times
        ("ab", [[("a", 1.0)]], ()),  # one character has no place of its own
        ("a", [[("e", 1.0)]], ()),  # what was chosen is not among what was seen
        ("a", None, ()),
    ],
)
def test_what_was_seen_is_laid_along_the_word_or_left_out(
    text: str, seen: list[list[tuple[str, float]]] | None, choices: tuple[tuple[str, ...], ...]
) -> None:
    assert _choices(text, seen) == choices
