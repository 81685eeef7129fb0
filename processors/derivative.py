# SPDX-License-Identifier: EUPL-1.2
"""A page's derivative: the scan turned, straightened and cropped, made in one resampling, and only as far as needed.

Reading needs a page in grey, and its picture in the PDF half of the page in colour. All of it in colour costs three
times as much as all of it in grey, and few pages are ever asked for it.
Places are continuous: pixel (0, 0) covers the square from (0, 0) to (1, 1), so that a map holds for pixels, for boxes
and for the PDF alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from processors.crop import Crop
from processors.decode import Frame
from processors.ink import Pixels, SmallPage, as_gray, typed
from processors.step_times import Step, timed
from schemas.page import Box, Matrix

_WHITE = 255


@dataclass(frozen=True, eq=False)
class Derivative:
    """What a page looks like at the frame's own resolution; arrays may share memory with the frame.

    `small` is the frame reduced. `matrix` leads from the frame's pixels to the derivative's, of which `crop` is the
    part of the turned and straightened page. Without `straightened` it is a turn by right angles alone, and pixels are
    taken as they are.
    """

    frame: Frame
    small: SmallPage
    matrix: Matrix
    crop: Crop
    rotation_deg: int
    straightened: bool

    @property
    def in_colour(self) -> bool:
        """Whether the page has more to it than grey."""
        return self.frame.pixels.ndim == 3

    @cached_property
    def gray(self) -> Pixels:
        """In grey, HxW uint8."""
        return self._derive(as_gray(self.frame.pixels))

    @cached_property
    def pixels(self) -> Pixels:
        """As the scan is: HxW grey or HxWx3 RGB, uint8."""
        return self._derive(self.frame.pixels) if self.in_colour else self.gray

    @timed(Step.STRAIGHTEN)
    def reduced(self, factor: int) -> Pixels:
        """Means over squares of `factor` pixels a side, as far as there are whole ones: less work than `pixels`."""
        columns, rows = self.crop.width_px // factor, self.crop.height_px // factor
        if "pixels" in self.__dict__ or factor == 1 or not self.in_colour or not self.straightened:
            plain = not self.straightened and self.rotation_deg == 0
            if plain and self.small.colour is not None and self.small.factor == factor:
                left, top = self.crop.left // factor, self.crop.top // factor  # nothing finer is ever cut off
                return self.small.colour[top : top + rows, left : left + columns]
            pixels = self._as_it_lies(self.frame.pixels) if plain else self.pixels
            return _resize(pixels[: rows * factor, : columns * factor], columns, rows)
        small = self.small.colour
        if small is None or self.small.factor != factor:
            height, width = (side // factor for side in self.frame.pixels.shape[:2])
            small = _resize(self.frame.pixels[: height * factor, : width * factor], width, height)
        scaled = self.matrix.model_copy(update={"c": self.matrix.c / factor, "f": self.matrix.f / factor})
        return warp(small, scaled, (columns, rows), self._paper)

    def within(self, boxes: Iterable[Box]) -> Pixels:
        """As `pixels`, HxW or HxWx3, but only within the boxes and between them from side to side; 0 elsewhere."""
        if "pixels" in self.__dict__ or not self.in_colour or not self.straightened:
            return self.pixels
        return self._bands(sorted((max(0, box.top), min(box.bottom, self.crop.height_px)) for box in boxes))

    @timed(Step.STRAIGHTEN)
    def _bands(self, bands: Iterable[tuple[int, int]]) -> Pixels:
        source, fill = self.frame.pixels, self._paper
        shown = np.zeros((self.crop.height_px, self.crop.width_px, 3), np.uint8)
        done = 0
        for top, bottom in bands:
            start = max(top, done)
            if start < bottom:
                lower = self.matrix.model_copy(update={"f": self.matrix.f - start})
                shown[start:bottom] = warp(source, lower, (self.crop.width_px, bottom - start), fill)
                done = bottom
        return shown

    @timed(Step.STRAIGHTEN)
    def _derive(self, pixels: Pixels) -> Pixels:
        """Of all the frame's pixels, HxW or HxWx3."""
        if not self.straightened:
            return np.ascontiguousarray(self._as_it_lies(pixels))
        fill = self._paper if pixels.ndim == self.frame.pixels.ndim else (_luma(self._paper),)
        return warp(pixels, self.matrix, (self.crop.width_px, self.crop.height_px), fill)

    def _as_it_lies(self, pixels: Pixels) -> Pixels:
        turned = np.rot90(pixels, -self.rotation_deg // 90)
        return turned[self.crop.top : self.crop.bottom, self.crop.left : self.crop.right]

    @cached_property
    def _paper(self) -> tuple[int, ...]:
        return (_WHITE,) if self.frame.bitonal else paper_colour(self.frame.pixels)


def _luma(colour: tuple[int, ...]) -> int:
    return int(as_gray(np.asarray([[colour]], np.uint8))[0, 0])


def paper_colour(pixels: Pixels) -> tuple[int, ...]:
    """The paper's colour: the median of the brighter half, a value a channel."""
    step = max(1, min(pixels.shape[:2]) // 200)
    sample = pixels[::step, ::step].reshape(-1, 1 if pixels.ndim == 2 else pixels.shape[2])
    brightness = sample.mean(axis=1)
    bright = sample[brightness >= np.median(brightness)]
    return tuple(int(value) for value in np.median(bright, axis=0))


def warp(
    pixels: Pixels, matrix: Matrix, size: tuple[int, int], fill: tuple[int, ...], method: int = cv2.INTER_LINEAR
) -> Pixels:
    """Resample by a map of continuous places to `size` (width, height); OpenCV's places are pixel centres, half a pixel
    off.
    """
    centred = np.array(
        [
            [matrix.a, matrix.b, matrix.c + (matrix.a + matrix.b - 1) / 2],
            [matrix.d, matrix.e, matrix.f + (matrix.d + matrix.e - 1) / 2],
        ]
    )
    return typed(cv2.warpAffine(pixels, centred, size, flags=method, borderMode=cv2.BORDER_CONSTANT, borderValue=fill))


def _resize(pixels: Pixels, width_px: int, height_px: int) -> Pixels:
    return typed(cv2.resize(pixels, (width_px, height_px), interpolation=cv2.INTER_AREA))
