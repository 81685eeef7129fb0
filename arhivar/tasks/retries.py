# SPDX-License-Identifier: EUPL-1.2
"""Which errors a retry can help, and how patient DAGs are. Their files read it when parsed, so it loads little."""

from datetime import timedelta
from typing import Any

from arhivar.tasks.alerts import tell_failure
from schemas.errors import all_errors

_AIRFLOWS_OWN = "airflow.sdk.exceptions.AirflowRuntimeError"
"""What a task hears while Airflow's own database is away, and it asks for another task's result or keeps its own."""


def retryable_errors() -> list[str]:
    """The dotted names of the errors that a retry can help; every other error is final."""
    ours = sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in all_errors() if kind.retryable)
    return [*ours, _AIRFLOWS_OWN]


def retry_rules() -> dict[str, Any]:
    """What Airflow's ExceptionRetryPolicy is made from: errors that may pass are retried, all others fail at once."""
    return {
        "rules": [
            {
                "exception": retryable_errors(),
                "action": "retry",
                "match_subclasses": False,
                "reason": "it may pass",
            },
            {"exception": "builtins.BaseException", "action": "fail", "reason": "a retry cannot help"},
        ]
    }


KEEPING: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=20),
    "on_failure_callback": tell_failure,
}
"""`default_args` of what keeps an archive, by night or by hand: nothing waits for it, so it waits for what is down."""
