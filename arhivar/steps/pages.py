# SPDX-License-Identifier: EUPL-1.2
"""Read the pages of an ingest: each once, by the pool; a page whose result is kept already is not read again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from arhivar.composition import Archive
from arhivar.intake.stage import staged_key
from arhivar.log import Logger
from arhivar.reading_choice import reading_settings
from arhivar.steps.masters import master_keys
from arhivar.steps.results import PageResults
from arhivar.steps.workarea import page_key
from arhivar.stopping import StopRequest
from processors.pool import PagePool
from repository.object_store import digest_object
from repository.records import PageRow
from schemas.crash_points import CrashPoint, reached
from schemas.errors import (
    ArhivarError,
    EngineFailed,
    ImageError,
    ImageTooLarge,
    ObjectDamaged,
    ToolTimeout,
    WorkerLimit,
)
from schemas.findings import Finding, FindingCode
from schemas.ingest import Manifest, PlannedPage
from schemas.page import PageKind, PageResult
from schemas.stages import Stage

_log = Logger(__name__)

if TYPE_CHECKING:  # who asks for keys alone starts without the libraries for images
    from processors.page import PageSource


def read_pages(
    archive: Archive,
    manifest: Manifest,
    pool: PagePool,
    results: PageResults,
    on_page: Callable[[int], None],
    stop: StopRequest,
    pages: Sequence[PlannedPage] | None = None,
) -> dict[int, Finding]:
    """Read every page that has no result yet; of `pages` alone, where given.

    `on_page` hears how many pages each step forward brings. Returns the findings that make a page a placeholder,
    by page number; all other pages have a result in `results` afterwards. Errors that are not about the page
    itself (engine, store) are raised. Once a stop is asked for, no page is begun; those in hand are kept, then
    StopAsked is raised.
    """
    settings = reading_settings(archive.settings, manifest)
    keys = result_keys(archive, manifest)
    recorded = {row.number: row for row in archive.catalogue.pages(manifest.ingest_id)}
    waiting: list[PlannedPage] = []
    pages = manifest.pages if pages is None else pages
    for page in pages:
        kept = results.load_result(keys[page.number])
        if kept is None:
            waiting.append(page)
        elif not _says(recorded.get(page.number), kept):  # a run was killed just then, or another one read it
            _record(archive, manifest, page, kept)
    on_page(len(pages) - len(waiting))
    unreadable: dict[int, Finding] = {}
    again: list[PlannedPage] = []
    with ExitStack() as stack:
        timer = stack.enter_context(archive.monitor.stage(Stage.PAGES, manifest.ingest_id, unit_id=manifest.unit_id))
        first = pool.process(_sources(archive, manifest, waiting, stack, stop), settings)
        retries = pool.process(_sources(archive, manifest, again, stack, stop), settings)
        stack.enter_context(closing(first))  # the pool is free again, also where a page's result could not be kept
        stack.enter_context(closing(retries))
        for page, outcome in chain(first, retries):
            if isinstance(outcome, ArhivarError):
                tell = _log.info if isinstance(outcome, ImageError) else _log.warning
                tell("page not read", page=page.number, error=outcome.code, second_try=page in again)
            # A program that had to be stopped is the page's doing: an endless drawing must not hold up its binder.
            if isinstance(outcome, ImageError | ToolTimeout):
                unreadable[page.number] = placeholder_finding(page, outcome)
            elif isinstance(outcome, EngineFailed) or type(outcome) is ArhivarError:
                # It may pass; where it does not, one page that trips a program must not hold up its binder either.
                if page in again:
                    unreadable[page.number] = placeholder_finding(page, outcome)
                else:
                    again.append(page)
                    continue
            elif isinstance(outcome, ArhivarError):
                raise outcome
            else:
                archive.monitor.page_read(outcome.result.kind, outcome.step_seconds)
                results.keep_page(keys[page.number], outcome)
                _record(archive, manifest, page, outcome.result)
            timer.pages += 1
            on_page(1)
    stop.check()
    for number in unreadable:
        archive.catalogue.record_page(
            manifest.ingest_id,
            number,
            kind=PageKind.UNREADABLE,
            language=None,
            words=0,
            confidence=None,
            source_digest=None,
            now=datetime.now(UTC),
        )
    return unreadable


def _record(archive: Archive, manifest: Manifest, page: PlannedPage, result: PageResult) -> None:
    failure = result.treatment.get("second_reader_failed")
    if failure is not None:
        _log.warning("page not read a second time", page=page.number, detail=failure)
    archive.catalogue.record_page(
        manifest.ingest_id,
        page.number,
        kind=result.kind,
        language=result.language,
        words=sum(1 for _ in result.words()),
        confidence=result.confidence,
        source_digest=result.source_digest,
        now=datetime.now(UTC),
    )
    reached(CrashPoint.PAGE_RECORDED)


def _says(row: PageRow | None, result: PageResult) -> bool:
    """Whether the catalogue's row, of this attempt or an earlier one, is of this result."""
    if row is None:
        return False
    words = sum(1 for _ in result.words())
    known = (row.kind, row.language, row.words, row.confidence, row.source_digest)
    return known == (result.kind, result.language, words, result.confidence, result.source_digest)


