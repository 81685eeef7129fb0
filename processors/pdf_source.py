# SPDX-License-Identifier: EUPL-1.2
"""Pictures from PDF pages: the scanned image itself where the page is one, else the page rendered by poppler."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from processors.encoded import Codec, EncodedImage, Pixels
from processors.limits import Limits, check_pixels
from processors.pdf_scan import Patch, ScanImage, find_scan, page_box, user_unit
from processors.picture import Picture, drop_colour, is_bitonal
from processors.poppler import decode_bitonal, render_page
from processors.raster import decode_jpeg, decode_jpeg2000
from schemas.errors import DocumentEncrypted, ImageUnreadable

RENDER_DPI = 300.0
_END_OF_JPEG, _TRAILING_BYTES = b"\xff\xd9", 64
_GRAY, _RGB = 1, 3
_PNG_PREDICTORS = 10  # and above: ISO 32000-1, table 10
_REPEATS_WITHIN = 0.001
"""Share of pixels: a figure laid over its scan differs at most along the outline of a mask."""
_BITONAL_FILTERS = (Name.CCITTFaxDecode, Name.JBIG2Decode)
_LOSSLESS_FILTERS = (Name.FlateDecode, Name.LZWDecode, Name.RunLengthDecode)


@contextmanager
def open_pdf(path: Path) -> Iterator[Pdf]:
    """The PDF. A file that needs a password raises DocumentEncrypted; a damaged one ImageUnreadable.

    Damage is not repaired: what a repair leaves out would be lost without a word.
    """
    try:
        with Pdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise DocumentEncrypted(file=path.name) from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
        raise ImageUnreadable(file=path.name, detail=_without_path(error, path)) from error


def decode_pdf_page(path: Path, frame: int, limits: Limits) -> Picture:
    """The picture of one page (0-based). Sizes are checked before pixels are decoded or drawn.

    A rendered page is turned already; an image's own turn and its placed resolution are in the result.

    Raises DocumentEncrypted, ImageUnreadable, ImageTooLarge, ToolMissing, ToolFailed, ToolTimeout; IndexError where
    there is no such page.
    """
    with open_pdf(path) as pdf:
        page = pdf.pages[frame]
        scan = find_scan(page)
        picture = None if scan is None else _own_image(scan, path, limits)
        if picture is None:
            dpi = _check_page(page, path, limits)
            _check_jpegs(page, path, limits)
    if picture is not None:
        return picture
    pixels = drop_colour(render_page(path, frame + 1, dpi, limits))
    return Picture(pixels, is_bitonal(pixels), (RENDER_DPI, RENDER_DPI))


def _check_page(page: Page, path: Path, limits: Limits) -> float:
    """Resolution to ask poppler for, which takes a unit of user space for 1/72 inch."""
    left, bottom, right, top = page_box(page)
    dpi = RENDER_DPI * user_unit(page)
    width_px, height_px = (math.ceil(side * dpi / 72) for side in (right - left, top - bottom))
    check_pixels(path, width_px, height_px, limits)
    return dpi


def _check_jpegs(page: Page, path: Path, limits: Limits) -> None:
    """Poppler draws what there is of a JPEG that was cut off, and does not say so. Raises ImageUnreadable for one."""
    for image in page.get_images().values():
        if _as_list(image.get(Name.Filter)) == [Name.DCTDecode]:
            data = image.read_raw_bytes()
            if _END_OF_JPEG not in data[-_TRAILING_BYTES:]:
                decode_jpeg(data, path, limits)


def _own_image(scan: ScanImage, path: Path, limits: Limits) -> Picture | None:
    """The picture from the image's own stream; None for kinds that poppler shall draw (palettes, CMYK, masks …)."""
    image = scan.image
    size = (int(image.Width), int(image.Height))
    check_pixels(path, *size, limits)
    filters = _as_list(image.get(Name.Filter))
    parameters = _as_list(image.get(Name.DecodeParms))
    if len(filters) > 1 or any(key in image for key in (Name.SMask, Name.SMaskInData, Name.Mask)):
        return None
    kind = filters[0] if filters else None
    if kind in _BITONAL_FILTERS:
        return _bitonal(scan, parameters, path, limits)
    if scan.patches:
        return None
    components = _components(image)
    if components is None or Name.Decode in image:
        return None
    picture: Picture | None
    if kind == Name.DCTDecode:
        picture = decode_jpeg(image.read_raw_bytes(), path, limits)
    elif kind == Name.JPXDecode:
        picture = decode_jpeg2000(image.read_raw_bytes(), path, limits)
    elif kind in _LOSSLESS_FILTERS:
        picture = _uncompressed(image, size, components, path)
    else:
        return None
    if picture is None or picture.pixels.shape[:2] != (size[1], size[0]):
        return None
    encoded = picture.encoded if picture.encoded is None or picture.encoded.components == components else None
    # PDF readers do not heed what Exif says of a JPEG's orientation and resolution.
    return Picture(picture.pixels, picture.bitonal, scan.dpi, scan.orientation, encoded)


