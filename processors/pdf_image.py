# SPDX-License-Identifier: EUPL-1.2
"""Compressed images as PDF objects, their bytes untouched, and where they lie on the page."""

import hashlib
import io

import numpy as np
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import Image, ImageCms

from processors.encoded import Codec, EncodedImage, encode_jpeg
from processors.pdf_metadata import srgb_profile
from processors.pdf_text import PageFrame, number
from schemas.page import Matrix

_CMYK_QUALITY = 85


class ImageShelf:
    """Puts images into one PDF. JBIG2 symbols that several pages share (globals) are stored once."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._globals: dict[bytes, Object] = {}

    def add(self, image: EncodedImage, stencil: EncodedImage | None = None) -> Object:
        """The image XObject of `image`, or of what of it the black of `stencil` lets through (explicit mask, 8.9.6.3).

        Raises ValueError for one whose bytes are not what it says.
        """
        if image.codec is Codec.JPEG and image.components == 4:
            image = _to_rgb(image)
        stream = self._stream(image)
        stream.ColorSpace = Name.DeviceGray if image.components == 1 else Name.DeviceRGB
        if stencil is not None:
            mask = self._stream(stencil)
            mask.ImageMask = True
            stream.Mask = self._pdf.make_indirect(mask)
        return self._pdf.make_indirect(stream)

    def _stream(self, image: EncodedImage) -> Stream:
        stream = Stream(
            self._pdf,
            image.data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=image.width_px,
            Height=image.height_px,
            BitsPerComponent=image.bits,
        )
        if image.codec is Codec.JPEG:
            stream.Filter = Name.DCTDecode
        elif image.codec is Codec.CCITT_G4:
            stream.Filter = Name.CCITTFaxDecode
            stream.DecodeParms = Dictionary(
                K=-1, Columns=image.width_px, Rows=image.height_px, BlackIs1=image.black_is_1, EndOfBlock=True
            )
        elif image.codec is Codec.FLATE:
            stream.Filter = Name.FlateDecode
            if image.png_rows:
                stream.DecodeParms = Dictionary(
                    Predictor=15, Colors=image.components, BitsPerComponent=image.bits, Columns=image.width_px
                )
        else:
            stream.Filter = Name.JBIG2Decode
            if image.globals_data is not None:
                stream.DecodeParms = Dictionary(JBIG2Globals=self._shared(image.globals_data))
        if image.invert:
            stream.Decode = Array([1, 0] * image.components)
        return stream

    def _shared(self, data: bytes) -> Object:
        key = hashlib.sha256(data).digest()
        if key not in self._globals:
            self._globals[key] = self._pdf.make_indirect(Stream(self._pdf, data))
        return self._globals[key]


def image_operators(
    image: EncodedImage,
    placement: Matrix,
    frame: PageFrame,
    name: str = "/I",
) -> bytes:
    """Draw the resource `name` where `placement` (image pixels to derivative pixels) puts it on the page.

    PDF draws an image in the unit square with its first row on top: (u, v) is the pixel (u·width, (1 - v)·height).
    """
    square = Matrix(a=image.width_px, e=-image.height_px, f=image.height_px)
    page = Matrix(a=frame.scale, e=-frame.scale, f=frame.scale * frame.height_px)
    to_page = square.then(placement).then(page)
    # PDF writes the matrix by columns.
    numbers = (to_page.a, to_page.d, to_page.b, to_page.e, to_page.c, to_page.f)
    return b"q " + b" ".join(number(value) for value in numbers) + b" cm" + name.encode("ascii") + b" Do Q"


def _to_rgb(image: EncodedImage) -> EncodedImage:
    """A CMYK JPEG in sRGB: device CMYK beside an RGB output intent is no PDF/A (6.2.4.3)."""
    with Image.open(io.BytesIO(image.data)) as source:
        profile = source.info.get("icc_profile")
        cmyk = source.convert("CMYK")
    try:
        rgb = _by_profile(cmyk, profile) if profile else cmyk.convert("RGB")
    except (ImageCms.PyCMSError, OSError):  # the profile is damaged or not for CMYK
        rgb = cmyk.convert("RGB")
    return encode_jpeg(np.asarray(rgb), _CMYK_QUALITY)


def _by_profile(cmyk: Image.Image, profile: bytes) -> Image.Image:
    source, target = (ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (profile, srgb_profile()))
    converted = ImageCms.profileToProfile(cmyk, source, target, outputMode="RGB")
    if converted is None:
        raise ImageCms.PyCMSError("no conversion")
    return converted
