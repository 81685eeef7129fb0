# SPDX-License-Identifier: EUPL-1.2


import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from processors.pool import PagePool
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.parts.drops import TITLE, rescan, volume
from tests.binders import make_binder, text_pages


@pytest.fixture(scope="session")
def scanned_once(tmp_path_factory: pytest.TempPathFactory, pool: PagePool) -> Town:
    """P/1: version 1 has six pages; 2 replaces pages 5 and 2; 3 adds a volume of two; 4 replaces page 8 in it."""
    folder = tmp_path_factory.mktemp("parts")
    settings = load_settings({"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    town = Town(settings, folder / "inbox", pool)
    make_binder(town.inbox, "whole", text_pages(6), description=TITLE)
    assert town.ingest().outcomes[0].state is IngestState.RECONCILED
    steps: list[Callable[[], Path]] = [
        lambda: rescan(town, [5, 2], "rescanarea"),
        lambda: volume(town, 2, "anexelor", 2, folios=2, languages=["hun"]),
        lambda: rescan(town, [8], "indreptarea"),
    ]
    for drop in steps:
        drop()
        report = town.ingest()
        assert [(one.findings, one.quarantined_at) for one in report.taken] == [((), None)]
        assert [outcome.state for outcome in report.outcomes] == [IngestState.RECONCILED]
    return town


@pytest.fixture
def scanned(scanned_once: Town, tmp_path: Path) -> Town:
    """A copy of that archive, to be worked on."""
    home = tmp_path / "home"
    shutil.copytree(scanned_once.settings.home, home)
    return Town(scanned_once.settings.model_copy(update={"home": home}), tmp_path / "inbox", scanned_once.pool)
