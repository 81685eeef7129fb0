# SPDX-License-Identifier: EUPL-1.2
"""What keeps a watch going: failures of a drop, of the share, of the catalogue, of the events."""

import errno
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from arhivar.intake.changes import Changes
from arhivar.intake.claims import claim_drop
from arhivar.intake.drops import Drop, Readiness
from arhivar.intake.share import explain_failure
from arhivar.intake.take import IntakeOptions, Taken, Waiting, take_claim
from arhivar.pipeline import Outcome, Watcher
from arhivar.stopping import StopRequest
from arhivar.watching import FrameMemory, Listener, LongWaits, watch_inbox
from processors.verapdf import Verdict
from repository.sql_catalogue import SqlCatalogue
from schemas.errors import ArhivarError, CatalogueUnavailable, InboxMissing, IntakeError, ShareUnavailable
from schemas.ingest import IngestState
from schemas.page import Agent
from tests.arhivar.conftest import Town
from tests.binders import make_binder, text_pages


class Content:
    """A validator that is content with everything: what it says is not what is tested here, and Java starts slowly."""

    agent = Agent(name="nobody", version="0")

    def validate(self, paths: Sequence[Path]) -> list[Verdict]:
        return [Verdict(path, valid=True) for path in paths]


@pytest.fixture(autouse=True)
def content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arhivar.pipeline.open_validator", lambda settings: Content())


@dataclass
class Heard:
    """What a watch in this process told. It stops once `enough` is true, and after two minutes at the latest."""

    enough: Callable[["Heard"], bool]
    stop: StopRequest = field(default_factory=StopRequest)
    taken: list[Taken] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    failed: list[ArhivarError] = field(default_factory=list)
    away: list[ArhivarError] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def note(self, where: list[Any]) -> Callable[[Any], None]:
        def add(one: object) -> None:
            where.append(one)
            if self.enough(self):
                self.stop.ask()

        return add

    @property
    def reconciled(self) -> set[str]:
        return {one.reference_code for one in self.outcomes if one.state is IngestState.RECONCILED}


def watch(town: Town, enough: Callable[[Heard], bool], *, events: bool = False) -> Heard:
    """Watch in this process until `enough`."""
    heard = Heard(enough)
    watcher = Watcher(lambda unit, pages: None, lambda pages: None, heard.note(heard.taken), heard.note(heard.outcomes))
    listener = Listener(
        failed=heard.note(heard.failed),
        away=heard.note(heard.away),
        back=heard.note(heard.back),
        waits_long=lambda one: None,
        events_lost=heard.note(heard.lost),
    )
    town = replace(town, settings=town.settings.model_copy(update={"poll_seconds": 0.1}))
    limit = threading.Timer(120, heard.stop.ask)
    limit.start()
    try:
        with town.open() as archive:
            options = IntakeOptions(stop=heard.stop)
            watch_inbox(archive, town.inbox, options, town.pool, watcher, listener, events=events)
    finally:
        limit.cancel()
    assert heard.enough(heard), heard
    return heard


def drop(town: Town, name: str) -> None:
    make_binder(town.inbox, name, text_pages(1, name), description={"reference_code": f"T/{name}"})


@contextmanager
def later(seconds: float, action: Callable[[], object]) -> Iterator[None]:
    timer = threading.Timer(seconds, action)
    timer.start()
    yield
    timer.join()


def test_a_drop_that_comes_later_is_taken_without_events(town: Town) -> None:
    with later(0.5, lambda: drop(town, "a")):
        assert watch(town, lambda heard: "T/a" in heard.reconciled).failed == []


def test_a_drop_that_crashes_the_intake_is_tried_again_later_and_stops_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        drop(town, name)
    tried = 0

    def crash_on_b(archive: Any, claim: Any, *rest: Any) -> Taken | Waiting | None:
        nonlocal tried
        if claim.name == "b":
            tried += 1
            raise RuntimeError("a bug")
        return take_claim(archive, claim, *rest)

    monkeypatch.setattr("arhivar.pipeline.take_claim", crash_on_b)
    heard = watch(town, lambda heard: heard.reconciled == {"T/a", "T/c"} and len(heard.failed) == 2)
    assert [error.code for error in heard.failed] == ["ARH-0000", "ARH-0000"]
    assert "b: RuntimeError: a bug" in str(heard.failed[0])
    assert tried == 2
    monkeypatch.undo()
    assert watch(town, lambda heard: "T/b" in heard.reconciled).failed == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EIO, ShareUnavailable),
        (errno.ESTALE, ShareUnavailable),
        (errno.ENOTCONN, ShareUnavailable),
        (errno.EHOSTDOWN, ShareUnavailable),
        (errno.EACCES, IntakeError),
    ],
)
def test_what_the_share_says_becomes_an_error_that_names_the_file(number: int, kind: type[ArhivarError]) -> None:
    inbox = Path("inbox")
    error = explain_failure(OSError(number, "no", "inbox/a/001.png"), inbox, "a", inbox / "a")
    assert type(error) is kind
    assert "inbox/a/001.png" in str(error)


