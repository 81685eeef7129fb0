# SPDX-License-Identifier: EUPL-1.2
"""The ways out on the command line: ids to type, exit codes, a reason."""

import json

import pytest

from arhivar.cli.main import main
from schemas.errors import EXIT_DONE, EXIT_USAGE
from tests.arhivar.conftest import Town
from tests.arhivar.test_exits import WHY, drop_of, gapped, ingest_row, listed_missing
from tests.binders import make_binder, text_pages


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "en", *words])
    out, err = capsys.readouterr()
    return int(str(ended.value.code)), out, err


def test_status_shows_ids_to_type_and_the_commands_that_are_possible(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    gapped(town)
    make_binder(town.inbox, "b", text_pages(1))
    town.ingest()
    drop, row = drop_of(town, "b"), ingest_row(town)
    code, out, _ = _run(capsys, "status")
    assert code == EXIT_DONE
    assert f"arhivar retry {drop.case_id} --reason TEXT | arhivar reject {drop.case_id} --reason TEXT" in out
    assert f"arhivar retry {row.ingest_id[:8]} --reason TEXT | arhivar accept {row.ingest_id[:8]}" in out
    document = json.loads(_run(capsys, "status", "--json")[1])
    assert document["quarantined"][0]["exits"] == ["retry", "reject"]
    assert document["undecided"][0]["exits"] == ["retry", "accept"]
    document = json.loads(_run(capsys, "accept", row.ingest_id[:8], "--reason", WHY, "--json")[1])
    assert (document["decision"], document["state"], document["goes_on"]) == ("accepted", "reconciled", False)
    for already in (False, True):
        code, out, _ = _run(capsys, "retry", drop.case_id, "--reason", WHY, "--json")
        assert code == EXIT_DONE
        assert json.loads(out)["already"] is already
    assert _run(capsys, "reject", "b", "--reason", WHY)[0] == EXIT_USAGE
    assert json.loads(_run(capsys, "status", "--json")[1])["undecided"] == []


@pytest.mark.parametrize("words", [[], ["--reason", " "]])
def test_a_decision_without_a_reason_is_refused(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    listed_missing(town)
    for command in ("retry", "accept", "reject"):
        assert _run(capsys, command, "a", *words)[0] == EXIT_USAGE
    assert (town.inbox / ".quarantine" / "a").is_dir()
