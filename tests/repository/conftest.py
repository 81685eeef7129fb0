# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.referees import judge_ocfl_root


@pytest.fixture
def referee() -> Callable[[Path], list[str]]:
    return judge_ocfl_root
