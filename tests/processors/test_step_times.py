# SPDX-License-Identifier: EUPL-1.2
"""Steps are measured as they nest, travel beside a page, and leave its result alone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from processors.limits import Limits
from processors.page import PageSettings, PageSource, process_page
from processors.pool import PagePool
from processors.read import open_engine
from processors.step_times import Step, charge, measured, timed
from schemas.errors import ArhivarError
from tests.processors.typed_pages import typed_page

_LITTLE = 0.05


def _burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@timed(Step.DECODE)
def _decode(seconds: float) -> float:
    _burn(seconds)
    return seconds


def test_a_step_counts_its_own_time_and_not_that_of_a_step_inside_it() -> None:
    with measured() as times:
        with timed(Step.STRAIGHTEN):
            _burn(_LITTLE)
            _decode(3 * _LITTLE)
        _burn(2 * _LITTLE)
    seconds = times.seconds()
    assert seconds[Step.STRAIGHTEN] == pytest.approx(_LITTLE, abs=_LITTLE / 2)
    assert seconds[Step.DECODE] == pytest.approx(3 * _LITTLE, abs=_LITTLE / 2)
    assert seconds[Step.OTHER] == pytest.approx(2 * _LITTLE, abs=_LITTLE / 2)


@timed(Step.READ)
def _fail() -> None:
    _burn(_LITTLE)
    raise ValueError("by design")


def test_a_step_that_fails_is_counted_and_closed() -> None:
    with measured() as times:
        with pytest.raises(ValueError, match="by design"):
            _fail()
        _burn(2 * _LITTLE)
    seconds = times.seconds()
    assert seconds[Step.READ] == pytest.approx(_LITTLE, abs=_LITTLE / 2)
    assert seconds[Step.OTHER] == pytest.approx(2 * _LITTLE, abs=_LITTLE / 2)


def test_a_program_that_a_step_started_counts_with_it() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    with measured() as times, timed(Step.READ):
        subprocess.run([sys.executable, "-c", burn], check=True)
    assert times.seconds()[Step.READ] >= 0.2


def test_what_another_process_spent_can_be_added() -> None:
    with measured() as times:
        charge(Step.SECOND_READER, 1.5)
        charge(Step.SECOND_READER, 0.5)
    assert times.seconds()[Step.SECOND_READER] == 2.0


def test_where_nothing_is_measured_steps_only_run() -> None:
    charge(Step.SECOND_READER, 1.5)
    assert _decode(0) == 0


def test_a_page_brings_its_steps_times_through_the_pool_and_its_result_has_none(tmp_path: Path) -> None:
    file = tmp_path / "001.png"
    Image.fromarray(typed_page(lines=3)).save(file, dpi=(200, 200))
    with PagePool(1, Limits()) as pool:
        ((_, page),) = pool.process([(1, PageSource(file))], PageSettings())
    assert not isinstance(page, ArhivarError)
    assert {Step.DECODE, Step.ANALYSIS, Step.STRAIGHTEN, Step.READ, Step.ACCESS_IMAGE, Step.QUALITY} <= set(
        page.step_seconds
    )
    assert all(seconds >= 0 for seconds in page.step_seconds.values())
    alone = process_page(PageSource(file), PageSettings(), open_engine("tesserocr", None))
    assert alone == page
    assert "step" not in page.result.model_dump_json()
