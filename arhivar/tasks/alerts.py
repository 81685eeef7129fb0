# SPDX-License-Identifier: EUPL-1.2
"""What is told when a task fails for good. DAG files name it when they are parsed, so it loads nothing heavy."""

from collections.abc import Mapping
from typing import Any

from arhivar.log import Logger

_log = Logger(__name__)


def tell_failure(context: Mapping[str, Any]) -> None:
    """Airflow's `on_failure_callback`: a line in the log, with the ingest where the run is about one."""
    instance, params = context["task_instance"], context.get("params") or {}
    error = context.get("exception")
    _log.error(
        "task failed",
        dag=instance.dag_id,
        run=instance.run_id,
        task=instance.task_id,
        ingest=params.get("ingest_id"),
        error=None if error is None else str(error),
    )
