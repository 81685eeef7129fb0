# SPDX-License-Identifier: EUPL-1.2
"""Each task is a process of its own: of a small binder's time, most is what they load. So each loads what it uses."""

import json
import subprocess
import sys

import pytest

from arhivar.settings import CHECKOUT
from arhivar.tasks import unit
from arhivar.tasks.intake import take_drops
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder

HEAVY = ("alembic", "cv2", "elasticsearch", "numpy", "pikepdf", "pypdfium2", "tantivy")
"""What reads pages, makes PDFs, searches, and changes the catalogue's tables."""


def loaded_by(statement: str) -> list[str]:
    """Which of those a new process has loaded after the statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


@pytest.mark.parametrize("module", ["intake", "runs", "unit"])
def test_what_a_task_is_called_from_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import arhivar.tasks.{module}") == []


def test_tasks_that_look_at_no_page_load_nothing_that_reads_or_searches(quick: Town) -> None:
    make_quick_binder(quick.inbox, "a", ["unu", "doi"], {"reference_code": "T/1"})
    (ingest_id,) = take_drops()
    assert loaded_by("from arhivar.tasks.runs import plan_runs; assert len(plan_runs()) == 1") == []
    start = "from arhivar.tasks import unit; "
    assert loaded_by(f"{start}assert unit.prepare({ingest_id!r}, 1)") == []
    composed = unit.compose(ingest_id, 1, [unit.read_chunk(ingest_id, 1, {"first": 1, "last": 2, "label": ""})])
    assert loaded_by(f"{start}assert unit.deposit({ingest_id!r}, 1, {composed!r}) == 1") == []
    assert loaded_by(f"{start}unit.index({ingest_id!r}, 1)") == ["tantivy"]
    unit.reconcile(ingest_id, 1)
    assert loaded_by(f"{start}assert unit.close_run({ingest_id!r}, 1) == 'reconciled'") == []