def test_a_file_of_the_share_that_fails_stops_its_drop_alone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        drop(town, name)
    failing = True

    def fail_on_a(archive: Any, claim: Any, *rest: Any) -> Taken | Waiting | None:
        nonlocal failing
        if claim.name == "a" and failing:
            failing = False
            raise OSError(errno.EIO, "the share failed", str(claim.path / "001.png"))
        return take_claim(archive, claim, *rest)

    monkeypatch.setattr("arhivar.pipeline.take_claim", fail_on_a)
    heard = watch(town, lambda heard: heard.reconciled == {"T/a", "T/b"})
    assert [type(error) for error in heard.failed] == [ShareUnavailable]
    assert "001.png" in str(heard.failed[0])
    assert heard.away == []


def test_an_inbox_that_goes_away_and_comes_back_is_told_once_each(town: Town) -> None:
    away = town.inbox.with_name("away")
    drop(town, "a")
    town.inbox.rename(away)
    with later(1.5, lambda: away.rename(town.inbox)):
        heard = watch(town, lambda heard: "T/a" in heard.reconciled)
    assert [type(error) for error in heard.away] == [InboxMissing]
    assert len(heard.back) == 1


def test_a_share_that_goes_away_under_an_intake_is_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        drop(town, name)
    away = town.inbox.with_name("away")

    def unmount(archive: Any, claim: Any, *rest: Any) -> Taken | Waiting | None:
        if not unmounted:
            unmounted.append(claim.name)
            town.inbox.rename(away)
            timer.start()
        return take_claim(archive, claim, *rest)

    unmounted: list[str] = []
    timer = threading.Timer(1.0, lambda: away.rename(town.inbox))
    monkeypatch.setattr("arhivar.pipeline.take_claim", unmount)
    heard = watch(town, lambda heard: heard.reconciled == {"T/a", "T/b"})
    timer.join()
    assert [type(error) for error in heard.away] == [InboxMissing]
    assert len(heard.back) == 1


def test_a_catalogue_that_is_away_is_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(town, "a")
    failures = 3
    ingests = SqlCatalogue.ingests

    def fail(self: Any, **rest: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise CatalogueUnavailable(detail="locked")
        return ingests(self, **rest)

    monkeypatch.setattr(SqlCatalogue, "ingests", fail)
    heard = watch(town, lambda heard: "T/a" in heard.reconciled)
    assert [error.code for error in heard.away] == ["ARH-6001"]


def test_an_ingest_that_a_dead_process_left_is_gone_on_with_while_idle(town: Town) -> None:
    drop(town, "a")

    def lease_runs_out() -> None:
        with town.open() as archive:
            archive.catalogue.release_lease(lease)

    with town.open() as archive:
        claim = claim_drop(town.inbox, Drop(town.inbox / "a"))
        assert claim is not None
        taken = take_claim(archive, claim, IntakeOptions(), town.pool.count_frames)
        assert isinstance(taken, Taken)
        held = archive.catalogue.acquire_lease(f"ingest:{taken.ingest_id}", "dead:1", 3600, datetime.now(UTC))
        assert held is not None
        lease = held
    town = replace(town, settings=town.settings.model_copy(update={"lease_seconds": 1}))
    with later(1.5, lease_runs_out):
        heard = watch(town, lambda heard: "T/a" in heard.reconciled)
    assert heard.taken == []


def test_where_events_fail_time_alone_counts_and_that_is_told_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_watches_left(*args: object, **options: object) -> Iterator[Any]:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr("arhivar.intake.changes.watch", no_watches_left)
    with later(1.0, lambda: drop(town, "a")):
        heard = watch(town, lambda heard: "T/a" in heard.reconciled, events=True)
    assert len(heard.lost) == 1
    assert "limit" in heard.lost[0]


def test_a_change_in_the_inbox_ends_the_wait_and_one_in_our_own_folders_does_not(tmp_path: Path) -> None:
    lost: list[str] = []
    changes, stop = Changes(tmp_path, lost.append), StopRequest()
    for name in ("a", ".claimed", ".quarantine"):
        (tmp_path / name).mkdir()

    def seconds_until(change: Callable[[], object], limit: float) -> float:
        with later(0.3, change):
            began = time.monotonic()
            changes.wait(limit, stop)
            return time.monotonic() - began

    assert seconds_until((tmp_path / "a" / "_READY").touch, 60) < 30
    assert seconds_until((tmp_path / ".claimed" / "x").touch, 2) >= 2
    assert seconds_until(stop.ask, 60) < 30
    assert lost == []


def test_a_long_wait_is_told_once_and_again_when_it_waits_for_something_else() -> None:
    told: list[Waiting] = []
    patience = LongWaits(told.append)
    some = Waiting("a", Readiness(False, "pages", "283/300", since=0.0))
    fresh = Waiting("b", Readiness(False, "quiet", "1/60 s", since=3000.0))
    for now in (3599.0, 3600.0, 3700.0):
        patience.look([some, fresh], now)
    assert told == [some]
    more = Waiting("a", Readiness(False, "pages", "290/300", since=10.0))
    patience.look([more], 4000.0)
    assert told == [some, more]


def test_pages_of_an_unchanged_file_are_counted_once(tmp_path: Path) -> None:
    counted: list[str] = []

    def count(path: Path) -> int:
        counted.append(path.name)
        return 2

    file = tmp_path / "1.tif"
    file.write_bytes(b"x")
    memory = FrameMemory(count)
    assert [memory(file), memory.forget_unseen(), memory(file), memory.forget_unseen()] == [2, True, 2, False]
    assert counted == ["1.tif"]
    file.write_bytes(b"xy")
    assert memory(file) == 2
    assert counted == ["1.tif", "1.tif"]
