# SPDX-License-Identifier: EUPL-1.2
"""Pages can be read inside a task, however the worker that runs the task starts its processes."""

import multiprocessing
from importlib import import_module
from pathlib import Path

import pytest

from arhivar.settings import load_settings
from arhivar.tasks.reading import task_pool
from tests.binders import draw_page


def _count(home: Path, page: Path, answer: Path) -> None:
    with task_pool(load_settings({"ARHIVAR_HOME": str(home), "ARHIVAR_WORKERS": "1"})) as pool:
        answer.write_text(str(pool.count_frames(page)))
    assert multiprocessing.current_process().daemon


def _work_as_celery(*arguments: Path) -> None:
    celery = import_module("billiard")  # Celery's own multiprocessing; Airflow's environment has it
    task = celery.get_context("fork").Process(target=_count, args=arguments)
    task.daemon = True
    task.start()
    task.join(120)
    assert task.exitcode == 0


@pytest.mark.services
def test_a_process_of_a_celery_worker_reads_pages(tmp_path: Path) -> None:
    draw_page(tmp_path / "page.png", ["pagina"])
    arguments = (tmp_path / "home", tmp_path / "page.png", tmp_path / "answer")
    # A fork inherits what the process of the tests knows of its own children, and would wait for them.
    worker = multiprocessing.get_context("spawn").Process(target=_work_as_celery, args=arguments)
    worker.start()
    worker.join(180)
    assert worker.exitcode == 0
    assert (tmp_path / "answer").read_text() == "1"


def test_a_process_that_is_marked_as_a_daemon_reads_pages(tmp_path: Path) -> None:
    draw_page(tmp_path / "page.png", ["pagina"])
    arguments = (tmp_path / "home", tmp_path / "page.png", tmp_path / "answer")
    task = multiprocessing.get_context("spawn").Process(target=_count, args=arguments, daemon=True)  # as Celery's
    task.start()
    task.join(120)
    assert task.exitcode == 0
    assert (tmp_path / "answer").read_text() == "1"
