# SPDX-License-Identifier: EUPL-1.2
"""By hand: read deposited units again, from their masters in the store. `intake` starts the runs within a minute."""

from typing import Any

from airflow.sdk import ExceptionRetryPolicy, Param, dag, task

from arhivar.tasks.retries import KEEPING, retry_rules


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["arhivar"],
    doc_md=__doc__,
    params={
        "units": Param(type="array", items={"type": "string"}, minItems=1, description="reference codes"),
        "level": Param("careful", enum=["fast", "standard", "careful"]),
        "reason": Param(None, type=["null", "string"], description="why; goes into the audit"),
    },
    default_args=KEEPING | {"retry_policy": ExceptionRetryPolicy.deserialize(retry_rules())},
)
def reread() -> None:
    @task
    def queue(**context: Any) -> list[str]:
        from arhivar.tasks.rereading import queue_rereads

        asked = context["params"]
        return queue_rereads(asked["units"], asked["level"], asked["reason"])

    queue()


reread()
