# SPDX-License-Identifier: EUPL-1.2
"""A real small disk: a tmpfs in a mount namespace of its own, which ends with the process that holds it.

As root, or by user namespaces where the system allows them to others. Nothing is mounted for anybody else, and nothing
is left behind however the test ends.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from arhivar.settings import CHECKOUT

_WAYS = (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"])
_BALLAST = "ballast"


@dataclass(frozen=True)
class SmallDisk:
    """A tmpfs at `folder`, as the processes that `run` starts see it."""

    folder: Path
    holder: int
    users: bool

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run a program that sees the disk."""
        enter = ["nsenter", "--target", str(self.holder), "--mount", f"--wdns={CHECKOUT}"]
        if self.users:
            enter += ["--user", "--preserve-credentials"]
        return subprocess.run(
            [*enter, "--", *command], env=dict(environment), capture_output=True, text=True, timeout=300, check=False
        )

    def seen(self, path: Path) -> Path:
        """The path as this process can reach it."""
        return Path(f"/proc/{self.holder}/root") / path.relative_to("/")

    def leave_free(self, wanted_bytes: int | None) -> None:
        """Fill the disk until so much is free; None takes the ballast away."""
        seen = self.seen(self.folder)
        (seen / _BALLAST).unlink(missing_ok=True)
        if wanted_bytes is None:
            return
        status = os.statvfs(seen)
        (seen / _BALLAST).write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - wanted_bytes)))


@contextmanager
def small_disk(folder: Path, size_bytes: int, *, prepare: str = "true") -> Iterator[SmallDisk]:
    """A tmpfs of that size in place of the folder, with what the folder holds; `prepare` is shell to run with it.

    Where no way to mount is allowed the test is left out.
    """
    script = (
        'set -e; mkdir "$1.kept"; cp -a "$1/." "$1.kept"; mount -t tmpfs -o size="$2" tmpfs "$1"; '
        f'cp -a "$1.kept/." "$1"; rm -r "$1.kept"; {prepare}; echo ready; exec cat'
    )
    refused = []
    for way in _WAYS:
        if shutil.which(way[0]) is None:
            continue
        command = [*way, "sh", "-c", script, "sh", str(folder), str(size_bytes)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdin is not None
            assert holder.stdout is not None
            assert holder.stderr is not None
            if holder.stdout.readline().strip() == "ready":
                yield SmallDisk(folder, holder.pid, users="--user" in way)
                holder.stdin.close()
                return
            refused.append(holder.stderr.read().strip())
            shutil.rmtree(f"{folder}.kept", ignore_errors=True)
    pytest.skip(f"no small disk can be mounted here: {refused}")
