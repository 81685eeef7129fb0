# SPDX-License-Identifier: EUPL-1.2
"""The cache of served files: bounded, whole files only, among processes that are killed too."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arhivar.serving.cache import CacheKey, FileCache
from arhivar.settings import CHECKOUT
from schemas.errors import DiskUnavailable
from schemas.owners import owner_name

UNIT, OTHER = UUID(int=1), UUID(int=2)


def key(page: int, asked: str = "full", unit: UUID = UNIT, version: int = 1) -> CacheKey:
    return CacheKey(unit, version, page, asked)


def cache(folder: Path, max_bytes: int = 1_000_000) -> FileCache:
    return FileCache(folder / "served", max_bytes)


def content(page: int, size_bytes: int = 9000) -> bytes:
    return random.Random(page).randbytes(size_bytes)


def test_what_was_kept_comes_back_under_exactly_what_was_asked(tmp_path: Path) -> None:
    files = cache(tmp_path)
    files.keep(key(1), b"one")
    assert files.read(key(1)) == b"one"
    others = [key(2), key(1, "other"), key(1, unit=OTHER), key(1, version=2)]
    assert [files.read(other) for other in others] == [None] * 4


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_asked_is_a_plain_file_name_of_its_own(asked: str, other: str) -> None:
    name = key(1, asked).name
    assert name.replace("-", "").isalnum()
    assert len(name) < 80
    assert (name == key(1, other).name) == (asked == other)


def test_the_bound_holds_and_the_least_recently_used_go_first(tmp_path: Path) -> None:
    files = cache(tmp_path)
    now = time.time()
    for page in range(1, 500):
        files.keep(key(page), content(page))
        if page <= 20:
            os.utime(files.path(key(page)), (now - 1000 + page, now - 1000 + page))
        if page % 10 == 0:
            assert files.read(key(1)) is not None, "it is used all the time"
        assert files.size_bytes() <= 1_000_000
    assert files.read(key(2)) is None
    assert files.read(key(499)) == content(499)
    assert files.size_bytes() > 500_000


def test_what_an_earlier_process_left_is_brought_below_the_bound(tmp_path: Path) -> None:
    large, small = cache(tmp_path, 10_000_000), cache(tmp_path, 1_000_000)
    for page in range(1, 200):
        large.keep(key(page), content(page))
    small.keep(key(200), content(200))
    assert small.size_bytes() <= 1_000_000


@pytest.mark.parametrize("harm", ["cut", "flip", "empty"])
def test_a_damaged_file_counts_as_absent(tmp_path: Path, harm: str) -> None:
    files = cache(tmp_path)
    files.keep(key(1), content(1))
    path = files.path(key(1))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"cut": bytes(data[:-1]), "flip": bytes(data), "empty": b""}[harm])
    assert files.read(key(1)) is None
    files.keep(key(1), content(1))
    assert files.read(key(1)) == content(1)


def test_an_open_file_is_read_to_its_end_though_it_goes_out(tmp_path: Path) -> None:
    files = cache(tmp_path)
    files.keep(key(1), content(1))
    with files.path(key(1)).open("rb") as stream:
        files.drop_unit(UNIT)
        assert stream.read().endswith(content(1))
    assert files.read(key(1)) is None


def test_a_unit_can_be_forgotten_alone(tmp_path: Path) -> None:
    files = cache(tmp_path)
    files.keep(key(1), b"1")
    files.keep(key(1, unit=OTHER), b"2")
    files.drop_unit(UNIT)
    assert (files.read(key(1)), files.read(key(1, unit=OTHER))) == (None, b"2")


def test_what_failed_half_way_leaves_nothing(tmp_path: Path) -> None:
    files = cache(tmp_path)

    def fail() -> None:
        with files.part(key(1)) as part:
            part.write_bytes(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert files.read(key(1)) is None
    assert list((tmp_path / "served" / UNIT.hex).iterdir()) == []


def test_a_disk_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "served").write_bytes(b"a file where the folder should be")
    with pytest.raises(DiskUnavailable):
        cache(tmp_path).keep(key(1), b"1")


def test_one_at_a_time_makes_a_file(tmp_path: Path) -> None:
    files, inside, most = cache(tmp_path), [0], [0]

    def make() -> None:
        with files.making(key(1)):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


_WRITER = """
import random, sys
from pathlib import Path
from arhivar.serving.cache import CacheKey, FileCache
from uuid import UUID
files = FileCache(Path(sys.argv[1]) / "served", int(sys.argv[2]))
chance = random.Random(int(sys.argv[3]))
print("ready", flush=True)
for turn in range(int(sys.argv[4])):
    page = chance.randrange(1, 120)
    key = CacheKey(UUID(int=1), 1, page, "full")
    found = files.read(key)
    expected = random.Random(page).randbytes(9000)
    assert found in (None, expected), page
    with files.making(key):
        files.keep(key, expected)
"""


def writer(folder: Path, seed: int, turns: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", _WRITER, str(folder), "500000", str(seed), str(turns)]
    return subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


def test_many_processes_share_it_and_none_sees_half_a_file(tmp_path: Path) -> None:
    writers = [writer(tmp_path, seed, 400) for seed in range(3)]
    watched = cache(tmp_path, 500_000)
    sizes = []
    while any(one.poll() is None for one in writers):
        sizes.append(watched.size_bytes())
        time.sleep(0.005)
    for one in writers:
        one.communicate()
        assert one.returncode == 0
    assert max(sizes) <= 500_000


def test_killed_writers_leave_only_what_is_cleared_away_and_nobody_waits_for_them(tmp_path: Path) -> None:
    for seed in range(3):
        with writer(tmp_path, seed, 10**6) as one:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
            time.sleep(0.15)
            one.send_signal(signal.SIGKILL)
    files = cache(tmp_path, 500_000)
    gone = f"{owner_name().rpartition('-')[0]}-4194304"  # beyond the largest number of a process
    left = tmp_path / "served" / UNIT.hex / f".{key(7).name}.1.{gone}"
    left.write_bytes(b"half a file")
    for page in range(1, 120):
        with files.making(key(page)):
            assert files.read(key(page)) in {None, content(page)}
            files.keep(key(page), content(page))
    files.trim()
    assert not [path for path in (tmp_path / "served").rglob(".*") if path.is_file()]
