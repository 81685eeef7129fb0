# SPDX-License-Identifier: EUPL-1.2
"""Pictures of pages: any part at any size, as JPEG, PNG or WebP, of what a reader sees of the page.

The first request for a page decodes its scan in a process held to limits and keeps the page as a pyramid; all others
decode a few of its tiles. Answers are kept too.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING
from uuid import UUID

from arhivar.composition import Archive
from arhivar.log import Logger
from arhivar.serving.cache import CacheKey, FileCache
from arhivar.serving.packages import Packages, ServedPackage
from processors.image_pool import ImagePool
from processors.region import ImageFormat, ImageRequest, PlacedRequest, place_request
from processors.shown_source import PLACEHOLDER_PX, DrawnPage, MasterPage, PageToShow, PdfPage
from schemas.errors import DiskFull, DiskUnavailable, ImageRequestInvalid, PackageInvalid
from schemas.page import PageKind
from schemas.unit import PackagedPage

if TYPE_CHECKING:  # who serves no picture starts without the libraries for it
    from processors.ink import Pixels
    from processors.pyramid import Pyramid

_STEP = "1"
"""Part of each key and etag: counts up when the same request gives another picture."""
_LONGEST_PX = {ImageFormat.JPEG: 65_500, ImageFormat.PNG: 1_000_000, ImageFormat.WEBP: 16_383}
"""A side of what libjpeg and libwebp write; libpng is asked for no more than it reads again."""
_TRIES = 3

_log = Logger(__name__)


@dataclass(frozen=True)
class PageImage:
    """A picture that was asked for. It is made when it is read; all else is known before.

    `etag` (opaque, without quotes) is the same as long as `read` gives the same bytes. `width_px` and `height_px` are
    those of the answer, turned as it is.
    """

    etag: str
    media_type: str
    width_px: int
    height_px: int
    _server: "ImageServer" = field(repr=False)
    _package: ServedPackage = field(repr=False)
    _page: PackagedPage = field(repr=False)
    _placed: PlacedRequest = field(repr=False)

    def read(self) -> bytes:
        """The file's bytes. Raises what `ImageServer.image` says."""
        return self._server.render(self._package, self._page, self._placed)


