# SPDX-License-Identifier: EUPL-1.2
"""The pages that an ingest reads: its own, or, of a reread, all that the unit's version shows, whoever captured them.

They are counted from 1, in reading order: its position is a page's number in the ingest, or in a reread that in the
unit.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from arhivar.composition import Archive, object_id
from arhivar.package import read_manifests, read_package
from arhivar.steps.pages import read_pages, result_keys
from arhivar.steps.results import PageResults
from arhivar.stopping import StopRequest
from processors.pool import PagePool
from schemas.findings import Finding
from schemas.ingest import Manifest, PlannedPage


@dataclass(frozen=True, slots=True)
class Capture:
    """One page to be read: which one of which ingest."""

    position: int
    manifest: Manifest
    """Of the ingest that captured it; in a reread with the description and the choices of today."""
    page: PlannedPage

    @property
    def number(self) -> int:
        """Its number in the unit."""
        return self.manifest.place(self.page.number)


def captures(archive: Archive, manifest: Manifest) -> tuple[Capture, ...]:
    """Every page that the ingest reads. Raises StoreError for a reread, whose version lies in the store."""
    if manifest.reread is None:
        return tuple(Capture(page.number, manifest, page) for page in manifest.pages)
    identifier, version = object_id(manifest.unit_id), manifest.reread.version
    today = {name: getattr(manifest, name) for name in ("description", "reading", "fidelity", "reread")}
    captured = {one.ingest_id: one for one in read_manifests(archive, identifier, version)} | {
        manifest.ingest_id: manifest
    }
    manifests = {one.ingest_id: one.model_copy(update=today) for one in captured.values()}
    return tuple(
        Capture(page.number, manifests[page.ingest_id], manifests[page.ingest_id].pages[page.sequence - 1])
        for page in read_package(archive, identifier, version).pages
    )


def read_captures(
    archive: Archive,
    manifest: Manifest,
    pool: PagePool,
    results: PageResults,
    on_page: Callable[[int], None],
    stop: StopRequest,
    positions: Collection[int] | None = None,
) -> dict[int, Finding]:
    """Read the pages in these positions, or all, as `read_pages` does; the findings are by position."""
    wanted = [one for one in captures(archive, manifest) if positions is None or one.position in positions]
    unreadable: dict[int, Finding] = {}
    for one in dict.fromkeys(capture.manifest.ingest_id for capture in wanted):
        own = [capture for capture in wanted if capture.manifest.ingest_id == one]
        pages = [capture.page for capture in own]
        found = read_pages(archive, own[0].manifest, pool, results, on_page, stop, pages)
        for capture in own:
            if capture.page.number in found:
                finding = found[capture.page.number]
                unreadable[capture.position] = finding.model_copy(update={"page": capture.position})
    return unreadable


def capture_keys(archive: Archive, read: Collection[Capture]) -> dict[int, str]:
    """Under what the result of each of these pages is kept, by position."""
    manifests = {one.manifest.ingest_id: one.manifest for one in read}
    keys = {ingest_id: result_keys(archive, manifest) for ingest_id, manifest in manifests.items()}
    return {one.position: keys[one.manifest.ingest_id][one.page.number] for one in read}
