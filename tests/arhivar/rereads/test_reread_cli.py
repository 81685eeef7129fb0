# SPDX-License-Identifier: EUPL-1.2
"""`arhivar reread` as people and programs call it."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from arhivar.stopping import StopRequest
from schemas.audit import AuditAction
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, LeaseLost
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.arhivar.rereads.again import LevelPool, audited, texts_of, with_pool
from tests.arhivar.test_cli import run


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """T/1 and T/2 of the series II.3, V/7 of none; the command line finds them."""
    use_quick_validator(monkeypatch)
    town = with_pool(quick_town(tmp_path), LevelPool())
    for code, text in (("T/1", "hotararea unu"), ("T/2", "registrul doi"), ("V/7", "unu")):
        series = {} if code == "V/7" else {"series": "II.3"}
        make_quick_binder(town.inbox, code.replace("/", "-"), [text], {"reference_code": code, **series})
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED] * 3
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    monkeypatch.setenv("ARHIVAR_LEAST_FREE_BYTES", "0")
    monkeypatch.setattr("arhivar.cli.reread_cmd.open_pool", lambda settings: nullcontext(town.pool))
    return town


def test_units_are_read_again_and_each_is_told(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "en", "reread", "T/1", "V/7", "--reason", " litere greșite ")
    assert code == EXIT_DONE
    assert "T/1: read again (careful), version 1 → 2" in out
    assert "V/7: read again (careful), version 1 → 2" in out
    assert {reason for reason, _ in audited(town, AuditAction.UNIT_REREAD)} == {"litere greșite"}
    code, out, _ = run(capsys, "--lang", "en", "reread", "T/1")
    assert code == EXIT_DONE
    assert "T/1: read again (careful); all is as before, version 2 stays" in out


def test_json_says_what_became_of_each(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "reread", "T/1", "T/9", "--level", "fast", "--json")
    assert code == EXIT_USAGE
    said = json.loads(out)
    (one,) = said["rereads"]
    assert (one["reference_code"], one["level"], one["version_before"], one["version"]) == ("T/1", "fast", 1, 1)
    assert (one["ingest"]["state"], one["ingest"]["ledger"]["balanced"]) == ("reconciled", True)
    assert [(error["reference_code"], error["code"]) for error in said["errors"]] == [("T/9", "ARH-1020")]
    assert said["stopped"] is False


def test_a_series_or_doubtful_units_take_the_place_of_names(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "reread", "--series", "II.3", "--json")
    assert (code, [one["reference_code"] for one in json.loads(out)["rereads"]]) == (EXIT_DONE, ["T/1", "T/2"])
    code, out, _ = run(capsys, "reread", "--doubtful", "--json")
    assert (code, [one["reference_code"] for one in json.loads(out)["rereads"]]) == (EXIT_DONE, ["V/7"])
    code, out, _ = run(capsys, "--lang", "en", "reread", "--doubtful")
    assert (code, out.strip()) == (EXIT_DONE, "No unit to read again.")


@pytest.mark.parametrize("words", [[], ["T/1", "--doubtful"], ["T/1", "--series", "V"]])
def test_units_are_either_named_or_chosen(town: Town, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code, _, err = run(capsys, "--lang", "en", "reread", *words)
    assert code == EXIT_USAGE
    assert "--doubtful" in err


def test_units_may_only_be_put_in_line(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "en", "reread", "T/1", "--queue")
    assert code == EXIT_DONE
    assert "T/1: to be read again (careful) by the next `arhivar ingest`" in out
    assert texts_of(town) == {1: "aeraratoh unu"}
    town.ingest()
    assert texts_of(town) == {1: "hotararea unu"}


def test_a_unit_that_another_process_works_on_is_told_and_the_others_follow(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    with town.open() as archive:
        unit = archive.catalogue.unit_by_reference("T/1")
        assert unit is not None
        with archive.leases.hold(f"ingest:{unit.ingest_id}"):
            code, out, _ = run(capsys, "--lang", "en", "reread", "T/1", "T/2")
    assert code == LeaseLost.exit_code
    assert "T/1: not read again. ARH-6003: Another process is working on T/1." in out
    assert "T/2: read again" in out


def test_a_stop_ends_it_cleanly_and_the_same_command_goes_on(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedPool(LevelPool):
        def process(self, sources: object, settings: object) -> object:  # type: ignore[override]
            stops[-1].ask(15)
            return super().process(sources, settings)  # type: ignore[arg-type]

    stops: list[StopRequest] = []

    def request() -> StopRequest:
        stops.append(StopRequest())
        return stops[-1]

    monkeypatch.setattr("arhivar.cli.reread_cmd.StopRequest", request)
    with monkeypatch.context() as patch:
        patch.setattr("arhivar.cli.reread_cmd.open_pool", lambda settings: nullcontext(StoppedPool()))
        code, out, _ = run(capsys, "reread", "T/1", "T/2", "--json")
    assert (code, json.loads(out)["stopped"]) == (143, True)
    code, out, _ = run(capsys, "reread", "T/1", "T/2", "--json")
    assert (code, [one["version"] for one in json.loads(out)["rereads"]]) == (EXIT_DONE, [2, 2])
    assert len(audited(town, AuditAction.UNIT_REREAD)) == 2


def test_what_waits_for_a_person_is_told_by_the_exit_code(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    make_quick_binder(town.inbox, "g", ["hotararea", "unreadable"], {"reference_code": "G/1"})
    town.ingest()
    code, out, _ = run(capsys, "reread", "G/1", "--json")
    assert code == EXIT_FINDINGS
    assert json.loads(out)["rereads"][0]["ingest"]["ledger"]["gaps"] == [2]
