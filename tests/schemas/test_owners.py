# SPDX-License-Identifier: EUPL-1.2
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas import owners
from schemas.owners import is_gone, owner_name


def _ended() -> str:
    """The name of a process that was here and has ended."""
    said = subprocess.run(
        [sys.executable, "-c", "from schemas.owners import owner_name; print(owner_name())"],
        capture_output=True,
        check=True,
        text=True,
    )
    return said.stdout.strip()


def test_a_process_is_there_until_it_has_ended() -> None:
    assert not is_gone(owner_name())
    assert is_gone(_ended())


def test_of_processes_elsewhere_nothing_is_said() -> None:
    _, _, number = _ended().rpartition("-")
    assert not is_gone(f"0123456789ab-{number}")


def test_a_name_that_is_none_is_not_gone() -> None:
    place = owner_name().rpartition("-")[0]
    for name in ("", "-", "lock", f"{place}-", f"{place}--1", f"{place}-x", f"{place}-{10**30}", str(os.getpid())):
        assert not is_gone(name), name


def test_where_the_system_does_not_say_nobody_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = _ended()
    monkeypatch.setattr(owners, "_BOOT_ID", tmp_path / "absent")
    owners._place.cache_clear()
    try:
        assert not is_gone(ended)
        assert owner_name() == owner_name()
    finally:
        owners._place.cache_clear()
