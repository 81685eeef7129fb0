# SPDX-License-Identifier: EUPL-1.2
"""Every night: read a share of all objects again, longest unread first, and repair what can be repaired."""

from airflow.sdk import ExceptionRetryPolicy, dag, task

from arhivar.tasks.retries import KEEPING, retry_rules


@dag(
    schedule="30 1 * * *",
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    default_args=KEEPING | {"retry_policy": ExceptionRetryPolicy.deserialize(retry_rules())},
)
def fixity_audit() -> None:
    @task(queue="keeping")  # with Celery: of a worker that sees a replica that is a folder
    def audit() -> dict[str, int]:
        from arhivar.tasks.keeping import audit_share

        return audit_share()

    audit()


fixity_audit()
