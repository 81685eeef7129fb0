# SPDX-License-Identifier: EUPL-1.2
"""OCRmyPDF as a program: held to its limits, ended with all that it started, its failures told in its own words."""

import os
import sys
import time
from pathlib import Path

import pytest

from processors.hocr import read_hocr
from processors.ocrmypdf_tool import OcrMyPdf, OcrMyPdfLimits
from schemas.errors import ToolFailed, ToolTimeout

HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><body>
<div class='ocr_page' title='image "a.png"; bbox 0 0 800 600; ppageno 0'>
 <div class='ocr_carea' title="bbox 10 10 300 90">
  <p class='ocr_par' title="bbox 10 10 300 90">
   <span class='ocr_header' title="bbox 10 10 300 40; baseline 0 -5">
    <span class='ocrx_word' title='bbox 10 10 90 40; x_wconf 96'>Cererea</span>
    <span class='ocrx_word' title='bbox 100 10 300 40; x_wconf 50'><strong>oraşului</strong></span></span>
   <span class='ocr_line' title="bbox 10 50 300 90">
    <span class='ocrx_word' title='bbox 10 50 60 90; x_wconf 12'>nr.</span></span></p></div>
 <div class='ocr_carea' title="bbox 400 10 790 90"><p class='ocr_par' title="bbox 400 10 790 90">
   <span class='ocr_line' title="bbox 400 10 900 90">
    <span class='ocrx_word' title='bbox 400 10 900 90; x_wconf 80'>data</span></span></p></div>
</div></body></html>"""


def test_hocr_gives_blocks_lines_and_words_with_places() -> None:
    page = read_hocr(HOCR.encode(), ["ron"])
    assert (page.width_px, page.height_px) == (800, 600)
    said = [[[word.text for word in line.words] for line in block.lines] for block in page.reading.blocks]
    assert said == [[["Cererea", "orașului"], ["nr."]], [["data"]]]
    first = page.reading.blocks[0].lines[0].words[1]
    assert (first.raw, first.confidence, first.box.left, first.box.bottom) == ("oraşului", 50, 100, 40)
    assert page.reading.blocks[1].box.right == 800  # inside the page, whatever it says


@pytest.mark.parametrize("data", [b"", b"words", b"<html><body/></html>", HOCR.replace("bbox 10 50 60", "x").encode()])
def test_what_is_no_hocr_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no page|not XML|without a place"):
        read_hocr(data, ["ron"])


def _double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A program in place of OCRmyPDF's Python; the folder for its temporary files."""
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_one_that_takes_too_long_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import os, subprocess, time\np = subprocess.Popen(['sleep', '600'])\n"
    script += f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid))\ntime.sleep(600)\n"
    folder = _double(tmp_path, monkeypatch, script)
    with pytest.raises(ToolTimeout):
        OcrMyPdf(OcrMyPdfLimits(page_seconds=2)).run(tmp_path / "a.pdf", tmp_path / "b.pdf", 1, ["ron"], folder)
    child = int((tmp_path / "pid").read_text(encoding="utf-8"))
    for _ in range(50):
        if not _lives(child):
            return
        time.sleep(0.1)
    pytest.fail("what it had started lives on")


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_one_that_wants_too_much_memory_fails_and_its_last_words_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import time\ntime.sleep(0.5)\nblock = bytearray(400 << 20)\nprint('had it')\n"
    folder = _double(tmp_path, monkeypatch, script)
    with pytest.raises(ToolFailed, match="MemoryError"):
        OcrMyPdf(OcrMyPdfLimits(memory_bytes=200 << 20)).run(tmp_path / "a.pdf", tmp_path / "b.pdf", 1, ["ron"], folder)


def test_it_is_told_languages_jobs_and_where_to_put_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import os, sys\nprint(sys.argv, os.environ['TMPDIR'], os.environ['TESSDATA_PREFIX'])\nsys.exit(3)\n"
    folder = _double(tmp_path, monkeypatch, script)
    tool = OcrMyPdf(OcrMyPdfLimits(jobs=7), Path("/models"))
    with pytest.raises(ToolFailed) as failed:
        tool.run(tmp_path / "a.pdf", tmp_path / "b.pdf", 1, ["ron", "hun"], folder)
    assert failed.value.fields["status"] == 3
    said = str(failed.value)
    assert "'--jobs', '7'" in said
    assert "'ron+hun'" in said
    assert f"{os.sep}models" in said
