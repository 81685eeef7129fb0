# SPDX-License-Identifier: EUPL-1.2
"""Runs a service of docker-compose.yml alone, with the user, rights, mounts and limits that the file gives it."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from tools.images.engine import Engine, ImagesError

_GROUP = 10001
"""Of the user whom the image runs as."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The compose file's services on this machine's engine, with volumes of their own that go afterwards."""

    engine: Engine
    services: Mapping[str, Any]
    images: Mapping[str, str]
    """The image to run in place of the one that the file names."""
    prefix: str

    def run(
        self,
        service: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        program: str | None = None,
    ) -> str:
        """Run one command in a service's container, without a network; what it printed. Raises ImagesError.

        `program` takes the place of the entry point; `environment` that of the service's variables.
        """
        options, entry = self._options(service, environment, program)
        return self.engine.run(self.images[self.services[service]["image"]], options, [*entry, *command])

    @contextmanager
    def started(
        self, service: str, command: Sequence[str] | None = None, *, environment: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """The name of a service's container, from when its own health check passes. Raises ImagesError.

        `command` and `environment` take the place of the service's own.
        """
        options, entry = self._options(service, environment, None)
        stated, name = self.services[service], f"{self.prefix}-{service}"
        own = stated.get("command", []) if command is None else command
        self.engine.start(name, self.images[stated["image"]], options, [*entry, *own])
        try:
            self._wait(name, stated["healthcheck"]["test"])
            yield name
        finally:
            self.engine.call("rm", "--force", "--volumes", name)

    def remove_volumes(self) -> None:
        """Remove what services kept."""
        named = self.engine.call("volume", "ls", "--quiet", f"--filter=name={self.prefix}").split()
        if named:
            self.engine.call("volume", "rm", "--force", *named)

    def _wait(self, name: str, test: Sequence[str]) -> None:
        words = ["sh", "-c", *test[1:]] if test[0] == "CMD-SHELL" else test[1:]
        end = time.monotonic() + 120
        while True:
            try:
                self.engine.call("exec", name, *words)
                return
            except ImagesError as error:
                if time.monotonic() > end:
                    said = self.engine.call("logs", "--tail=20", name)
                    raise ImagesError(f"{name} does not become healthy: {error}\n{said}") from error
            time.sleep(1)

    def _options(
        self, service: str, environment: Mapping[str, str] | None, program: str | None
    ) -> tuple[list[str], list[str]]:
        """Options of the engine's `run`, and the words of the entry point after its program."""
        stated = self.services[service]
        options = ["--network=none", f"--memory={stated['deploy']['resources']['limits']['memory']}"]
        options += ["--read-only"] if stated.get("read_only") else []
        for name, option in (("cap_drop", "cap-drop"), ("cap_add", "cap-add"), ("security_opt", "security-opt")):
            options += [f"--{option}={value}" for value in stated.get(name, [])]
        options += [f"--tmpfs={value}" for value in stated.get("tmpfs", [])]
        options += [f"--user={stated['user']}"] if "user" in stated else []
        variables = stated.get("environment", {}) if environment is None else environment
        options += [f"--env={name}={value}" for name, value in variables.items() if value is not None]
        options += [f"--volume={self._mount(mount)}" for mount in stated.get("volumes", [])]
        first, *entry = [program] if program else stated.get("entrypoint", [""])
        return options + ([f"--entrypoint={first}"] if first else []), entry

    def _mount(self, mount: str | Mapping[str, str]) -> str:
        if isinstance(mount, str):
            return f"{self.prefix}-{mount}"
        return f"{mount['source']}:{mount['target']}"


@contextmanager
def composed(engine: Engine, services: Mapping[str, Any], images: Mapping[str, str]) -> Iterator[Composed]:
    """The services, for as long as they are needed; their volumes are removed afterwards."""
    found = Composed(engine, services, images, f"arhivar-check-{token_hex(4)}")
    try:
        yield found
    finally:
        found.remove_volumes()


@contextmanager
def shared_folders() -> Iterator[dict[str, Path]]:
    """INBOX_FOLDER, REPLICA_FOLDER and BACKUP_FOLDER as docs/operations.md has them made: of the group 10001."""
    with tempfile.TemporaryDirectory(prefix="arhivar-check-", dir="/var/tmp") as name:
        Path(name).chmod(0o711)
        folders = {f"{kind.upper()}_FOLDER": Path(name, kind) for kind in ("inbox", "replica", "backup")}
        for folder in folders.values():
            folder.mkdir()
            give_to_group(folder)
        yield folders


def give_to_group(folder: Path) -> None:
    """As docs/operations.md asks of whoever puts binders into the inbox: the group 10001 may take them."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, group=_GROUP)
        path.chmod(0o2770 if path.is_dir() else 0o660)
