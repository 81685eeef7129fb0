# SPDX-License-Identifier: EUPL-1.2
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from arhivar.composition import Archive, init_archive, open_archive, open_pool
from arhivar.intake.take import IntakeOptions
from arhivar.pipeline import RunReport, Watcher, run_inbox
from arhivar.settings import CHECKOUT, Settings, load_settings
from processors.pool import PagePool
from schemas.ingest import IngestState
from tests.binders import make_binder, text_pages
from tests.environment import bare_environment

pytest.register_assert_rewrite("tests.arhivar.crashing")

SILENT = Watcher(lambda unit, pages: None, lambda pages: None, lambda taken: None, lambda outcome: None)


@dataclass(frozen=True)
class Town:
    """An archive and its inbox."""

    settings: Settings
    inbox: Path
    pool: PagePool

    def open(self) -> AbstractContextManager[Archive]:
        return open_archive(self.settings)

    def ingest(self, *, bare: bool = False, languages: tuple[str, ...] | None = None) -> RunReport:
        """What `arhivar ingest` does, in this process."""
        with self.open() as archive:
            return run_inbox(archive, self.inbox, IntakeOptions(bare, languages), self.pool, SILENT)


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagePool]:
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path_factory.mktemp("pool")), "ARHIVAR_WORKERS": "2"})
    with open_pool(settings) as opened:
        yield opened


@pytest.fixture
def town(tmp_path: Path, pool: PagePool) -> Town:
    """A new archive with an empty inbox."""
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Town(settings, inbox, pool)


@pytest.fixture(scope="session")
def kept_once(tmp_path_factory: pytest.TempPathFactory, pool: PagePool) -> Town:
    """An archive of two units, made once: K/1 in version 2 with three pages, K/2 with a page and a blank one."""
    folder = tmp_path_factory.mktemp("kept")
    settings = load_settings({"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    town = Town(settings, folder / "inbox", pool)
    make_binder(town.inbox, "a", text_pages(2, "vechi"), description={"reference_code": "K/1"})
    blank = [*text_pages(1, "registrul"), []]
    make_binder(town.inbox, "b", blank, description={"reference_code": "K/2", "folios": 9})
    town.ingest()
    make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "K/1", "intent": "replace_unit"})
    report = town.ingest()
    assert [outcome.state for outcome in report.outcomes] == [IngestState.RECONCILED]
    return town


@pytest.fixture
def kept(kept_once: Town, tmp_path: Path) -> Town:
    """A copy of that archive, to be harmed."""
    home = tmp_path / "kept" / "home"
    shutil.copytree(kept_once.settings.home, home)
    inbox = tmp_path / "kept" / "inbox"
    inbox.mkdir()
    return Town(kept_once.settings.model_copy(update={"home": home}), inbox, kept_once.pool)


RunArhivar = Callable[..., "subprocess.Popen[str]"]


def start_process(home: Path, *words: str, **variables: str) -> "subprocess.Popen[str]":
    """The command line on the archive in `home`, in a session and process group of its own, with one worker."""
    environment = {
        **bare_environment("ARHIVAR_VERAPDF_HOME"),
        "ARHIVAR_HOME": str(home),
        "ARHIVAR_WORKERS": "1",
        "ARHIVAR_LEASE_SECONDS": "10",
        "PYTHONWARNINGS": "default",
        **variables,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "arhivar", *words],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def start_arhivar(town: Town) -> RunArhivar:
    """Start the command line on the town's archive in a process of its own."""
    return partial(start_process, town.settings.home)
