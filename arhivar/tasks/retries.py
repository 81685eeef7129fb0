# SPDX-License-Identifier: EUPL-1.2
"""Which errors a retry can help. DAG files read it when they are parsed, so it loads the tree of errors alone."""

from schemas.errors import all_errors

_AIRFLOWS_OWN = "airflow.sdk.exceptions.AirflowRuntimeError"
"""What a task hears while Airflow's own database is away, and it asks for another task's result or keeps its own."""


def retryable_errors() -> list[str]:
    """The dotted names of the errors that a retry can help; every other error is final."""
    ours = sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in all_errors() if kind.retryable)
    return [*ours, _AIRFLOWS_OWN]