def result_keys(archive: Archive, manifest: Manifest) -> dict[int, str]:
    """Under what each page's result is kept, by page number."""
    fingerprint = reading_settings(archive.settings, manifest).fingerprint()
    engine = f"{archive.settings.ocr_engine} {archive.settings.tessdata or ''}"
    if archive.settings.composer != "arhivar":
        engine = f"{archive.settings.composer} {engine}"  # it keeps pages as they were scanned
    digests = {file.path: file.sha512 for file in manifest.files}
    return {page.number: page_key(digests[page.file], page.frame, fingerprint, engine) for page in manifest.pages}


def placeholder_finding(page: PlannedPage, error: ArhivarError) -> Finding:
    """What the error means for the page."""
    said = {name: str(value) for name, value in error.fields.items()}
    fields: dict[str, str | int | float]
    if isinstance(error, ImageTooLarge):
        code, fields = FindingCode.PAGE_TOO_LARGE, {name: said.get(name, "?") for name in ("pixels", "limit")}
    elif isinstance(error, WorkerLimit):
        code, fields = FindingCode.PAGE_LIMIT, {"detail": said.get("limit", "?")}
    elif isinstance(error, ToolTimeout):
        code, fields = FindingCode.PAGE_LIMIT, {"detail": f"{said.get('tool', '?')}, {said.get('seconds', '?')} s"}
    else:
        code, fields = FindingCode.PAGE_UNREADABLE, {"detail": said.get("detail", "?")}
    return Finding(code=code, page=page.number, file=page.file, fields=fields)


def _sources(
    archive: Archive, manifest: Manifest, pages: list[PlannedPage], stack: ExitStack, stop: StopRequest
) -> Iterator[tuple[PlannedPage, "PageSource"]]:
    """Pages with a local path of their file; a file is made local once for all its pages."""
    from processors.page import PageSource

    local: dict[str, Path] = {}
    keys: dict[str, str] = {}
    for page in pages:
        if stop.asked:
            return
        if page.file not in local:
            keys = keys or master_keys(archive, manifest)
            _require_sound(archive, manifest, page.file, keys[page.file])
            local[page.file] = stack.enter_context(archive.store.local_path(keys[page.file]))
        yield page, PageSource(local[page.file], page.frame)


def _require_sound(archive: Archive, manifest: Manifest, file: str, key: str) -> None:
    """Raises ObjectDamaged for a master that changed in the store; what is staged was compared a short while ago."""
    if key == staged_key(manifest.ingest_id, file):
        return
    if digest_object(archive.store, key) != manifest.file(file).sha512:
        raise ObjectDamaged(key=key, detail="it has another digest than its inventory says")
