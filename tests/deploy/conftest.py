# SPDX-License-Identifier: EUPL-1.2
from typing import Any

import pytest

from tests.deploy.composed import env_file, read_compose, write_env


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `make env` writes, and what is left for a person to fill in."""
    file = tmp_path_factory.mktemp("env") / ".env"
    write_env(file)
    written = env_file(file)
    return written | {"ARHIVAR_ORGANISATION": "Primăria Exemplu", "ARHIVAR_CONTACT": "mailto:arhiva@example.ro"}


@pytest.fixture(scope="session")
def compose(env: dict[str, str]) -> dict[str, Any]:
    return read_compose(env)