def _bitonal(scan: ScanImage, parameters: list[Any], path: Path, limits: Limits) -> Picture | None:
    image = scan.image
    inverted = _inverted(image)
    if inverted is None or (Name.BitsPerComponent in image and int(image.BitsPerComponent) != 1):
        return None
    stated: Any = parameters[0] if parameters and isinstance(parameters[0], Dictionary) else Dictionary()
    is_jbig2 = _as_list(image.get(Name.Filter))[0] == Name.JBIG2Decode
    if not is_jbig2 and not _is_plain_g4(stated, int(image.Width)):
        return None
    shared = stated.get(Name.JBIG2Globals) if is_jbig2 else None
    encoded = EncodedImage(
        codec=Codec.JBIG2 if is_jbig2 else Codec.CCITT_G4,
        data=image.read_raw_bytes(),
        width_px=int(image.Width),
        height_px=int(image.Height),
        components=1,
        bits=1,
        globals_data=None if shared is None else shared.read_bytes(),
        black_is_1=not is_jbig2 and bool(stated.get(Name.BlackIs1, False)),
        invert=inverted,
    )
    pixels = decode_bitonal(encoded, path, limits)
    if not all(_repeats(patch, pixels, path, limits) for patch in scan.patches):
        return None
    return Picture(pixels, True, scan.dpi, scan.orientation, encoded)


def _repeats(patch: Patch, pixels: Pixels, path: Path, limits: Limits) -> bool:
    """True where a patch over a scan shows what the scan itself shows there."""
    alone = ScanImage(patch.image, 1, (RENDER_DPI, RENDER_DPI))
    if _as_list(patch.image.get(Name.Filter))[:1] not in [[name] for name in _BITONAL_FILTERS]:
        return False
    check_pixels(path, int(patch.image.Width), int(patch.image.Height), limits)
    picture = _bitonal(alone, _as_list(patch.image.get(Name.DecodeParms)), path, limits)
    if picture is None or patch.left_px < 0 or patch.top_px < 0:
        return False
    height_px, width_px = picture.pixels.shape
    under = pixels[patch.top_px : patch.top_px + height_px, patch.left_px : patch.left_px + width_px]
    if under.shape != picture.pixels.shape:
        return False
    return float(np.mean(under != picture.pixels)) <= _REPEATS_WITHIN


def _is_plain_g4(parameters: Any, width_px: int) -> bool:  # noqa: ANN401 a PDF dictionary
    return (
        int(parameters.get(Name.K, 0)) < 0
        and int(parameters.get(Name.Columns, 1728)) == width_px
        and not parameters.get(Name.EncodedByteAlign, False)
    )


def _inverted(image: Object) -> bool | None:
    """True where sample 0 is shown white, False where black, None where neither (a palette of other colours)."""
    decode = _as_list(image.get(Name.Decode))
    inverted = bool(decode) and float(decode[0]) > float(decode[1])
    if image.get(Name.ImageMask, False):
        return inverted  # sample 0 takes the colour, which is black
    if _components(image) == _GRAY:
        return inverted
    space = image.get(Name.ColorSpace)
    if isinstance(space, Array) and space[0] == Name.Indexed and space[1] in (Name.DeviceGray, Name.DeviceRGB):
        table = bytes(space[3]) if isinstance(space[3], pikepdf.String) else space[3].read_bytes()
        width = _GRAY if space[1] == Name.DeviceGray else _RGB
        first, second = table[:width], table[width : 2 * width]
        if {first, second} == {bytes(width), b"\xff" * width}:
            return (first > second) != inverted
    return None


def _components(image: Object) -> int | None:
    """1 for gray, 3 for RGB; None for every other colour space."""
    space = image.get(Name.ColorSpace)
    if space in (Name.DeviceGray, Name.CalGray):
        return _GRAY
    if space == Name.DeviceRGB:
        return _RGB
    if isinstance(space, Array) and len(space) > 1:
        if space[0] == Name.ICCBased:
            components = int(space[1].get(Name.N, 0))
            return components if components in (_GRAY, _RGB) else None
        return {"/CalGray": _GRAY, "/CalRGB": _RGB}.get(str(space[0]))
    return None


def _uncompressed(image: Object, size: tuple[int, int], components: int, path: Path) -> Picture | None:
    width_px, height_px = size
    bits = int(image.get(Name.BitsPerComponent, 8))
    if bits not in (1, 8) or (bits == 1 and components != _GRAY):
        return None
    data = np.frombuffer(image.read_bytes(), np.uint8)
    row_bytes = (width_px * components * bits + 7) // 8
    if data.size < row_bytes * height_px:
        raise ImageUnreadable(file=path.name, detail="its image stream is cut off")
    rows = data[: row_bytes * height_px].reshape(height_px, row_bytes)
    pixels: Pixels
    if bits == 1:
        pixels = np.unpackbits(rows, axis=1, count=width_px) * np.uint8(255)
    else:
        pixels = drop_colour(rows if components == _GRAY else rows.reshape(height_px, width_px, _RGB))
    own = _keep_flate(image, size) if bits == 1 else None
    return Picture(pixels, is_bitonal(pixels), None, encoded=own)


def _keep_flate(image: Object, size: tuple[int, int]) -> EncodedImage | None:
    """The stream of a bitonal image that was decoded, where it is Flate with rows as they are, or as PNG has them."""
    parameters = _as_list(image.get(Name.DecodeParms))
    stated: Any = parameters[0] if parameters and isinstance(parameters[0], Dictionary) else Dictionary()
    predictor = int(stated.get(Name.Predictor, 1))
    plain = predictor == 1
    png_rows = predictor >= _PNG_PREDICTORS and (
        int(stated.get(Name.Colors, 1)),
        int(stated.get(Name.BitsPerComponent, 8)),
        int(stated.get(Name.Columns, 1)),
    ) == (1, 1, size[0])
    if _as_list(image.get(Name.Filter)) != [Name.FlateDecode] or not (plain or png_rows):
        return None
    return EncodedImage(
        codec=Codec.FLATE,
        data=image.read_raw_bytes(),
        width_px=size[0],
        height_px=size[1],
        components=1,
        bits=1,
        png_rows=png_rows,
    )


def _as_list(value: Object | None) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _without_path(error: Exception, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").replace(str(path), path.name)[:200]
