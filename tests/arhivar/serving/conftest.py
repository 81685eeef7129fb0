# SPDX-License-Identifier: EUPL-1.2
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from arhivar.composition import Archive, init_archive, open_archive
from arhivar.serving.server import FileServer, serve_files
from arhivar.settings import load_settings
from processors.pool import PagePool
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.binders import draw_page, make_binder, text_pages

PAGES = 6
UNREADABLE, SKEWED, COLOURED = 3, 4, 5


@dataclass(frozen=True)
class Served:
    """A unit of six pages (the third cannot be read) and a second volume of two, and its files."""

    archive: Archive
    unit: UUID
    version: int
    files: FileServer

    @property
    def cache_folder(self) -> Path:
        """Where the files made for readers lie."""
        return self.archive.work / "served"


@pytest.fixture(scope="session")
def served_home(tmp_path_factory: pytest.TempPathFactory, pool: PagePool) -> Path:
    """The archive of that unit, S/1, in version 2."""
    folder = tmp_path_factory.mktemp("served")
    settings = load_settings({"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_QUIET_SECONDS": "3600"})
    init_archive(settings)
    town = Town(settings, folder / "inbox", pool)
    drop = make_binder(town.inbox, "s", text_pages(PAGES), description={"reference_code": "S/1"}, ready=False)
    (drop / "003.png").write_bytes((drop / "003.png").read_bytes()[:2000])
    lines = ["Autorizatie de construire", "numarul 12 din anul 1974", "strada Marasesti numarul 44"]
    draw_page(drop / "004.png", lines * 4, rotation_deg=2)
    with Image.open(drop / "005.png") as page:
        coloured = page.convert("RGB")
    coloured.paste((250, 240, 200), (0, 600, 875, 1240))
    coloured.save(drop / "005.png", dpi=(150, 150))
    (drop / "_READY").touch()
    town.ingest()
    further = {"reference_code": "S/1", "intent": "append_volume", "volume": 2}
    make_binder(town.inbox, "t", text_pages(2, "volumul doi"), description=further)
    states = [outcome.state for outcome in town.ingest().outcomes]
    assert states in ([IngestState.RECONCILED], [IngestState.INDEXED])
    return settings.home


@pytest.fixture
def served(served_home: Path, tmp_path: Path) -> Iterator[Served]:
    """A copy of that archive, with nothing made for readers yet."""
    home = tmp_path / "home"
    shutil.copytree(served_home, home)
    settings = load_settings({"ARHIVAR_HOME": str(home)})
    with open_archive(settings) as archive, serve_files(archive) as files:
        unit = archive.catalogue.unit_by_reference("S/1")
        assert unit is not None
        assert unit.version is not None
        yield Served(archive, unit.unit_id, unit.version, files)
