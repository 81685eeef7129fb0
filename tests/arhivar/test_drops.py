# SPDX-License-Identifier: EUPL-1.2
import os
from pathlib import Path

import pytest

from arhivar.intake.drops import Drop, PageCount, Readiness, expected_pages, is_junk, judge, list_drops
from schemas.errors import InboxMissing

NOW = 2_000_000_000.0


def _drop(folder: Path, *names: str, age: float = 1000) -> Drop:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (NOW - age, NOW - age))
    os.utime(folder, (NOW - age, NOW - age))
    return Drop(folder)


def _judge(drop: Drop, count: PageCount | None = None, *, now: float | None = None) -> Readiness:
    later = NOW if now is None else now
    return judge(drop, now=later, quiet_seconds=60, count_pages=lambda _: count)


def test_a_ready_file_makes_a_drop_ready_at_once(tmp_path: Path) -> None:
    assert _judge(_drop(tmp_path / "a", "1.jpg", "_READY", age=0)).ready


def test_a_half_copied_binder_is_left_alone(tmp_path: Path) -> None:
    drop = _drop(tmp_path / "a", "1.jpg", age=NOW)
    fresh = (tmp_path / "a" / "1.jpg").stat().st_ctime
    readiness = judge(drop, now=fresh + 59, quiet_seconds=60, count_pages=lambda _: None)
    assert (readiness.ready, readiness.waiting_for) == (False, "quiet")
    assert judge(drop, now=fresh + 61, quiet_seconds=60, count_pages=lambda _: None).ready


def test_a_scanner_whose_clock_is_ahead_is_not_waited_for(tmp_path: Path) -> None:
    drop = _drop(tmp_path / "a", "1.jpg", age=-86_400)
    changed = (tmp_path / "a").stat().st_ctime
    assert judge(drop, now=changed + 61, quiet_seconds=60, count_pages=lambda _: None).ready


@pytest.mark.parametrize("name", ["2.jpg.part", "2.tmp", "2.jpg.filepart", "X.PARTIAL"])
def test_an_unfinished_file_is_waited_for(tmp_path: Path, name: str) -> None:
    readiness = _judge(_drop(tmp_path / "a", "1.jpg", name))
    assert (readiness.ready, readiness.waiting_for, readiness.detail) == (False, "unfinished", name)


def test_missing_folios_are_waited_for_and_counted(tmp_path: Path) -> None:
    drop = _drop(tmp_path / "a", "1.jpg")
    readiness = _judge(drop, PageCount(283, 300, 300))
    assert (readiness.waiting_for, readiness.detail) == ("pages", "283/300")
    assert _judge(drop, PageCount(300, 300, 300)).ready


def test_pages_are_not_counted_where_the_scanner_said_ready(tmp_path: Path) -> None:
    assert _judge(_drop(tmp_path / "a", "1.jpg", "_READY"), PageCount(1, 300, 300)).ready


def test_a_change_in_a_subfolder_counts(tmp_path: Path) -> None:
    drop = _drop(tmp_path / "a", "1.jpg")
    (tmp_path / "a" / "part2").mkdir()
    (tmp_path / "a" / "part2" / "2.jpg").write_bytes(b"x")
    changed = (tmp_path / "a" / "part2" / "2.jpg").stat().st_mtime
    assert not _judge(drop, now=changed + 1).ready


def test_only_folders_that_do_not_begin_with_a_dot_are_drops(tmp_path: Path) -> None:
    for name in ("b", "a", ".claimed", ".quarantine"):
        (tmp_path / name).mkdir()
    (tmp_path / "loose.jpg").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert [drop.name for drop in list_drops(tmp_path)] == ["a", "b"]


def test_an_inbox_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InboxMissing):
        list_drops(tmp_path / "absent")


@pytest.mark.parametrize("name", ["Thumbs.db", ".DS_Store", "desktop.ini", "._001.jpg", "_READY", "REASON.txt"])
def test_what_other_programs_leave_is_ignored(name: str) -> None:
    assert is_junk(name)
    assert not is_junk("001.jpg")


@pytest.mark.parametrize(
    ("folios", "blanks", "expected"),
    [(None, None, (None, None)), (None, 3, (None, None)), (10, None, (10, 20)), (10, 0, (20, 20)), (10, 3, (17, 17))],
)
def test_pages_are_two_a_folio_less_the_blanks(
    folios: int | None, blanks: int | None, expected: tuple[int | None, int | None]
) -> None:
    assert expected_pages(folios, blanks) == expected
