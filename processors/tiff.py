# SPDX-License-Identifier: EUPL-1.2
"""The structure of a TIFF file (TIFF 6.0, BigTIFF): its directories, checked, without decoding a pixel.

Pillow reads a file that was cut off as one with fewer pages, or pads what is missing. Here that is an error.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ImageUnreadable

SUBFILE_TYPE, WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 259, 262, 266
STRIP_OFFSETS, STRIP_BYTE_COUNTS, T6_OPTIONS, TILE_OFFSETS, TILE_BYTE_COUNTS = 273, 279, 293, 324, 325
COMPRESSION_G4 = 4
_ORIENTATION = 274

_WANTED = {SUBFILE_TYPE, WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, FILL_ORDER, _ORIENTATION, T6_OPTIONS}
_WANTED |= {STRIP_OFFSETS, STRIP_BYTE_COUNTS, TILE_OFFSETS, TILE_BYTE_COUNTS}
_UNSIGNED = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
"""Field types that hold unsigned integers, and their letters for `struct`."""
_REDUCED_IMAGE, _MASK = 1, 4
_MOST_DIRECTORIES = 100_000
_MOST_VALUES = 4_000_000
"""More strips than any page has: a larger count is damage, and would cost memory."""


@dataclass(frozen=True, slots=True)
class Directory:
    """One image of the file. `index` is its place in the file's chain, thumbnails and masks counted."""

    index: int
    tags: dict[int, tuple[int, ...]] = field(repr=False)

    def value(self, tag: int, default: int) -> int:
        """The first value of a tag."""
        return self.tags.get(tag, (default,))[0]

    @property
    def width_px(self) -> int:
        return self.value(WIDTH, 0)

    @property
    def height_px(self) -> int:
        return self.value(HEIGHT, 0)

    @property
    def orientation(self) -> int:
        """As in EXIF, 1 to 8."""
        value = self.value(_ORIENTATION, 1)
        return value if 1 <= value <= 8 else 1

    @property
    def extents(self) -> Iterator[tuple[int, int]]:
        """Offset and length in bytes of each strip or tile."""
        for offsets, counts in ((STRIP_OFFSETS, STRIP_BYTE_COUNTS), (TILE_OFFSETS, TILE_BYTE_COUNTS)):
            yield from zip(self.tags.get(offsets, ()), self.tags.get(counts, ()), strict=False)

    @property
    def is_page(self) -> bool:
        """False for thumbnails (reduced versions of another image) and masks."""
        return not self.value(SUBFILE_TYPE, 0) & (_REDUCED_IMAGE | _MASK)


def read_pages(path: Path) -> list[Directory]:
    """The file's pages, in order, thumbnails and masks left out. Raises ImageUnreadable for a damaged chain."""
    size_bytes = path.stat().st_size
    try:
        with path.open("rb") as file:
            directories = list(_Reader(file, size_bytes).directories())
    except (struct.error, _DamageError) as error:
        raise ImageUnreadable(file=path.name, detail=f"TIFF: {error}") from error
    return [directory for directory in directories if directory.is_page] or directories


def check_extents(path: Path, directory: Directory) -> None:
    """See that the file holds all the bytes of an image. Raises ImageUnreadable where it was cut off."""
    size_bytes = path.stat().st_size
    if any(offset + length > size_bytes for offset, length in directory.extents):
        raise ImageUnreadable(file=path.name, detail="the file is cut off")


class _DamageError(Exception):
    """The chain of directories is broken."""


class _Reader:
    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._size = size_bytes
        head = self._read(0, 8)
        self._order = "<" if head[:2] == b"II" else ">"
        self._big = self._unpack("H", head[2:4]) == 43
        self._first = self._unpack("Q", self._read(8, 8)) if self._big else self._unpack("I", head[4:8])

    def directories(self) -> Iterator[Directory]:
        offset, seen = self._first, set[int]()
        while offset:
            if offset in seen or len(seen) >= _MOST_DIRECTORIES:
                raise _DamageError("its directories run in a circle")
            seen.add(offset)
            tags, offset = self._directory(offset)
            yield Directory(len(seen) - 1, tags)
        if not seen:
            raise _DamageError("it holds no image")

    def _directory(self, offset: int) -> tuple[dict[int, tuple[int, ...]], int]:
        count_form, entry_bytes, value_bytes = ("Q", 20, 8) if self._big else ("H", 12, 4)
        count_bytes = struct.calcsize("<" + count_form)
        count = self._unpack(count_form, self._read(offset, count_bytes))
        body = self._read(offset + count_bytes, count * entry_bytes + value_bytes)
        tags = {}
        for place in range(0, count * entry_bytes, entry_bytes):
            entry = body[place : place + entry_bytes]
            tag, kind = struct.unpack_from(self._order + "HH", entry)
            if tag in _WANTED and kind in _UNSIGNED:
                values = self._values(_UNSIGNED[kind], self._word(entry[4:-value_bytes]), entry[-value_bytes:])
                if values:
                    tags[tag] = values
        return tags, self._word(body[-value_bytes:])

    def _values(self, form: str, count: int, inline: bytes) -> tuple[int, ...]:
        if count > _MOST_VALUES:
            raise _DamageError("a directory entry has too many values")
        wanted = struct.calcsize("<" + form) * count
        data = inline[:wanted] if wanted <= len(inline) else self._read(self._word(inline), wanted)
        return struct.unpack(f"{self._order}{count}{form}", data)

    def _word(self, data: bytes) -> int:
        return self._unpack("Q" if self._big else "I", data)

    def _unpack(self, form: str, data: bytes) -> int:
        return int(struct.unpack(self._order + form, data)[0])

    def _read(self, offset: int, length: int) -> bytes:
        if offset + length > self._size:
            raise _DamageError("the file is cut off")
        self._file.seek(offset)
        return self._file.read(length)
