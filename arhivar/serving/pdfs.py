# SPDX-License-Identifier: EUPL-1.2
"""PDFs of a unit: the stored one of a volume, and excerpts of the pages that somebody may see."""

import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.metadata import version as version_of
from typing import BinaryIO
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.serving.cache import CacheKey, FileCache
from arhivar.serving.packages import Packages, ServedPackage
from schemas.errors import ExcerptEmpty
from schemas.unit import PackagedPdf

MEDIA_TYPE = "application/pdf"
_STEP = "1"
"""Part of each key and etag: counts up when the same pages give another excerpt."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF that was asked for; an excerpt is made when it is opened.

    `etag` (opaque, without quotes) is the same as long as the bytes are. `pages` are the numbers, in the unit, of the
    pages that are in it.
    """

    etag: str
    name: str
    pages: tuple[int, ...]
    _open: Callable[[], BinaryIO] = field(repr=False)

    def open(self) -> BinaryIO:
        """A seekable stream, which the caller closes. Raises what the method that gave this file says."""
        return self._open()


class PdfServer:
    """Serves PDFs. For use by many threads at once."""

    def __init__(self, archive: Archive, packages: Packages, cache: FileCache) -> None:
        self._archive = archive
        self._packages = packages
        self._cache = cache
        self._places = threading.BoundedSemaphore(archive.settings.image_workers)

    def volume(self, unit_id: UUID, version: int, volume: int) -> PdfFile | None:
        """The PDF/A of a volume as it is in the package, all pages; None where the unit has no such volume.

        For whoever may see every page of it; for others `excerpt`. Raises UnitUnknown, PackageInvalid, StoreError.
        """
        package = self._packages.get(unit_id, version)
        pdf = package.pdf_of_volume(volume)
        return None if pdf is None else self._stored(package, pdf)

    def excerpt(
        self, unit_id: UUID, version: int, pages: Collection[int], *, allowed: Collection[int] | None = None
    ) -> PdfFile:
        """A PDF/A-2u of those of the unit's pages that are wanted and, where it is given, among the allowed.

        Whatever is not allowed is left out as if it did not exist; all pages of a volume give its stored PDF. Raises
        ExcerptEmpty where nothing is left, UnitUnknown, PackageInvalid, StoreError; when it is opened PdfNotWritten,
        MachineError.
        """
        package = self._packages.get(unit_id, version)
        wanted = set(pages) if allowed is None else set(pages).intersection(allowed)
        parts = [
            (pdf, found) for pdf in package.description.pdfs if (found := sorted(wanted.intersection(pdf.numbers)))
        ]
        if not parts:
            raise ExcerptEmpty(unit=package.reference_code)
        if len(parts) == 1 and len(parts[0][1]) == parts[0][0].pages:
            return self._stored(package, parts[0][0])
        numbers = tuple(number for _, found in parts for number in found)
        asked = "\n".join(
            [_STEP, _libraries(), str(unit_id), str(version), repr(numbers), *(pdf.sha512 for pdf, _ in parts)]
        )
        key = CacheKey(unit_id, version, 0, f"excerpt\n{asked}")
        return PdfFile(
            etag=sha256(asked.encode()).hexdigest()[:40],
            name=f"{unit_id}-v{version}-{numbers[0]}-{numbers[-1]}.pdf",
            pages=numbers,
            _open=lambda: self._opened(key) or self._made(package, parts, key),
        )

    def _stored(self, package: ServedPackage, pdf: PackagedPdf) -> PdfFile:
        file = package.file(pdf.path)
        return PdfFile(
            etag=file.sha512[:40],
            name=f"{package.unit_id}-v{package.version}-volume-{pdf.volume}.pdf",
            pages=tuple(pdf.numbers),
            _open=lambda: self._archive.store.open(file.content_key),
        )

    def _opened(self, key: CacheKey) -> BinaryIO | None:
        try:
            stream = self._cache.path(key).open("rb")
        except OSError:
            return None
        self._cache.used(key)
        return stream

    def _made(self, package: ServedPackage, parts: list[tuple[PackagedPdf, list[int]]], key: CacheKey) -> BinaryIO:
        from processors.compose import ComposeSettings
        from processors.pdf_pages import ExcerptSource, excerpt_pdf

        with self._cache.making(key):
            other = self._opened(key)  # of whoever held us up
            if other is not None:
                return other
            with self._places, self._cache.part(key) as part, ExitStack() as stack:
                sources = [
                    ExcerptSource(
                        stack.enter_context(self._archive.store.local_path(package.file(pdf.path).content_key)), numbers
                    )
                    for pdf, numbers in parts
                ]
                description = package.description.description
                taken_from = f"{object_id(package.unit_id)}#v{package.version}"
                excerpt_pdf(part, description, sources, taken_from, ComposeSettings())
                stream = part.open("rb")  # before it can go out again
                try:
                    self._cache.publish(key, part)
                except BaseException:
                    stream.close()
                    raise
                return stream


@cache
def _libraries() -> str:
    """The program that decides on an excerpt's bytes: a new version may give others."""
    return version_of("pikepdf")
