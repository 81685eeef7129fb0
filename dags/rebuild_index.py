# SPDX-License-Identifier: EUPL-1.2
"""By hand: build the search index anew from the store, while searches go on."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from arhivar.tasks.alerts import tell_failure
from arhivar.tasks.retries import retryable_errors


@dag(
    schedule=None,
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
def rebuild_index() -> None:
    @task
    def rebuild() -> dict[str, int]:
        from arhivar.tasks.keeping import rebuild_index as rebuild_it

        return rebuild_it()

    rebuild()


rebuild_index()
