# SPDX-License-Identifier: EUPL-1.2
"""`arhivar report` on a simulated archive: CPU seconds of the whole command, start of Python included.

    python -m benchmarks.report --out DIR

The archive is made in DIR the first time (minutes: it has a million pages), and used again while the options are the
same. Each output is measured `--runs` times; the least of them is the figure, since other work only adds.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from benchmarks.archive import Plan, simulate
from benchmarks.processes import machine_load, run_measured
from repository.sql_catalogue import SqlCatalogue, sqlite_url

ROOT = Path(__file__).resolve().parent.parent
_MIB = 1024 * 1024


def main() -> None:
    """Make the archive, measure, print the table and write `report.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--units", type=int, default=Plan().units)
    parser.add_argument("--pages", type=int, default=Plan().pages, help="of each unit")
    parser.add_argument("--done", type=float, default=Plan().done, help="share of the units")
    parser.add_argument("--units-a-day", type=float, default=Plan().units_a_day)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    plan = Plan(arguments.units, arguments.pages, arguments.done, arguments.units_a_day, arguments.seed)
    home = make_archive(out, plan)
    commands = {
        "--version": ["--version"],
        "--help": ["--help"],
        "report": ["report"],
        "report --csv --html": ["report", "--csv", str(out / "report.csv"), "--html", str(out / "report.html")],
    }
    environment = {**os.environ, "ARHIVAR_HOME": str(home)}
    figures = {}
    for name, words in commands.items():
        command = [sys.executable, "-m", "arhivar", "--lang", "ro", *words]
        runs = [
            run_measured(command, environment=environment, cwd=ROOT, log=out / "report.log")
            for _ in range(arguments.runs)
        ]
        if any(run.returncode for run in runs):
            raise SystemExit((out / "report.log").read_text(encoding="utf-8"))
        figures[name] = round(min(run.cpu_seconds for run in runs), 2)
    report = {
        "machine": machine_load(),
        "plan": asdict(plan),
        "catalogue_mib": round((home / "catalogue.sqlite").stat().st_size / _MIB),
        "cpu_seconds": figures,
    }
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{report['machine']}; {plan}; catalogue {report['catalogue_mib']} MiB")
    print("| command | CPU s |\n| --- | --- |")
    for name, seconds in figures.items():
        print(f"| {name} | {seconds} |")


def make_archive(out: Path, plan: Plan) -> Path:
    """The simulated archive's folder."""
    home = out / "-".join(f"{value:g}" for value in asdict(plan).values())
    finished = home.with_suffix(".done")
    if not finished.exists():
        settings = load_settings({"ARHIVAR_HOME": str(home)})
        if not init_archive(settings):
            raise SystemExit(f"{home} was not finished; remove it")
        with SqlCatalogue(sqlite_url(home / "catalogue.sqlite")) as catalogue:
            pages = simulate(catalogue, plan, datetime.now(UTC))
        finished.write_text(f"{pages}\n", encoding="utf-8")
    return home


if __name__ == "__main__":
    main()
