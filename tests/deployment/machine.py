# SPDX-License-Identifier: EUPL-1.2
"""A machine of the deployment, as tests use it."""

import json
import subprocess
import sys
from typing import Any

from arhivar.settings import CHECKOUT
from tests.environment import bare_environment


class Machine:
    """One machine of the deployment: the command line in a process of its own, with these settings."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def run(self, *words: str, expected: int = 0) -> str:
        """What it prints; the exit code is as expected, and no secret is printed."""
        return self.end(self.start(*words), expected=expected)

    def end(self, started: "subprocess.Popen[str]", *, expected: int = 0) -> str:
        """Wait for a command that was started."""
        out, err = started.communicate()
        assert started.returncode == expected, (started.args, out[-2000:], err[-3000:])
        for name in ("ARHIVAR_STORE_SECRET_KEY", "ARHIVAR_INDEX_API_KEY", "ARHIVAR_CATALOGUE"):
            assert self.variables.get(name, "\0") not in out + err
        return out

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """A command that goes on beside the test."""
        return subprocess.Popen(
            [sys.executable, "-m", "arhivar", "--lang", "en", *words],
            cwd=CHECKOUT,
            env={**bare_environment("ARHIVAR_VERAPDF_HOME"), **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: str, expected: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", expected=expected))


def hits(machine: Machine, words: str) -> list[tuple[str, int]]:
    answer = machine.ask("search", words, "--pages")
    return sorted((hit["reference_code"], hit["page"]) for hit in answer["hits"])
