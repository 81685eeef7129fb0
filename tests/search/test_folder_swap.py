# SPDX-License-Identifier: EUPL-1.2
"""A new folder takes the old one's place: by one exchange of names, or by two renames where that cannot be done."""

from pathlib import Path

import pytest

from search import folder_swap
from search.folder_swap import take_place


def _folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "file").write_text(content)
    return path


@pytest.mark.parametrize("able", [True, False], ids=["exchange", "two renames"])
def test_the_new_folder_has_the_name_and_the_old_one_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, able: bool
) -> None:
    if not able:
        monkeypatch.setattr(folder_swap, "_exchange", lambda one, other: False)
    old, new = _folder(tmp_path / "index", "old"), _folder(tmp_path / "index.new-1", "new")
    aside = take_place(new, old)
    assert (old / "file").read_text() == "new"
    assert aside is not None
    assert (aside / "file").read_text() == "old"
    assert aside.name.startswith("index.new-")
    assert len(list(tmp_path.iterdir())) == 2


def test_where_there_was_nothing_the_new_folder_just_gets_the_name(tmp_path: Path) -> None:
    new = _folder(tmp_path / "index.new-1", "new")
    assert take_place(new, tmp_path / "index") is None
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_folder_that_is_not_there_takes_no_place(tmp_path: Path) -> None:
    old = _folder(tmp_path / "index", "old")
    with pytest.raises(FileNotFoundError):
        take_place(tmp_path / "none", old)
    assert (old / "file").read_text() == "old"
