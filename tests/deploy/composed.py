# SPDX-License-Identifier: EUPL-1.2
"""What the tests ask of docker-compose.yml: its variables, and the env file that `make env` writes for it."""

import os
import subprocess
from pathlib import Path

from tools.images.files import COMPOSE, ROOT, VARIABLE, Unset, containerfile, read_compose

__all__ = ["COMPOSE", "ROOT", "Unset", "containerfile", "env_file", "read_compose", "variables", "write_env"]


def variables() -> dict[str, tuple[str, str]]:
    """Every variable that the file takes: `:-` and its default, or `:?` and what is said without one."""
    found: dict[str, tuple[str, str]] = {}
    for match in VARIABLE.finditer(COMPOSE.read_text("utf-8")):
        if match["name"]:
            stated = (match["how"] or "", match["rest"] or "")
            if found.setdefault(match["name"], stated) != stated:
                raise ValueError(f"{match['name']} has two defaults: {found[match['name']][1]}, {stated[1]}")
    return found


def env_file(file: Path) -> dict[str, str]:
    """The variables of an env file; comments and empty lines are none."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def write_env(file: Path) -> str:
    """`make env` into that file; what it said."""
    return subprocess.run(
        [ROOT / "tools" / "env.sh"],
        env={**os.environ, "ENV_FILE": str(file)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
