# SPDX-License-Identifier: EUPL-1.2
"""By hand: build the search index anew from the store, while searches go on."""

from airflow.sdk import ExceptionRetryPolicy, dag, task

from arhivar.tasks.retries import KEEPING, retry_rules


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    default_args=KEEPING | {"retry_policy": ExceptionRetryPolicy.deserialize(retry_rules())},
)
def rebuild_index() -> None:
    @task
    def rebuild() -> dict[str, int]:
        from arhivar.tasks.keeping import rebuild_index as rebuild_it

        return rebuild_it()

    rebuild()


rebuild_index()
