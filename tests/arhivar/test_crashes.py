# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` at every named point of an ingest: run it again, and all is as if nothing had been.

To reproduce one: ``ARHIVAR_CRASH_AT=root-inventory arhivar ingest INBOX`` (docs/testing.md).
"""

import signal
from pathlib import Path

import pytest

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from processors.pool import PagePool
from schemas.crash_points import CrashPoint
from schemas.errors import EXIT_DONE
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town, start_process
from tests.arhivar.crashing import Expected, Work, assert_whole, copy_town, expect, pages_kept, run, state
from tests.arhivar.test_access_crashes import OF_DECISIONS
from tests.binders import make_binder, text_pages

PAGES = 3
NEW, READ, DEPOSITED = "new_town", "read_town", "deposited_town"
"""Fixtures, where a run starts from: a drop; an archive that has read all pages; one that has the deposit."""

P = CrashPoint
CRASHES: list[tuple[str, CrashPoint, int, Work]] = [
    # From where, killed at which point, at which time, and what the next run may do at most.
    (NEW, P.CLAIMED, 1, Work(3, 1)),
    (NEW, P.REGISTERED, 1, Work(3, 1)),
    (NEW, P.OBJECT_WRITTEN, 1, Work(3, 1)),
    (NEW, P.OBJECT_WRITTEN, 5, Work(3, 1)),  # the manifest's
    (NEW, P.FILE_STAGED, 1, Work(3, 1)),
    (NEW, P.FILE_STAGED, 2, Work(3, 1)),
    (NEW, P.MANIFEST_STAGED, 1, Work(3, 1)),
    (NEW, P.STATE_ADVANCED, 1, Work(3, 1)),
    (NEW, P.CLAIM_RENAMED, 1, Work(3, 1)),
    (NEW, P.CLAIM_REMOVED, 1, Work(3, 1)),
    (NEW, P.STATE_ADVANCED, 2, Work(3, 1)),
    (NEW, P.PAGES_PLANNED, 1, Work(3, 1)),
    (NEW, P.PAGE_IMAGE_KEPT, 1, Work(3, 1)),
    (NEW, P.PAGE_IMAGE_KEPT, 2, Work(2, 1)),
    (NEW, P.PAGE_KEPT, 1, Work(2, 1)),
    (NEW, P.PAGE_KEPT, 2, Work(1, 1)),
    (NEW, P.PAGE_RECORDED, 1, Work(2, 1)),
    (NEW, P.PAGE_RECORDED, 2, Work(1, 1)),
    (READ, P.PDF_WRITTEN, 1, Work(0, 1)),
    (READ, P.UNIT_COMPOSED, 1, Work(0, 1)),
    (READ, P.OBJECT_WRITTEN, 1, Work(0, 1)),
    (READ, P.OBJECT_WRITTEN, 2, Work(0, 1)),
    (READ, P.CONTENT_STORED, 1, Work(0, 1)),
    (READ, P.CONTENT_STORED, 2, Work(0, 1)),
    (READ, P.VERSION_INVENTORY, 1, Work(0, 1)),
    (READ, P.VERSION_SIDECAR, 1, Work(0, 1)),
    (READ, P.OBJECT_DECLARED, 1, Work(0, 1)),
    (READ, P.ROOT_INVENTORY, 1, Work(0, 1)),
    (READ, P.ROOT_SIDECAR, 1, Work(0, 1)),
    (READ, P.DEPOSIT_WRITTEN, 1, Work(0, 1)),
    (READ, P.DEPOSIT_COMMITTED, 1, Work(0, 0)),
    (DEPOSITED, P.INDEX_WRITTEN, 1, Work(0, 0)),
    (DEPOSITED, P.INDEX_COMMITTED, 1, Work(0, 0)),
    (DEPOSITED, P.UNIT_INDEXED, 1, Work(0, 0)),
    (DEPOSITED, P.OUTBOX_DONE, 1, Work(0, 0)),
    (DEPOSITED, P.STATE_ADVANCED, 1, Work(0, 0)),
    (DEPOSITED, P.PAGES_DROPPED, 1, Work(0, 0)),
    (DEPOSITED, P.WORK_DROPPED, 1, Work(0, 0)),
    (DEPOSITED, P.STAGED_FILE_DELETED, 1, Work(0, 0)),
    (DEPOSITED, P.STAGED_FILE_DELETED, 2, Work(0, 0)),
    (DEPOSITED, P.LEDGER_RECORDED, 1, Work(0, 0)),
    (DEPOSITED, P.STATE_ADVANCED, 2, Work(0, 0)),
]


def _kill(town: Town, point: CrashPoint, time: int) -> None:
    """A run in a process of its own, which must reach the point and die there."""
    process = start_process(town.settings.home, "ingest", str(town.inbox), ARHIVAR_CRASH_AT=f"{point}:{time}")
    said = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL, said


@pytest.fixture(scope="module")
def new_town(tmp_path_factory: pytest.TempPathFactory, pool: PagePool) -> Town:
    folder = tmp_path_factory.mktemp("new")
    settings = load_settings({"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    make_binder(folder / "inbox", "a", text_pages(PAGES), description={"reference_code": "T/1"})
    return Town(settings, folder / "inbox", pool)


@pytest.fixture(scope="module")
def read_town(new_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """What a killed run left, too."""
    town = copy_town(new_town, tmp_path_factory.mktemp("read"))
    _kill(town, P.PAGE_RECORDED, PAGES)
    assert pages_kept(town) == PAGES
    return town


@pytest.fixture(scope="module")
def deposited_town(read_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """What two killed runs left."""
    town = copy_town(read_town, tmp_path_factory.mktemp("deposited"))
    _kill(town, P.DEPOSIT_COMMITTED, 1)
    assert state(town) is IngestState.DEPOSITED
    return town


@pytest.fixture(scope="module")
def undisturbed(new_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    """What a run makes of it that nobody kills."""
    town = copy_town(new_town, tmp_path_factory.mktemp("undisturbed"))
    assert run(town) == Work(PAGES, 1)
    expected = expect(town, "hotararea")
    assert (expected.pages, expected.hits) == (PAGES, PAGES)
    assert_whole(town, expected)
    return expected


@pytest.mark.parametrize(
    ("start", "point", "time", "allowed"),
    CRASHES,
    ids=[f"{start.removesuffix('_town')}-{point}-{time}" for start, point, time, _ in CRASHES],
)
def test_after_a_kill_the_next_run_ends_as_if_nothing_had_been(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    undisturbed: Expected,
    start: str,
    point: CrashPoint,
    time: int,
    allowed: Work,
) -> None:
    town = copy_town(request.getfixturevalue(start), tmp_path)
    _kill(town, point, time)
    assert run(town) == allowed
    assert_whole(town, undisturbed)


def test_a_worker_that_is_killed_costs_its_page_alone(tmp_path: Path, new_town: Town, undisturbed: Expected) -> None:
    """Every worker dies when it has read its second page; a page that was lost is read again, alone."""
    town = copy_town(new_town, tmp_path)
    at = f"{CrashPoint.PAGE_READ}:2"
    process = start_process(town.settings.home, "ingest", str(town.inbox), ARHIVAR_CRASH_AT=at)
    said = process.communicate(timeout=300)
    assert process.returncode == EXIT_DONE, said
    assert_whole(town, undisturbed)


def test_every_crash_point_is_killed_at() -> None:
    assert {point for _, point, _, _ in CRASHES} | {CrashPoint.PAGE_READ, *OF_DECISIONS} == set(CrashPoint)
