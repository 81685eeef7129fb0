# SPDX-License-Identifier: EUPL-1.2
"""What a version of a package says of itself, where it can be believed: its two records, read against their digests."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha512
from typing import TypeVar
from uuid import UUID

from arhivar.composition import Archive
from arhivar.package import DESCRIPTION_PATH, EARLIER_MANIFESTS, MANIFEST_PATH, access_path, alto_path, master_path
from schemas.base import Record
from schemas.drop import Intent
from schemas.errors import StoreError, StoreUnavailable
from schemas.ingest import Manifest
from schemas.unit import PackageDescription

_URN = "urn:uuid:"

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Contents:
    """The records of one version; None for one that is missing, damaged or not to be understood."""

    version: int
    package: PackageDescription | None
    manifest: Manifest | None
    earlier: bool = True
    """Whether the manifests of the earlier ingests that the version is made of can be understood, where there are any.
    """

    def numbers(self) -> set[int]:
        """Numbers in the unit of the version's pages; as far as the newest ingest knows, where the package is lost."""
        if self.package is not None:
            return {page.number for page in self.package.pages}
        manifest = self.manifest
        return set() if manifest is None else {manifest.place(page.number) for page in manifest.pages}


def read_contents(archive: Archive, identifier: str, version: int) -> Contents:
    """The records of a version. What cannot be read is None; the difference itself is for `verify` to name.

    Raises StoreUnavailable where the store as a whole does not answer.
    """
    return Contents(
        version,
        _read(archive, identifier, DESCRIPTION_PATH, version, PackageDescription),
        _read(archive, identifier, MANIFEST_PATH, version, Manifest),
        all(
            _read(archive, identifier, path, version, Manifest) is not None
            for path in _earlier(archive, identifier, version)
        ),
    )


def _earlier(archive: Archive, identifier: str, version: int) -> list[str]:
    try:
        return [path for path in archive.packages.files(identifier, version) if path.startswith(EARLIER_MANIFESTS)]
    except StoreError:  # then nothing of it could be read, and verify names that
        archive.packages.require_root()
        return []


def _read(archive: Archive, identifier: str, path: str, version: int, kind: type[R]) -> R | None:
    try:
        file = archive.packages.files(identifier, version)[path]
        with archive.store.open(file.content_key) as stream:
            data = stream.read()
        return kind.from_json(data) if sha512(data).hexdigest() == file.sha512 else None
    except (StoreUnavailable, OSError):
        archive.packages.require_root()
        return None
    except (StoreError, KeyError, ValueError):  # pydantic's errors are ValueErrors
        return None


def unit_of(identifier: str) -> UUID | None:
    """The unit of an object; None for an object that is not one of ours."""
    try:
        return UUID(identifier.removeprefix(_URN)) if identifier.startswith(_URN) else None
    except ValueError:
        return None


def pages_of_files(contents: Contents, planned: Manifest | None) -> Mapping[str, tuple[int, ...]]:
    """Which pages each logical path of a version holds: as its own records say, else as `planned` (the catalogue)."""
    pages: dict[str, list[int]] = {}
    manifest = contents.manifest or planned
    if contents.package is not None:
        for page in contents.package.pages:
            for path in (page.master, page.text):
                if path is not None:
                    pages.setdefault(path, []).append(page.number)
        for pdf in contents.package.pdfs:
            pages[pdf.path] = list(pdf.numbers)
    elif manifest is not None:
        for planned_page in manifest.pages:
            number = manifest.place(planned_page.number)
            pages.setdefault(master_path(manifest, planned_page.file), []).append(number)
            pages[alto_path(number)] = [number]
        if manifest.intent is not Intent.REPLACE_PAGES:  # these lie in PDFs of whichever volumes
            pages[access_path(manifest.volume)] = [manifest.place(page.number) for page in manifest.pages]
    return {path: tuple(numbers) for path, numbers in pages.items()}


def page_ranges(numbers: tuple[int, ...]) -> str:
    """``1–4, 7``; a dash for none."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs) or "–"
