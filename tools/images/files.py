# SPDX-License-Identifier: EUPL-1.2
"""docker-compose.yml with its variables put in, as `docker compose` reads it; a Containerfile's steps."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Z0-9_]+)(?:(?P<how>:-|:\?)(?P<rest>[^}]*))?\})")


class Unset(Exception):
    """A variable that the file insists on is empty."""


def read_compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables put in. Raises Unset."""
    content: dict[str, Any] = _put_in(yaml.safe_load(COMPOSE.read_text("utf-8")), environment)
    return content


def containerfile(path: str) -> list[tuple[str, str]]:
    """The steps of a Containerfile, continued lines joined: the instruction, and the rest."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(words[0], words[1]) for line in lines if line.strip() and (words := line.split(maxsplit=1))]


def bases(path: str) -> list[str]:
    """The images that a Containerfile starts from, without its own stages, each once."""
    froms = [rest.split() for instruction, rest in containerfile(path) if instruction == "FROM"]
    stages = {words[2] for words in froms if len(words) == 3}
    return list(dict.fromkeys(words[0] for words in froms if words[0] not in stages))


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

    return VARIABLE.sub(stated, text)