class ImageServer:
    """Serves pictures of pages. For use by many threads at once."""

    def __init__(self, archive: Archive, packages: Packages, cache: FileCache, pool: ImagePool) -> None:
        self._archive = archive
        self._packages = packages
        self._cache = cache
        self._pool = pool
        self._max_pixels = archive.settings.image_max_pixels
        self._places = threading.BoundedSemaphore(archive.settings.image_workers)

    def size(self, unit_id: UUID, version: int, page: int) -> tuple[int, int]:
        """The page's width and height in derivative pixels. Raises UnitUnknown, PageUnknown, StoreError."""
        return _size_of(self._packages.get(unit_id, version).page(page))

    def image(self, unit_id: UUID, version: int, page: int, request: ImageRequest) -> PageImage:
        """The picture that the request means; the caller has checked that it may be seen.

        Raises UnitUnknown, PageUnknown, ImageRequestInvalid, ImageAnswerTooLarge, StoreError; and when it is read
        ImageError and its kinds where the scan cannot be decoded any more, ObjectDamaged where it is not the one that
        was deposited, ToolError, MachineError.
        """
        package = self._packages.get(unit_id, version)
        packaged = package.page(page)
        placed = place_request(request, *_size_of(packaged), self._max_pixels)
        if max(placed.width_px, placed.height_px) > _LONGEST_PX[placed.format]:
            raise ImageRequestInvalid(
                part="size",
                value=request.size[:60],
                problem_ro=f"formatul {placed.format} are cel mult {_LONGEST_PX[placed.format]} pixeli pe o latură",
                problem_en=f"the format {placed.format} has {_LONGEST_PX[placed.format]} pixels a side at most",
            )
        shape = (placed.width_px, placed.height_px)
        width_px, height_px = shape if placed.rotation % 180 == 0 else shape[::-1]
        return PageImage(
            etag=_etag(package, packaged, placed),
            media_type=placed.format.media_type,
            width_px=width_px,
            height_px=height_px,
            _server=self,
            _package=package,
            _page=packaged,
            _placed=placed,
        )

    def render(self, package: ServedPackage, page: PackagedPage, placed: PlacedRequest) -> bytes:
        """The bytes of a placed request; see `image`."""
        key = _key(package, page, repr(placed))
        kept = self._cache.read(key)
        if kept is not None:
            return kept
        from processors.picture_file import write_picture

        data = write_picture(self._pixels(package, page, placed), placed)
        try:
            self._cache.keep(key, data)
        except (DiskFull, DiskUnavailable) as error:  # the reader gets the picture all the same
            _log.warning("picture not kept", unit=package.reference_code, page=page.number, detail=str(error))
        return data

    def _pixels(self, package: ServedPackage, page: PackagedPage, placed: PlacedRequest) -> "Pixels":
        """Of the part, from the page's pyramid, which is made where it is not there or damaged."""
        from processors.pyramid import PyramidDamaged

        key = _key(package, page, "pyramid")
        for _ in range(_TRIES):
            try:
                with self._opened(key) or self._made(package, page, key) as pyramid, self._places:
                    if (pyramid.width_px, pyramid.height_px) != _size_of(page):
                        raise PackageInvalid(unit=package.reference_code, detail=f"page {page.number} has another size")
                    return pyramid.read(placed.box, placed.width_px, placed.height_px)
            except PyramidDamaged:
                self._cache.drop(key)
        raise DiskUnavailable(where=str(self._cache.path(key)), detail="what was written does not come back")

    def _opened(self, key: CacheKey) -> "Pyramid | None":
        from processors.pyramid import Pyramid, PyramidDamaged

        try:
            pyramid = Pyramid(self._cache.path(key))
        except OSError:
            return None
        except PyramidDamaged:
            self._cache.drop(key)
            return None
        self._cache.used(key)
        return pyramid

    def _made(self, package: ServedPackage, page: PackagedPage, key: CacheKey) -> "Pyramid":
        from processors.pyramid import Pyramid

        with self._cache.making(key):
            other = self._opened(key)  # of whoever held us up
            if other is not None:
                return other
            with self._cache.part(key) as part:
                with self._source(package, page) as source:
                    self._pool.make(source, part, f"{package.reference_code}: {page.master}")
                pyramid = Pyramid(part)  # before it can go out again
                try:
                    self._cache.publish(key, part)
                except BaseException:
                    pyramid.__exit__()
                    raise
                return pyramid

    @contextmanager
    def _source(self, package: ServedPackage, page: PackagedPage) -> Iterator[PageToShow]:
        geometry = page.geometry
        if page.kind is PageKind.UNREADABLE or geometry is None:
            yield DrawnPage(page.number, package.reference_code, page.master)
            return
        pdf = package.pdf_of(page.number)
        foreign = pdf is not None and pdf.made_by is not None
        stored = package.file(pdf.path if pdf is not None and foreign else page.master)
        with self._archive.store.local_path(stored.content_key) as file:
            if pdf is not None and foreign:
                yield PdfPage(file, page.number - pdf.first_page + 1, geometry, stored.sha512)
            else:
                yield MasterPage(file, page.frame, geometry, stored.sha512)


def _size_of(page: PackagedPage) -> tuple[int, int]:
    if page.kind is PageKind.UNREADABLE or page.geometry is None:
        return PLACEHOLDER_PX
    return page.geometry.width_px, page.geometry.height_px


def _key(package: ServedPackage, page: PackagedPage, asked: str) -> CacheKey:
    return CacheKey(package.unit_id, package.version, page.number, f"{_STEP} {_libraries()} {asked}")


def _etag(package: ServedPackage, page: PackagedPage, placed: PlacedRequest) -> str:
    pdf = package.pdf_of(page.number)
    parts = (
        _STEP,
        _libraries(),
        package.file(page.master).sha512,
        "" if pdf is None or pdf.made_by is None else pdf.sha512,
        page.model_dump_json(include={"number", "frame", "kind", "geometry"}),
        repr(placed),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


@cache
def _libraries() -> str:
    """The programs that decide on a picture's bytes: a new version may give others."""
    return " ".join(version_of(name) for name in ("opencv-python-headless", "pillow", "simplejpeg"))
