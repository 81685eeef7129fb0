# SPDX-License-Identifier: EUPL-1.2
"""Every minute: stage what is ready in the inbox, and start a run of `digitize_unit` for each ingest that is in line.

The folder and the catalogue are the truth, not events: what a round misses, the next one takes.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

from arhivar.tasks.alerts import tell_failure


@dag(
    schedule="* * * * *",
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    tags=["arhivar"],
    doc_md=__doc__,
    default_args={"retries": 0, "on_failure_callback": tell_failure, "priority_weight": 100},
)
def intake() -> None:
    @task(queue="intake")  # with Celery: of a worker that sees the share
    def take() -> list[str]:
        from arhivar.tasks.intake import take_drops

        return take_drops()

    @task(trigger_rule="all_done")
    def plan(**context: Any) -> list[Any]:
        from arhivar.tasks.runs import plan_runs

        def count_known(run_ids: list[str], states: list[str] | None = None) -> int:
            return int(context["ti"].get_dr_count("digitize_unit", run_ids=run_ids, states=states))

        return list(plan_runs(count_known, lambda run_ids: count_known(run_ids, ["failed", "success"])))

    planned = plan()
    # The second one fails the run where taking failed, which does not keep others' ingests from being planned.
    take() >> [planned, EmptyOperator(task_id="taken")]
    TriggerDagRunOperator.partial(
        task_id="start", trigger_dag_id="digitize_unit", skip_when_already_exists=True
    ).expand_kwargs(planned)


intake()
