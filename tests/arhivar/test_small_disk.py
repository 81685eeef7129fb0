# SPDX-License-Identifier: EUPL-1.2
"""The command line on a disk that is really full, part by part of the archive."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from schemas.errors import EXIT_BUG, EXIT_DONE, ArhivarError, CatalogueFull, DiskFull, IndexFull, StoreFull
from tests.arhivar.small_disk import SmallDisk, small_disk
from tests.binders import make_binder, text_pages
from tests.environment import bare_environment

_KIB = 1024
_LEASE_SECONDS = 10

# A disk each, with what is left free on it run after run, and what is said of it.
PARTS: dict[str, tuple[str, tuple[int, ...], type[ArhivarError]]] = {
    "store": ("home/store", (4 * _KIB, 60 * _KIB), StoreFull),
    "work": ("home/work", (16 * _KIB, 32 * _KIB), DiskFull),
    "index": ("home/index", (16 * _KIB,), IndexFull),
    "catalogue": ("home", (48 * _KIB, 96 * _KIB), CatalogueFull),
}


def _arhivar(disk: SmallDisk, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        **bare_environment("ARHIVAR_VERAPDF_HOME"),
        "ARHIVAR_HOME": str(home),
        "ARHIVAR_WORKERS": "1",
        "ARHIVAR_LEASE_SECONDS": str(_LEASE_SECONDS),
        "ARHIVAR_LEAST_FREE_BYTES": "0",
    }
    return disk.run([sys.executable, "-m", "arhivar", "--lang", "ro", *words], environment)


@pytest.mark.parametrize("part", PARTS)
def test_after_space_is_made_a_plain_run_reconciles(part: str, tmp_path: Path) -> None:
    name, sizes, expected = PARTS[part]
    home, inbox, folder = tmp_path / "home", tmp_path / "inbox", tmp_path / name
    init_archive(load_settings({"ARHIVAR_HOME": str(home)}))
    (home / "index").mkdir()
    make_binder(inbox, "a", text_pages(3), description={"reference_code": "T/1"})
    prepare = "true"
    if part == "catalogue":  # the rest of the archive is on another disk
        for other in ("store", "work", "index"):
            (home / other).rename(tmp_path / other)
            (home / other).mkdir()
        mounts = (f"mount --bind {tmp_path / other} {home / other}" for other in ("store", "work", "index"))
        prepare = "; ".join(mounts)
    with small_disk(folder, 8 << 20, prepare=prepare) as disk:
        kept: dict[Path, int] = {}
        for free_bytes in sizes:
            disk.leave_free(free_bytes)
            code, message = _only_error(_arhivar(disk, home, "ingest", str(inbox), "--json"))
            assert code == expected.code
            assert str(home) in message
            kept = _unchanged(kept, home / "work", disk)
        disk.leave_free(None)
        report = _until_reconciled(disk, home, inbox)
        assert report["ingests"][0]["ledger"]["gaps"] == []
        assert _arhivar(disk, home, "verify", "T/1").returncode == EXIT_DONE
    assert not [path for path in inbox.rglob("*") if path.is_file()]


def _only_error(run: "subprocess.CompletedProcess[str]") -> tuple[str, str]:
    """Code and message of what stopped a run; it says one thing, and ends with that error's exit code."""
    assert run.returncode not in {EXIT_DONE, EXIT_BUG}, run.stderr
    document = json.loads(run.stdout)
    if "error" in document:  # the archive could not be opened
        errors = [document["error"]]
    else:
        errors = document["errors"] + [one["error"] for one in document["ingests"] if one["error"]]
    assert len({error["code"] for error in errors}) == 1, errors
    return errors[0]["code"], errors[0]["message"]


def _unchanged(before: dict[Path, int], work: Path, disk: SmallDisk) -> dict[Path, int]:
    """Which results of pages are kept, with the time at which each was written: none is written again."""
    now = {path: path.stat().st_mtime_ns for path in disk.seen(work).glob("pages/*/*.json")}
    assert {path: now.get(path) for path in before} == before
    return now


def _until_reconciled(disk: SmallDisk, home: Path, inbox: Path) -> dict[str, Any]:
    """Run again; the leases that a full catalogue could not take back run out meanwhile."""
    deadline = time.monotonic() + 6 * _LEASE_SECONDS
    while True:
        run = _arhivar(disk, home, "ingest", str(inbox), "--json")
        assert run.returncode == EXIT_DONE, run
        report: dict[str, Any] = json.loads(run.stdout)
        if [one["state"] for one in report["ingests"]] == ["reconciled"]:
            return report
        assert time.monotonic() < deadline, report
        time.sleep(1)
