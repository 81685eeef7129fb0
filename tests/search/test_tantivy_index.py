# SPDX-License-Identifier: EUPL-1.2
"""What the contract suite cannot ask of every back end: crashes, locks, versions and damage on disk."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import IndexUnavailable, IndexVersion, QueryMalformed
from schemas.search import SearchFilters
from search import tantivy_query
from search.query import parse_query
from search.tantivy_index import TantivyIndex, TantivySettings
from tests.search.builders import page

ROOT = Path(__file__).parents[2]

KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from tests.search.builders import page
from search.tantivy_index import TantivyIndex

def records():
    for number in range(1, 400):
        yield page(number, "nou " * 200)
    os.kill(os.getpid(), signal.SIGKILL)

TantivyIndex(Path(sys.argv[1])).write(records())
"""

HOLDER = """
import sys
from pathlib import Path
from tests.search.builders import page
from search.tantivy_index import TantivyIndex

def records():
    yield page(1, "planul altuia")
    print("held", flush=True)
    sys.stdin.readline()

TantivyIndex(Path(sys.argv[1])).write(records())
"""


def count(index: TantivyIndex, query: str) -> int:
    return index.search(parse_query(query), SearchFilters()).total


def test_a_writer_killed_in_the_middle_leaves_the_old_pages(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    index.write(page(number, "vechi") for number in (1, 2))
    killed = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (count(index, "vechi"), count(index, "nou")) == (2, 0)
    index.write([page(3, "nou")])
    assert (count(TantivyIndex(tmp_path), "vechi"), count(index, "nou")) == (2, 1)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process in the middle of a write; a line on its input lets it finish."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_waits_no_longer_than_told(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    index = TantivyIndex(tmp_path, TantivySettings(lock_seconds=0.2))
    with pytest.raises(IndexUnavailable) as caught:
        index.write([page(2, "plan")])
    assert caught.value.retryable
    assert "another writer" in str(caught.value)
    assert count(index, "plan") == 0


def test_a_second_writer_goes_on_when_the_first_is_done(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    index = TantivyIndex(tmp_path)
    writer = threading.Thread(target=index.write, args=([page(2, "plan")],))
    writer.start()
    holder.communicate("go on\n", timeout=30)
    writer.join(30)
    assert holder.returncode == 0
    assert count(index, "plan") == 2


def test_a_second_writer_goes_on_when_the_first_is_killed(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait(30)
    index = TantivyIndex(tmp_path)
    index.write([page(2, "plan")])
    assert count(index, "plan") == 1


def test_threads_may_write_and_search_at_once(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    threads = [threading.Thread(target=index.write, args=([page(number, "plan")],)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    seen = [count(index, "plan") for _ in range(30)]
    for thread in threads:
        thread.join()
    assert seen == sorted(seen)
    assert count(index, "plan") == 6


def test_an_index_of_another_schema_is_refused(tmp_path: Path) -> None:
    TantivyIndex(tmp_path).write([page(1, "plan")])
    (tmp_path / "index.json").write_text(json.dumps({"digest": "0" * 64}))
    with pytest.raises(IndexVersion) as caught:
        TantivyIndex(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_an_index_of_another_analysis_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = TantivyIndex(tmp_path)
    index.write([page(1, "plan")])
    monkeypatch.setattr("search.tantivy_index.fingerprint", lambda: "another")
    with pytest.raises(IndexVersion):
        index.write([page(2, "plan")])


def test_an_index_without_its_version_is_refused(tmp_path: Path) -> None:
    TantivyIndex(tmp_path).write([page(1, "plan")])
    (tmp_path / "index.json").unlink()
    with pytest.raises(IndexVersion):
        TantivyIndex(tmp_path)


def test_a_version_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(IndexUnavailable, match=r"index\.json"):
        TantivyIndex(tmp_path)


@pytest.mark.parametrize("suffix", [".store", ".idx", ".term", ".pos", "meta.json"])
def test_a_damaged_index_is_unavailable_and_never_a_wrong_answer(tmp_path: Path, suffix: str) -> None:
    TantivyIndex(tmp_path).write(page(number, f"planul casei {number}") for number in range(1, 30))
    for file in (tmp_path / "staff").iterdir():
        if file.name.endswith(suffix):
            file.chmod(0o600)
            os.truncate(file, file.stat().st_size // 2)
    with pytest.raises(IndexUnavailable):
        TantivyIndex(tmp_path).search(parse_query('"planul casei"'), SearchFilters())


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    index = TantivyIndex(tmp_path / "other")
    (tmp_path / "other").write_bytes(b"")
    with pytest.raises(IndexUnavailable):
        index.write([page(1, "plan")])


def test_a_beginning_that_too_many_words_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tantivy_query, "_MAX_EXPANSIONS", 5)
    index = TantivyIndex(tmp_path)
    index.write([page(1, " ".join(f"nr. 12/{number}" for number in range(100, 110)))])
    with pytest.raises(QueryMalformed, match="too many words begin with '10'"):
        count(index, "12/10*")
    assert count(index, "12/109*") == 1
