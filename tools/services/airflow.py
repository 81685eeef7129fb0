# SPDX-License-Identifier: EUPL-1.2
"""Apache Airflow over this checkout's `dags/`: API server, scheduler, DAG processor and triggerer as one service.

Its metadata are in PostgreSQL's database `airflow`; tasks run on this machine (LocalExecutor), as whoever starts it and
with the `ARHIVAR_*` settings of its environment: another archive means stopping and starting it. `AIRFLOW__*` of its
environment go before what is set here. With Celery workers: `tools.services.airflow_celery`.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from arhivar.settings import SETTING_NAMES
from tools.services.server import Command, Place, ServiceError, read_facts

CHECKOUT = Path(__file__).resolve().parents[2]
POOL = "pages"
_USER = "admin"
MORE_TASKS = 2
"""Tasks that run beside those that read pages: they wait for stores and servers."""
RECOVERY = {
    "scheduler__task_instance_heartbeat_timeout": "120",
    "scheduler__task_queued_timeout": "600",
}
"""A task gives a sign of life every five seconds. So much later than the last one, in seconds, it is taken to be dead
and tried again: after an outage of a minute it is not yet. What is queued so long and not begun, which a worker may
have taken before it died, is queued again. docker-compose.yml says the same."""


class Airflow:
    """One Airflow; it needs PostgreSQL of the same state folder."""

    name = "airflow"
    port = 18080
    start_seconds = 240

    def install(self, cache: Path) -> None:
        if not program().exists():
            raise ServiceError("Airflow is missing: make setup-services")

    def prepare(self, place: Place) -> None:
        database(place)
        (place.home / "home").mkdir(exist_ok=True)
        passwords = place.home / "passwords.json"
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({_USER: place.secret}))
        for words in (
            ["db", "migrate"],
            ["pools", "set", POOL, str(self.page_slots()), "page reading: a slot a process"],
        ):
            done = subprocess.run(
                [str(program()), *words],
                env={"PATH": os.environ["PATH"], **self.environment(place)},
                cwd=place.home,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise ServiceError(f"airflow {' '.join(words[:2])} failed: {(done.stderr or done.stdout)[-1000:]}")

    def command(self, place: Place) -> Command:
        argv = [sys.executable, "-m", "tools.services.airflow_processes", str(program()), _health(place.port)]
        return Command(argv, self.environment(place), as_caller=True)

    def page_slots(self) -> int:
        """How many page tasks run at once."""
        return cores()

    def environment(self, place: Place) -> dict[str, str]:
        """Of all its processes; a worker's begins with it. Raises ServiceError."""
        return environment(place, self.own_settings(place))

    def own_settings(self, place: Place) -> dict[str, str]:
        """Who runs its tasks, and how many at once."""
        return {"core__executor": "LocalExecutor", "core__parallelism": str(self.page_slots() + MORE_TASKS)}

    def answers(self, place: Place) -> bool:
        try:
            with urllib.request.urlopen(_health(place.port), timeout=5) as answer:
                health: dict[str, dict[str, str]] = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return all(health.get(part, {}).get("status") == "healthy" for part in parts)

    def complete(self, place: Place) -> Mapping[str, str]:
        return {
            "url": f"http://127.0.0.1:{place.port}",
            "user": _USER,
            "password": place.secret,
            "home": str(place.home / "home"),
        }


def program() -> Path:
    """Airflow's command line."""
    return Path(sys.executable).with_name("airflow")


def cores() -> int:
    """What this process may use."""
    return len(os.sched_getaffinity(0))


def _health(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/v2/monitor/health"


def database(place: Place) -> str:
    """Where PostgreSQL, started before, keeps Airflow's metadata. Raises ServiceError."""
    client = read_facts(place.home.parent / "postgresql").get("client")
    if not isinstance(client, dict) or "airflow" not in client:
        raise ServiceError("Airflow keeps its metadata in PostgreSQL: start postgresql too")
    return str(client["airflow"])


def environment(place: Place, more: Mapping[str, str]) -> dict[str, str]:
    """Settings of the Airflow of this place, with `more` of them, and those of the caller's archive."""
    settings = {
        "core__dags_folder": str(CHECKOUT / "dags"),
        "core__load_examples": "False",
        "core__dags_are_paused_at_creation": "False",
        "core__fernet_key": urlsafe_b64encode(sha256(place.secret.encode()).digest()).decode(),
        "core__execution_api_server_url": f"http://127.0.0.1:{place.port}/execution/",
        "core__simple_auth_manager_users": f"{_USER}:admin",
        "core__simple_auth_manager_passwords_file": str(place.home / "passwords.json"),
        "api__host": "127.0.0.1",
        "api__port": str(place.port),
        "api__base_url": f"http://127.0.0.1:{place.port}",
        "api__workers": "1",
        "api__secret_key": place.secret,
        "api_auth__jwt_secret": place.secret * 2,
        "database__sql_alchemy_conn": database(place),
        "dag_processor__min_file_process_interval": "120",
        "logging__base_log_folder": str(place.home / "logs"),
        "logging__worker_log_server_port": str(place.port + 1),
        "logging__trigger_log_server_port": str(place.port + 2),
        "usage_data_collection__enabled": "False",
        **RECOVERY,
        **more,
    }
    names = {f"ARHIVAR_{name.upper()}" for name in SETTING_NAMES}
    return {
        "ARHIVAR_WORKERS": "1",  # a slot of the pool is a process
        "AIRFLOW_HOME": str(place.home / "home"),
        "HOME": str(Path.home()),
        "PYTHONPATH": str(CHECKOUT),
        **{f"AIRFLOW__{name.upper()}": value for name, value in settings.items()},
        **{name: value for name, value in os.environ.items() if name in names or name.startswith("AIRFLOW__")},
    }
