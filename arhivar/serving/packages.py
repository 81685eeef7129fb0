# SPDX-License-Identifier: EUPL-1.2
"""Packages as they are served: what a version says of itself and where its files lie, kept in memory for a while.

Reading it takes ten milliseconds and more for a binder, and a reader who turns pages asks a dozen times a second.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha512
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.package import DESCRIPTION_PATH
from repository.ocfl import OcflFile
from schemas.errors import ObjectDamaged, PackageInvalid, PageUnknown, UnitUnknown
from schemas.unit import PackageDescription, PackagedPage, PackagedPdf

_KEPT = 32
"""Versions; of a binder of 300 pages one takes about a megabyte."""


@dataclass(frozen=True)
class ServedPackage:
    """One version of a unit."""

    unit_id: UUID
    version: int
    description: PackageDescription
    files: Mapping[str, OcflFile]
    """By logical path."""

    @cached_property
    def _pages(self) -> dict[int, PackagedPage]:
        return {page.number: page for page in self.description.pages}

    @property
    def reference_code(self) -> str:
        """Of the unit."""
        return self.description.description.reference_code

    def page(self, number: int) -> PackagedPage:
        """The page of that number. Raises PageUnknown."""
        page = self._pages.get(number)
        if page is None:
            raise PageUnknown(unit=self.reference_code, page=number, pages=len(self._pages))
        return page

    def pdf_of(self, number: int) -> PackagedPdf | None:
        """The access PDF that holds the page of that number."""
        return next((pdf for pdf in self.description.pdfs if number in pdf.numbers), None)

    def pdf_of_volume(self, volume: int) -> PackagedPdf | None:
        """The access PDF of a volume."""
        return next((pdf for pdf in self.description.pdfs if pdf.volume == volume), None)

    def file(self, path: str) -> OcflFile:
        """The file of that logical path. Raises PackageInvalid: the version says that there is one."""
        file = self.files.get(path)
        if file is None:
            raise PackageInvalid(unit=self.reference_code, detail=f"{path} is not in version {self.version}")
        return file


class Packages:
    """Reads versions of packages and keeps the last few. For use by many threads at once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._kept: OrderedDict[tuple[UUID, int], ServedPackage] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, unit_id: UUID, version: int) -> ServedPackage:
        """That version of the unit. Raises UnitUnknown (also for an unknown version), PackageInvalid, StoreError."""
        key = (unit_id, version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        package = self._read(unit_id, version)
        with self._lock:
            self._kept[key] = package
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return package

    def read(self, file: OcflFile) -> bytes:
        """All bytes of a small file, checked against its digest. Raises ObjectDamaged, StoreError."""
        data = self._archive.store.read(file.content_key)
        if sha512(data).hexdigest() != file.sha512:
            raise ObjectDamaged(key=file.content_key, detail="its bytes do not have the SHA-512 of the inventory")
        return data

    def forget(self, unit_id: UUID) -> None:
        """Keep nothing of the unit any more."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == unit_id]:
                del self._kept[key]

    def _read(self, unit_id: UUID, version: int) -> ServedPackage:
        packages, identifier = self._archive.packages, object_id(unit_id)
        head = packages.head(identifier)
        if head is None or not 1 <= version <= head:
            raise UnitUnknown(unit=str(unit_id))
        files = packages.files(identifier, version)
        described = files.get(DESCRIPTION_PATH)
        if described is None:
            raise PackageInvalid(unit=str(unit_id), detail=f"{DESCRIPTION_PATH} is not in version {version}")
        try:
            description = PackageDescription.from_json(self.read(described))
        except ValueError as error:
            raise PackageInvalid(unit=str(unit_id), detail=f"{DESCRIPTION_PATH} cannot be understood") from error
        return ServedPackage(unit_id, version, description, files)
