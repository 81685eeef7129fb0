# SPDX-License-Identifier: EUPL-1.2
"""Airflow as the compose file's profile `scale` runs it: CeleryExecutor, and workers on machines of their own.

``python -m tools.services up postgresql redis airflow-celery airflow-intake airflow-worker-1 airflow-worker-2``

Each worker has a folder, a host name, process numbers, a work area and temporary files of its own, and sees no other's;
those that read pages do not see the inbox either. What they share are servers.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.services import machine
from tools.services.airflow import MORE_TASKS, Airflow, cores, database, program
from tools.services.server import Command, Place, ServiceError, read_facts

PAGE_QUEUE, INTAKE_QUEUES = "default", "intake,keeping"
INTAKE_TASKS = 2
PAGE_WORKERS = 2
DELIVERY = {
    "celery__task_acks_late": "True",
    "celery__worker_prefetch_multiplier": "1",
    "celery_broker_transport_options__visibility_timeout": "86400",
}
"""A worker takes no more tasks than it runs. One that dies keeps their messages from the others for so many seconds; it
is not waited for (`RECOVERY` in `tools.services.airflow`), and so may be longer than any task: a message that comes
again while its task runs would be one too many."""
_PING_SECONDS = "3"


class AirflowCelery(Airflow):
    """All of Airflow but its workers; it needs PostgreSQL and Redis of the same state folder."""

    name = "airflow-celery"
    port = 18180

    def own_settings(self, place: Place) -> dict[str, str]:
        return {
            "core__executor": "CeleryExecutor",
            "core__parallelism": str(self.page_slots() + INTAKE_TASKS + MORE_TASKS),
            "celery__broker_url": _queue(place),
            "celery__result_backend": f"db+{database(place)}",
            **DELIVERY,
        }

    def page_slots(self) -> int:
        return PAGE_WORKERS * cores()


@dataclass
class AirflowWorker:
    """One worker of `airflow-celery`. Its port is that of the tasks' logs, which lie in its folder."""

    name: str
    port: int
    queues: str
    tasks: int
    sees_inbox: bool
    start_seconds: int = 120

    def install(self, cache: Path) -> None:
        AirflowCelery().install(cache)

    def prepare(self, place: Place) -> None:
        for folder in (place.home / "home", place.home / "scratch", *self._others(place)):
            folder.mkdir(exist_ok=True)
        own = place.home / "archive" / "keys"
        own.mkdir(parents=True, exist_ok=True)
        key = Path(os.environ.get("ARHIVAR_HOME", "")) / "keys" / "audit.pem"
        if "ARHIVAR_AUDIT_KEY" not in os.environ and key.exists():  # as docs/operations.md has it for a further machine
            (own / key.name).touch(mode=0o600)
            (own / key.name).write_bytes(key.read_bytes())

    def command(self, place: Place) -> Command:
        words = [str(program()), "celery", "worker", "--queues", self.queues, "--concurrency", str(self.tasks)]
        shared = AirflowCelery().environment(_airflow(place))
        hidden = [*self._others(place), *(Path(shared[name]) for name in self._hidden_settings() if name in shared)]
        own = {
            "AIRFLOW_HOME": str(place.home / "home"),
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.home / "logs"),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(place.port),
            "ARHIVAR_HOME": str(place.home / "archive"),
            "TMPDIR": str(place.home / "scratch"),
        }
        there = [str(folder) for folder in hidden if folder.is_dir()]
        return Command(machine.command(self.name, there, words), shared | own, as_caller=True)

    def answers(self, place: Place) -> bool:
        try:
            socket.create_connection(("127.0.0.1", place.port), timeout=2).close()  # a ping costs a second
        except OSError:
            return False
        to = ["--timeout", _PING_SECONDS, "--destination", f"celery@{self.name}"]
        celery = [sys.executable, "-m", "celery", "--broker", _queue(place), "inspect", *to, "ping"]
        return subprocess.run(celery, capture_output=True, check=False).returncode == 0

    def complete(self, place: Place) -> Mapping[str, str]:
        return {"host": self.name, "home": str(place.home / "archive"), "scratch": str(place.home / "scratch")}

    def _others(self, place: Place) -> list[Path]:
        return [place.home.parent / other.name for other in WORKERS if other.name != self.name]

    def _hidden_settings(self) -> tuple[str, ...]:
        return ("ARHIVAR_HOME",) if self.sees_inbox else ("ARHIVAR_HOME", "ARHIVAR_INBOX")


WORKERS = (
    AirflowWorker("airflow-intake", 18280, INTAKE_QUEUES, INTAKE_TASKS, sees_inbox=True),
    *(
        AirflowWorker(f"airflow-worker-{number}", 18280 + number, PAGE_QUEUE, cores(), sees_inbox=False)
        for number in range(1, PAGE_WORKERS + 1)
    ),
)


def _airflow(place: Place) -> Place:
    """The place of the Airflow that a worker works for."""
    home = place.home.parent / AirflowCelery.name
    facts = read_facts(home)
    if not facts:
        raise ServiceError(f"{home.name} was never started: start it first")
    return Place(place.cache, home, int(str(facts["port"])), str(facts["secret"]))


def _queue(place: Place) -> str:
    client = read_facts(place.home.parent / "redis").get("client")
    if not isinstance(client, dict):
        raise ServiceError("Airflow's workers take their tasks from Redis: start redis too")
    return str(client["url"])
