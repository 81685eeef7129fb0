# SPDX-License-Identifier: EUPL-1.2
import os
import re
import signal
import subprocess
import sys
import timeit
from pathlib import Path

import pytest

from arhivar.settings import CHECKOUT, load_settings
from schemas.crash_points import VARIABLE, CrashPoint, reached
from schemas.errors import InvalidSetting

_REACH_THREE_TIMES = """
from schemas.crash_points import CrashPoint, reached
for time in (1, 2, 3):
    reached(CrashPoint.CLAIMED)
    reached(CrashPoint.FILE_STAGED)
    print(time, flush=True)
"""


def _reach_three_times(crash_at: str | None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    return subprocess.run(
        [sys.executable, "-c", _REACH_THREE_TIMES],
        env=environment | ({} if crash_at is None else {VARIABLE: crash_at}),
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize(
    ("crash_at", "code", "said"),
    [
        (None, 0, "1\n2\n3\n"),
        ("file-staged", -signal.SIGKILL, ""),
        ("file-staged:2", -signal.SIGKILL, "1\n"),
        ("file-staged:4", 0, "1\n2\n3\n"),
        ("reconciled", 1, ""),
    ],
)
def test_a_process_dies_at_its_point_and_time_alone(crash_at: str | None, code: int, said: str) -> None:
    ended = _reach_three_times(crash_at)
    assert (ended.returncode, ended.stdout) == (code, said), ended.stderr


@pytest.mark.parametrize("text", ["", "file-stage", "file-staged:0", "file-staged:", "file-staged:two", "claimed:1:1"])
def test_what_is_no_crash_point_is_an_error_of_the_settings(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidSetting, match=r"file-staged:1|a crash point: |claimed:1"):
        load_settings({"ARHIVAR_HOME": str(tmp_path), VARIABLE: text})


def test_a_crash_point_is_not_a_setting_but_may_be_given(tmp_path: Path) -> None:
    load_settings({"ARHIVAR_HOME": str(tmp_path), VARIABLE: "claimed:2"})


def test_in_normal_life_it_costs_next_to_nothing() -> None:
    """Measured: 0.1 µs. A page reaches five points, and takes a second."""
    assert VARIABLE not in os.environ
    seconds = min(timeit.repeat(lambda: reached(CrashPoint.PAGE_KEPT), number=10_000, repeat=5)) / 10_000
    assert seconds < 5e-6


def test_each_point_says_what_was_done() -> None:
    """A docstring under each, and a row of docs/testing.md, in the same order."""
    source = (CHECKOUT / "schemas" / "crash_points.py").read_text(encoding="utf-8")
    documented = re.findall(r'^    [A-Z_]+ = "([a-z-]+)"\n    """(.+?)"""$', source, re.MULTILINE)
    assert [name for name, _ in documented] == [point.value for point in CrashPoint]
    page = (CHECKOUT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", page, re.MULTILINE) == documented
