# SPDX-License-Identifier: EUPL-1.2
"""The container engine: Docker or Podman, whichever is there, and how it is told to build and to run."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_NOFILE = "nofile=4096:4096"
"""A bound that an engine may set also where root may not raise limits; Podman would ask for a million."""


class ImagesError(Exception):
    """An image cannot be built or does not do what it should; the message says what went wrong."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine on this machine."""

    program: str
    options: tuple[str, ...] = ()
    """What stands before every command."""

    def call(self, *words: str, log: Path | None = None) -> str:
        """Run one command of the engine; its standard output, or nothing where a log takes all that it says.

        Raises ImagesError with its last words.
        """
        argv = [self.program, *self.options, *words]
        if log is not None:
            with log.open("a", encoding="utf-8") as file:
                code = subprocess.run(argv, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
            said, last = "", log.read_text("utf-8", errors="replace")[-2000:]
        else:
            done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
            code, said, last = done.returncode, done.stdout, (done.stdout + done.stderr)[-2000:]
        if code != 0:
            raise ImagesError(f"{self.program} {' '.join(words[:2])} … ended with {code}: {last.strip()}")
        return said

    def has(self, image: str) -> bool:
        """Whether the image is on this machine."""
        try:
            self.call("image", "inspect", image)
        except ImagesError:
            return False
        return True

    def pull(self, image: str) -> bool:
        """Fetch an image unless it is there; whether it is there now."""
        full = f"docker.io/library/{image}"  # to Podman, a short name is also any other place's image of that name
        if self.has(full):
            return True
        try:
            self.call("pull", "--quiet", full)
        except ImagesError:
            return False
        return True

    def build(self, file: Path, context: Path, tag: str, stand_ins: Mapping[str, str], log: Path) -> None:
        """Build a Containerfile with the engine's own builder; `stand_ins` says what to take for a base.

        Raises ImagesError.
        """
        replaced = [f"--build-context={base}=docker-image://{image}" for base, image in stand_ins.items()]
        limits = [f"--ulimit={_NOFILE}"] if self.program == "podman" else []
        words = ["--network=host", f"--file={file}", f"--tag={tag}", *replaced, *limits]
        self.call("build", *words, str(context), log=log)

    def run(self, image: str, options: Sequence[str], command: Sequence[str]) -> str:
        """Run a command in a new container to its end; what it printed. Raises ImagesError."""
        return self.call("run", "--rm", *self._limits(), *options, image, *command)

    def start(self, name: str, image: str, options: Sequence[str], command: Sequence[str]) -> None:
        """Start a container in the background. Raises ImagesError."""
        self.call("run", "--detach", f"--name={name}", *self._limits(), *options, image, *command)

    def size_bytes(self, image: str) -> int:
        """All layers of an image, unpacked. Raises ImagesError."""
        return int(json.loads(self.call("image", "inspect", image))[0]["Size"])

    def _limits(self) -> list[str]:
        return [f"--ulimit={_NOFILE}", f"--ulimit={_NOFILE.replace('nofile', 'nproc')}"]


def find_engine() -> Engine:
    """Docker whose daemon answers, or Podman; ARHIVAR_IMAGES_ENGINE names one. Raises ImagesError."""
    wanted = os.environ.get("ARHIVAR_IMAGES_ENGINE")
    for program in [wanted] if wanted else ["docker", "podman"]:
        if shutil.which(program) and _answers(program):
            return Engine(program, _podman_options() if program == "podman" else ())
    raise ImagesError(
        f"{wanted or 'Docker or Podman'} is needed and must answer; on Debian: apt-get install podman buildah runc"
    )


def _answers(program: str) -> bool:
    return subprocess.run([program, "info"], capture_output=True, check=False).returncode == 0


def _podman_options() -> tuple[str, ...]:
    # crun knows only the second kind of control groups; runc knows both.
    first_kind = not Path("/sys/fs/cgroup/cgroup.controllers").exists()
    return ("--cgroup-manager=cgroupfs", *(["--runtime=runc"] if first_kind and shutil.which("runc") else []))
