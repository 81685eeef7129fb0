# SPDX-License-Identifier: EUPL-1.2
"""The command line as people and programs meet it."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import bagit
import pytest

from arhivar.cli.main import main
from arhivar.cli.output import PageProgress, choose_language, marked
from arhivar.settings import CHECKOUT
from schemas.errors import EXIT_BUG, EXIT_DONE, EXIT_USAGE
from schemas.messages import Language
from tests.arhivar.conftest import Town
from tests.binders import make_binder, text_pages


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The command's exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


@pytest.fixture
def filled(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An archive with one unit of two pages."""
    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1", "title": "Dosar de probă"})
    town.ingest()
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    return town


def test_init_makes_an_archive_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(tmp_path / "home"))
    assert json.loads(run(capsys, "init", "--json")[1])["new"] is True
    assert json.loads(run(capsys, "init", "--json")[1])["new"] is False
    code, out, _ = run(capsys, "--lang", "ro", "init")
    assert (code, "este la zi" in out) == (EXIT_DONE, True)


def test_init_never_touches_a_folder_that_holds_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters.doc").write_text("x", encoding="utf-8")
    code, _, err = run(capsys, "--home", str(tmp_path), "--lang", "en", "init")
    assert code == EXIT_USAGE
    assert err.startswith("ARH-1011")
    assert [path.name for path in tmp_path.iterdir()] == ["letters.doc"]


def test_a_missing_archive_is_an_error_that_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--home", str(tmp_path), "--lang", "ro", "status")
    assert code == EXIT_USAGE
    assert "arhivar init" in err
    code, out, _ = run(capsys, "--home", str(tmp_path), "--lang", "en", "status", "--json")
    assert json.loads(out)["error"]["code"] == "ARH-1010"


def test_an_unknown_command_or_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "scan")[0] == EXIT_USAGE
    assert run(capsys, "status", "--colour")[0] == EXIT_USAGE
    assert run(capsys)[0] == EXIT_USAGE


