# SPDX-License-Identifier: EUPL-1.2
"""The DAG files as Airflow reads them; without a database, and without Airflow's processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arhivar.settings import CHECKOUT
from tools.services.airflow_celery import DELIVERY

pytestmark = pytest.mark.services

_SECONDS = 1.5
"""CPU time that all DAG files may take beyond Airflow's own: they are read again every two minutes."""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ARHIVAR_", "AIRFLOW_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.dags.describe"],
        cwd=CHECKOUT,
        env=environment | {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_each_file_holds_the_dag_of_its_name(described: dict[str, Any]) -> None:
    named = {name: dag["dag_id"] for name, dag in described["dags"].items()}
    assert named == {name: name for name in named}
    assert set(named) == {
        "digitize_unit",
        "fixity_audit",
        "housekeeping",
        "intake",
        "progress_report",
        "rebuild_index",
        "reread",
    }
    assert [path.name for path in (CHECKOUT / "dags").iterdir() if path.suffix != ".py" and path.is_file()] == []


def test_reading_the_files_is_quick_and_loads_nothing_heavy(described: dict[str, Any]) -> None:
    assert described["loaded"] == []
    assert described["seconds"] < _SECONDS


def test_what_ends_by_itself_is_never_run_twice_at_once(described: dict[str, Any]) -> None:
    at_once = {name: dag["max_active_runs"] for name, dag in described["dags"].items()}
    assert {name for name, most in at_once.items() if most != 1} == {"digitize_unit"}


def test_no_task_comes_out_of_the_queue_again_while_it_runs(described: dict[str, Any]) -> None:
    longest = max(task["seconds"] or 0 for dag in described["dags"].values() for task in dag["tasks"].values())
    assert 0 < longest < int(DELIVERY["celery_broker_transport_options__visibility_timeout"])


def test_every_retry_is_one_that_can_help(described: dict[str, Any]) -> None:
    for name, dag in described["dags"].items():
        for task in dag["tasks"].values():
            if name == "intake":
                assert task["retries"] == 0  # the next minute is its retry
                continue
            may, final = task["policy"]
            assert task["retries"] >= 4
            assert "schemas.errors.store.StoreUnavailable" in may["exception"]
            assert "schemas.errors.compose.NotPdfA" not in may["exception"]
            assert not may["match_subclasses"]
            assert (final["exception"], final["action"]) == ("builtins.BaseException", "fail")


def test_a_unit_goes_its_way_and_is_closed_whatever_happens(described: dict[str, Any]) -> None:
    tasks = described["dags"]["digitize_unit"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "prepare": [],
        "pages": ["prepare"],
        "compose": ["pages"],
        "deposit": ["compose"],
        "index": ["deposit"],
        "reconcile": ["index"],
        "close": ["pages", "reconcile"],
    }
    assert tasks["close"]["trigger_rule"].lower().endswith("all_done")
    assert tasks["compose"]["trigger_rule"].lower().endswith("none_failed")  # nothing to read is no failure
    assert {name for name, task in tasks.items() if task["pool"] == "pages"} == {"pages", "compose"}


def test_runs_are_planned_also_where_taking_failed(described: dict[str, Any]) -> None:
    tasks = described["dags"]["intake"]["tasks"]
    assert tasks["plan"]["upstream"] == ["take"]
    assert tasks["plan"]["trigger_rule"].lower().endswith("all_done")
    assert tasks["start"]["upstream"] == ["plan"]


def test_a_round_in_which_taking_failed_is_a_failed_one(described: dict[str, Any]) -> None:
    last = described["dags"]["intake"]["tasks"]["taken"]
    assert last["upstream"] == ["take"]
    assert last["trigger_rule"].lower().endswith("all_success")


def test_dag_files_pass_the_type_check() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "-p", "dags"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_loose_modules_lie_beside_the_dags() -> None:
    assert [path for path in (CHECKOUT / "dags").rglob("*.py") if path.parent != Path(CHECKOUT / "dags")] == []
