# SPDX-License-Identifier: EUPL-1.2
"""Servers of a test's own, which it may stop and kill: `tests.services` names those that all tests share."""

import json
import os
import random
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.environment import bare_environment
from tests.services import act_on_services, require
from tools.services.server import running


class OwnServers:
    """What `tools.services` started in a folder, on ports that nobody else takes while a server is away."""

    def __init__(self, home: Path, ports: Mapping[str, int]) -> None:
        self._home = home
        bare = bare_environment("ARHIVAR_SERVICES_CACHE")
        wanted = {f"ARHIVAR_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        self._environment = bare | wanted | {"ARHIVAR_SERVICES_HOME": str(home)}

    def up(self, *names: str) -> None:
        """Start them, or start them again: on the same ports, with the same data."""
        act_on_services("up", names, self._environment)

    def down(self, *names: str) -> None:
        """Stop them politely; their data stays."""
        act_on_services("down", names, self._environment)

    def kill(self, name: str) -> None:
        """End a server as a power cut does."""
        pid = running(self._home / name)
        assert pid is not None, name
        os.killpg(pid, signal.SIGKILL)

    def client(self, name: str) -> Mapping[str, str]:
        """How the server is reached."""
        known: dict[str, dict[str, str]] = json.loads((self._home / "services.json").read_text())
        return known[name]


@contextmanager
def own_servers(*names: str) -> Iterator[OwnServers]:
    """These servers, running; nothing of them is left afterwards."""
    for name in names:
        require(name)  # left out, or failed, as every other test on servers
    with tempfile.TemporaryDirectory(prefix="arhivar-own-", dir="/var/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)  # servers that root starts run as another user
        servers = OwnServers(home, {name: _quiet_port() for name in names})
        try:
            servers.up(*names)
            yield servers
        finally:
            servers.down(*names)


def _quiet_port() -> int:
    """A free port beneath those that the system gives to clients, and away from those that servers ask for first."""
    while True:
        port = random.SystemRandom().randrange(21_000, 29_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
