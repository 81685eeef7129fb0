# SPDX-License-Identifier: EUPL-1.2
"""Redis (or Valkey) from the system's packages: the queue of Airflow's Celery workers."""

import socket
from collections.abc import Mapping
from pathlib import Path

from tools.services.server import Command, Place, need_program

_ADVICE = "install it (Debian: apt-get install redis-server)"


class Redis:
    """A queue that keeps nothing over a restart but what its log has."""

    name = "redis"
    port = 16379
    start_seconds = 30

    def install(self, cache: Path) -> None:
        need_program("redis-server", _ADVICE)

    def prepare(self, place: Place) -> None:
        (place.home / "data").mkdir(exist_ok=True)
        lines = [
            f"port {place.port}",
            "bind 127.0.0.1",
            f"requirepass {place.secret}",
            f"dir {place.home / 'data'}",
            "appendonly yes",
        ]
        config = place.home / "redis.conf"
        config.write_text("\n".join(lines) + "\n")
        config.chmod(0o600)

    def command(self, place: Place) -> Command:
        return Command([need_program("redis-server", _ADVICE), str(place.home / "redis.conf")])

    def answers(self, place: Place) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", place.port), timeout=2) as connection:
                connection.sendall(f"AUTH {place.secret}\r\nPING\r\n".encode())
                with connection.makefile("rb") as lines:
                    return [lines.readline(), lines.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False

    def complete(self, place: Place) -> Mapping[str, str]:
        return {"url": f"redis://:{place.secret}@127.0.0.1:{place.port}/0"}
