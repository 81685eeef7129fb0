# SPDX-License-Identifier: EUPL-1.2
"""One unit from staging to its page ledger. `intake` starts a run for each ingest; its parameters say which."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, Param, dag, get_current_context, task
from airflow.sdk.configuration import conf

from arhivar.tasks.alerts import tell_failure
from arhivar.tasks.retries import retry_rules

POOL = "pages"


def _ingest(context: Mapping[str, Any]) -> tuple[str, int]:
    return context["params"]["ingest_id"], context["params"]["attempt"]


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=32,
    tags=["arhivar"],
    doc_md=__doc__,
    params={
        "ingest_id": Param(type="string", pattern="^[0-9a-f]{32}$", description="what intake staged"),
        "attempt": Param(1, type="integer", minimum=1, description="does nothing where another attempt began"),
    },
    default_args={
        "retries": 8,
        "retry_delay": timedelta(seconds=15),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": ExceptionRetryPolicy.deserialize(retry_rules()),
        "weight_rule": "upstream",  # units that are nearly done go first
    },
)
def digitize_unit() -> None:
    @task
    def prepare(**context: Any) -> list[Any]:
        from arhivar.tasks import unit

        return list(unit.prepare(*_ingest(context), conf.getint("core", "max_map_length")))

    @task(pool=POOL, map_index_template="{{ label }}", execution_timeout=timedelta(hours=6))
    def pages(chunk: Any, **context: Any) -> Any:
        from arhivar.tasks import unit

        get_current_context()["label"] = chunk["label"]  # type: ignore[typeddict-unknown-key]
        return unit.read_chunk(*_ingest(context), chunk)

    @task(pool=POOL, trigger_rule="none_failed", execution_timeout=timedelta(hours=6))
    def compose(chunks: Any, **context: Any) -> bool:
        from arhivar.tasks import unit

        return unit.compose(*_ingest(context), list(chunks or ()))

    @task(execution_timeout=timedelta(hours=6))
    def deposit(composed: Any, **context: Any) -> int | None:
        from arhivar.tasks import unit

        return unit.deposit(*_ingest(context), composed)

    @task(execution_timeout=timedelta(hours=1))
    def index(**context: Any) -> None:
        from arhivar.tasks import unit

        unit.index(*_ingest(context))

    @task(execution_timeout=timedelta(hours=1))
    def reconcile(**context: Any) -> Any:
        from arhivar.tasks import unit

        return unit.reconcile(*_ingest(context))

    @task(trigger_rule="all_done", on_failure_callback=tell_failure)
    def close(**context: Any) -> str:
        from arhivar.tasks import unit

        return unit.close_run(*_ingest(context))

    read = pages.expand(chunk=prepare())
    ledger = reconcile()
    deposit(compose(read)) >> index() >> ledger
    [read, ledger] >> close()


digitize_unit()
