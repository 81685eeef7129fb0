# SPDX-License-Identifier: EUPL-1.2
"""What tests of replica, repair and backup share."""

from pathlib import Path

import pytest

from arhivar.cli.main import main
from arhivar.composition import object_id
from arhivar.settings import Settings
from repository.ocfl_layout import object_path
from schemas.ingest import unit_id as derive_unit_id

UNIT = derive_unit_id("K/1")


def run(capsys: pytest.CaptureFixture[str], settings: Settings, *words: str) -> tuple[int, str, str]:
    """The command line on this archive: exit code, standard output, standard error."""
    with pytest.MonkeyPatch.context() as patch:
        if settings.replica is not None:
            patch.setenv("ARHIVAR_REPLICA", str(settings.replica))
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(settings.home), "--lang", "en", *words])
    captured = capsys.readouterr()
    return int(str(ended.value.code)), captured.out, captured.err


def unit_root(store: Path) -> Path:
    """K/1's folder in a store."""
    return store / "ocfl" / object_path(object_id(UNIT))


def flip_bit(path: Path) -> None:
    """One bit, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    overwrite(path, bytes(data))


def overwrite(path: Path, data: bytes) -> None:
    """Other bytes in the same file (inode), as a failing disk would have it."""
    path.chmod(0o644)
    path.write_bytes(data)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, but for unfinished writes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".tmp" not in path.parts
    }
