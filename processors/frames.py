# SPDX-License-Identifier: EUPL-1.2
"""How many pages a file holds."""

from pathlib import Path

from processors.formats import FileFormat, recognise
from processors.limits import Limits, check_file, check_pixels
from processors.pdf_source import open_pdf
from processors.raster import open_raster
from processors.tiff import read_pages
from schemas.errors import FormatUnsupported, ImageUnreadable


def count_frames(path: Path, limits: Limits) -> int:
    """Pages of a PDF, images of a TIFF (thumbnails and masks aside), 1 for every other image.

    No pixel is decoded. One page of many that is too large counts like the others: `decode_frame` refuses it alone.

    Raises FormatUnsupported, DocumentEncrypted, ImageUnreadable (damaged, or nothing in it), ImageTooLarge (the file's
    only image), WorkerLimit (the file has too many bytes).
    """
    check_file(path, limits)
    match recognise(path):
        case None:
            raise FormatUnsupported(file=path.name, detail="unknown content")
        case FileFormat.PDF:
            with open_pdf(path) as pdf:
                count = len(pdf.pages)
            if not count:
                raise ImageUnreadable(file=path.name, detail="the PDF has no pages")
            return count
        case FileFormat.TIFF:
            pages = read_pages(path)
            if len(pages) == 1:
                check_pixels(path, pages[0].width_px, pages[0].height_px, limits)
            return len(pages)
        case kind:
            with open_raster(path, path, kind, limits):
                return 1
