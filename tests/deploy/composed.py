# SPDX-License-Identifier: EUPL-1.2
"""docker-compose.yml with its variables put in, as `docker compose` reads it; a Containerfile's steps."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Z0-9_]+)(?:(?P<how>:-|:\?)(?P<rest>[^}]*))?\})")


class Unset(Exception):
    """A variable that the file insists on is empty."""


def read_compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables put in. Raises Unset."""
    content: dict[str, Any] = _put_in(yaml.safe_load(COMPOSE.read_text("utf-8")), environment)
    return content


def variables() -> dict[str, tuple[str, str]]:
    """Every variable that the file takes: `:-` and its default, or `:?` and what is said without one."""
    found: dict[str, tuple[str, str]] = {}
    for match in _VARIABLE.finditer(COMPOSE.read_text("utf-8")):
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


def _put_in(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _put_in(inner, environment) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put_in(inner, environment) for inner in value]
    return _interpolated(value, environment) if isinstance(value, str) else value


def _interpolated(text: str, environment: Mapping[str, str]) -> str:
    def stated(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        value = environment.get(match["name"], "")
        if not value and match["how"] == ":?":
            raise Unset(f"{match['name']}: {match['rest']}")
        return value or (match["rest"] if match["how"] == ":-" else "")

    return _VARIABLE.sub(stated, text)


def containerfile(path: str) -> list[tuple[str, str]]:
    """The steps of a Containerfile, continued lines joined: the instruction, and the rest."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(words[0], words[1]) for line in lines if line.strip() and (words := line.split(maxsplit=1))]
