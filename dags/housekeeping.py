# SPDX-License-Identifier: EUPL-1.2
"""Every day: sweep what killed processes left, remind of what waits for a person, forget old runs."""

from typing import Any

from airflow.sdk import ExceptionRetryPolicy, dag, task

from arhivar.tasks.retries import KEEPING, retry_rules


@dag(
    schedule="0 5 * * *",
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    default_args=KEEPING | {"retry_policy": ExceptionRetryPolicy.deserialize(retry_rules())},
)
def housekeeping() -> None:
    @task
    def sweep() -> Any:
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
