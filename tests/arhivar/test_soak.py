# SPDX-License-Identifier: EUPL-1.2
"""`make soak`: kills at random moments, of any process of a run, and the same promises as after named ones.

``ARHIVAR_SOAK_ROUNDS`` says how often, ``ARHIVAR_SOAK_SEED`` repeats the moments of an earlier soak; the seed stands in
each test's name.
"""

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from processors.pool import PagePool
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town, start_process
from tests.arhivar.crashing import Expected, Work, assert_whole, copy_town, expect, leftovers, pages_kept, run, state

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("soak")]

ROUNDS = int(os.environ.get("ARHIVAR_SOAK_ROUNDS", "50"))
SEED = int(os.environ.get("ARHIVAR_SOAK_SEED", "1"))
PAGES = 6
BEFORE_DEPOSIT = (None, IngestState.RECEIVED, IngestState.STAGED, IngestState.PROCESSING)


@pytest.fixture(scope="module")
def binder(tmp_path_factory: pytest.TempPathFactory, pool: PagePool, sample_binder: Path) -> Town:
    """The first six pages of the permits of 1987, dropped."""
    folder = tmp_path_factory.mktemp("binder")
    settings = load_settings({"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    drop = folder / "inbox" / "permits"
    drop.mkdir(parents=True)
    for number in range(1, PAGES + 1):
        shutil.copy(sample_binder / f"{number:03}.jpg", drop)
    (drop / "unit.json").write_text(json.dumps({"reference_code": "T/1987"}), encoding="utf-8")
    (drop / "_READY").touch()
    return Town(settings, folder / "inbox", pool)


@pytest.fixture(scope="module")
def undisturbed(binder: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[Expected, float]:
    """What a run makes of it that nobody kills, and how many seconds it takes."""
    town = copy_town(binder, tmp_path_factory.mktemp("undisturbed"))
    begun = time.monotonic()
    process = start_process(town.settings.home, "ingest", str(town.inbox), ARHIVAR_WORKERS="2")
    said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    seconds = time.monotonic() - begun
    expected = expect(town, "autorizatie")
    assert expected.pages == PAGES
    assert expected.hits > 0
    assert_whole(town, expected)
    return expected, seconds


def _members(session: int) -> dict[int, str]:
    """The living processes of a session, and what they are called."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                name, _, rest = (entry / "stat").read_text(encoding="utf-8").rpartition(")")
                status, _, _, of = rest.split()[:4]
                if int(of) == session and status != "Z":
                    found[int(entry.name)] = name.partition("(")[2]
    return found


@pytest.mark.parametrize("number", range(ROUNDS), ids=[f"seed-{SEED}-round-{number}" for number in range(ROUNDS)])
def test_after_a_kill_at_any_moment_the_next_run_ends_as_if_nothing_had_been(
    tmp_path: Path,
    binder: Town,
    undisturbed: tuple[Expected, float],
    number: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected, seconds = undisturbed
    chance = Random(f"{SEED} {number}")
    moment = chance.uniform(0, seconds)
    town = copy_town(binder, tmp_path)
    process = start_process(town.settings.home, "ingest", str(town.inbox), ARHIVAR_WORKERS="2")
    with suppress(Exception):
        process.wait(moment)
    victims = _members(process.pid)
    # The one that holds it all together half of the time: else most kills would hit a worker.
    victim = process.pid if process.pid in victims and chance.random() < 0.5 else None
    if victims and victim is None:
        victim = chance.choice(sorted(victims))
    if victim is not None:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    said = process.communicate(timeout=600)
    before, kept = state(town), pages_kept(town)
    who = "nobody: it had ended" if victim is None else "main" if victim == process.pid else victims[victim]
    with capsys.disabled():
        print(  # noqa: T201 - a soak says what it does
            f"\nsoak {SEED}/{number}: {moment:.2f} s of {seconds:.2f}, killed {who}, exit {process.returncode},"
            f" state {before}, pages kept {kept}, files left {len(leftovers(town))}"
        )
    assert victim is None or process.returncode != 70, said
    done = run(town)
    if before in BEFORE_DEPOSIT:
        assert done == Work(PAGES - kept, 1)
    else:
        assert done == Work(0, 0)
    assert_whole(town, expected)
