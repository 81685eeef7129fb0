# SPDX-License-Identifier: EUPL-1.2
"""The real scans as drops of a scanner: council minutes, typescripts, a newspaper page."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

MINUTES = "council-minutes-en"
TYPESCRIPT = "typescript-fr"
NEWSPAPER = "newspaper-ro"


def put_minutes(scans: Path, inbox: Path, languages: Sequence[str] | None = None) -> list[Path]:
    """Each PDF of minutes as a drop; with `unit.json` where languages are given. The drops."""
    return [_put(inbox / pdf.stem, [pdf], languages) for pdf in sorted((scans / MINUTES).glob("*.pdf"))]


def put_photographs(scans: Path, inbox: Path, name: str, languages: Sequence[str] | None = None) -> Path:
    """The photographs of a folder as one drop; with `unit.json` where languages are given."""
    return _put(inbox / name, sorted((scans / name).glob("*.jpg")), languages)


def put_all(scans: Path, inbox: Path) -> dict[str, int]:
    """Everything, described. How many pages each drop has."""
    minutes = put_minutes(scans, inbox, ["eng"])
    put_photographs(scans, inbox, TYPESCRIPT, ["fra"])
    put_photographs(scans, inbox, NEWSPAPER, ["ron"])
    return dict(zip((one.name for one in minutes), (53, 46), strict=True)) | {TYPESCRIPT: 12, NEWSPAPER: 1}


def _put(drop: Path, files: Sequence[Path], languages: Sequence[str] | None) -> Path:
    drop.mkdir(parents=True)
    for file in files:
        shutil.copy(file, drop)
    if languages is not None:
        (drop / "unit.json").write_text(json.dumps({"reference_code": drop.name, "languages": list(languages)}))
    (drop / "_READY").touch()
    return drop
