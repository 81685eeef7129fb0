# SPDX-License-Identifier: EUPL-1.2
"""The process that a pool's workers share for second readings, and what becomes of pages when it fails."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from processors.limits import Limits
from processors.pool import PagePool
from processors.read.second.recognise import crop_line
from processors.shared_reader import SharedJob, SharedLines, cut_around
from schemas.errors import EngineFailed
from schemas.page import Box
from tests.processors import line_reader_doubles as doubles
from tests.processors.pool_doubles import Source, open_light_engine
from tests.processors.test_pool import is_alive, wait_until

MiB = 1 << 20


class SharedReaderStub:
    """Lets a visitor in after a second and never answers."""

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self._scratch.name)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / "second"))
        self._listener.listen()
        threading.Thread(target=self._greet, daemon=True).start()
        return self

    def _greet(self) -> None:
        self._visitor = Connection(self._listener.accept()[0].detach())
        time.sleep(1)
        self._visitor.send("come in")

    def __exit__(self, *raised: object) -> None:
        self._visitor.close()
        self._listener.close()
        self._scratch.cleanup()


def open_pool(workers: int = 1, *, opens: Any = doubles.open_lines, page_seconds: int = 900, **job: Any) -> PagePool:
    return PagePool(
        workers,
        Limits(page_seconds=page_seconds),
        open_engine=open_light_engine,
        process=doubles.ask,
        second=SharedJob(open_lines=opens, **job),
    )


def read(pool: PagePool, pages: Iterable[int]) -> dict[int, Any]:
    sources: Any = [(key, Source(Path("page"), dpi)) for key, dpi in enumerate(pages)]
    settings: Any = None
    return dict(pool.process(sources, settings))


def test_all_workers_share_one_process_that_is_none_of_them() -> None:
    with open_pool(3) as pool:
        found = read(pool, [doubles.WELL] * 12)
    assert {answer[0] for answer in found.values()} == {"said"}
    assert len({answer[1][0] for answer in found.values()}) == 1
    assert {answer[1][1] for answer in found.values()} == {"1"}
    assert {answer[2] for answer in found.values()} == {"Double"}


def test_it_is_started_when_it_is_first_needed_and_ended_with_the_pool() -> None:
    def processes() -> set[int]:
        children = Path(f"/proc/{os.getpid()}/task")
        return {int(pid) for task in children.iterdir() for pid in (task / "children").read_text().split()}

    with open_pool(1) as pool:
        before = processes()
        assert read(pool, []) == {}
        assert processes() == before
        (answer,) = read(pool, [doubles.WELL]).values()
        assert is_alive(answer[1][0])
        pool.rest()
        assert not is_alive(answer[1][0])
        (again,) = read(pool, [doubles.WELL]).values()
        assert is_alive(again[1][0])
    assert wait_until(lambda: not is_alive(again[1][0]), 5)


@pytest.mark.parametrize("dpi", [doubles.KILLED, doubles.BUG])
def test_a_page_that_ends_it_costs_only_itself(dpi: int) -> None:
    with open_pool(1) as pool:
        found = read(pool, [doubles.WELL, dpi, doubles.WELL, doubles.WELL, doubles.WELL])
    assert found[1][:2] == ("failed", "EngineFailed")
    assert {found[key][0] for key in (0, 2, 3, 4)} == {"said"}
    assert max(found[key][1][2] for key in (0, 2, 3, 4)) >= 2


def test_a_bug_is_told_by_its_place_and_not_in_its_words() -> None:
    with open_pool() as pool:
        (answer,) = read(pool, [doubles.BUG]).values()
    assert answer[2].startswith("ZeroDivisionError (line_reader_doubles.py:")


@pytest.mark.parametrize("dpi", [doubles.HANGS, doubles.DEAF])
def test_a_reading_that_takes_too_long_is_ended_and_another_process_goes_on(dpi: int) -> None:
    with open_pool(page_seconds=40) as pool:
        found = read(pool, [doubles.WELL, dpi, doubles.WELL])
    assert found[1][:2] == ("failed", "EngineFailed")
    assert found[2][0] == "said"
    assert found[2][1][0] != found[0][1][0]


def test_what_wants_too_much_memory_is_refused_and_the_machine_is_spared() -> None:
    with open_pool(memory_bytes=400 * MiB) as pool:
        found = read(pool, [doubles.HOG, doubles.WELL])
    assert found[0] == ("failed", "EngineFailed", found[0][2])
    assert found[0][2].startswith("MemoryError")
    assert found[1][0] == "said"


def test_who_waits_for_its_turn_and_its_answer_waits_a_part_of_a_pages_time_in_all() -> None:
    with SharedReaderStub() as stub:
        begun = time.monotonic()
        with pytest.raises(EngineFailed, match=r"no answer in 1.8 s"):
            SharedLines(stub.folder, page_seconds=6).read_lines(np.zeros((1, 1), np.uint8), [])
        assert time.monotonic() - begun < 2.8


def test_who_waits_is_served_by_the_next_process() -> None:
    with open_pool(4) as pool:
        found = read(pool, [doubles.SLOW, doubles.KILLED, doubles.SLOW, doubles.SLOW, doubles.SLOW, doubles.KILLED])
    assert [found[key][0] for key in range(6)] == ["said", "failed", "said", "said", "said", "failed"]


def test_a_second_try_may_have_more_luck() -> None:
    with open_pool() as pool:
        assert read(pool, [doubles.KILLED_ONCE])[0][0] == "failed"
        assert read(pool, [doubles.KILLED_ONCE])[0][0] == "said"


@pytest.mark.parametrize(
    ("opens", "kind", "words"),
    [
        (doubles.open_none, "EngineUnavailable", "no models"),
        (doubles.die_at_once, "EngineFailed", "its process was ended"),
    ],
)
def test_where_it_cannot_start_every_page_hears_it_and_none_waits(opens: Any, kind: str, words: str) -> None:
    with open_pool(2, opens=opens) as pool:
        found = read(pool, [doubles.WELL] * 4)
    assert {answer[:2] for answer in found.values()} == {("failed", kind)}
    assert all(words in answer[2] for answer in found.values())


def test_where_no_process_can_be_started_nobody_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    with open_pool(1) as pool:
        read(pool, [])
        monkeypatch.setattr("processors.shared_reader.SharedReader._serve", refuse)
        (answer,) = read(pool, [doubles.WELL]).values()
    assert answer[:2] == ("failed", "EngineUnavailable")
    assert "temporarily unavailable" in answer[2]


def test_a_folder_with_a_long_name_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with open_pool() as pool:
        assert read(pool, [doubles.WELL])[0][0] == "said"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_does_not_outlive_its_parent(number: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.processors.line_reader_doubles"],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(tmp_path), "ARHIVAR_DOUBLE_TRACES": str(tmp_path)},
    ) as parent:
        try:
            assert wait_until(lambda: bool(list(tmp_path.glob("pid-*"))), 60)
            (process,) = (int(trace.name.removeprefix("pid-")) for trace in tmp_path.glob("pid-*"))
            assert is_alive(process)
        finally:
            parent.send_signal(number)
        parent.wait(30)
    assert wait_until(lambda: not is_alive(process), 5)


@pytest.mark.parametrize("box", [(0, 0, 300, 40), (350, 180, 400, 220), (0, 290, 400, 300), (120, 100, 121, 101)])
def test_a_line_travels_with_all_that_its_reader_looks_at(box: tuple[int, int, int, int]) -> None:
    page = np.random.default_rng(7).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    place = Box(left=box[0], top=box[1], right=box[2], bottom=box[3])
    piece, inside, left = cut_around(page, place)
    whole, start = crop_line(page, place)
    alone, start_in_piece = crop_line(piece, inside)
    assert np.array_equal(whole, alone)
    assert start == start_in_piece + left
