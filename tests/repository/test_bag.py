# SPDX-License-Identifier: EUPL-1.2
"""Bags: valid by the reference library, whole or not there, never over something else."""

import io
import logging
import os
from collections.abc import Mapping
from hashlib import sha512
from pathlib import Path
from threading import Thread

import bagit
import pytest

from repository.bag import BagFile, write_bag
from schemas.errors import ArhivarError, KeyInvalid, ObjectDamaged, StoreUnavailable, TargetNotEmpty

CONTENT = {
    "masters/001.tif": b"II*\0 page",
    "masters/Mărășești nr. 12 bis.tif": b"II*\0 other page",
    "masters/50% din dosar.tif": b"",
    "access/volume-1.pdf": b"%PDF-1.7",
    "data/unit.json": b"{}",
}
INFO = {"Source-Organization": "Primăria Exemplu", "External-Identifier": "PMB/1987/12", "Bagging-Date": "2025-03-04"}


def files(content: Mapping[str, bytes] = CONTENT) -> list[BagFile]:
    return [
        BagFile(path, lambda data=data: io.BytesIO(data), sha512(data).hexdigest())  # type: ignore[misc]
        for path, data in content.items()
    ]


def test_a_bag_is_valid_bagit_1_0_without_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    target = tmp_path / "deep/er/bag"
    working = Path.cwd()
    with caplog.at_level(logging.WARNING):
        write_bag(target, files(), INFO)
        bag = bagit.Bag(str(target))
        assert bag.validate()
    assert caplog.records == []
    assert Path.cwd() == working
    assert (target / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert {path: (target / "data" / path).read_bytes() for path in CONTENT} == CONTENT
    assert sorted(path.name for path in target.iterdir()) == [
        "bag-info.txt",
        "bagit.txt",
        "data",
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
    ]
    assert bag.info.items() >= INFO.items()
    assert bag.info["Payload-Oxum"] == f"{sum(map(len, CONTENT.values()))}.{len(CONTENT)}"
    assert [path.name for path in target.parent.iterdir()] == ["bag"]


def test_the_tag_manifest_covers_the_declaration(tmp_path: Path) -> None:
    write_bag(tmp_path / "bag", files(), INFO)
    lines = (tmp_path / "bag/tagmanifest-sha512.txt").read_text("utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha512.txt"):
        assert listed[name] == sha512((tmp_path / "bag" / name).read_bytes()).hexdigest()


def test_an_altered_payload_is_noticed_by_the_referee(tmp_path: Path) -> None:
    write_bag(tmp_path / "bag", files(), INFO)
    (tmp_path / "bag/data/masters/001.tif").write_bytes(b"II*\0 pagE")
    assert not bagit.Bag(str(tmp_path / "bag")).is_valid()


def test_an_empty_folder_is_filled_and_any_other_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_bag(tmp_path / "empty", files(), INFO)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("empty", "full", "file", "link"):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(TargetNotEmpty):
            write_bag(tmp_path / name, files(), INFO)
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (BagFile("../escape", lambda: io.BytesIO(b"")), KeyInvalid),
        (BagFile("/etc/passwd", lambda: io.BytesIO(b"")), KeyInvalid),
        (BagFile("masters/001.tif", lambda: io.BytesIO(b"again")), KeyInvalid),
        (BagFile("line%0Abreak.tif", lambda: io.BytesIO(b"")), KeyInvalid),
        (BagFile("blank at the end ", lambda: io.BytesIO(b"")), KeyInvalid),
        (BagFile("rotten.tif", lambda: io.BytesIO(b"1"), sha512(b"2").hexdigest()), ObjectDamaged),
        (BagFile("masters/001.tif/x", lambda: io.BytesIO(b"")), StoreUnavailable),
    ],
    ids=lambda value: value.path if isinstance(value, BagFile) else "",
)
def test_a_bag_that_cannot_be_right_is_not_there_at_all(
    tmp_path: Path, bad: BagFile, expected: type[ArhivarError]
) -> None:
    with pytest.raises(expected):
        write_bag(tmp_path / "bag", [*files(), bad], INFO)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> io.BytesIO:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        write_bag(tmp_path / "bag", [*files(), BagFile("x", fail)], INFO)
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        write_bag(tmp_path / "file" / "bag", files(), INFO)


def test_bags_made_side_by_side_do_not_mix(tmp_path: Path) -> None:
    def make(number: int) -> None:
        write_bag(tmp_path / str(number), files({f"{number}/{n}": os.urandom(2000) for n in range(20)}), INFO)

    threads = [Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        assert bagit.Bag(str(tmp_path / str(number))).is_valid()
