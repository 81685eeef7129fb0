# SPDX-License-Identifier: EUPL-1.2
"""A second reading that may fail without the page failing: what the first reader read is still there."""

from collections.abc import Collection, Mapping, Sequence

from processors.read.engine import Pixels, Reading
from processors.read.second import SecondReader
from processors.step_times import Step, timed
from schemas.errors import EngineFailed, EngineUnavailable


@timed(Step.SECOND_READER)
def try_to_reread(
    second: SecondReader,
    pixels: Pixels,
    dpi: float,
    reading: Reading,
    languages: Sequence[str],
    words: Mapping[int, Collection[int]] | None = None,
    *,
    tries: int = 1,
) -> tuple[Reading, str | None]:
    """As `SecondReader.reread`, in up to so many tries: the new reading and None, or `reading` and why it failed."""
    failure: str | None = None
    for _ in range(tries):
        try:
            return second.reread(pixels, dpi, reading, languages, words), None
        except (EngineFailed, EngineUnavailable) as error:
            failure = str(error.fields.get("detail", error))
    return reading, failure
