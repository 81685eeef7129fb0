# SPDX-License-Identifier: EUPL-1.2
"""The second reader: reads again what the first may have got wrong, and makes one reading of both."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from processors.read.engine import Pixels, Reading
from schemas.page import Agent

__all__ = ["SecondReader", "open_second_reader"]


class SecondReader(Protocol):
    """A reader of another make, whose mistakes are others than the first's. For one thread at a time."""

    @property
    def agent(self) -> Agent:
        """The engine with its version and its models'."""

    def reread(
        self,
        pixels: Pixels,
        dpi: float,
        reading: Reading,
        languages: Sequence[str],
        words: Mapping[int, Collection[int]] | None = None,
    ) -> Reading:
        """Read a page again that the first reader read, and fuse both readings.

        `pixels` is the upright page (HxW or HxWx3 RGB, uint8), in whose pixels `reading`'s boxes are. `languages`
        are Tesseract's names, the chief one first. `words` are indices of words in lines, by the indices of
        `reading`'s lines in order over all blocks: they are read again, with a neighbour where they are signs alone,
        and all others are handed back as they are. Without `words` the whole page is read again, and lines that the
        first reader missed are found.

        A word of the answer is what one of the two readers said, letter by letter, perhaps with the other's
        diacritics and spaces; nothing else is made up. `Word.raw` and `Word.second` say who said what. Boxes keep
        `OcrEngine`'s promises; lines are in reading order. The answer depends on the arguments alone.

        Raises EngineUnavailable, EngineFailed; ValueError for an array that is no image or a word that is not there.
        """

    def close(self) -> None:
        """Free what the reader holds. May be called again; a later `reread` warms up anew."""


def open_second_reader() -> SecondReader:
    """The second reader in this process, where it takes up to 1.2 GB; a pool's workers share one (`PagePool`).

    Raises EngineUnavailable where its packages are missing.
    """
    from processors.read.second.dictionary import dictionary
    from processors.read.second.fused import FusedReader
    from processors.read.second.paddle import PaddleReader

    return FusedReader(PaddleReader(), dictionary)
