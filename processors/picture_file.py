# SPDX-License-Identifier: EUPL-1.2
"""A picture as a file for a reader: turned, in grey where that is asked, as JPEG, PNG or WebP."""

import cv2
import numpy as np
import simplejpeg

from processors.ink import Pixels, as_gray, typed
from processors.region import ImageFormat, PlacedRequest, Quality

_JPEG_QUALITY = 82
_WEBP_QUALITY = 80
_PNG_LEVEL = 3  # beyond that a third more time for a twentieth of the bytes


def write_picture(pixels: Pixels, placed: PlacedRequest) -> bytes:
    """The file of `pixels` (HxW or HxWx3 RGB, uint8), which are the request's part at its size.

    Raises ValueError for a size that the format does not have.
    """
    if placed.quality is Quality.GRAY:
        pixels = as_gray(pixels)
    if placed.rotation:
        pixels = np.rot90(pixels, -placed.rotation // 90)
    pixels = np.ascontiguousarray(pixels)
    if placed.format is ImageFormat.JPEG:
        return _jpeg(pixels)
    if placed.format is ImageFormat.PNG:
        return _encoded(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
    return _encoded(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, _WEBP_QUALITY])


def _jpeg(pixels: Pixels) -> bytes:
    if pixels.ndim == 2:
        gray = pixels[:, :, np.newaxis]
        coded: bytes = simplejpeg.encode_jpeg(gray, _JPEG_QUALITY, colorspace="GRAY", colorsubsampling="Gray")
    else:
        coded = simplejpeg.encode_jpeg(pixels, _JPEG_QUALITY, colorspace="RGB", colorsubsampling="420")
    return coded


def _encoded(suffix: str, pixels: Pixels, options: list[int]) -> bytes:
    image = pixels if pixels.ndim == 2 else typed(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise ValueError(f"no {suffix} can hold an image of shape {pixels.shape}")
    return data.tobytes()
