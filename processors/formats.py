# SPDX-License-Identifier: EUPL-1.2
"""What a file is, by its first bytes. Names and extensions are not looked at: scanners and people get them wrong."""

import re
from enum import StrEnum
from pathlib import Path

_HEAD_BYTES = 1024
_TIFF_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # the last two are BigTIFF
_JPEG2000_MAGICS = (b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")  # JP2 box file, bare code stream
_PDF_HEADER = re.compile(rb"(?:\A|[\r\n])%PDF-\d\.\d")


class FileFormat(StrEnum):
    """The formats that hold pages."""

    JPEG = "jpeg"
    TIFF = "tiff"
    PNG = "png"
    JPEG2000 = "jpeg2000"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """The IANA media type."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileFormat.JPEG: "image/jpeg",
    FileFormat.TIFF: "image/tiff",
    FileFormat.PNG: "image/png",
    FileFormat.JPEG2000: "image/jp2",
    FileFormat.PDF: "application/pdf",
}


def recognise(path: Path) -> FileFormat | None:
    """The file's format, or None where it holds no pages that we know. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return recognise_bytes(file.read(_HEAD_BYTES))


def recognise_bytes(head: bytes) -> FileFormat | None:
    """As `recognise`, from a file's first 1024 bytes."""
    if head.startswith(b"\xff\xd8\xff"):
        return FileFormat.JPEG
    if head.startswith(_TIFF_MAGICS):
        return FileFormat.TIFF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileFormat.PNG
    if head.startswith(_JPEG2000_MAGICS):
        return FileFormat.JPEG2000
    # A PDF's header may stand behind foreign bytes (ISO 32000-1, annex H.3.4.1), yet at the start of a line.
    if _PDF_HEADER.search(head[:_HEAD_BYTES]):
        return FileFormat.PDF
    return None
