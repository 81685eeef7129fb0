# SPDX-License-Identifier: EUPL-1.2
"""Run by test_dags.py in a process of its own, where Airflow has no database: what the DAG files say, as JSON."""

import importlib
import json
import sys
import time
from pathlib import Path

HEAVY = ("cv2", "numpy", "pikepdf", "PIL", "tantivy", "elasticsearch", "minio", "tesserocr", "arhivar.composition")


def main() -> None:
    importlib.import_module("airflow.sdk")
    importlib.import_module("airflow.providers.standard.operators.trigger_dagrun")
    before, dags = set(sys.modules), {}
    started = time.process_time()
    for file in sorted(Path("dags").glob("*.py")):
        module = importlib.import_module(f"dags.{file.stem}")
        dag = getattr(module, file.stem)()
        dag.check_cycle()
        dags[file.stem] = {
            "dag_id": dag.dag_id,
            "schedule": dag.timetable.expression if hasattr(dag.timetable, "expression") else None,
            "max_active_runs": dag.max_active_runs,
            "tasks": {
                task.task_id: {
                    "retries": task.retries,
                    "seconds": None if task.execution_timeout is None else task.execution_timeout.total_seconds(),
                    "pool": task.pool,
                    "trigger_rule": str(task.trigger_rule),
                    "upstream": sorted(task.upstream_task_ids),
                    "policy": None if task.retry_policy is None else task.retry_policy.serialize()["rules"],
                }
                for task in dag.tasks
            },
        }
    seconds = time.process_time() - started
    loaded = [name for name in HEAVY if name in set(sys.modules) - before]
    print(json.dumps({"dags": dags, "seconds": seconds, "loaded": loaded}))  # noqa: T201 - it is what it is run for


if __name__ == "__main__":
    main()
