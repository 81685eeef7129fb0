# SPDX-License-Identifier: EUPL-1.2
"""Look at the files of a claimed drop: what each is, in which order pages come, what is wrong.

Files are recognised by their content, never by their names. Nothing is changed here.
"""

import hashlib
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from natsort import natsorted

from arhivar.intake.drops import DESCRIPTION_FILE, PageCount, expected_pages, is_junk, walk
from processors.formats import recognise
from schemas.errors import DocumentEncrypted, ImageError, ImageTooLarge
from schemas.findings import Finding, FindingCode
from schemas.ingest import FileRole, PlannedPage, StagedFile

ATTACHMENT_TYPES = {".txt": "text/plain", ".csv": "text/csv", ".xml": "application/xml"}
UNKNOWN_TYPE = "application/octet-stream"

_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of a drop. `path` is relative to the drop, with forward slashes."""

    path: str
    role: FileRole
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Examined:
    """The files of a drop, those with pages in reading order, and what was noticed."""

    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...]

    def page_paths(self) -> tuple[str, ...]:
        """Paths of the files that hold pages, in reading order."""
        return tuple(file.path for file in self.files if file.role is FileRole.PAGES)


def examine_files(folder: Path, listed: Sequence[str] | None = None, *, max_file_bytes: int) -> Examined:
    """Recognise every file below `folder`; `listed` is the description's `pages`, where it has one."""
    pages: dict[str, FoundFile] = {}
    others: list[FoundFile] = []
    findings: list[Finding] = []
    for entry in walk(folder):
        path = PurePosixPath(Path(entry.path).relative_to(folder)).as_posix()
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            findings.append(Finding(code=FindingCode.LINK_REFUSED, file=path))
        elif is_junk(entry.name):
            continue
        elif path == DESCRIPTION_FILE:
            others.append(FoundFile(path, FileRole.DESCRIPTION, "application/json", status.st_size))
        else:
            found = _recognise_file(Path(entry.path), path, status.st_size, max_file_bytes)
            if isinstance(found, Finding):
                findings.append(found)
                if found.code is FindingCode.FILE_UNSUPPORTED:  # where a person accepts it, it is kept
                    others.append(FoundFile(path, FileRole.ATTACHMENT, UNKNOWN_TYPE, status.st_size))
            elif found.role is FileRole.PAGES:
                pages[path] = found
            else:
                others.append(found)
                findings.append(Finding(code=FindingCode.ATTACHMENT_KEPT, file=path))
    order, order_findings, left_over = _order(pages, listed)
    findings.extend(order_findings)
    if not order and not any(finding.file in (listed or ()) for finding in findings):
        findings.append(Finding(code=FindingCode.NO_PAGES))
    return Examined(tuple(order + left_over + others), tuple(findings))


def _recognise_file(file: Path, path: str, size_bytes: int, max_file_bytes: int) -> FoundFile | Finding:
    if size_bytes == 0:
        return Finding(code=FindingCode.FILE_EMPTY, file=path)
    if size_bytes > max_file_bytes:
        fields: dict[str, str | int | float] = {"bytes": size_bytes, "limit": max_file_bytes}
        return Finding(code=FindingCode.FILE_TOO_LARGE, file=path, fields=fields)
    form = recognise(file)
    if form is not None:
        return FoundFile(path, FileRole.PAGES, form.media_type, size_bytes)
    media_type = ATTACHMENT_TYPES.get(file.suffix.lower())
    if media_type is None:
        return Finding(code=FindingCode.FILE_UNSUPPORTED, file=path)
    return FoundFile(path, FileRole.ATTACHMENT, media_type, size_bytes)


