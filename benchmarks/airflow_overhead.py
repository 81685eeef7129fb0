# SPDX-License-Identifier: EUPL-1.2
"""What Airflow adds: a 300-page binder through `arhivar ingest` and through Airflow, in turn, on the same servers.

    python -m benchmarks.airflow_overhead --pages 300 --out DIR

Needs the servers that ARHIVAR_TEST_SERVICES names. An Airflow of its own runs from beginning to end (LocalExecutor).
First it is left alone, which tells what it costs to have; then each round gives the same pages to `arhivar ingest` and
to Airflow. Counted against the binder is what its tasks and their children took, the round of intake that took it
among them, and what scheduler, API server, DAG processor and triggerer took beyond their standing cost. Rounds of
intake that found nothing are standing cost. The servers' own work is in neither.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from arhivar.composition import init_archive, open_archive
from arhivar.settings import load_settings
from benchmarks.processes import cpu_by_part, machine_load, run_measured
from schemas.ingest import IngestState
from tests.dags.asking import Asking
from tests.dags.running import Running, running_airflow
from tests.deployment.conftest import drop_indices, elastic_address, server_variables
from tests.environment import bare_environment
from tests.services import drop_bucket, drop_database, new_database, require
from tools.services.server import running

ROOT = Path(__file__).resolve().parent.parent
BINDER = "permits-1987"
MOST_SHARE = 0.15
_WARM_SECONDS = 75
"""From Airflow's start until at least one round of intake is over."""
_PATIENCE_SECONDS = 7200
TASKS = "tasks"
_PARTS = {
    "airflow worker --": TASKS,
    "airflow scheduler": "scheduler",
    "airflow api-server": "api server",
    "airflow api_server": "api server",
    "airflow dag-processor": "dag processor",
    "airflow triggerer": "triggerer",
}
Spent = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """What Airflow took while there was nothing to do, in CPU seconds: each part a second, its tasks a round of intake.

    On a busy machine parts do less in a second, and rounds take longer, so neither stands for the other.
    """

    rates: Spent
    a_round: float

    def beyond(self, spent: Spent, seconds: float, rounds: int) -> dict[str, float]:
        """What each part took more than it would have taken anyway, and never less than nothing."""
        anyway = {part: seconds * rate for part, rate in self.rates.items()} | {TASKS: rounds * self.a_round}
        return {part: max(cpu - anyway.get(part, 0.0), 0.0) for part, cpu in spent.items()}

    def an_hour(self) -> dict[str, int]:
        """CPU seconds of each part in an hour, with a round of intake a minute."""
        return {part: round(3600 * rate) for part, rate in self.rates.items()} | {TASKS: round(60 * self.a_round)}


def main() -> int:
    """Measure, print the table and write `airflow_overhead.json`. 1 where the overhead is over 15 %."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--idle-minutes", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    binders = [make_binder(out, arguments.pages, number) for number in range(1, arguments.rounds + 1)]
    load_before = machine_load()
    with running_airflow({}) as airflow:
        time.sleep(_WARM_SECONDS)
        standing = measure_standing(airflow, 60 * arguments.idle_minutes)
        rounds = [measure_round(out, airflow, standing, binder) for binder in binders]
    report = {
        "machine": {"before": load_before, "after": machine_load()},
        "pages": arguments.pages,
        "standing_cpu_seconds_an_hour": standing.an_hour(),
        "rounds": rounds,
        "overhead": round(sum(one["airflow"] for one in rounds) / sum(one["ingest"] for one in rounds) - 1, 3),
    }
    (out / "airflow_overhead.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print_table(report)
    return 0 if report["overhead"] < MOST_SHARE else 1


def make_binder(out: Path, pages: int, number: int) -> Path:
    """A drop of so many distinct pages, with a reference code of its own."""
    folder = out / f"binder-{pages}-{number}"
    made = folder / BINDER
    if not (made / "_READY").exists():
        words = ["--out", str(folder), "--binder", BINDER, "--pages", str(pages), "--noise-seed", str(number)]
        subprocess.run([sys.executable, "-m", "sample_scans.generate", *words], cwd=ROOT, check=True)
        described = json.loads((made / "unit.json").read_text(encoding="utf-8"))
        described["reference_code"] += f"-{number}"
        (made / "unit.json").write_text(json.dumps(described), encoding="utf-8")
    return made


def measure_standing(airflow: Running, seconds: float) -> Standing:
    """Leave Airflow alone for so long."""
    before, rounds, started = _spent(airflow), _rounds(airflow), time.monotonic()
    time.sleep(seconds)
    lasted, spent = time.monotonic() - started, _since(before, _spent(airflow))
    tasks = spent.pop(TASKS, 0.0)
    return Standing({part: cpu / lasted for part, cpu in spent.items()}, tasks / max(_rounds(airflow) - rounds, 1))


def measure_round(out: Path, airflow: Running, standing: Standing, binder: Path) -> dict[str, Any]:
    """One binder through both: CPU seconds of each, and of Airflow's by part."""
    ingest = measure_ingest(out, binder)
    before, rounds, started = _spent(airflow), _rounds(airflow), time.monotonic()
    put_in(binder, airflow.inbox / binder.parent.name)
    wait_until_done(airflow, binder)
    seconds = time.monotonic() - started
    empty = max(_rounds(airflow) - rounds - 1, 0)
    parts = standing.beyond(_since(before, _spent(airflow)), seconds, empty)
    return {
        "ingest": round(ingest, 1),
        "airflow": round(sum(parts.values()), 1),
        "parts": {part: round(cpu, 1) for part, cpu in parts.items()},
        "empty_rounds_of_intake": empty,
        "airflow_wall_seconds": round(seconds),
    }