def test_the_help_of_ingest_warns_that_folders_are_taken_away(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ingest", "--help")
    assert code == EXIT_DONE
    assert "TAKEN AWAY" in out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == EXIT_DONE
    for name in ("init", "ingest", "status", "search", "show", "export"):
        assert name in out


def test_a_bug_is_told_apart_from_a_user_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr("arhivar.cli.main.load_settings", broken)
    code, _, err = run(capsys, "--lang", "en", "status")
    assert code == EXIT_BUG
    assert "unexpected" in err
    assert "Report it" in err


def test_an_unknown_setting_stops_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_WORKER", "2")
    code, _, err = run(capsys, "status")
    assert code == EXIT_USAGE
    assert "ARHIVAR_WORKERS" in err


def test_status_lists_units_waiting_drops_and_quarantine(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    make_binder(filled.inbox, "unknown", text_pages(1))
    filled.ingest()
    make_binder(filled.inbox, "copying", text_pages(1), ready=False)
    code, out, _ = run(capsys, "--lang", "en", "status", "--inbox", str(filled.inbox))
    assert code == EXIT_DONE
    assert "T/1" in out
    assert "reconciled" in out
    assert "unknown" in out
    assert "copying" in out
    document = json.loads(run(capsys, "status", "--json", "--inbox", str(filled.inbox))[1])
    assert [unit["state"] for unit in document["units"]] == ["reconciled"]
    assert [drop["folder"] for drop in document["quarantined"]] == ["unknown"]
    assert [drop["waiting_for"] for drop in document["waiting"]] == ["quiet"]


def test_a_drop_taken_out_of_quarantine_is_not_shown_any_more(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    make_binder(filled.inbox, "unknown", text_pages(1))
    filled.ingest()
    (filled.inbox / ".quarantine" / "unknown").rename(filled.inbox / "back")
    assert json.loads(run(capsys, "status", "--json")[1])["quarantined"] == []


def test_status_of_a_unit_shows_its_ledger(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(run(capsys, "status", "T/1", "--json")[1])
    assert document["ingests"][0]["ledger"]["in_index"] == 2
    assert run(capsys, "status", "T/9")[0] == EXIT_USAGE


def test_search_marks_words_in_text_and_gives_boxes_in_json(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "en", "search", "hotărâre", "pagina", "2")
    assert code == EXIT_DONE
    assert "«Hotararea»" in out
    hits = json.loads(run(capsys, "search", "--json", "--pages", '"numarul 2"')[1])["hits"]
    assert [hit["page"] for hit in hits] == [2]
    box = hits[0]["marks"][0]["boxes"][0]
    assert box["right"] > box["left"]


def test_search_shows_units_with_their_best_pages(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "ro", "search", "hotararea")
    assert code == EXIT_DONE
    assert "unități găsite: 1, pagini: 2" in out
    assert "pagina 1: " in out
    (unit,) = json.loads(run(capsys, "search", "--json", "hotararea")[1])["hits"]
    assert (unit["reference_code"], unit["matching"]) == ("T/1", 2)
    assert sorted(page["page"] for page in unit["pages"]) == [1, 2]


def test_search_offers_what_was_perhaps_meant(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "en", "search", "hotaraera")
    assert code == EXIT_DONE
    assert "Did you mean: hotararea" in out


def test_a_minus_word_reaches_the_query(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(run(capsys, "search", "--json", "hotararea", "-lucrarile")[1])["pages"] == 0


def test_a_query_that_cannot_be_understood_says_where(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--lang", "en", "search", '"unfinished')
    assert code == EXIT_USAGE
    assert err.startswith("ARH-1030")


def test_show_gives_description_files_and_text(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "show", "T/1")
    assert "Dosar de probă" in out
    assert "access/volume-1.pdf" in out
    _, out, _ = run(capsys, "show", "T/1", "2")
    assert "Hotararea" in out
    files = json.loads(run(capsys, "show", "T/1", "--json")[1])["files"]
    assert Path(files["access/volume-1.pdf"]).read_bytes().startswith(b"%PDF-")
    assert run(capsys, "show", "T/1", "3")[0] == EXIT_USAGE


def test_export_writes_a_valid_bag(filled: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bag"
    assert run(capsys, "export", "T/1", str(target))[0] == EXIT_DONE
    assert bagit.Bag(str(target)).is_valid()
    assert (target / "bagit.txt").read_text(encoding="utf-8").startswith("BagIt-Version: 1.0")
    data = {path.relative_to(target / "data").as_posix() for path in (target / "data").rglob("*") if path.is_file()}
    assert {"masters/001.png", "access/volume-1.pdf", "text/00001.xml", "metadata/unit.json"} <= data
    ET.parse(target / "data" / "text" / "00001.xml")  # noqa: S314 - our own file
    assert run(capsys, "export", "T/1", str(target))[0] == EXIT_USAGE


def test_the_command_line_starts_without_loading_the_engines() -> None:
    code = "import sys, arhivar.cli.main; sys.exit(any(m in sys.modules for m in ('cv2', 'tesserocr', 'tantivy')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("asked", "setting", "locale", "expected"),
    [
        ("en", "ro", "ro_RO.UTF-8", Language.EN),
        (None, "ro", "en_US.UTF-8", Language.RO),
        (None, "auto", "ro_RO.UTF-8", Language.RO),
        (None, "auto", "de_DE.UTF-8", Language.EN),
        (None, "auto", "C", Language.EN),
    ],
)
def test_the_language_comes_from_option_setting_then_locale(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, setting: str, locale: str, expected: Language
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert choose_language(asked, setting) is expected


def test_marks_are_shown_without_colour_too() -> None:
    assert marked("ab cd ef", [(3, 5)], colour=False).plain == "ab «cd» ef"
    assert marked("ab cd ef", [(3, 5)], colour=True).plain == "ab cd ef"


def test_progress_is_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PageProgress(Language.EN, sys.stderr, quiet=False)
    progress.start_unit("T/1", 2)
    progress.advance(1)
    progress.advance(1)
    progress.stop()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "T/1: pages: 2"
    assert lines[-1].startswith("T/1: 2/2 pages, ")


def test_a_worker_that_starts_as_the_command_did_does_not_load_the_command_line() -> None:
    """What multiprocessing does in a new process: it runs the main module under another name."""
    code = (
        "import runpy, sys; runpy.run_module('arhivar.__main__', run_name='__mp_main__'); print('click' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "False"
