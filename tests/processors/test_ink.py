# SPDX-License-Identifier: EUPL-1.2
"""What is counted from a histogram is what would be counted from the pixels."""

import numpy as np
import pytest

from processors.ink import histogram, percentile


@pytest.mark.parametrize("share", [0.0, 10.0, 50.0, 75.0, 90.0, 100.0])
@pytest.mark.parametrize("side", [1, 2, 3, 37])
def test_percentiles_are_those_of_the_pixels(side: int, share: float) -> None:
    image = np.random.default_rng(side).integers(0, 256, (side, side), dtype=np.uint8)
    assert percentile(histogram(image), share) == pytest.approx(float(np.percentile(image, share)))


def test_only_what_is_asked_for_is_counted() -> None:
    image = np.array([[3, 3, 9], [9, 9, 200]], np.uint8)
    counts = histogram(image, np.array([[1, 0, 1], [1, 0, 255]], np.uint8))
    assert {int(value): int(counts[value]) for value in np.flatnonzero(counts)} == {3: 1, 9: 2, 200: 1}
    assert percentile(counts, 50) == 9
