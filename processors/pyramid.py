# SPDX-License-Identifier: EUPL-1.2
"""A page in tiles at halved sizes, in one file: any part of it at any size is read by decoding a few tiles.

A folded-out plan takes seconds and most of a gigabyte to decode; what a reader looks at is a small part of it, or all
of it made small. The page comes in bands from top to bottom and is never in memory whole. Level 0 is the page itself,
each further one half as large, the last one a single tile. Tiles are JPEG, or packed bits where there is nothing but
black and white.

The file is a magic, the tiles, then where each of them lies (JSON). Each tile carries its CRC-32: a file that a
crash of the machine left in pieces is noticed, and made again.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

import cv2
import numpy as np
import simplejpeg

from processors.ink import Pixels, typed
from schemas.page import Box

TILE_PX = 512
"""Each side of a tile; what is left over at the right and below is smaller."""
JPEG_QUALITY = 87
"""Of a tile: what is written from it for a reader is compressed once more."""

_MAGIC = b"ARHIVAR-PYRAMID-1\n"
_END = struct.Struct(">QI")
_GRAY, _COLOUR, _BITS = "g", "c", "b"
_Tile = tuple[int, int, int, str]
"""Where it begins in the file, bytes, CRC-32, how it is coded."""


class PyramidDamaged(Exception):
    """The file is not what was written. Make it again."""


@dataclass
class _Level:
    """One level in the making: rows that wait until there are enough of them for a row of tiles."""

    width_px: int
    height_px: int
    waiting: list[Pixels] = field(default_factory=list)
    rows: int = 0
    tiles: list[_Tile] = field(default_factory=list)


class PyramidWriter:
    """Writes the pyramid of a page of `width_px` by `height_px` to `file`, from its bands."""

    def __init__(self, file: BinaryIO, width_px: int, height_px: int) -> None:
        self._file = file
        self._levels = [_Level(*size) for size in level_sizes(width_px, height_px)]
        self._place = len(_MAGIC)
        file.write(_MAGIC)

    def add(self, band: Pixels) -> None:
        """The page's next rows: HxW grey or HxWx3 RGB, uint8, as wide as the page."""
        self._add(0, band)

    def finish(self) -> None:
        """Write what the tiles are found by. Raises ValueError where rows are missing."""
        for number, level in enumerate(self._levels):
            if level.waiting:
                self._cut(number)
        levels = [
            {"width_px": level.width_px, "height_px": level.height_px, "tiles": level.tiles} for level in self._levels
        ]
        for level in self._levels:
            if len(level.tiles) != math.prod(_tile_counts(level.width_px, level.height_px)):
                raise ValueError("the page has fewer rows than were announced")
        head = zlib.compress(json.dumps({"tile_px": TILE_PX, "levels": levels}).encode())
        self._file.write(head)
        self._file.write(_END.pack(len(head), zlib.crc32(head)))

    def _add(self, number: int, band: Pixels) -> None:
        level = self._levels[number]
        while len(band):
            room = TILE_PX - level.rows
            level.waiting.append(band[:room])
            level.rows += len(band[:room])
            band = band[room:]
            if level.rows == TILE_PX:
                self._cut(number)

    def _cut(self, number: int) -> None:
        """The waiting rows become a row of tiles, and half as many rows of the next level."""
        level = self._levels[number]
        rows = level.waiting[0] if len(level.waiting) == 1 else np.concatenate(level.waiting)
        level.waiting, level.rows = [], 0
        bits = number == 0 and rows.ndim == 2 and _is_bitonal(rows)
        for left in range(0, level.width_px, TILE_PX):
            kind, data = _encode(rows[:, left : left + TILE_PX], bits=bits)
            self._file.write(data)
            level.tiles.append((self._place, len(data), zlib.crc32(data), kind))
            self._place += len(data)
        if number + 1 < len(self._levels):
            self._add(number + 1, _halve(rows))


def level_sizes(width_px: int, height_px: int) -> list[tuple[int, int]]:
    """The levels' sizes (width, height), the page itself first, the one that a tile holds last."""
    sizes = [(width_px, height_px)]
    while max(sizes[-1]) > TILE_PX:
        sizes.append((math.ceil(sizes[-1][0] / 2), math.ceil(sizes[-1][1] / 2)))
    return sizes


