# SPDX-License-Identifier: EUPL-1.2
"""Poppler, the external program: renders PDF pages, and decodes CCITT and JBIG2 streams.

Measured on 300 dpi council minutes: `pdfimages` gives the exact pixels in 50–70 ms, `pdftoppm -mono` takes 220 ms and
dithers. Poppler goes on where a stream is damaged and only says so on its error stream; here that is an error.
"""

import io
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pdf2image
import pikepdf
from pdf2image import exceptions as pdf2image_errors
from pikepdf import Array, Dictionary, Name

from processors.encoded import Codec, EncodedImage, Pixels
from processors.limits import Limits, child_cpu_limit
from schemas.disk import has_no_room
from schemas.errors import ArhivarError, DiskFull, ImageUnreadable, ToolFailed, ToolMissing, ToolTimeout

_LAST_WORDS = 300
_HARMLESS = re.compile(
    r"font|cmap|glyph|encoding|annot|widget|appearance|link|outline|metadata|bookmark|action|destination|javascript"
    r"|default config|optional content|embedded|tounicode|struct",
    re.IGNORECASE,
)
"""Complaints that do not mean that part of the picture is missing."""
_NETPBM_HEADER = re.compile(rb"(P[456])(?:\s+#[^\n]*)*\s+(\d+)\s+(\d+)\s")


def render_page(path: Path, page_number: int, dpi: float, limits: Limits) -> Pixels:
    """The page (its crop box, turned as it says) as RGB pixels, by pdf2image.

    Raises ImageUnreadable where poppler finds damage that could hide content, ToolMissing, ToolFailed, ToolTimeout.
    """
    with _scratch() as folder, child_cpu_limit(limits.tool_seconds):
        try:
            rendered = _render(path, page_number, dpi, limits, folder, strict=True)
        except pdf2image_errors.PDFSyntaxError as error:
            if _serious(str(error)):
                raise ImageUnreadable(file=path.name, detail=_last_words(str(error))) from error
            rendered = _render(path, page_number, dpi, limits, folder, strict=False)
        if not rendered:
            raise ToolFailed(tool="pdftoppm", status="?", detail=f"no picture of page {page_number} of {path.name}")
        return read_netpbm(Path(rendered[0]))


def _render(path: Path, page_number: int, dpi: float, limits: Limits, folder: str, *, strict: bool) -> list[str]:
    try:
        return [
            str(one)
            for one in pdf2image.convert_from_path(
                str(path.absolute()),
                dpi=dpi,  # type: ignore[arg-type]  # pdftoppm takes fractions
                first_page=page_number,
                last_page=page_number,
                fmt="ppm",
                output_folder=folder,
                output_file="page",
                single_file=True,
                paths_only=True,
                strict=strict,
                timeout=limits.tool_seconds,
                use_cropbox=True,
            )
        ]
    except pdf2image_errors.PopplerNotInstalledError as error:
        raise ToolMissing(tool="pdftoppm", detail="poppler-utils") from error
    except pdf2image_errors.PDFPopplerTimeoutError as error:
        raise ToolTimeout(tool="pdftoppm", seconds=limits.tool_seconds) from error
    except pdf2image_errors.PDFPageCountError as error:
        raise ImageUnreadable(file=path.name, detail=_last_words(str(error))) from error


def decode_bitonal(image: EncodedImage, path: Path, limits: Limits) -> Pixels:
    """A CCITT Group 4 or JBIG2 stream as pixels (HxW, 0 and 255), as a PDF reader would show them.

    `path` is named in errors. Raises ImageUnreadable, ToolMissing, ToolFailed, ToolTimeout.
    """
    with _scratch() as folder:
        lone = Path(folder, "image.pdf")
        lone.write_bytes(_lone_image(image))
        complaints = _run(["pdfimages", str(lone), str(Path(folder, "image"))], path, limits)
        decoded = sorted(Path(folder).glob("image-*"))
        if complaints or len(decoded) != 1:
            raise ImageUnreadable(file=path.name, detail=_last_words(complaints) or "its stream cannot be decoded")
        pixels = read_netpbm(decoded[0])
    if pixels.shape != (image.height_px, image.width_px):
        raise ImageUnreadable(file=path.name, detail="its stream has another size than its header")
    return pixels


