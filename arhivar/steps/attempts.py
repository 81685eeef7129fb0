# SPDX-License-Identifier: EUPL-1.2
"""A further attempt at an ingest that was deposited before: it becomes a version only where it is better."""

from collections.abc import Collection
from datetime import UTC, datetime

from arhivar.composition import Archive, object_id
from arhivar.package import read_package
from repository.records import IngestRow
from schemas.page import PageKind


def is_better(archive: Archive, row: IngestRow, unreadable: Collection[int]) -> bool:
    """Whether what was read now should become the unit's version; `unreadable` are the pages that failed.

    True for a first deposit, and for one that was cut short after its version was written. Of a further attempt: where
    the current version is still this ingest's, and some of its placeholders could be read, and no other page failed.
    """
    if row.version is None:
        return True
    package = read_package(archive, object_id(row.unit_id))
    if package.ingest_id != row.ingest_id:  # a newer ingest has taken its place
        return False
    if package.attempt == row.attempt:
        return True
    own = (page for page in package.pages if page.ingest_id == row.ingest_id)
    return set(unreadable) < {page.sequence for page in own if page.kind is PageKind.UNREADABLE}


def keep_deposited(archive: Archive, row: IngestRow) -> None:
    """Let the catalogue's pages say again what the deposited version says."""
    package = read_package(archive, object_id(row.unit_id))
    if package.ingest_id != row.ingest_id:
        return
    for page in package.pages:
        if page.ingest_id != row.ingest_id:  # kept from an earlier ingest of the unit
            continue
        archive.catalogue.record_page(
            row.ingest_id,
            page.sequence,
            kind=page.kind,
            language=page.language,
            words=page.words,
            confidence=page.confidence,
            source_digest=page.source_digest,
            now=datetime.now(UTC),
        )
