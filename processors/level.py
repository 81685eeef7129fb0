# SPDX-License-Identifier: EUPL-1.2
"""What a recogniser gets of a page, and the way back of what it read: the page itself, or its lines made level."""

from dataclasses import dataclass

from processors.fan import Fan
from processors.ink import Pixels
from processors.read.engine import Reading
from processors.readable import map_boxes
from schemas.page import Box


@dataclass(frozen=True)
class Level:
    """A page's lines by `fan`; as they are where that is None."""

    fan: Fan | None

    def flat(self, pixels: Pixels) -> Pixels:
        """The derivative (HxW or HxWx3, uint8) as it is read."""
        return pixels if self.fan is None else self.fan.flatten(pixels)

    def to_flat(self, box: Box) -> Box:
        """A place on the derivative, where it is read."""
        return box if self.fan is None else self.fan.to_flat(box)

    def reading_to_flat(self, reading: Reading) -> Reading:
        """What was read, where a second reader looks for it."""
        return reading if self.fan is None else map_boxes(reading, self.fan.to_flat)

    def reading_to_page(self, reading: Reading) -> Reading:
        """What was read, where it stands on the derivative."""
        return reading if self.fan is None else map_boxes(reading, self.fan.to_page)
