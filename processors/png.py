# SPDX-License-Identifier: EUPL-1.2
"""The compressed stream of a bitonal PNG, which a PDF can carry as it is (PNG, third edition; ISO 32000-1, 7.4.4)."""

import struct

from processors.encoded import Codec, EncodedImage

_SIGNATURE_BYTES = 8
_CHUNK_BYTES = 12  # length, kind and checksum around a chunk's data
_GRAY, _PALETTE = 0, 3
_BLACK, _WHITE = bytes(3), b"\xff\xff\xff"


def keep_png(data: bytes) -> EncodedImage | None:
    """The image data of a PNG that was decoded without complaint, where it has one bit a pixel, black and white.

    None for every other kind, for interlaced rows (PDF knows none) and for transparency.
    """
    chunks = _chunks(data)
    if chunks is None or b"tRNS" in chunks:
        return None
    width_px, height_px, bits, colour, *_, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    invert = {_GRAY: False, _PALETTE: _swapped(chunks.get(b"PLTE", b""))}.get(colour)
    if bits != 1 or interlaced or invert is None:
        return None
    return EncodedImage(
        codec=Codec.FLATE,
        data=chunks[b"IDAT"],
        width_px=width_px,
        height_px=height_px,
        components=1,
        bits=1,
        invert=invert,
        png_rows=True,
    )


def _chunks(data: bytes) -> dict[bytes, bytes] | None:
    """Each kind's data, joined; None where the chunks do not fill the file or one that must be there is missing."""
    found: dict[bytes, bytes] = {}
    place = _SIGNATURE_BYTES
    while place + _CHUNK_BYTES <= len(data) and b"IEND" not in found:
        length, kind = struct.unpack_from(">I4s", data, place)
        found[kind] = found.get(kind, b"") + data[place + 8 : place + 8 + length]
        place += _CHUNK_BYTES + length
    whole = place <= len(data) and {b"IHDR", b"IDAT", b"IEND"} <= found.keys() and len(found[b"IHDR"]) == 13
    return found if whole else None


def _swapped(palette: bytes) -> bool | None:
    """True for a palette of white and black, False for black and white, None for other colours."""
    return {_BLACK + _WHITE: False, _WHITE + _BLACK: True}.get(palette)
