# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` at every named point of a reread: whatever goes on with it, all is as if nothing had been."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from arhivar.composition import object_id
from arhivar.settings import CHECKOUT
from schemas.audit import AuditAction
from schemas.crash_points import CrashPoint
from schemas.ingest import IngestState, unit_id
from tests.arhivar.conftest import Town
from tests.arhivar.crashing import leftovers
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.arhivar.rereads.again import (
    LevelPool,
    audited,
    digests_of,
    found,
    reread,
    stored_masters,
    texts_of,
    verify_findings,
)
from tests.arhivar.test_access_crashes import OF_DECISIONS
from tests.environment import bare_environment

P = CrashPoint
NOT_REACHED = {
    *(P.CLAIMED, P.REGISTERED, P.FILE_STAGED, P.MANIFEST_STAGED, P.CLAIM_RENAMED, P.CLAIM_REMOVED),
    *(P.OBJECT_DECLARED, P.STAGED_FILE_DELETED),
    *OF_DECISIONS,
}
"""Points of intake and of a first deposit; and in staging a reread has nothing."""
IN_WORKERS = {P.PAGE_READ}
CRASHES: list[tuple[CrashPoint, int, int]] = [
    # Killed at which point, at which time, and how many pages are read after it at most.
    (P.STATE_ADVANCED, 1, 3),
    (P.PAGES_PLANNED, 1, 3),
    (P.PAGE_IMAGE_KEPT, 1, 3),
    (P.PAGE_KEPT, 1, 2),
    (P.PAGE_RECORDED, 1, 2),
    (P.PAGE_KEPT, 3, 0),
    (P.PAGE_RECORDED, 3, 0),
    (P.PDF_WRITTEN, 1, 0),
    (P.UNIT_COMPOSED, 1, 0),
    (P.OBJECT_WRITTEN, 1, 0),
    (P.CONTENT_STORED, 1, 0),
    (P.CONTENT_STORED, 3, 0),
    (P.VERSION_INVENTORY, 1, 0),
    (P.VERSION_SIDECAR, 1, 0),
    (P.ROOT_INVENTORY, 1, 0),
    (P.ROOT_SIDECAR, 1, 0),
    (P.DEPOSIT_WRITTEN, 1, 0),
    (P.DEPOSIT_COMMITTED, 1, 0),
    (P.INDEX_WRITTEN, 1, 0),
    (P.INDEX_COMMITTED, 1, 0),
    (P.UNIT_INDEXED, 1, 0),
    (P.OUTBOX_DONE, 1, 0),
    (P.STATE_ADVANCED, 2, 0),
    (P.PAGES_DROPPED, 1, 0),
    (P.WORK_DROPPED, 1, 0),
    (P.LEDGER_RECORDED, 1, 0),
]


@dataclass(frozen=True)
class Expected:
    """What a reread that nobody kills makes of the unit."""

    texts: dict[int, str]
    files: dict[str, str]
    hits: set[int]


def _expect(town: Town) -> Expected:
    return Expected(texts_of(town), digests_of(town, "access/") | digests_of(town, "text/"), found(town, "hotararea"))


@pytest.fixture(scope="module")
def once_read(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """T/1 of three pages, ingested."""
    town = quick_town(tmp_path_factory.mktemp("once"))
    town = Town(town.settings, town.inbox, LevelPool())  # type: ignore[arg-type]
    make_quick_binder(town.inbox, "a", ["hotararea unu", "registrul doi", "hotararea trei"], {"reference_code": "T/1"})
    with pytest.MonkeyPatch.context() as patch:
        use_quick_validator(patch)
        assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    return town


def _copy(town: Town, folder: Path) -> Town:
    shutil.copytree(town.settings.home, folder / "home")
    (folder / "inbox").mkdir()
    settings = town.settings.model_copy(update={"home": folder / "home"})
    return Town(settings, folder / "inbox", LevelPool())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def undisturbed(once_read: Town, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    town = _copy(once_read, tmp_path_factory.mktemp("undisturbed"))
    with pytest.MonkeyPatch.context() as patch:
        use_quick_validator(patch)
        reread(town)
    expected = _expect(town)
    assert expected.texts == {1: "hotararea unu", 2: "registrul doi", 3: "hotararea trei"}
    assert expected.hits == {1, 3}
    return expected


def _kill(town: Town, point: CrashPoint, time: int) -> None:
    """A reread in a process of its own, which must reach the point and die there."""
    settings = {
        "ARHIVAR_HOME": str(town.settings.home),
        "ARHIVAR_LEAST_FREE_BYTES": "0",
        "ARHIVAR_CRASH_AT": f"{point}:{time}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.arhivar.rereads.again", "reread", "T/1", "--reason", "greșeli"],
        cwd=CHECKOUT,
        env=bare_environment("ARHIVAR_VERAPDF_HOME") | settings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done


def _again(town: Town) -> None:
    assert reread(town).version == 2


def _ingest(town: Town) -> None:
    report = town.ingest()
    assert (report.errors, [one.error for one in report.outcomes if one.error is not None]) == ((), [])


@pytest.mark.parametrize(
    ("point", "time", "reads", "go_on"),
    [(*crash, (_again, _ingest)[index % 2]) for index, crash in enumerate(CRASHES)],
    ids=[f"{point}-{time}" for point, time, _ in CRASHES],
)
def test_after_a_kill_a_reread_ends_as_if_nothing_had_been(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    once_read: Town,
    undisturbed: Expected,
    point: CrashPoint,
    time: int,
    reads: int,
    go_on: Callable[[Town], None],
) -> None:
    use_quick_validator(monkeypatch)
    town = _copy(once_read, tmp_path)
    _kill(town, point, time)
    go_on(town)
    pool: LevelPool = town.pool  # type: ignore[assignment]
    assert sum(pool.read.values()) == reads
    assert _expect(town) == undisturbed
    with town.open() as archive:
        (row,) = archive.catalogue.ingests()
        ledger = archive.catalogue.ledger(row.ingest_id)
        assert ledger is not None
        assert (row.state, row.attempt, row.version, ledger.balanced) == (IngestState.RECONCILED, 2, 2, True)
        assert archive.packages.head(object_id(unit_id("T/1"))) == 2
        assert archive.catalogue.outbox(1) == []
    assert len(stored_masters(town)) == 3
    assert [reason for reason, _ in audited(town, AuditAction.UNIT_REREAD)] == ["greșeli"]
    assert [details["version"] for _, details in audited(town, AuditAction.UNIT_DEPOSITED)] == [1, 2]
    assert verify_findings(town) == []
    assert leftovers(town) == []


def test_every_point_of_a_reread_is_killed_at() -> None:
    assert {point for point, _, _ in CRASHES} | NOT_REACHED | IN_WORKERS == set(CrashPoint)