@contextmanager
def _scratch() -> Iterator[str]:
    """A folder for a program's files. What fails while its disk is full is the disk's fault, and not the page's."""
    with tempfile.TemporaryDirectory(prefix="arhivar-") as folder:
        try:
            yield folder
        except ArhivarError as error:
            if has_no_room(Path(folder)):
                raise DiskFull(where=str(Path(folder).parent)) from error
            raise


def _run(command: list[str], path: Path, limits: Limits) -> str:
    """Run a program of poppler's. Returns its complaints; any of them may mean that pixels are missing."""
    tool = command[0]
    try:
        with child_cpu_limit(limits.tool_seconds):
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limits.tool_seconds, check=False
            )
    except FileNotFoundError as error:
        raise ToolMissing(tool=tool, detail="poppler-utils") from error
    except subprocess.TimeoutExpired as error:
        raise ToolTimeout(tool=tool, seconds=limits.tool_seconds) from error
    complaints = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode < 0:  # ended by a signal: the program's fault, or the machine's
        raise ToolFailed(tool=tool, status=done.returncode, detail=_last_words(complaints) or path.name)
    if done.returncode > 0:
        return complaints or f"{tool} ended with status {done.returncode}"
    return "\n".join(line for line in complaints.splitlines() if "Error" in line)


def _lone_image(image: EncodedImage) -> bytes:
    """A PDF of one page that shows the image alone: nothing else of its source can get into the pixels."""
    with pikepdf.new() as pdf:
        stream = pdf.make_stream(image.data)
        stream.Type, stream.Subtype = Name.XObject, Name.Image
        stream.Width, stream.Height = image.width_px, image.height_px
        stream.ColorSpace, stream.BitsPerComponent = Name.DeviceGray, 1
        if image.invert:
            stream.Decode = Array([1, 0])
        if image.codec is Codec.CCITT_G4:
            stream.Filter = Name.CCITTFaxDecode
            # The rows are known: a stream without its end mark is whole all the same.
            stream.DecodeParms = Dictionary(
                K=-1,
                Columns=image.width_px,
                Rows=image.height_px,
                BlackIs1=image.black_is_1,
                EndOfBlock=False,
            )
        else:
            stream.Filter = Name.JBIG2Decode
            if image.globals_data is not None:
                stream.DecodeParms = Dictionary(JBIG2Globals=pdf.make_stream(image.globals_data))
        page = pdf.add_blank_page(page_size=(100, 100))
        page.obj.Resources = Dictionary(XObject=Dictionary(I=stream))
        page.obj.Contents = pdf.make_stream(b"100 0 0 100 0 0 cm /I Do")
        file = io.BytesIO()
        pdf.save(file, compress_streams=False)
    return file.getvalue()


def read_netpbm(path: Path) -> Pixels:
    """A binary PBM (as 0 and 255), PGM or PPM file of 8 bits. Raises ToolFailed for anything else."""
    with path.open("rb") as file:
        head = _NETPBM_HEADER.match(file.read(256))
        if head is None:
            raise ToolFailed(tool="poppler", status=0, detail="its picture is no Netpbm file")
        kind, width_px, height_px = head[1], int(head[2]), int(head[3])
        file.seek(head.end())
        if kind == b"P4":
            row_bytes = (width_px + 7) // 8
            rows = np.fromfile(file, np.uint8, row_bytes * height_px)
            wanted = row_bytes * height_px
        else:
            file.readline()  # the largest value, 255
            wanted = width_px * height_px * (3 if kind == b"P6" else 1)
            rows = np.fromfile(file, np.uint8, wanted)
    if rows.size != wanted:
        raise ToolFailed(tool="poppler", status=0, detail="its picture is cut off")
    if kind == b"P4":
        ink = np.unpackbits(rows.reshape(height_px, -1), axis=1, count=width_px)
        return (ink - np.uint8(1)).astype(np.uint8, copy=False)  # 1 is black: 0; 0 is white: 255 by wrapping
    return rows.reshape((height_px, width_px, 3) if kind == b"P6" else (height_px, width_px))


def _serious(complaints: str) -> bool:
    lines = [line for line in complaints.splitlines() if "Syntax Error" in line]
    return any(not _HARMLESS.search(line) for line in lines)


def _last_words(text: str) -> str:
    return " ".join(text.split())[-_LAST_WORDS:]
