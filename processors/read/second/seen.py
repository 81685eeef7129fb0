# SPDX-License-Identifier: EUPL-1.2
"""What a reader of lines says, before it is compared with anything, and what is asked of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from processors.read.engine import Pixels
from schemas.page import Agent, Box


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line as it was read. All four sequences run over the characters of `text`, spaces among them."""

    box: Box
    """The line's place in pixels of the page, where the reader found it or was told of it."""
    text: str
    middles_px: tuple[float, ...]
    """Where each character's middle lies, from left, in pixels of the page; never falling."""
    probabilities: tuple[float, ...]
    """How sure each character is, 0 to 1."""

    @property
    def probability(self) -> float:
        """The mean over the characters; 0 where nothing was read."""
        return sum(self.probabilities) / len(self.probabilities) if self.probabilities else 0.0

    def within(self, left: float, right: float) -> "SeenLine":
        """What was read from `left` on, before `right`, in pixels of the page."""
        inside = [index for index, middle in enumerate(self.middles_px) if left <= middle < right]
        return SeenLine(
            box=self.box,
            text="".join(self.text[index] for index in inside),
            middles_px=tuple(self.middles_px[index] for index in inside),
            probabilities=tuple(self.probabilities[index] for index in inside),
        )


class LineReader(Protocol):
    """A reader that finds lines on a page, and reads lines. One page at a time."""

    @property
    def agent(self) -> Agent:
        """The program with its version and its models'."""

    def find_lines(self, pixels: Pixels, dpi: float) -> list[SeenLine]:
        """Find and read all lines of an upright page (HxW or HxWx3 RGB), in no particular order.

        A row of words far from each other may come as several lines. Raises EngineUnavailable, EngineFailed.
        """

    def read_lines(self, pixels: Pixels, boxes: Sequence[Box]) -> list[SeenLine]:
        """Read lines, or parts of lines, at `boxes`, which lie inside the page and are not empty; one answer a box, in
        their order. Nothing beside a box is looked at, so that it should end in the paper around what it holds.

        Raises EngineUnavailable, EngineFailed.
        """

    def close(self) -> None:
        """Free what is held. May be called again; a later reading warms up anew."""
