# SPDX-License-Identifier: EUPL-1.2
"""How the benchmark of Airflow counts: every process once, and standing cost never in Airflow's favour."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.airflow_overhead import TASKS, Standing
from benchmarks.processes import cpu_by_part

pytestmark = pytest.mark.services

_BURN = "import time\nwhile time.process_time() < 0.5: pass\n"
_FAMILY = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {_BURN!r}, "a-task"], check=True)  # ended, and waited for
alive = subprocess.Popen([sys.executable, "-c", {_BURN + "print(1, flush=True); time.sleep(600)"!r}, "a-task"])
alive.wait()
"""


@pytest.fixture
def family() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _FAMILY, "the-root"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.read(1)  # the living child has done its work
    yield process.pid
    os.killpg(process.pid, 9)
    process.wait()
    process.stdout.close()


def test_living_and_ended_processes_are_counted_once_each_by_part(family: int) -> None:
    spent = cpu_by_part(family, lambda command: next((one for one in ("the-root", "a-task") if one in command), None))
    assert spent["a-task"] == pytest.approx(0.5, abs=0.2)
    assert spent["the-root"] >= 0.45  # what it waited for, and its own start


def test_standing_cost_is_taken_off_by_part_and_leaves_no_part_below_nothing() -> None:
    standing = Standing({"scheduler": 0.03, "dag processor": 0.05}, a_round=2.0)
    spent = {"scheduler": 10.0, "dag processor": 1.0, TASKS: 100.0}
    assert standing.beyond(spent, 100.0, 3) == {"scheduler": 7.0, "dag processor": 0.0, TASKS: 94.0}
    assert standing.an_hour() == {"scheduler": 108, "dag processor": 180, TASKS: 120}
