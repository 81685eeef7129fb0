# SPDX-License-Identifier: EUPL-1.2
"""What a part of a unit (pages scanned again, a further volume) or a reread leaves as it was: the version it continues.

It is read by the number that intake wrote down, never as "the head", so that a step that is repeated after its own
deposit still starts from the same version.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arhivar.composition import Archive, object_id
from arhivar.package import DESCRIPTION_PATH, EARLIER_MANIFESTS, MANIFEST_PATH, earlier_manifest_path, read_package
from arhivar.steps.duplicates import Look, resemble
from arhivar.steps.index import read_lines
from repository.object_store import digest_object
from repository.ocfl import Kept, OcflFile
from schemas.errors import ObjectDamaged
from schemas.findings import Finding, FindingCode
from schemas.ingest import Manifest
from schemas.page import PageKind
from schemas.unit import PackageDescription, PackagedPage


@dataclass(frozen=True, slots=True)
class Continued:
    """The version that an ingest continues, and the numbers of the pages that give way in it."""

    version: int
    package: PackageDescription
    files: Mapping[str, OcflFile]
    replaced: frozenset[int]
    reread: bool = False
    """The same captures read again: what intake captured and noticed holds of the next version too."""

    def pages(self) -> tuple[PackagedPage, ...]:
        """The pages that stay, without what was said of their likeness to pages that are gone."""
        return tuple(
            page.model_copy(update={"findings": self._still_true(page.findings)})
            for page in self.package.pages
            if page.number not in self.replaced
        )

    def findings(self) -> tuple[Finding, ...]:
        """What intake noticed about the unit, but for pages that are gone."""
        if self.reread:
            return self.package.findings
        return tuple(finding for finding in self.package.findings if finding.page not in self.replaced)

    def kept_files(self, new_pdfs: Collection[str]) -> dict[str, Kept]:
        """The files that the next version has too, by logical path: all but `metadata/`, and what gives way.

        A master goes with the last page that shows it; the former version keeps it. Manifests move down a place.
        A reread keeps all but what it makes anew.
        """
        if self.reread:
            others = self.files.keys() - {DESCRIPTION_PATH, MANIFEST_PATH}
            return {path: Kept(self.files[path].sha512) for path in sorted(others)}
        pages = self.pages()
        paths = {path for page in pages for path in (page.master, page.text) if path is not None}
        paths |= {pdf.path for pdf in self.package.pdfs if pdf.path not in new_pdfs}
        paths |= set(self.package.attachments)
        paths |= {path for path in self.files if path.startswith(EARLIER_MANIFESTS)}
        kept = {path: Kept(self.files[path].sha512) for path in sorted(paths)}
        position = sum(path.startswith(EARLIER_MANIFESTS) for path in paths) + 1
        kept[earlier_manifest_path(position)] = Kept(self.files[MANIFEST_PATH].sha512)
        return kept

    def looks(self, archive: Archive, new: Sequence[Look]) -> list[Look]:
        """Kept pages that may look like new ones; the words of no other page are read."""
        return [
            Look(page.number, page.master, page.look, self._words(archive, page), f"{page.ingest_id}/{page.sequence}")
            for page in self.pages()
            if page.look is not None and any(resemble(page.look, look.hash) for look in new)
        ]

    @contextmanager
    def local_pdf(self, archive: Archive, path: str) -> Iterator[Path]:
        """A former access PDF as a local file, its bytes compared with their digest: damage must not be carried on.

        Raises ObjectDamaged, StoreError.
        """
        file = self.files[path]
        if digest_object(archive.store, file.content_key) != file.sha512:
            raise ObjectDamaged(key=file.content_key, detail="it has another digest than its inventory says")
        with archive.store.local_path(file.content_key) as local:
            yield local

    def _words(self, archive: Archive, page: PackagedPage) -> Counter[str]:
        if page.text is None:
            return Counter()
        lines = read_lines(archive, self.package.unit_id, page.text, self.version)
        return Counter(word.text.casefold() for line in lines for word in line.words)

    def _still_true(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(
            finding
            for finding in findings
            if finding.code is not FindingCode.PAGE_NEAR_DUPLICATE or finding.fields.get("other") not in self.replaced
        )


def read_continued(archive: Archive, manifest: Manifest, unreadable: Collection[int] = ()) -> Continued | None:
    """The version that the ingest continues; None for the files of a whole unit. Raises StoreError.

    In a reread, pages that were read in that version and are `unreadable` now stay as they are.
    """
    version = manifest.base_version if manifest.reread is None else manifest.reread.version
    if version is None:
        return None
    identifier = object_id(manifest.unit_id)
    package = read_package(archive, identifier, version)
    numbers = frozenset(page.number for page in package.pages)
    if manifest.reread is None:
        replaced = numbers & frozenset(manifest.places)
    else:
        gaps = {page.number for page in package.pages if page.kind is PageKind.UNREADABLE}
        replaced = numbers - (frozenset(unreadable) - gaps)
    return Continued(
        version, package, archive.packages.files(identifier, version), replaced, reread=manifest.reread is not None
    )