def _rounds(airflow: Running) -> int:
    """How many rounds of intake are over."""
    return Asking(airflow.state).count("intake", "success")


def put_in(binder: Path, target: Path) -> None:
    """Drop the binder as a scanner does: complete at once, under its own name."""
    half = target.with_name(f".{target.name}")
    shutil.copytree(binder, half)
    half.rename(target)


def measure_ingest(out: Path, binder: Path) -> float:
    """CPU seconds of `arhivar ingest` of the binder, in an archive of its own on the same servers."""
    inbox = out / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    put_in(binder, inbox / binder.parent.name)
    with archive_on_servers(out) as variables:
        command = [sys.executable, "-m", "arhivar", "ingest", str(inbox)]
        run = run_measured(command, environment={**bare_environment(), **variables}, cwd=ROOT, log=out / "ingest.log")
    if run.returncode != 0:
        raise SystemExit((out / "ingest.log").read_text(encoding="utf-8"))
    return run.cpu_seconds


@contextmanager
def archive_on_servers(out: Path) -> Iterator[dict[str, str]]:
    """The settings of a new archive; what it made is removed afterwards."""
    postgresql, minio, elastic = require("postgresql"), require("minio"), require("elasticsearch")
    name = f"arhivar-bench-{token_hex(4)}"
    database = new_database(postgresql)
    home = out / name
    variables = {
        **server_variables(minio, elastic, database, name),
        "ARHIVAR_HOME": str(home),
        "ARHIVAR_WORKERS": str(len(os.sched_getaffinity(0))),
        **{name: os.environ[name] for name in ("ARHIVAR_VERAPDF_HOME",) if name in os.environ},
    }
    try:
        init_archive(load_settings(variables))
        yield variables
    finally:
        drop_database(postgresql, database)
        drop_indices(elastic_address(elastic, name))
        drop_bucket(minio, name)
        shutil.rmtree(home, ignore_errors=True)


def wait_until_done(airflow: Running, binder: Path) -> None:
    """Return when the binder is reconciled and its run over. Raises TimeoutError."""
    code = json.loads((binder / "unit.json").read_text(encoding="utf-8"))["reference_code"]
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with open_archive(airflow.settings) as archive:
            unit = archive.catalogue.unit_by_reference(code)
            states = [] if unit is None else [row.state for row in archive.catalogue.ingests(unit.unit_id)]
        if states == [IngestState.RECONCILED] and set(Asking(airflow.state).states("digitize_unit")) == {"success"}:
            return
        time.sleep(3)
    raise TimeoutError(f"{code}: {states}")


def _spent(airflow: Running) -> dict[str, float]:
    root = running(airflow.state / "airflow")
    if root is None:
        raise SystemExit("Airflow is gone")
    return cpu_by_part(root, lambda command: next((_PARTS[name] for name in _PARTS if name in command), None))


def _since(before: Spent, after: Spent) -> dict[str, float]:
    return {part or "keeper": cpu - before.get(part, 0.0) for part, cpu in after.items()}


def print_table(report: dict[str, Any]) -> None:
    """The figures side by side."""
    print(f"machine: {report['machine']['before']}; afterwards {report['machine']['after']}")
    parts = list(report["rounds"][0]["parts"])
    print("| pages | arhivar ingest | through Airflow | " + " | ".join(f"of it: {part}" for part in parts) + " |")
    print("|" + " --- |" * (3 + len(parts)))
    for one in report["rounds"]:
        cells = (report["pages"], one["ingest"], one["airflow"], *(one["parts"].get(part, 0.0) for part in parts))
        print("| " + " | ".join(str(cell) for cell in cells) + " |")
    print(f"overhead {100 * report['overhead']:.1f} % (at most {100 * MOST_SHARE:.0f} %)")
    standing = report["standing_cpu_seconds_an_hour"]
    told = ", ".join(f"{part} {cpu}" for part, cpu in standing.items())
    print(f"standing cost, CPU seconds an hour: {sum(standing.values())} ({told})")


if __name__ == "__main__":
    sys.exit(main())
