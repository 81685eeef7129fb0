# SPDX-License-Identifier: EUPL-1.2
"""Which part of a page, at what size and turned how: the request for an image.

The words are those of the IIIF Image API 3.0, section 4 (region, size, rotation, quality, format), of which all of
level 2 is understood. What is asked beyond the page is cut off, nothing is ever shown larger than it is (a size with
``^`` is refused), and an answer has a bounded number of pixels.
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from schemas.errors import ImageAnswerTooLarge, ImageRequestInvalid
from schemas.page import Box

if TYPE_CHECKING:  # a request is understood without the libraries for images
    from processors.straighten import Rotation

_NUMBER = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")
_WHOLE = re.compile(r"[0-9]{1,9}")
_SIZE = re.compile(r"(!?)([0-9]{0,9}),([0-9]{0,9})")
_SHOWN = 60
_Kind = TypeVar("_Kind", bound=StrEnum)
_TURNS: "dict[float, Rotation]" = {0.0: 0, 90.0: 90, 180.0: 180, 270.0: 270, 360.0: 0}


class Quality(StrEnum):
    """Which colours the answer has; `default` is the page's own."""

    DEFAULT = "default"
    COLOR = "color"
    GRAY = "gray"


class ImageFormat(StrEnum):
    """How the answer is written."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return f"image/{'jpeg' if self is ImageFormat.JPEG else self.value}"


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """An image as it is asked for, in IIIF's words; `place_request` says what they mean on a page."""

    region: str = "full"
    size: str = "max"
    rotation: str = "0"
    quality: str = "default"
    format: str = "jpg"


THUMBNAIL = ImageRequest(size="!200,200")
"""The whole page, 200 pixels its longer side."""


@dataclass(frozen=True, slots=True)
class PlacedRequest:
    """The part of the page in derivative pixels, what size it is shown at, then how it is turned (clockwise)."""

    box: Box
    width_px: int
    height_px: int
    rotation: "Rotation"
    quality: Quality
    format: ImageFormat


def place_request(request: ImageRequest, width_px: int, height_px: int, max_pixels: int) -> PlacedRequest:
    """What the request means on a page of that size; two requests that mean the same give the same.

    Raises ImageRequestInvalid for words that mean nothing, a region outside the page and a size above the region's;
    ImageAnswerTooLarge where the size is named and has more than `max_pixels` (``max`` is reduced to them instead).
    """
    box = _region(request.region, width_px, height_px)
    shown = _size(request.size, box.width_px, box.height_px, max_pixels)
    if shown[0] * shown[1] > max_pixels:
        raise ImageAnswerTooLarge(pixels=shown[0] * shown[1], limit=max_pixels)
    turn = _TURNS.get(float(request.rotation)) if _NUMBER.fullmatch(request.rotation) else None
    if turn is None:
        raise _invalid("rotation", request.rotation, "se acceptă 0, 90, 180 sau 270", "0, 90, 180 or 270 is possible")
    return PlacedRequest(
        box=box,
        width_px=shown[0],
        height_px=shown[1],
        rotation=turn,
        quality=_one_of("quality", request.quality, Quality),
        format=_one_of("format", request.format, ImageFormat),
    )


def _region(text: str, width_px: int, height_px: int) -> Box:
    if text == "full":
        return Box(left=0, top=0, right=width_px, bottom=height_px)
    if text == "square":
        side = min(width_px, height_px)
        left, top = (width_px - side) // 2, (height_px - side) // 2
        return Box(left=left, top=top, right=left + side, bottom=top + side)
    share = text.startswith("pct:")
    parts = text.removeprefix("pct:").split(",")
    if len(parts) != 4 or not all((_NUMBER if share else _WHOLE).fullmatch(part) for part in parts):
        raise _invalid(
            "region",
            text,
            "se acceptă full, square, x,y,w,h sau pct:x,y,w,h",
            "full, square, x,y,w,h or pct:x,y,w,h is possible",
        )
    across, down, wide, high = (float(part) for part in parts)
    if share:
        across, wide = across * width_px / 100, wide * width_px / 100
        down, high = down * height_px / 100, high * height_px / 100
    if wide <= 0 or high <= 0 or across >= width_px or down >= height_px:
        raise _invalid(
            "region",
            text,
            f"nu cuprinde nimic din pagina de {width_px}×{height_px} pixeli",
            f"it holds nothing of the page of {width_px}×{height_px} pixels",
        )
    left, top = min(round(across), width_px - 1), min(round(down), height_px - 1)
    right = min(max(round(across + wide), left + 1), width_px)
    bottom = min(max(round(down + high), top + 1), height_px)
    return Box(left=left, top=top, right=right, bottom=bottom)


def _size(text: str, width_px: int, height_px: int, max_pixels: int) -> tuple[int, int]:
    if text == "max":
        return _scaled(width_px, height_px, 1.0, max_pixels)
    if text.startswith("^"):
        raise _invalid("size", text, "nimic nu se arată mai mare decât este", "nothing is shown larger than it is")
    if text.startswith("pct:") and _NUMBER.fullmatch(text.removeprefix("pct:")):
        share = float(text.removeprefix("pct:")) / 100
        if 0 < share <= 1:
            return _part(width_px, share), _part(height_px, share)
        raise _invalid("size", text, "procentul este între 0 și 100", "the percentage is between 0 and 100")
    found = _SIZE.fullmatch(text)
    if found is None:
        raise _not_a_size(text)
    within, wide, high = bool(found[1]), int(found[2] or 0), int(found[3] or 0)
    named = (bool(found[2]), bool(found[3]))
    if not any(named) or (within and not all(named)) or (named[0] and not wide) or (named[1] and not high):
        raise _not_a_size(text)
    if within:
        return _scaled(width_px, height_px, min(1.0, wide / width_px, high / height_px), max_pixels)
    if wide > width_px or high > height_px:
        raise _invalid(
            "size",
            text,
            f"partea cerută are {width_px}×{height_px} pixeli și nu se arată mai mare",
            f"the part that was asked for has {width_px}×{height_px} pixels and is not shown larger",
        )
    if not named[1]:
        return wide, _part(height_px, wide / width_px)
    if not named[0]:
        return _part(width_px, high / height_px), high
    return wide, high


def _scaled(width_px: int, height_px: int, share: float, max_pixels: int) -> tuple[int, int]:
    """Both sides by the same share, and by less where the answer would have too many pixels."""
    wide, high = _part(width_px, share), _part(height_px, share)
    if wide * high <= max_pixels:
        return wide, high
    share = math.sqrt(max_pixels / (width_px * height_px))
    wide = min(max(1, math.floor(width_px * share)), max_pixels)
    return wide, max(1, min(math.floor(height_px * share), max_pixels // wide))


def _part(side_px: int, share: float) -> int:
    return max(1, min(side_px, round(side_px * share)))


def _one_of(part: str, text: str, kind: type[_Kind]) -> _Kind:
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(kind)
        raise _invalid(part, text, f"se acceptă {known}", f"{known} is possible") from None


def _not_a_size(text: str) -> ImageRequestInvalid:
    return _invalid(
        "size", text, "se acceptă max, w, | ,h | w,h | !w,h | pct:n", "max, w, | ,h | w,h | !w,h | pct:n is possible"
    )


def _invalid(part: str, value: str, problem_ro: str, problem_en: str) -> ImageRequestInvalid:
    shown = ascii(value[:_SHOWN])[1:-1]
    return ImageRequestInvalid(part=part, value=shown, problem_ro=problem_ro, problem_en=problem_en)
