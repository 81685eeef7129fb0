# SPDX-License-Identifier: EUPL-1.2
"""Commands start without what they do not use: a look at the archive must not take seconds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arhivar.composition import init_archive
from arhivar.settings import CHECKOUT, load_settings

READING = {"cv2", "numpy", "PIL", "tesserocr", "pikepdf", "lingua", "pypdfium2"}
SEARCHING = {"tantivy", "Stemmer"}

_CODE = """
import sys
from arhivar.cli.main import main
try:
    main({words!r})
finally:
    print(*sorted(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--help"], READING | SEARCHING | {"sqlalchemy", "lxml", "structlog"}),
        (["report"], READING | SEARCHING | {"lxml", "structlog", "alembic"}),
        (["report", "--html", "r.html"], READING | SEARCHING | {"structlog", "alembic"}),
        (["status"], READING),
    ],
    ids=["help", "report", "report-html", "status"],
)
def test_a_command_imports_only_what_it_uses(tmp_path: Path, words: list[str], heavy: set[str]) -> None:
    home = tmp_path / "home"
    init_archive(load_settings({"ARHIVAR_HOME": str(home)}))
    ended = subprocess.run(
        [sys.executable, "-c", _CODE.format(words=words, heavy=heavy)],
        cwd=tmp_path,
        env={**os.environ, "ARHIVAR_HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr.split() == []
    assert ended.stdout
