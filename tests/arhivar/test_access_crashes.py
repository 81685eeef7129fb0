# SPDX-License-Identifier: EUPL-1.2
"""Kill a decision about access at each of its points: until it is through the stricter of both holds, then it holds."""

import shutil
import signal
from pathlib import Path

import pytest

from arhivar.access.decide import publish
from arhivar.access.journal import entry_numbers
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from schemas.crash_points import CrashPoint
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town, start_process
from tests.arhivar.test_access import CODE, in_catalogue, in_index, make_town, stands, unit_of

P = CrashPoint
PUBLIC, STAFF, PERSONAL, _ = AccessClass
OF_DECISIONS = (P.DECISION_BEGUN, P.DECISION_WRITTEN, P.DECISION_COUNTED)
POINTS = (*OF_DECISIONS, P.INDEX_WRITTEN, P.INDEX_COMMITTED)
WATCHER = RebuildWatcher(lambda steps: None, lambda done: None)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    return make_town(tmp_path, monkeypatch)


def kill(town: Town, point: CrashPoint, *words: str) -> None:
    """A command in a process of its own, which must reach the point and die there."""
    process = start_process(
        town.settings.home, *words, "--reason", "reclamație", ARHIVAR_CRASH_AT=point.value, ARHIVAR_LEAST_FREE_BYTES="0"
    )
    said = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL, said


@pytest.mark.parametrize("point", POINTS)
def test_what_is_being_withdrawn_is_public_no_more_wherever_it_is_killed(town: Town, point: CrashPoint) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
    kill(town, point, "withdraw", CODE, "--pages", "2")
    with town.open() as archive:
        assert in_catalogue(archive) == [PUBLIC, STAFF, PUBLIC], "what is shown is held against this"
        assert in_index(archive)[1] == ({STAFF} if point is P.INDEX_COMMITTED else {PUBLIC})
    town.ingest()
    with town.open() as archive:
        stands(archive, PUBLIC, STAFF, PUBLIC)
        assert entry_numbers(archive.store) == {unit_of(archive): [1, 2]}
        assert [row.counts for row in archive.catalogue.decisions(unit_of(archive))] == [True, True]


@pytest.mark.parametrize("point", POINTS)
def test_what_is_being_published_is_not_public_before_the_journal_has_it(town: Town, point: CrashPoint) -> None:
    kill(town, point, "publish", CODE)
    counts = point not in (P.DECISION_BEGUN, P.DECISION_WRITTEN)
    with town.open() as archive:
        assert in_catalogue(archive) == [PUBLIC if counts else STAFF] * 3
        journal = [] if point is P.DECISION_BEGUN else [1]
        assert entry_numbers(archive.store).get(unit_of(archive), []) == journal
    town.ingest()
    with town.open() as archive:
        stands(archive, PUBLIC, PUBLIC, PUBLIC)


def test_the_next_decision_ends_the_one_that_was_killed(town: Town) -> None:
    kill(town, P.DECISION_BEGUN, "classify", CODE, "--class", "personal", "--pages", "1")
    with town.open() as archive:
        publish(archive, CODE, "interes public")
        stands(archive, PERSONAL, PUBLIC, PUBLIC)
        assert entry_numbers(archive.store) == {unit_of(archive): [1, 2]}


@pytest.mark.parametrize("point", [P.DECISION_WRITTEN, P.DECISION_COUNTED])
def test_a_withdrawal_that_the_journal_has_holds_though_the_catalogue_is_lost_then(
    town: Town, point: CrashPoint
) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
    kill(town, point, "withdraw", CODE)
    home = town.settings.home
    for file in home.glob("catalogue.sqlite*"):
        file.unlink()
    shutil.rmtree(home / "index")
    assert rebuild_archive(town.settings, WATCHER).decisions == 2
    with town.open() as archive:
        stands(archive, STAFF, STAFF, STAFF)
