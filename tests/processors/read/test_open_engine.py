# SPDX-License-Identifier: EUPL-1.2
import os
import subprocess
import sys
from pathlib import Path

import pytest

from processors.read import ENGINES, open_engine
from schemas.errors import EngineUnavailable, InvalidSetting


def test_an_unknown_engine_is_refused_with_the_known_names() -> None:
    with pytest.raises(InvalidSetting) as caught:
        open_engine("tesseractor", None)
    assert all(name in str(caught.value) for name in ENGINES)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_whose_binding_is_missing_is_unavailable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, f"processors.read.{name}_engine", raising=False)
    with pytest.raises(EngineUnavailable, match=name):
        open_engine(name, None)


def test_one_thread_a_page_unless_someone_decided_otherwise() -> None:
    script = "import os; from processors.read import open_engine; open_engine('pytesseract', None); " + (
        "print(os.environ['OMP_THREAD_LIMIT'])"
    )
    root = Path(__file__).parents[3]
    for given, expected in ((None, "1"), ("2", "2")):
        environment = {name: value for name, value in os.environ.items() if name != "OMP_THREAD_LIMIT"}
        environment |= {"PYTHONPATH": str(root)} | ({"OMP_THREAD_LIMIT": given} if given else {})
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, cwd=root
        )
        assert done.stdout.strip() == expected
