# SPDX-License-Identifier: EUPL-1.2
"""A further attempt at an ingest that was deposited before: it becomes a version only where it is better."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from hashlib import sha512

from arhivar.composition import Archive, object_id
from arhivar.package import read_package
from arhivar.steps.compose import Composed
from repository.records import IngestRow
from schemas.page import PageKind
from schemas.unit import PackagedPage


def is_better(archive: Archive, row: IngestRow, unreadable: Collection[int]) -> bool:
    """Whether what was read now may become the unit's version; `unreadable` are the positions that failed.

    True for a first deposit, and for one that was cut short after its version was written. Of a further attempt: where
    the current version is still this ingest's, and some of its placeholders could be read, and no other page failed;
    of a reread, where any page could be read: what failed stays as it is.
    """
    if row.version is None:
        return True
    package = read_package(archive, object_id(row.unit_id))
    if package.ingest_id != row.ingest_id:  # a newer ingest has taken its place
        return False
    if package.attempt == row.attempt:
        return True
    if row.manifest.reread is not None:
        return len(unreadable) < len(package.pages)
    own = (page for page in package.pages if page.ingest_id == row.ingest_id)
    return set(unreadable) < {page.sequence for page in own if page.kind is PageKind.UNREADABLE}


def repeats(composed: Composed) -> bool:
    """Whether a reread gave, byte for byte, what the version that it read holds already."""
    before = composed.continued
    if before is None or not before.reread or composed.pages != before.package.pages:
        return False
    pdfs, former = ([(pdf.path, pdf.sha512) for pdf in one] for one in (composed.pdfs, before.package.pdfs))
    texts = {path: sha512(data).hexdigest() for path, data in composed.alto.items()}
    return pdfs == former and all(path in before.files and before.files[path].sha512 == texts[path] for path in texts)


def keep_deposited(archive: Archive, row: IngestRow) -> None:
    """Let the catalogue's pages say again what the deposited version says."""
    package = read_package(archive, object_id(row.unit_id))
    if package.ingest_id != row.ingest_id:
        return
    # Those of other ingests of the unit were not touched, unless they were read again.
    record_packaged(archive, [p for p in package.pages if row.manifest.reread or p.ingest_id == row.ingest_id])


def record_packaged(archive: Archive, pages: Iterable[PackagedPage]) -> None:
    """Let the catalogue's pages say what the package says of them."""
    for page in pages:
        archive.catalogue.record_page(
            page.ingest_id,
            page.sequence,
            kind=page.kind,
            language=page.language,
            words=page.words,
            confidence=page.confidence,
            source_digest=page.source_digest,
            now=datetime.now(UTC),
        )