class Pyramid:
    """A written pyramid. Raises PyramidDamaged, when it is opened and when it is read, for one that is not whole."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where there is none."""
        self._file = path.open("rb")
        try:
            self._levels = self._read_head()
        except (ValueError, KeyError, TypeError, OverflowError, struct.error, zlib.error) as error:
            self._file.close()
            raise PyramidDamaged(path.name) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    @property
    def width_px(self) -> int:
        """Of the page."""
        return self._levels[0].width_px

    @property
    def height_px(self) -> int:
        """Of the page."""
        return self._levels[0].height_px

    def read(self, box: Box, width_px: int, height_px: int) -> Pixels:
        """The part of the page in `box` (derivative pixels), reduced to that size: HxW or HxWx3, uint8.

        From a reduced level a part begins at whole pixels of that level: less than a pixel of the answer off.
        """
        number = self._level_for(box, width_px, height_px)
        level, factor = self._levels[number], 1 << number
        left, top = box.left // factor, box.top // factor
        right = min(max(math.ceil(box.right / factor), left + 1), level.width_px)
        bottom = min(max(math.ceil(box.bottom / factor), top + 1), level.height_px)
        pixels = self._part(number, Box(left=left, top=top, right=right, bottom=bottom))
        if pixels.shape[:2] == (height_px, width_px):
            return pixels
        return typed(cv2.resize(pixels, (width_px, height_px), interpolation=cv2.INTER_AREA))

    def _level_for(self, box: Box, width_px: int, height_px: int) -> int:
        """The smallest level in which the part has at least as many pixels as the answer, in both directions."""
        share = min(box.width_px / width_px, box.height_px / height_px)
        return min(max(0, int(math.log2(share))), len(self._levels) - 1)

    def _part(self, number: int, box: Box) -> Pixels:
        level = self._levels[number]
        across, _ = _tile_counts(level.width_px, level.height_px)
        first, last = box.left // TILE_PX, (box.right - 1) // TILE_PX
        part: Pixels | None = None
        for row in range(box.top // TILE_PX, (box.bottom - 1) // TILE_PX + 1):
            for column in range(first, last + 1):
                tile = self._tile(level, row, column, level.tiles[row * across + column])
                if part is None:
                    part = np.empty((box.height_px, box.width_px, *tile.shape[2:]), np.uint8)
                left, top = column * TILE_PX, row * TILE_PX
                x, y = max(left, box.left), max(top, box.top)
                right = min(left + tile.shape[1], box.right)
                bottom = min(top + tile.shape[0], box.bottom)
                if tile.ndim != part.ndim:
                    raise PyramidDamaged(self._file.name)
                part[y - box.top : bottom - box.top, x - box.left : right - box.left] = tile[
                    y - top : bottom - top, x - left : right - left
                ]
        if part is None:
            raise ValueError("a part without pixels")
        return part

    def _tile(self, level: _Level, row: int, column: int, tile: _Tile) -> Pixels:
        place, size_bytes, crc, kind = tile
        width_px = min(TILE_PX, level.width_px - column * TILE_PX)
        height_px = min(TILE_PX, level.height_px - row * TILE_PX)
        self._file.seek(place)
        data = self._file.read(size_bytes)
        if zlib.crc32(data) != crc:
            raise PyramidDamaged(self._file.name)
        return _decode(data, kind, width_px, height_px)

    def _read_head(self) -> list[_Level]:
        """Raises whatever comes of bytes that are not a pyramid's."""
        size_bytes = self._file.seek(0, 2)
        if size_bytes < len(_MAGIC) + _END.size:
            raise ValueError("too short")
        self._file.seek(size_bytes - _END.size)
        length, crc = _END.unpack(self._file.read(_END.size))
        self._file.seek(0)
        if self._file.read(len(_MAGIC)) != _MAGIC or length > size_bytes - _END.size:
            raise ValueError("no pyramid")
        self._file.seek(size_bytes - _END.size - length)
        head = self._file.read(length)
        if zlib.crc32(head) != crc:
            raise ValueError("a damaged head")
        content = json.loads(zlib.decompress(head))
        if content["tile_px"] != TILE_PX:
            raise ValueError("other tiles")
        return [
            _Level(one["width_px"], one["height_px"], tiles=[tuple(tile) for tile in one["tiles"]])
            for one in content["levels"]
        ]


def write_pyramid(file: BinaryIO, width_px: int, height_px: int, bands: Iterable[Pixels]) -> None:
    """The whole pyramid from the page's bands, from top to bottom. Raises ValueError where rows are missing."""
    writer = PyramidWriter(file, width_px, height_px)
    for band in bands:
        writer.add(band)
    writer.finish()


def _tile_counts(width_px: int, height_px: int) -> tuple[int, int]:
    return math.ceil(width_px / TILE_PX), math.ceil(height_px / TILE_PX)


def _is_bitonal(rows: Pixels) -> bool:
    return not bool(((rows != 0) & (rows != 255)).any())


def _halve(rows: Pixels) -> Pixels:
    """Means over squares of two pixels; the last row or column of an odd number counts twice."""
    height_px, width_px = rows.shape[:2]
    if height_px % 2 or width_px % 2:
        rows = typed(cv2.copyMakeBorder(rows, 0, height_px % 2, 0, width_px % 2, cv2.BORDER_REPLICATE))
    size = (math.ceil(width_px / 2), math.ceil(height_px / 2))
    return typed(cv2.resize(rows, size, interpolation=cv2.INTER_AREA))


def _encode(pixels: Pixels, *, bits: bool) -> tuple[str, bytes]:
    if bits:
        return _BITS, zlib.compress(np.packbits(pixels > 0, axis=1).tobytes(), 3)
    if pixels.ndim == 2:
        gray = np.ascontiguousarray(pixels)[:, :, np.newaxis]
        return _GRAY, simplejpeg.encode_jpeg(gray, quality=JPEG_QUALITY, colorspace="GRAY", colorsubsampling="Gray")
    colour = np.ascontiguousarray(pixels)
    return _COLOUR, simplejpeg.encode_jpeg(colour, quality=JPEG_QUALITY, colorspace="RGB", colorsubsampling="420")


def _decode(data: bytes, kind: str, width_px: int, height_px: int) -> Pixels:
    if kind == _BITS:
        packed = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height_px, -1)
        return np.unpackbits(packed, axis=1, count=width_px) * np.uint8(255)
    pixels: Pixels = simplejpeg.decode_jpeg(data, colorspace="RGB" if kind == _COLOUR else "GRAY")
    return pixels if kind == _COLOUR else pixels[:, :, 0]
