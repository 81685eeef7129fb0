# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL from the system's packages: one database for the catalogue, one for Airflow."""

import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tools.services.server import Command, Place, ServiceError, run_quietly

DATABASES = ("arhivar", "airflow")
_USER = "arhivar"


class PostgreSql:
    """A cluster of its own, beside whatever the system runs."""

    name = "postgresql"
    port = 15432
    start_seconds = 60

    def install(self, cache: Path) -> None:
        _bin()

    def prepare(self, place: Place) -> None:
        _end_orphans(place.home / "data")
        if (place.home / "data" / "PG_VERSION").exists():
            return
        password = place.home / "password"
        password.write_text(place.secret)
        password.chmod(0o600)
        argv = [str(_bin() / "initdb"), "-D", str(place.home / "data"), "-U", _USER, f"--pwfile={password}"]
        run_quietly([*argv, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"], place.home)
        password.unlink()

    def command(self, place: Place) -> Command:
        options = [
            f"port={place.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
        ]
        argv = [str(_bin() / "postgres"), "-D", str(place.home / "data")]
        return Command([*argv, *(part for option in options for part in ("-c", option))])

    def answers(self, place: Place) -> bool:
        try:
            with psycopg.connect(_dsn(place.port, place.secret, "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def complete(self, place: Place) -> Mapping[str, str]:
        with psycopg.connect(_dsn(place.port, place.secret, "postgres"), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for name in DATABASES:
                if name not in known:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return {
            name: f"postgresql+psycopg://{_USER}:{place.secret}@127.0.0.1:{place.port}/{name}" for name in DATABASES
        }


def _end_orphans(data: Path) -> None:
    """End what is left of a server that was killed: it starts no new one beside a statement that still runs."""
    while left := _workers(data):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _workers(data: Path) -> list[int]:
    """The processes of PostgreSQL that work in this folder. Each has a session of its own."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if entry.name.isdecimal() and (entry / "cwd").samefile(data):
                program = (entry / "comm").read_text().strip()
                found += [int(entry.name)] if program == "postgres" else []
    return found


def _dsn(port: int, secret: str, database: str) -> str:
    return f"host=127.0.0.1 port={port} user={_USER} password={secret} dbname={database}"


def _bin() -> Path:
    """Where initdb and postgres lie: Debian keeps them off PATH. Raises ServiceError."""
    candidates = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    for candidate in candidates:
        if candidate is not None:
            return Path(candidate).resolve().parent
    raise ServiceError("PostgreSQL is missing: install it (Debian: apt-get install postgresql)")
