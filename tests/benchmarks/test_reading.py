# SPDX-License-Identifier: EUPL-1.2
"""The benchmark of reading adds up what programs did, and says what went wrong."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from benchmarks import reading
from benchmarks.floor import FloorPage, measure_floor
from benchmarks.image_steps import RATIOS, slower_steps
from benchmarks.processes import program_name, run_measured
from benchmarks.programs import ProgramFailed, ProgramRun, ReadPage, extract_texts, pack_images
from benchmarks.reading_tables import BEGIN, END, markdown, write_between_markers
from benchmarks.scores import languages_right, score, worst_excess
from benchmarks.sets import BenchPage, BenchSet, BenchUnit, folder_sets
from tests.processors.typed_pages import typed_page

MIB = 1 << 20
LONG = "cuvinte pe o pagină lungă " * 30


def _page(truth: str, language: str | None = None) -> BenchPage:
    return BenchPage(Path("page.jpg"), truth, language)


def test_accuracy_is_over_text_pages_alone_and_names_those_that_are_lost() -> None:
    pages = [_page("unu doi trei patru"), _page(""), _page("cinci șase")]
    accuracy = score(pages, ["unu doi trei patru", "zgomot", "cinci"])
    assert accuracy is not None
    assert (accuracy.pages, accuracy.lost) == (2, ())
    assert accuracy.cer == pytest.approx(5 / 28)
    assert accuracy.recall == pytest.approx(5 / 6)
    assert accuracy.recall_lowest == pytest.approx(1 / 2)
    lost = score(pages, ["", "", "cinci șase"])
    assert lost is not None
    assert lost.lost == (1,)
    kept = score(pages, ["", "", "cinci șase"], frozenset({1}))
    assert kept is not None
    assert kept.cer == 0
    assert score(pages, ["", "", ""], frozenset({1, 3})) is None


def test_a_stamp_s_own_text_counts_in_one_rate_and_not_in_the_other() -> None:
    page = replace(_page("unu doi trei patru"), stamps=("INTRARE",))
    accuracy = score([page], ["unu doi trei patru\nINTRARE"])
    assert accuracy is not None
    assert accuracy.cer == pytest.approx(8 / 18)
    assert accuracy.cer_without_stamps == 0


def test_romanian_text_pages_are_those_that_are_known_to_be() -> None:
    text, hungarian = replace(_page("unu doi", "ron"), running=True), replace(_page("egy", "hun"), running=True)
    plan = _page("lot patru", "ron")
    accuracy = score([text, hungarian, plan], ["unu dos", "xxx", "patru lot"])
    assert accuracy is not None
    assert accuracy.romanian_pages == 1
    assert accuracy.cer_romanian == pytest.approx(1 / 7)
    unknown = score([hungarian, plan], ["egy", "lot"])
    assert unknown is not None
    assert unknown.cer_romanian is None


def test_the_worst_page_is_looked_for_among_long_ones() -> None:
    pages = [_page("scurt"), _page(LONG), _page(LONG)]
    other = [page.truth for page in pages]
    worse = LONG.replace("pe", "xx")
    assert worst_excess(pages, ["", worse, LONG], other) == pytest.approx(
        2 * LONG.count("pe") / len(LONG.strip()), 0.01
    )
    assert (worst_excess(pages, other, ["", worse, worse]) or 0) < 0
    assert worst_excess(pages[:1], [""], ["scurt"]) is None


def test_languages_are_right_or_wrong_on_text_pages_of_known_language() -> None:
    pages = [_page("a", "ron"), _page("b", "hun"), _page("", None), _page("c", None)]
    assert languages_right(pages, ["ron", "deu", None, "fra"]) == pytest.approx(1 / 2)
    assert languages_right(pages[2:], [None, "fra"]) is None


def _run(program: str, texts: list[str], cpu: float, pdf_bytes: int) -> ProgramRun:
    return ProgramRun(
        program=program,
        pages=tuple(ReadPage(text, "ron", 0) for text in texts),
        cpu_seconds=cpu,
        wall_seconds=30,
        peak_bytes=800 * MIB,
        process_peaks={"worker": (350 * MIB, 300 * MIB)},
        pdf_bytes=pdf_bytes,
        pdfs=1,
        valid_pdfs=1,
        failures=(),
        profile={"kinds": {"page": {"pages": 2, "cpu_seconds": 3.0}, "blank": {"pages": 1, "cpu_seconds": 0.2}}},
    )


@pytest.fixture
def bench(tmp_path: Path) -> BenchSet:
    """Two text pages and a blank one, 1000 bytes each."""
    pages = []
    for number, truth in enumerate(["unu doi trei patru", "cinci șase șapte opt", ""]):
        (tmp_path / f"{number}.jpg").write_bytes(b"x" * 1000)
        pages.append(BenchPage(tmp_path / f"{number}.jpg", truth, "ron" if truth else None, 0))
    return BenchSet("a set", (BenchUnit("unit", ("ron",), tuple(pages)),))


@pytest.fixture
def programs(bench: BenchSet, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = _run("arhivar standard", [page.truth for page in bench.pages], 6.0, 300)
    theirs = _run("ocrmypdf", ["unu doi trei patrX", "", ""], 24.0, 3000)
    floor = [FloorPage("unu", 1.0), FloorPage("doi", 2.0), FloorPage("", 0.0)]
    monkeypatch.setattr(reading, "run_arhivar", lambda *_: ours)
    monkeypatch.setattr(reading, "run_ocrmypdf", lambda one, variant, *_: replace(theirs, program=variant))
    monkeypatch.setattr(reading, "measure_floor", lambda *_: floor)


@pytest.mark.usefixtures("programs")
def test_programs_are_held_against_each_other_and_against_the_floor(bench: BenchSet, tmp_path: Path) -> None:
    measured = reading.measure(bench, ["standard"], ["ocrmypdf", "floor"], tmp_path, None)  # type: ignore[arg-type]
    assert [run["program"] for run in measured["runs"]] == ["arhivar standard", "ocrmypdf"]
    assert [run["cpu_seconds_a_page"] for run in measured["runs"]] == [2.0, 8.0]
    assert measured["runs"][1]["pages_a_minute"] == 6
    (ratio,) = measured["ratios"]
    assert ratio["cpu_times_fewer"] == 4
    assert ratio["bytes_share"] == pytest.approx(0.1)
    assert (ratio["cer_share"], ratio["lost"], ratio["cer_share_without_lost"]) == (0, [2], 0)
    (own,) = measured["own"]
    assert (own["times_floor"], own["blank_cpu_seconds"], own["languages_right"]) == (2.0, 0.2, 1.0)
    assert own["bytes_share_of_source"] == pytest.approx(0.1)
    assert json.dumps(measured)


@pytest.mark.usefixtures("programs")
def test_the_tables_have_a_row_a_program_and_the_notes(bench: BenchSet, tmp_path: Path) -> None:
    noted = replace(bench, note="drawn otherwise")
    measured = reading.measure(noted, ["standard"], None, tmp_path, None)  # type: ignore[arg-type]
    text = markdown(
        {"date": "1987-05-12", "machine": {"before": "x", "after": "y"}, "versions": "v", "sets": [measured]}
    )
    assert "Note on a set: drawn otherwise." in text
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| a set | ")]
    assert [row[1] for row in rows[:5]] == [
        *("arhivar standard", "ocrmypdf", "ocrmypdf tuned", "ocrmypdf plain", "floor"),
    ]
    heads = next(line for line in text.splitlines() if line.startswith("| set | program"))
    assert {len(row) for row in rows[:5]} == {len(heads.split(" | "))}


@pytest.mark.usefixtures("programs")
def test_a_program_that_fails_is_told_and_the_others_go_on(
    bench: BenchSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> ProgramRun:
        raise ProgramFailed("ocrmypdf ended with 3: no such language")

    monkeypatch.setattr(reading, "run_ocrmypdf", fails)
    monkeypatch.setattr(reading, "samples", lambda _: bench)
    assert reading.main(["--set", "a set", "--program", "ocrmypdf", "--out", str(tmp_path / "out")]) == 1
    assert "ocrmypdf ended with 3: no such language" in capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "reading.json").read_text(encoding="utf-8"))
    assert [run["program"] for run in report["sets"][0]["runs"]] == ["arhivar standard"]


def test_careful_is_measured_on_real_scans_too(bench: BenchSet) -> None:
    assert list(reading.levels(bench, None)) == ["standard"]
    assert list(reading.levels(replace(bench, real=True), None)) == ["standard", "careful"]
    assert list(reading.levels(bench, ["fast"])) == ["fast"]


def test_tables_go_between_the_markers_and_nothing_else_changes(tmp_path: Path) -> None:
    file = tmp_path / "doc.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_between_markers(file, "new")
    assert file.read_text(encoding="utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    file.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="make bench"):
        write_between_markers(file, "new")


def test_the_documentation_has_a_place_for_the_tables() -> None:
    content = reading.DOCS.read_text(encoding="utf-8")
    assert content.index(BEGIN) < content.index(END)


def test_images_are_packed_as_they_are_at_the_size_that_they_state(tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 600), "white")
    image.save(tmp_path / "a.jpg", dpi=(150, 150))
    image.save(tmp_path / "b.jpg")
    pack_images([tmp_path / "a.jpg", tmp_path / "b.jpg"], tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert [[round(float(side)) for side in page.mediabox[2:]] for page in pdf.pages] == [[144, 288], [72, 144]]
        first = next(iter(pdf.pages[0].get_images().values()))
        assert first.read_raw_bytes() == (tmp_path / "a.jpg").read_bytes()


def test_the_floor_reads_a_page_and_passes_over_a_blank_one(tmp_path: Path) -> None:
    Image.fromarray(typed_page(lines=2)).save(tmp_path / "a.png", dpi=(300, 300))
    pages = [BenchPage(tmp_path / "a.png", "text"), BenchPage(tmp_path / "none.png", "")]
    text, blank = measure_floor(pages, ["ron", "ron"], [0, 0])
    assert len(text.text.split()) > 5
    assert text.cpu_seconds > 0.05
    assert blank == FloorPage("", 0.0)


def test_what_processes_run_is_told_apart_and_their_peaks_are_kept(tmp_path: Path) -> None:
    assert program_name(["/x/python", "-m", "arhivar", "ingest"]) == "arhivar"
    spawned = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=21, pipe_handle=23)"
    assert program_name(["/x/python", "-B", "-c", spawned, "--multiprocessing-fork"]) == "worker"
    tracker = "from multiprocessing.resource_tracker import main;main(20)"
    assert program_name(["/x/python", "-B", "-c", tracker]) == "tracker"
    assert program_name(["/usr/bin/java", "-Xmx1m"]) == "java"
    grow = "import time; block = bytearray(150 << 20); time.sleep(1.5); print('said')"
    run = run_measured([sys.executable, "-c", grow], log=tmp_path / "log", output=tmp_path / "out")
    assert max(run.process_peaks[Path(sys.executable).name]) > 150 * MIB
    assert (tmp_path / "out").read_text(encoding="utf-8") == "said\n"


def test_a_step_is_too_slow_beyond_the_factor_or_without_a_committed_ratio() -> None:
    wanted = {"decode": 1.0, "small": 0.5}
    assert slower_steps({"decode": 1.4, "small": 0.5}, wanted, 1.5) == []
    assert slower_steps({"decode": 1.6, "small": 0.5, "new": 0.1}, wanted, 1.5) == ["decode", "new"]
    assert json.loads(RATIOS.read_text(encoding="utf-8"))


def test_text_is_taken_out_of_a_pdf_page_by_page(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for words in ("prima pagina", "a doua"):
            page = pdf.add_blank_page(page_size=(300, 200))
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            page.obj.Contents = pdf.make_stream(f"BT /F 12 Tf 20 100 Td ({words}) Tj ET".encode())
        pdf.save(tmp_path / "a.pdf")
    assert [text.strip() for text in extract_texts(tmp_path / "a.pdf")] == ["prima pagina", "a doua"]


@pytest.mark.real_scans
def test_the_real_scans_are_a_set(real_scans: Path) -> None:
    (typescripts,) = folder_sets(real_scans)
    assert (typescripts.name, typescripts.units[0].languages, len(typescripts.pages)) == ("typescript-fr", ("fra",), 12)
