# SPDX-License-Identifier: EUPL-1.2
import os
from pathlib import Path

import pytest
from PIL import Image

from arhivar.intake.examine import (
    check_page_count,
    digest_files,
    examine_files,
    find_duplicates,
    plan_pages,
)
from schemas.errors import DocumentEncrypted, ImageUnreadable
from schemas.findings import Finding, FindingCode
from schemas.ingest import FileRole

LIMIT = 10_000_000


def _jpeg(path: Path, shade: int = 200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (40, 60), shade).save(path, "JPEG")


def _codes(findings: tuple[Finding, ...]) -> list[tuple[FindingCode, str | None]]:
    return [(finding.code, finding.file) for finding in findings]


def test_pages_come_in_natural_order(tmp_path: Path) -> None:
    for name in ("page10.jpg", "page9.jpg", "page11.jpg"):
        _jpeg(tmp_path / name)
    assert examine_files(tmp_path, max_file_bytes=LIMIT).page_paths() == ("page9.jpg", "page10.jpg", "page11.jpg")


def test_a_list_in_the_description_decides_the_order(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "extra.jpg"):
        _jpeg(tmp_path / name)
    examined = examine_files(tmp_path, ["2.jpg", "1.jpg", "3.jpg"], max_file_bytes=LIMIT)
    assert examined.page_paths() == ("2.jpg", "1.jpg")
    assert _codes(examined.findings) == [
        (FindingCode.PAGE_LISTED_MISSING, "3.jpg"),
        (FindingCode.FILE_NOT_LISTED, "extra.jpg"),
    ]


def test_files_are_known_by_content_not_by_name(tmp_path: Path) -> None:
    _jpeg(tmp_path / "1.tif")
    (tmp_path / "2.tif").write_text("not an image", encoding="utf-8")
    examined = examine_files(tmp_path, max_file_bytes=LIMIT)
    assert [(file.media_type, file.role) for file in examined.files] == [
        ("image/jpeg", FileRole.PAGES),
        ("application/octet-stream", FileRole.ATTACHMENT),
    ]
    assert _codes(examined.findings) == [(FindingCode.FILE_UNSUPPORTED, "2.tif")]


def test_links_and_special_files_are_refused(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    _jpeg(drop / "1.jpg")
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (drop / "2.jpg").symlink_to(tmp_path / "secret")
    (drop / "folder").symlink_to(tmp_path)
    os.mkfifo(drop / "3.jpg")
    refused = {file for code, file in _codes(examine_files(drop, max_file_bytes=LIMIT).findings)}
    assert refused == {"2.jpg", "folder", "3.jpg"}


def test_other_files_are_kept_as_attachments_and_junk_is_ignored(tmp_path: Path) -> None:
    _jpeg(tmp_path / "1.jpg")
    for name in ("notes.txt", "Thumbs.db", "_READY"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "unit.json").write_text("{}", encoding="utf-8")
    examined = examine_files(tmp_path, max_file_bytes=LIMIT)
    assert {file.path: file.role for file in examined.files} == {
        "1.jpg": FileRole.PAGES,
        "notes.txt": FileRole.ATTACHMENT,
        "unit.json": FileRole.DESCRIPTION,
    }
    assert _codes(examined.findings) == [(FindingCode.ATTACHMENT_KEPT, "notes.txt")]


def test_an_empty_file_and_an_empty_drop_are_found(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").touch()
    codes = [code for code, _ in _codes(examine_files(tmp_path, max_file_bytes=LIMIT).findings)]
    assert codes == [FindingCode.FILE_EMPTY, FindingCode.NO_PAGES]


def test_a_file_over_the_limit_is_found(tmp_path: Path) -> None:
    _jpeg(tmp_path / "1.jpg")
    found = examine_files(tmp_path, max_file_bytes=100).findings
    assert found[0].code is FindingCode.FILE_TOO_LARGE


def test_a_gap_in_the_numbers_is_named(tmp_path: Path) -> None:
    for number in (1, 2, 5, 7):
        _jpeg(tmp_path / f"scan_{number:03}.jpg")
    gaps = examine_files(tmp_path, max_file_bytes=LIMIT).findings
    assert [(gap.file, gap.fields["missing"]) for gap in gaps] == [("scan_005.jpg", "3–4"), ("scan_007.jpg", "6")]


def test_names_without_a_common_number_have_no_gaps(tmp_path: Path) -> None:
    for name in ("cover.jpg", "3.jpg", "9.jpg"):
        _jpeg(tmp_path / name)
    assert examine_files(tmp_path, max_file_bytes=LIMIT).findings == ()


def test_a_page_handed_over_twice_is_found(tmp_path: Path) -> None:
    _jpeg(tmp_path / "1.jpg")
    _jpeg(tmp_path / "2.jpg")
    _jpeg(tmp_path / "3.jpg", shade=10)
    staged = digest_files(tmp_path, examine_files(tmp_path, max_file_bytes=LIMIT).files)
    found = find_duplicates(staged)
    assert [(finding.file, finding.fields["other"]) for finding in found] == [("2.jpg", "1.jpg")]


def test_pages_are_numbered_through_all_files() -> None:
    frames = {"a.pdf": 3, "b.jpg": 1, "c.tif": 2}
    planned, findings = plan_pages(Path(), list(frames), lambda path: frames[path.name])
    assert [(page.number, page.file, page.frame) for page in planned] == [
        (1, "a.pdf", 0),
        (2, "a.pdf", 1),
        (3, "a.pdf", 2),
        (4, "b.jpg", 0),
        (5, "c.tif", 0),
        (6, "c.tif", 1),
    ]
    assert findings == ()


def test_a_file_that_cannot_be_counted_stands_as_one_page() -> None:
    def count(path: Path) -> int:
        if path.name == "bad.pdf":
            raise ImageUnreadable(file="bad.pdf", detail="damaged")
        if path.name == "locked.pdf":
            raise DocumentEncrypted(file="locked.pdf")
        return 1

    planned, findings = plan_pages(Path(), ["bad.pdf", "locked.pdf", "ok.jpg"], count)
    assert [page.number for page in planned] == [1, 2, 3]
    assert [finding.code for finding in findings] == [FindingCode.FILE_UNREADABLE, FindingCode.DOCUMENT_ENCRYPTED]


@pytest.mark.parametrize(("pages", "fits"), [(17, True), (16, False), (18, False)])
def test_the_folio_count_is_held_against_the_pages(pages: int, *, fits: bool) -> None:
    assert (check_page_count(pages, 10, 3) == ()) is fits
    assert check_page_count(pages, None, None) == ()
