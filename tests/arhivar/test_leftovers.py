# SPDX-License-Identifier: EUPL-1.2
"""The work area holds what ingests in hand need to go on, and nothing for good."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from arhivar.steps.compose import compose_unit
from arhivar.steps.leftovers import sweep_leftovers
from arhivar.steps.workarea import WorkArea
from schemas.errors import ToolFailed
from schemas.owners import owner_name
from tests.arhivar.conftest import Town
from tests.binders import make_binder, text_pages

_DAY_AND_A_BIT = 90_000


def _ended() -> str:
    code = "from schemas.owners import owner_name; print(owner_name())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()


def _file(town: Town, name: str, *, old: bool) -> Path:
    path = town.settings.home / "work" / "pages" / "ab" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    if old:
        _make_old(path)
    return path


def _make_old(path: Path) -> None:
    then = time.time() - _DAY_AND_A_BIT
    os.utime(path, (then, then))


def test_unfinished_writes_of_processes_that_are_gone_are_removed(town: Town) -> None:
    gone = [
        _file(town, f".abc.img.{_ended()}", old=False),
        _file(town, ".abc.img.0123456789ab-1", old=True),
    ]
    kept = [
        _file(town, f".abc.img.{owner_name()}", old=False),
        _file(town, ".abd.img.0123456789ab-1", old=False),
    ]
    with town.open() as archive:
        sweep_leftovers(archive)
    assert [path for path in gone if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []


def test_results_of_no_ingest_in_hand_are_removed_after_a_day(town: Town) -> None:
    old, young = _file(town, "abc.json", old=True), _file(town, "abd.json", old=False)
    folder = town.settings.home / "work" / "ingests" / "0" / "volume-1.pdf"
    folder.parent.mkdir(parents=True)
    folder.touch()
    with town.open() as archive:
        sweep_leftovers(archive)
    assert (old.exists(), young.exists(), folder.parent.exists()) == (False, True, False)


def test_what_an_ingest_in_hand_needs_stays_however_old(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_late(*arguments: object) -> object:
        compose_unit(*arguments)  # type: ignore[arg-type]
        raise ToolFailed(tool="veraPDF", status=1, detail="it tripped")

    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1"})
    monkeypatch.setattr("arhivar.pipeline.compose_unit", fail_late)
    assert town.ingest().outcomes[0].error is not None
    with town.open() as archive:
        files, folders = WorkArea(archive.work).held()
        for path in files:
            _make_old(path)
        sweep_leftovers(archive)
        assert WorkArea(archive.work).held() == (files, folders)
        assert (len(files), len(folders)) == (4, 1)
