# SPDX-License-Identifier: EUPL-1.2
"""The program `tesseract` is replaced by doubles that fail as real ones do."""

from pathlib import Path

import numpy as np
import pytest

from processors.read import ReadSettings
from processors.read.pytesseract_engine import PytesseractEngine
from schemas.errors import EngineFailed, EngineUnavailable
from tests.processors.read.rendered import DPI, ROMANIAN, render

EMPTY = np.full((60, 60), 255, np.uint8)
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", r"\t")


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place on PATH, before all others, for a double of the program; it answers `--version` as the real one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder / "tesseract"


def act(program: Path, does: str) -> None:
    version = 'if [ "$1" = --version ]; then echo "tesseract 5.3.0"; exit 0; fi'
    program.write_text(f"#!/bin/sh\n{version}\n{does}\n")
    program.chmod(0o755)


def fail() -> EngineFailed:
    engine = PytesseractEngine(settings=ReadSettings(page_seconds=0.5))
    with pytest.raises(EngineFailed) as caught:
        engine.read(EMPTY, DPI, ["ron"])
    return caught.value


def test_a_crash_is_an_error_with_the_programs_last_words(tesseract: Path) -> None:
    act(tesseract, "echo 'contains_unichar_id(unichar_id):Error:Assert failed' >&2; exit 134")
    error = fail()
    assert "134" in str(error)
    assert "Assert failed" in str(error)


def test_a_kill_for_want_of_memory_is_an_error(tesseract: Path) -> None:
    act(tesseract, "kill -9 $$")
    assert "-9" in str(fail())


def test_a_program_that_hangs_is_stopped(tesseract: Path) -> None:
    act(tesseract, "exec sleep 20")
    assert "0.5 s" in str(fail())


def test_last_words_that_are_not_utf_8_are_still_an_error_of_ours(tesseract: Path) -> None:
    act(tesseract, r"printf '\377\376' >&2; exit 1")
    fail()


@pytest.mark.parametrize(
    "table",
    [
        r"\377\376",
        "",
        r"nothing\tof\tthe\tkind\n",
        HEAD + r"\n5\t1\t1\n",
        HEAD + r"\n5\t1\t1\t1\t1\t1\tleft\t2\t3\t4\t90\tword\n",
    ],
    ids=["not UTF-8", "nothing", "other columns", "cut off", "no number"],
)
def test_output_that_is_no_table_of_words_is_an_error_not_an_empty_page(tesseract: Path, table: str) -> None:
    act(tesseract, f"printf '{table}' > \"$2.tsv\"")
    fail()


def test_output_that_never_came_is_an_error(tesseract: Path) -> None:
    act(tesseract, "exit 0")
    fail()


def test_words_keep_their_quotes_and_confidences_their_decimals(tesseract: Path, tmp_path: Path) -> None:
    page = [1, 1, 0, 0, 0, 0, 0, 0, 60, 60, -1, ""]
    word_row = [5, 1, 1, 1, 1, 1, 1, 2, 30, 4, 91.254, '"Şi']
    table = tmp_path / "table.tsv"
    head = HEAD.replace(r"\t", "\t")
    table.write_text("\n".join([head, *("\t".join(map(str, row)) for row in (page, word_row))]) + "\n")
    act(tesseract, f"cat '{table}' > \"$2.tsv\"")
    reading = PytesseractEngine().read(EMPTY, DPI, ["ron"])
    (word,) = reading.blocks[0].lines[0].words
    assert (word.text, word.raw, word.confidence) == ('"Și', '"Şi', 91.25)
    assert (word.box.left, word.box.top, word.box.right, word.box.bottom) == (1, 2, 31, 6)


def test_without_the_program_the_engine_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="make setup"):
        PytesseractEngine()


def test_a_version_that_cannot_be_understood_does_not_end_the_process(tesseract: Path) -> None:
    tesseract.write_text("#!/bin/sh\necho something else\n")
    tesseract.chmod(0o755)
    with pytest.raises(EngineUnavailable):
        PytesseractEngine()


def test_no_temporary_files_stay_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert PytesseractEngine().read(render(ROMANIAN), DPI, ["ron"]).blocks
    assert list(tmp_path.iterdir()) == []
