# SPDX-License-Identifier: EUPL-1.2
"""Who looks after the archive is told, once: when a task fails for good, when something is late.

DAG files name `tell_failure` when they are parsed, so this loads nothing heavy.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from arhivar.log import Logger
from arhivar.mail import send_mail
from arhivar.settings import Settings, load_settings
from schemas.errors import ArhivarError

_HOUR_SECONDS = 3600.0

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
    name = f"{instance.dag_id}.{instance.task_id}.{params.get('ingest_id', '')}"
    try:
        settings = load_settings()
    except (ArhivarError, OSError) as failure:  # a callback that fails would hide the task's own error
        _log.error("alert not sent", error=str(failure))
        return
    tell_news(
        settings, f"{instance.dag_id}: {instance.task_id}", {name: f"{instance.run_id}\n\n{error}"}, _HOUR_SECONDS
    )


def tell_news(settings: Settings, subject: str, lines: Mapping[str, str], quiet_seconds: float) -> None:
    """Mail the lines, each under a name, that this machine did not mail within so many seconds; all in one.

    What is told stands in the log too, so that a mail that cannot be sent stops nothing.
    """
    try:
        news = [line for name, line in lines.items() if _is_news(settings, name, quiet_seconds)]
        if news:
            send_mail(settings, subject, "\n".join(news) + "\n")
    except OSError as failure:
        _log.error("alert not sent", error=str(failure))


def _is_news(settings: Settings, name: str, quiet_seconds: float) -> bool:
    mark = settings.home / "work" / "alerts" / hashlib.sha256(name.encode()).hexdigest()[:16]
    mark.parent.mkdir(parents=True, exist_ok=True)
    if mark.exists() and time.time() - mark.stat().st_mtime < quiet_seconds:
        return False
    mark.touch()
    return True
