# SPDX-License-Identifier: EUPL-1.2
"""An archive that tasks open by themselves, from the environment; pages are read and judged by doubles."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.arhivar.conftest import Town
from tests.arhivar.quick import quick_town, use_quick_validator
from tests.mailbox import Mailbox, open_mailbox


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = quick_town(tmp_path)
    for name in ("home", "quiet_seconds", "least_free_bytes", "lease_seconds"):
        monkeypatch.setenv(f"ARHIVAR_{name.upper()}", str(getattr(town.settings, name)))
    monkeypatch.setenv("ARHIVAR_INBOX", str(town.inbox))
    use_quick_validator(monkeypatch)
    for module in ("unit", "intake"):
        monkeypatch.setattr(f"arhivar.tasks.{module}.task_pool", lambda settings: nullcontext(town.pool))
    return town


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server, and settings that send everything there."""
    with open_mailbox() as opened:
        monkeypatch.setenv("ARHIVAR_MAIL_SERVER", opened.url)
        monkeypatch.setenv("ARHIVAR_MAIL_TO", "arhiva@primarie.example")
        yield opened
