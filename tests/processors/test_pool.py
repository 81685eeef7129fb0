# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from processors.limits import Limits
from processors.pool import PagePool
from schemas.errors import (
    ArhivarError,
    DiskFull,
    DiskUnavailable,
    EngineUnavailable,
    FormatUnsupported,
    ImageUnreadable,
    LanguageMissing,
)
from schemas.errors import WorkerLimit as Limit
from tests.processors import pool_doubles as doubles
from tests.processors.source_files import scan_pdf

MiB = 1 << 20


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


class TracedPool(PagePool):
    """A pool whose pages leave their traces in a folder."""

    def __init__(self, traces: Path, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._traces: Any = doubles.Settings(traces)

    def read(self, sources: Any) -> Iterator[tuple[int, Any]]:
        return self.process(sources, self._traces)


OpenPool = Callable[..., TracedPool]


@pytest.fixture
def open_pool(traces: Path) -> OpenPool:
    def open_it(workers: int = 2, *, engine: Any = doubles.open_light_engine, **options: Any) -> TracedPool:
        limits = Limits(**options.pop("limits", {"page_seconds": 20}))
        return TracedPool(traces, workers, limits, open_engine=engine, process=doubles.act, **options)

    return open_it


def pages(*names: str) -> Any:
    return [(index, doubles.Source(Path(name), index)) for index, name in enumerate(names)]


def results(pool: TracedPool, sources: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for key, page in pool.read(sources):
        assert key not in found
        found[key] = page
    return found


def tries(traces: Path, name: str, frame: int) -> list[float]:
    return [float(line) for line in (traces / f"{name}-{frame}").read_text().splitlines()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_every_page_comes_back_once_from_few_warm_engines(open_pool: OpenPool) -> None:
    with open_pool(2) as pool:
        found = results(pool, pages(*["page"] * 25))
    assert sorted(found) == list(range(25))
    assert all(page.source.frame == key for key, page in found.items())
    assert len({page.engine for page in found.values()}) <= 2
    assert {page.threads for page in found.values()} == {"1"}
    assert os.getpid() not in {page.worker for page in found.values()}


def test_pages_are_taken_no_farther_ahead_than_two_a_worker(open_pool: OpenPool) -> None:
    taken = 0

    def sources() -> Iterator[Any]:
        nonlocal taken
        for source in pages(*["page"] * 40):
            taken += 1
            yield source

    with open_pool(2) as pool:
        for yielded, _ in enumerate(pool.read(sources()), start=1):
            assert taken - yielded <= 4


def test_a_page_does_not_wait_for_a_slower_one_before_it(open_pool: OpenPool, traces: Path) -> None:
    with open_pool(2) as pool:
        answers = pool.read(pages("patient", "page", "page"))
        keys = [next(answers)[0], next(answers)[0]]
        (traces / "go").touch()
        keys += [key for key, _ in answers]
    assert sorted(keys[:2]) == [1, 2]
    assert keys[2:] == [0]


def test_a_disk_that_is_full_or_fails_is_never_the_pages_fault(open_pool: OpenPool) -> None:
    with open_pool(1) as pool:
        found = results(pool, pages("full disk", "bad sector", "page"))
    assert isinstance(found[0], DiskFull)
    assert isinstance(found[1], DiskUnavailable)
    assert not isinstance(found[2], ArhivarError)


def test_errors_of_a_page_are_its_own(open_pool: OpenPool) -> None:
    with open_pool(1) as pool:
        found = results(pool, pages("page", "unreadable", "bug", "not to be pickled", "page"))
    assert isinstance(found[1], ImageUnreadable)
    assert found[1].fields == {"file": "unreadable", "detail": "by design"}
    for key, words in ((2, "ZeroDivisionError: by design"), (3, "pickle")):
        assert type(found[key]) is ArhivarError
        assert words in str(found[key])
    assert isinstance(found[4], doubles.Done)


@pytest.mark.parametrize(("name", "said"), [("crash", "process (3)"), ("killed", "process (SIGKILL)")])
def test_a_page_that_kills_its_worker_is_tried_once_more_and_costs_itself_only(
    name: str, said: str, open_pool: OpenPool, traces: Path
) -> None:
    with open_pool(2) as pool:
        found = results(pool, pages("page", name, "page", "page", "page"))
    assert isinstance(found[1], Limit)
    assert found[1].fields == {"file": name, "limit": said}
    assert len(tries(traces, name, 1)) == 2
    assert all(isinstance(found[key], doubles.Done) for key in (0, 2, 3, 4))


def test_a_page_whose_worker_was_killed_by_chance_is_read_at_its_second_try(open_pool: OpenPool, traces: Path) -> None:
    with open_pool(2) as pool:
        found = results(pool, pages("killed once", "page"))
    assert isinstance(found[0], doubles.Done)
    assert len(tries(traces, "killed once", 0)) == 2


def test_the_second_try_is_alone(open_pool: OpenPool, traces: Path) -> None:
    with open_pool(2) as pool:
        results(pool, pages("killed once", *["slow"] * 8))
    second = tries(traces, "killed once", 0)[1]
    others = [tries(traces, "slow", key)[0] for key in range(1, 9)]
    assert all(started + 0.3 <= second or started >= second for started in others)


def test_a_page_that_wants_too_much_memory_is_stopped_and_the_machine_is_not(open_pool: OpenPool, traces: Path) -> None:
    with open_pool(1, limits={"memory_bytes": 400 * MiB, "page_seconds": 20}) as pool:
        found = results(pool, pages("hog", "page"))
    assert isinstance(found[0], Limit)
    assert found[0].fields == {"file": "hog", "limit": "400 MiB"}
    assert len(tries(traces, "hog", 0)) == 2
    assert isinstance(found[1], doubles.Done)


@pytest.mark.parametrize("name", ["hang", "deaf"])
def test_a_page_that_takes_too_long_is_stopped_and_not_tried_again(
    name: str, open_pool: OpenPool, traces: Path
) -> None:
    with open_pool(1, limits={"page_seconds": 2}) as pool:
        found = results(pool, pages(name, "page"))
    assert isinstance(found[0], Limit)
    assert found[0].fields == {"file": name, "limit": "2 s"}
    assert len(tries(traces, name, 0)) == 1
    assert isinstance(found[1], doubles.Done)


def test_a_worker_killed_while_it_answers_does_not_stop_the_pool(open_pool: OpenPool) -> None:
    with open_pool(1, limits={"page_seconds": 3}, grace_seconds=3) as pool:
        found = results(pool, pages("page", "fatal answer", "page", "page"))
    assert isinstance(found[1], Limit)
    assert all(isinstance(found[key], doubles.Done) for key in (0, 2, 3))


def test_idle_workers_may_die_too(open_pool: OpenPool) -> None:
    with open_pool(2) as pool:
        first = results(pool, pages("page", "page", "page"))
        for worker in {page.worker for page in first.values()}:
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)
        second = results(pool, pages("page", "page", "page"))
    assert all(isinstance(page, doubles.Done) for page in second.values())


def test_a_missing_engine_stops_the_work_instead_of_failing_each_page(open_pool: OpenPool) -> None:
    with open_pool(1, engine=doubles.open_missing_engine) as pool, pytest.raises(LanguageMissing):
        results(pool, pages("page", "page"))
    with open_pool(1, engine=doubles.open_broken_engine) as pool, pytest.raises(EngineUnavailable) as caught:
        results(pool, pages("page", "page"))
    assert "ZeroDivisionError: a bug" in str(caught.value)


def test_frames_are_counted_in_a_worker(open_pool: OpenPool, tmp_path: Path) -> None:
    text = tmp_path / "0001.tif"
    text.write_text("Filele 1-20 lipsesc.")
    with open_pool(1) as pool:
        assert pool.count_frames(scan_pdf(tmp_path / "scan.pdf")) == 1
        with pytest.raises(FormatUnsupported):
            pool.count_frames(text)


def test_leaving_early_ends_the_workers_and_removes_their_files(open_pool: OpenPool, traces: Path) -> None:
    with open_pool(2) as pool:
        done: Any = next(iter(pool.read(pages("page", "hang", "hang"))))[1]
        assert wait_until(lambda: bool(list(traces.glob("pid-*"))))
        assert Path(done.temporary).is_dir()
        hanging = [int(trace.name.removeprefix("pid-")) for trace in traces.glob("pid-*")]
    assert wait_until(lambda: not any(map(is_alive, [done.worker, *hanging])), 5)
    assert not Path(done.temporary).exists()


def test_an_interrupt_ends_the_workers(open_pool: OpenPool, traces: Path) -> None:
    def sources() -> Iterable[Any]:
        yield from pages("hang")
        wait_until(lambda: bool(list(traces.glob("pid-*"))))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), open_pool(2) as pool:
        results(pool, sources())
    hanging = [int(trace.name.removeprefix("pid-")) for trace in traces.glob("pid-*")]
    assert hanging
    assert wait_until(lambda: not any(map(is_alive, hanging)), 5)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, None)])
