# SPDX-License-Identifier: EUPL-1.2
"""Feed the search index from the outbox: what is indexed is read back from the store, by one writer at a time."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.leases import HeldLease
from arhivar.package import read_package
from processors.alto import read_alto
from schemas.crash_points import CrashPoint, reached
from schemas.errors import IndexUnavailable
from schemas.page import Line
from schemas.search import PageRecord
from schemas.stages import Stage
from schemas.unit import PackageDescription, PackagedPage

_BATCH = 100
_POLL_SECONDS = 0.2


def drain_outbox(archive: Archive, check: Callable[[], None] = lambda: None) -> None:
    """Return once nothing waits for the index: what this process indexed, or another one that was quicker.

    `check` is called before each unit, and may raise.
    Raises SearchIndexError: the deposit stands, and the outbox keeps the entry for the next run.
    """
    patience = time.monotonic() + 2 * archive.settings.lease_seconds
    while archive.catalogue.outbox(1):
        check()
        with archive.leases.hold("index") as lease:
            if lease is not None:
                _index_waiting(archive, lease, check)
                continue
        if time.monotonic() > patience:
            raise IndexUnavailable(detail="another process holds the lease 'index'")
        time.sleep(_POLL_SECONDS)


def _index_waiting(archive: Archive, lease: HeldLease, check: Callable[[], None]) -> None:
    while entries := archive.catalogue.outbox(_BATCH):
        for entry in entries:
            check()
            lease.check()
            with archive.monitor.stage(Stage.INDEX, entry.ingest_id, unit_id=entry.unit_id):
                index_unit(archive, entry.unit_id, entry.version)
                reached(CrashPoint.UNIT_INDEXED)
                archive.catalogue.outbox_done([entry.id])
            reached(CrashPoint.OUTBOX_DONE)


def index_unit(archive: Archive, unit_id: UUID, version: int) -> None:
    """Make the index show this version of the unit and no other. An entry for an older version does nothing."""
    if archive.packages.head(object_id(unit_id)) != version:
        return
    archive.index.write(page_records(archive, unit_id, version))
    reached(CrashPoint.INDEX_COMMITTED)
    archive.index.remove_unit(unit_id, except_version=version)


def page_records(archive: Archive, unit_id: UUID, version: int) -> Iterator[PageRecord]:
    """The unit's pages for the index, from its package."""
    package = read_package(archive, object_id(unit_id))
    for page in package.pages:
        yield page_record(archive, package, page, version)


def page_record(archive: Archive, package: PackageDescription, page: PackagedPage, version: int) -> PageRecord:
    """One page for the index, its text read from the version's ALTO file. Raises StoreError."""
    description = package.description
    return PageRecord(
        unit_id=package.unit_id,
        unit_version=version,
        page=page.number,
        reference_code=description.reference_code,
        title=description.title,
        fonds=description.fonds,
        series=description.series,
        document_type=description.document_type,
        year_from=_year(description.date_from or description.date_to),
        year_to=_year(description.date_to or description.date_from),
        language=page.language,
        access_class=description.access_class,
        text="" if page.text is None else _text(read_lines(archive, package.unit_id, page.text, version)),
    )


def read_lines(archive: Archive, unit_id: UUID, alto: str, version: int | None = None) -> tuple[Line, ...]:
    """The lines of a page, in reading order, from its ALTO file in the store."""
    with archive.packages.open(object_id(unit_id), alto, version) as stream:
        return tuple(line for block in read_alto(stream.read()) for line in block.lines)


def _text(lines: tuple[Line, ...]) -> str:
    return "\n".join(" ".join(word.text for word in line.words) for line in lines)


def _year(date: str | None) -> int | None:
    return None if date is None else int(date[:4])
