# SPDX-License-Identifier: EUPL-1.2
"""Every night: read a share of all objects again, longest unread first, and repair what can be repaired."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from arhivar.tasks.alerts import tell_failure
from arhivar.tasks.retries import retryable_errors


@dag(
    schedule="30 1 * * *",
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    default_args={
        "retries": 4,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=30),
        "retry_policy": ExceptionRetryPolicy(
            [
                RetryRule([*retryable_errors()], match_subclasses=False, reason="it may pass"),
                RetryRule("builtins.BaseException", RetryAction.FAIL, reason="a retry cannot help"),
            ]
        ),
        "execution_timeout": timedelta(hours=20),
        "on_failure_callback": tell_failure,
    },
)
def fixity_audit() -> None:
    @task
    def audit() -> dict[str, int]:
        from arhivar.tasks.keeping import audit_share

        return audit_share()

    audit()


fixity_audit()