def test_no_worker_outlives_its_parent(number: signal.Signals, status: int | None, traces: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.processors.pool_doubles", str(traces)],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(traces)},
    ) as parent:
        try:
            assert wait_until(lambda: len(list(traces.glob("pid-*"))) == 2, 60)
            workers = [int(trace.name.removeprefix("pid-")) for trace in traces.glob("pid-*")]
            assert all(map(is_alive, workers))
        finally:
            parent.send_signal(number)
        parent.wait(30)
    if number is not signal.SIGKILL:
        assert not list(traces.glob("arhivar-*"))
    assert status in (None, parent.returncode)
    assert parent.returncode != 0
    assert wait_until(lambda: not any(map(is_alive, workers)), 5)


def test_a_pool_clears_away_what_killed_ones_left(
    open_pool: OpenPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "arhivar-pool-killed").mkdir()
    os.utime(tmp_path / "arhivar-pool-killed", (0, 0))
    with open_pool(1):
        assert not (tmp_path / "arhivar-pool-killed").exists()
        (own,) = tmp_path.glob("arhivar-pool-*")
        os.utime(own, (0, 0))
        with open_pool(1):
            assert own.exists()


def test_where_no_process_can_be_started_nobody_waits_for_one(
    open_pool: OpenPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("daemonic processes are not allowed to have children")

    monkeypatch.setattr("pebble.pool.process.launch_process", refuse)
    with open_pool(1) as pool, pytest.raises(AssertionError, match="daemonic"):
        results(pool, pages("page"))


def test_a_pool_is_closed_before_it_is_opened_and_after(open_pool: OpenPool) -> None:
    pool = open_pool(1)
    with pytest.raises(RuntimeError):
        results(pool, pages("page"))
    with pool:
        assert len(results(pool, pages("page"))) == 1
    with pytest.raises(RuntimeError):
        results(pool, pages("page"))
