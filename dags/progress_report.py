# SPDX-License-Identifier: EUPL-1.2
"""Every Monday morning: the progress report, into the store and to who gets it."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, dag, task

from arhivar.tasks.retries import KEEPING, retry_rules


@dag(
    schedule="0 6 * * 1",
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    default_args=KEEPING
    | {"retry_policy": ExceptionRetryPolicy.deserialize(retry_rules()), "execution_timeout": timedelta(hours=1)},
)
def progress_report() -> None:
    @task
    def publish() -> str:
        from arhivar.tasks.keeping import publish_report

        return publish_report()

    publish()


progress_report()
