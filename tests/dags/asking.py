# SPDX-License-Identifier: EUPL-1.2
"""What a test asks of its Airflow, by Airflow's own REST API."""

import json
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TIMEOUT_SECONDS = 30


class Asking:
    """A client of the API server; `state` is the folder of `tools.services`."""

    def __init__(self, state: Path) -> None:
        client: Mapping[str, str] = json.loads((state / "services.json").read_text())["airflow"]
        self._url = client["url"]
        said = self._send("/auth/token", {"username": client["user"], "password": client["password"]}, None)
        self._token: str = said["access_token"]

    def trigger(self, dag_id: str) -> str:
        """Start a run; its id."""
        run_id: str = self._ask(f"/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"]
        return run_id

    def finished(self, dag_id: str, run_id: str, seconds: float) -> str:
        """The state in which the run ends, at most so many seconds later. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            state: str = self._ask(f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            if state in {"success", "failed"}:
                return state
            time.sleep(1)
        raise TimeoutError(f"{dag_id} {run_id}")

    def states(self, dag_id: str) -> list[str]:
        """The states of the DAG's last runs, at most 100."""
        return [run["state"] for run in self._ask(f"/dags/{dag_id}/dagRuns?limit=100")["dag_runs"]]

    def count(self, dag_id: str, state: str) -> int:
        """How many runs of the DAG are in that state."""
        total: int = self._ask(f"/dags/{dag_id}/dagRuns?limit=1&state={state}")["total_entries"]
        return total

    def task_state(self, dag_id: str, run_id: str, task_id: str) -> str:
        """How the task of the run stands; a run may succeed although one of its tasks failed."""
        state: str = self._ask(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")["state"]
        return state

    def said(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What the task returned."""
        return self._ask(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value")["value"]

    def log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """The log of the task's first try, as JSON."""
        return json.dumps(self._ask(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1"))

    def _ask(self, path: str, content: Mapping[str, object] | None = None) -> dict[str, Any]:
        return self._send(f"/api/v2{path}", content, self._token)

    def _send(self, path: str, content: Mapping[str, object] | None, token: str | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._url + path, data, headers)  # noqa: S310 - on loopback
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            said: dict[str, Any] = json.load(answer)
        return said
