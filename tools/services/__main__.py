# SPDX-License-Identifier: EUPL-1.2
"""The command line: ``python -m tools.services up|down|status|where [NAME ...]``."""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.services.airflow import Airflow
from tools.services.airflow_celery import WORKERS, AirflowCelery
from tools.services.elasticsearch import Elasticsearch
from tools.services.keycloak import Keycloak
from tools.services.minio import Minio
from tools.services.postgresql import PostgreSql
from tools.services.redis import Redis
from tools.services.server import Place, Server, ServiceError, read_facts, running, start, stop

SERVERS: tuple[Server, ...] = (
    PostgreSql(),
    Minio(),
    Elasticsearch(),
    Redis(),
    Keycloak(),
    Airflow(),
    AirflowCelery(),
    *WORKERS,
)
CHECKOUT = Path(__file__).resolve().parents[2]


def cache_folder() -> Path:
    """Downloads and builds, outside of any checkout: ARHIVAR_SERVICES_CACHE."""
    default = Path("/var/cache/arhivar") if os.geteuid() == 0 else Path.home() / ".cache" / "arhivar"
    folder = Path(os.environ.get("ARHIVAR_SERVICES_CACHE") or default / "services")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def state_folder() -> Path:
    """Data, logs and pids, a folder a server: ARHIVAR_SERVICES_HOME.

    Servers that root starts run as another user, who may not be able to enter the checkout.
    """
    key = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    default = Path(f"/var/tmp/arhivar-services-{key}") if os.geteuid() == 0 else CHECKOUT / ".services"  # noqa: S108 - a name of its own, made by its owner
    folder = Path(os.environ.get("ARHIVAR_SERVICES_HOME") or default)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    return folder


def up(servers: Sequence[Server], cache: Path, state: Path) -> None:
    """Install, start and complete each; `services.json` says how they are reached. Raises ServiceError."""
    for server in servers:
        home = state / server.name
        home.mkdir(exist_ok=True)
        facts = read_facts(home)
        secret = str(facts.get("secret") or secrets.token_hex(16))
        pid, port = running(home), int(str(facts.get("port", 0)))
        if pid is None:
            # Another checkout may be building the same, or looking for a port; what comes back waits for nobody.
            with contextlib.nullcontext() if port else _alone(cache):
                server.install(cache)
                chosen = os.environ.get(f"ARHIVAR_{server.name.upper().replace('-', '_')}_PORT")
                port = _free_port(int(chosen or port or server.port))
                facts = {"secret": secret, "port": port}
                _keep(home, facts)
                server.prepare(Place(cache, home, port, secret))
                start(server, Place(cache, home, port, secret))
        if "client" not in facts:
            facts["client"] = dict(server.complete(Place(cache, home, port, secret)))
            _keep(home, facts)
        print(f"{server.name}: {'runs already' if pid else 'started'}, port {port}, log {home / 'log'}")
    known = {server.name: read_facts(state / server.name).get("client") for server in SERVERS}
    _write(state / "services.json", {name: client for name, client in known.items() if client is not None})


def down(servers: Sequence[Server], state: Path) -> None:
    """Stop each; their data stays."""
    for server in reversed(servers):
        print(f"{server.name}: {'stopped' if stop(state / server.name) else 'was not running'}")


def status(servers: Sequence[Server], state: Path) -> bool:
    """Say which run and answer; whether all do."""
    good = True
    for server in servers:
        home = state / server.name
        facts, pid = read_facts(home), running(home)
        answers = pid is not None and server.answers(Place(state, home, int(str(facts["port"])), str(facts["secret"])))
        good &= answers
        said = "answers" if answers else "does not answer" if pid is not None else "does not run"
        print(f"{server.name}: {said}" + (f", pid {pid}, port {facts['port']}" if pid is not None else ""))
    return good


def _keep(home: Path, facts: dict[str, object]) -> None:
    _write(home / "facts.json", facts)


def _write(file: Path, content: object) -> None:
    """Whole or not at all, and for its owner's eyes: passwords are in it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    temporary.replace(file)


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 90):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServiceError(f"no free port from {wanted} on")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two `up` at once would start everything twice."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _unnamed(action: str, state: Path) -> list[str]:
    """Which servers are meant where none is named: Airflow works on an archive, so it is started by name alone."""
    return [
        server.name
        for server in SERVERS
        if not server.name.startswith(Airflow.name)
        or action == "down"
        or (action == "status" and running(state / server.name))
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code: 1 where something does not run."""
    parser = argparse.ArgumentParser(prog="python -m tools.services", description=__doc__)
    parser.add_argument("action", choices=("up", "down", "status", "where"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(server.name for server in SERVERS))
    arguments = parser.parse_args(argv)
    unknown = set(arguments.names) - {server.name for server in SERVERS}
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    state = state_folder()
    chosen = [server for server in SERVERS if server.name in (arguments.names or _unnamed(arguments.action, state))]
    if arguments.action == "where":
        print(state / "services.json")
        return 0
    if arguments.action == "status":
        return 0 if status(chosen, state) else 1
    with _alone(state):
        if arguments.action == "down":
            down(chosen, state)
            return 0
        cache = cache_folder()
        try:
            up(chosen, cache, state)
        except ServiceError as error:
            print(f"services: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
