# SPDX-License-Identifier: EUPL-1.2
"""Everything that is served as files, put together for the length of a server's life."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from arhivar.composition import Archive, limits_from
from arhivar.serving.cache import FileCache
from arhivar.serving.images import ImageServer
from arhivar.serving.packages import Packages
from arhivar.serving.pdfs import PdfServer
from arhivar.serving.text import TextServer
from processors.image_pool import ImagePool

CACHE_FOLDER = "served"
"""In the work area."""


@dataclass(frozen=True, slots=True)
class FileServer:
    """Pictures, text and PDFs of one archive; for use by many threads at once."""

    images: ImageServer
    text: TextServer
    pdfs: PdfServer
    _packages: Packages
    _cache: FileCache

    def forget(self, unit_id: UUID) -> None:
        """Keep nothing of the unit that was made for readers: its files in the store were disposed of."""
        self._packages.forget(unit_id)
        self._cache.drop_unit(unit_id)


@contextmanager
def serve_files(archive: Archive) -> Iterator[FileServer]:
    """The archive's files for the length of the block; its processes are started when a picture is first asked for.

    Raises DiskFull and DiskUnavailable where there is no room for temporary files.
    """
    settings = archive.settings
    cache = FileCache(archive.work / CACHE_FOLDER, settings.image_cache_bytes)
    packages = Packages(archive)
    with ImagePool(settings.image_workers, limits_from(settings)) as pool:
        yield FileServer(
            images=ImageServer(archive, packages, cache, pool),
            text=TextServer(packages),
            pdfs=PdfServer(archive, packages, cache),
            _packages=packages,
            _cache=cache,
        )
