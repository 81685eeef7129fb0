# SPDX-License-Identifier: EUPL-1.2
"""One page of a file, decoded: the frame that every later step starts from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from processors.encoded import EncodedImage, Pixels
from processors.formats import FileFormat, recognise
from processors.limits import Limits, check_file, check_pixels
from processors.pdf_source import decode_pdf_page
from processors.picture import Picture, believable_dpi, square_size, stretch, turn, turn_matrix
from processors.raster import decode_raster
from processors.step_times import Step, timed
from schemas.errors import FormatUnsupported, ImageUnreadable
from schemas.page import Matrix

ASSUMED_DPI = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A page as scanned, turned as the file says (EXIF, TIFF's orientation, a PDF page's `/Rotate`).

    `pixels` is uint8 and read-only: HxW (gray; 0 and 255 only where `bitonal`) or HxWx3 (RGB). `dpi` is 300 where the
    file states none that can be believed (`dpi_known` False). `encoded` is the source's own compressed stream where a
    PDF can carry it as it is, and `orientation` leads from its pixels to ours. `digest` is the SHA-256, in hex, of the
    pixels, their shape and the resolution.
    """

    pixels: Pixels
    bitonal: bool
    dpi: float
    dpi_known: bool
    encoded: EncodedImage | None
    orientation: Matrix
    digest: str


@timed(Step.DECODE)
def decode_frame(path: Path, frame: int, limits: Limits) -> Frame:
    """Decode one page (0-based) of an image file or PDF. Sizes are checked on headers, before pixels are decoded.

    Call it in a worker (`processors.limits.apply_limits`): decoders are large programs that read foreign bytes.

    Raises FormatUnsupported, ImageUnreadable (damaged, cut off, no such page), ImageTooLarge, DocumentEncrypted,
    WorkerLimit (the file has too many bytes), ToolMissing, ToolFailed, ToolTimeout; MemoryError past the memory limit.
    """
    check_file(path, limits)
    kind = recognise(path)
    if kind is None:
        raise FormatUnsupported(file=path.name, detail="unknown content")
    try:
        if kind is FileFormat.PDF:
            picture = decode_pdf_page(path, frame, limits)
        else:
            picture = decode_raster(path, kind, frame, limits)
    except IndexError as error:
        raise ImageUnreadable(file=path.name, detail=f"it has no page {frame + 1}") from error
    return _finish(picture, path, limits)


def _finish(picture: Picture, path: Path, limits: Limits) -> Frame:
    """Square pixels, upright, with a resolution and a digest."""
    stated = believable_dpi(picture)
    pixels, encoded = picture.pixels, picture.encoded
    orientation = Matrix()
    size = square_size(pixels, stated) if stated else None
    if size is not None:
        check_pixels(path, *size, limits)
        pixels, encoded = stretch(picture, size), None
    elif encoded is not None:
        orientation = turn_matrix(picture.orientation, encoded.width_px, encoded.height_px)
    pixels = turn(pixels, picture.orientation)
    pixels.setflags(write=False)
    dpi = max(stated) if stated else ASSUMED_DPI
    return Frame(
        pixels=pixels,
        bitonal=picture.bitonal,
        dpi=dpi,
        dpi_known=stated is not None,
        encoded=encoded,
        orientation=orientation,
        digest=_digest(pixels, dpi, known=stated is not None, bitonal=picture.bitonal),
    )


def _digest(pixels: Pixels, dpi: float, *, known: bool, bitonal: bool) -> str:
    digest = hashlib.sha256(f"{pixels.shape} {dpi:.4f} {known} {bitonal}\n".encode())
    digest.update(pixels.data)
    return digest.hexdigest()
