# SPDX-License-Identifier: EUPL-1.2
"""Every day: sweep what killed processes left, remind of what waits for a person, forget old runs."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from arhivar.tasks.alerts import tell_failure
from arhivar.tasks.retries import retryable_errors


@dag(
    schedule="0 5 * * *",
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
def housekeeping() -> None:
    @task
    def sweep() -> int:
        from arhivar.tasks.housekeeping import sweep as sweep_up

        return sweep_up()

    @task(queue="intake")  # with Celery: of a worker that sees the share
    def remind() -> dict[str, list[str]]:
        from arhivar.tasks.housekeeping import remind as remind_people

        return remind_people()

    @task
    def clean() -> bool:
        from arhivar.tasks.housekeeping import clean_airflow

        return clean_airflow()

    sweep() >> remind() >> clean()


housekeeping()
