# SPDX-License-Identifier: EUPL-1.2
"""Every Monday morning: the progress report, into the store and to who gets it."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from arhivar.tasks.alerts import tell_failure
from arhivar.tasks.retries import retryable_errors


@dag(
    schedule="0 6 * * 1",
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
        "execution_timeout": timedelta(hours=1),
        "on_failure_callback": tell_failure,
    },
)
def progress_report() -> None:
    @task
    def publish() -> str:
        from arhivar.tasks.keeping import publish_report

        return publish_report()

    publish()


progress_report()
