# SPDX-License-Identifier: EUPL-1.2
"""What is told when a task fails for good. DAG files name it when they are parsed, so it loads nothing heavy."""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from arhivar.log import Logger
from arhivar.mail import send_mail
from arhivar.settings import Settings, load_settings
from schemas.errors import ArhivarError

_QUIET_SECONDS = 3600.0

_log = Logger(__name__)


def tell_failure(context: Mapping[str, Any]) -> None:
    """Airflow's `on_failure_callback`: a line in the log, with the ingest where the run is about one, and a mail.

    Of the same task, one mail an hour: what fails every minute must not fill a mailbox.
    """
    instance, params = context["task_instance"], context.get("params") or {}
    error = context.get("exception")
    _log.error(
        "task failed",
        dag=instance.dag_id,
        run=instance.run_id,
        task=instance.task_id,
        ingest=params.get("ingest_id"),
        error=None if error is None else str(error),
    )
    try:
        settings = load_settings()
        if _is_news(settings, f"{instance.dag_id}.{instance.task_id}.{params.get('ingest_id', '')}"):
            send_mail(settings, f"{instance.dag_id}: {instance.task_id}", f"{instance.run_id}\n\n{error}\n")
    except (ArhivarError, OSError) as failure:  # the log has it; a callback that fails would hide the task's own error
        _log.error("alert not sent", error=str(failure))


def _is_news(settings: Settings, name: str) -> bool:
    """Whether no mail went out for that name from this machine within the last hour."""
    mark = settings.home / "work" / "alerts" / hashlib.sha256(name.encode()).hexdigest()[:16]
    mark.parent.mkdir(parents=True, exist_ok=True)
    if mark.exists() and time.time() - mark.stat().st_mtime < _QUIET_SECONDS:
        return False
    mark.touch()
    return True