def _order(
    pages: dict[str, FoundFile], listed: Sequence[str] | None
) -> tuple[list[FoundFile], list[Finding], list[FoundFile]]:
    """Pages in reading order, findings about the order, and page files that are not in the description's list."""
    if listed is None:
        ordered = [pages[path] for path in natsorted(pages)]
        return ordered, _gaps([file.path for file in ordered]), []
    findings = [Finding(code=FindingCode.PAGE_LISTED_MISSING, file=path) for path in listed if path not in pages]
    left = [
        FoundFile(file.path, FileRole.ATTACHMENT, file.media_type, file.size_bytes)
        for path, file in pages.items()
        if path not in listed
    ]
    findings.extend(Finding(code=FindingCode.FILE_NOT_LISTED, file=file.path) for file in left)
    ordered = [pages[path] for path in dict.fromkeys(listed) if path in pages]
    return ordered, findings, left


def _gaps(paths: Sequence[str]) -> list[Finding]:
    """Numbers that the files' names skip, judged only where all names are one pattern around one number."""
    numbered = [re.fullmatch(r"(.*?)(\d+)(\D*)", path) for path in paths]
    matches = [match for match in numbered if match is not None]
    if len(matches) < len(paths) or len({match.group(1) for match in matches}) > 1:
        return []
    found: list[Finding] = []
    for before, after in pairwise(matches):
        skipped = range(int(before.group(2)) + 1, int(after.group(2)))
        if skipped:
            missing = str(skipped[0]) if len(skipped) == 1 else f"{skipped[0]}–{skipped[-1]}"
            found.append(Finding(code=FindingCode.SEQUENCE_GAP, file=after.group(0), fields={"missing": missing}))
    return found


def plan_pages(
    folder: Path, paths: Sequence[str], count_frames: Callable[[Path], int]
) -> tuple[tuple[PlannedPage, ...], tuple[Finding, ...]]:
    """Number the pages of the files, in order. A file whose pages cannot be counted stands as one page."""
    planned: list[PlannedPage] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            frames = count_frames(folder / path)
        except DocumentEncrypted:
            findings.append(Finding(code=FindingCode.DOCUMENT_ENCRYPTED, file=path))
            frames = 1
        except ImageTooLarge:  # said of the page, with its size, when its turn comes
            frames = 1
        except ImageError as error:
            detail = str(error.fields.get("detail", error.code))
            number = len(planned) + 1
            findings.append(
                Finding(code=FindingCode.FILE_UNREADABLE, file=path, page=number, fields={"detail": detail})
            )
            frames = 1
        for frame in range(frames):
            planned.append(PlannedPage(number=len(planned) + 1, file=path, frame=frame, frames=frames))
    return tuple(planned), tuple(findings)


def check_page_count(pages: int, folios: int | None, blanks: int | None) -> tuple[Finding, ...]:
    """A finding where the number of pages does not fit the declared folios."""
    least, most = expected_pages(folios, blanks)
    if PageCount(pages, least, most).fits or folios is None or least is None or most is None:
        return ()
    fields: dict[str, str | int | float] = {"pages": pages, "folios": folios, "least": least, "most": most}
    return (Finding(code=FindingCode.FOLIO_COUNT, fields=fields),)


def digest_files(
    folder: Path, files: Sequence[FoundFile], check: Callable[[], None] = lambda: None
) -> tuple[StagedFile, ...]:
    """SHA-512 of each file as it lies on the share, in the same order. `check` is called before each."""
    staged: list[StagedFile] = []
    for file in files:
        check()
        digest = hashlib.sha512()
        with (folder / file.path).open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
        staged.append(
            StagedFile(
                path=file.path,
                size_bytes=file.size_bytes,
                sha512=digest.hexdigest(),
                media_type=file.media_type,
                role=file.role,
            )
        )
    return tuple(staged)


def find_duplicates(files: Sequence[StagedFile]) -> tuple[Finding, ...]:
    """A finding for each page file that has the same bytes as one before it."""
    first: dict[str, str] = {}
    found: list[Finding] = []
    for file in files:
        if file.role is not FileRole.PAGES:
            continue
        other = first.setdefault(file.sha512, file.path)
        if other != file.path:
            found.append(Finding(code=FindingCode.PAGE_DUPLICATE, file=file.path, fields={"other": other}))
    return tuple(found)
