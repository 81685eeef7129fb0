# SPDX-License-Identifier: EUPL-1.2
"""What a killed process left in the folder for temporary files is cleared away; what a living one has there is not."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.scratch import scratch_file, scratch_folder, sweep_scratch

_HOLD = """
from schemas.scratch import scratch_file, scratch_folder
with scratch_file(".tif") as file, scratch_folder() as folder:
    (folder / "page.png").touch()
    print("made", flush=True)
    input()
"""
_ANOTHER_CONTAINER = ["unshare", "--map-root-user", "--pid", "--fork", "--kill-child"]
"""Where process numbers begin anew."""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _names(scratch: Path) -> list[str]:
    return sorted(path.name[:13] for path in scratch.iterdir())


def _make_old(scratch: Path) -> None:
    for path in scratch.iterdir():
        os.utime(path, (0, 0))


@contextmanager
def _another(scratch: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [*words, sys.executable, "-c", _HOLD],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "made\n"
        yield process
        process.kill()


@pytest.mark.parametrize("words", [[], _ANOTHER_CONTAINER], ids=["process", "container"])
def test_what_is_in_use_stays_and_goes_when_its_process_was_killed(scratch: Path, words: list[str]) -> None:
    with _another(scratch, *words) as process:
        _make_old(scratch)
        sweep_scratch()
        assert _names(scratch) == ["arhivar-file-", "arhivar-pool-"]
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10  # in a container, the process ends a moment after the container
    while _names(scratch) and time.monotonic() < until:
        sweep_scratch()
    assert _names(scratch) == []


def test_it_goes_by_itself_where_nobody_is_killed(scratch: Path) -> None:
    with scratch_file(".tif") as file, scratch_folder() as folder:
        file.write(b"page")
        (folder / "page.png").touch()
        _make_old(scratch)
        sweep_scratch()
        assert Path(file.name).exists()
        assert (folder / "page.png").exists()
    assert _names(scratch) == []


def test_what_was_only_just_made_may_not_be_locked_yet(scratch: Path) -> None:
    (scratch / "arhivar-file-new").touch()
    sweep_scratch()
    assert _names(scratch) == ["arhivar-file-"]


def test_what_others_named_is_theirs(scratch: Path) -> None:
    (scratch / "arhivar-notes").touch()
    outside = scratch / "notes"
    outside.mkdir()
    (outside / "kept").touch()
    (scratch / "arhivar-pool-link").symlink_to(outside)
    os.utime(scratch / "arhivar-notes", (0, 0))
    os.utime(scratch / "arhivar-pool-link", (0, 0), follow_symlinks=False)
    sweep_scratch()
    assert (scratch / "arhivar-notes").exists()
    assert (outside / "kept").exists()
