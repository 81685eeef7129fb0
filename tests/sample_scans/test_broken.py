# SPDX-License-Identifier: EUPL-1.2
"""The broken drops: named by their findings, small, and made again from their generator."""

from pathlib import Path

import pytest

from sample_scans.broken import READY_FILE, main
from sample_scans.generate import SAMPLES
from schemas.findings import FindingCode

BROKEN = SAMPLES / "broken"
HARMLESS = "harmless-pdf-script"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    assert main(["--out", str(folder)]) == 0
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    """Contents by path; of a link, where it leads."""
    return {
        str(path.relative_to(folder)): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_each_is_named_by_a_finding_or_says_that_it_is_harmless() -> None:
    names = {path.name for path in BROKEN.iterdir()}
    assert names - {code.value for code in FindingCode} == {HARMLESS}
    assert all((BROKEN / name / READY_FILE).is_file() for name in names)


def test_they_are_small() -> None:
    assert sum(len(content) for content in _files(BROKEN).values()) < 600_000


def test_made_again_they_are_what_is_committed(made: Path) -> None:
    committed, again = _files(BROKEN), _files(made)
    assert committed.keys() == again.keys()
    # Compressed files may differ between builds of Pillow and qpdf; what these hold is tested through the pipeline.
    for name, content in again.items():
        if not name.endswith((".tif", ".jpg", ".png", ".pdf")) or name == "link-refused/002.jpg":
            assert content == committed[name], name


def test_the_link_leads_out_of_its_folder() -> None:
    link = BROKEN / "link-refused" / "002.jpg"
    assert link.is_symlink()
    assert not link.resolve().is_relative_to(BROKEN)
    assert link.resolve().is_file()


def test_the_same_run_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    main(["--out", str(tmp_path)])
    main(["--out", str(tmp_path)])
    assert _files(tmp_path) == _files(made)
