# SPDX-License-Identifier: EUPL-1.2
"""How carefully a unit's pages are read and how much of their look is kept: the one place that decides.

What is asked for a reread goes before what the drop asks, that before the settings of series, those before the
archive's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from arhivar.composition import page_settings
from arhivar.settings import Settings
from schemas.ingest import Manifest
from schemas.reading import Fidelity, ReadingLevel
from schemas.unit import UnitDescription

if TYPE_CHECKING:  # who decides alone starts without the libraries for images
    from processors.page import PageSettings


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """What was decided for the pages of one ingest."""

    level: ReadingLevel
    fidelity: Fidelity


def choose_reading(settings: Settings, manifest: Manifest) -> ReadingChoice:
    """What holds for the ingest's pages."""
    unit = manifest.description
    high = match_series(unit, settings.high_fidelity_series or ()) > 0
    fidelity = manifest.fidelity or (Fidelity.HIGH if high else settings.access_fidelity)
    if manifest.reread is not None:
        return ReadingChoice(manifest.reread.level, fidelity)
    return ReadingChoice(manifest.reading or _level_of_series(settings, unit) or settings.reading_level, fidelity)


def _level_of_series(settings: Settings, unit: UnitDescription) -> ReadingLevel | None:
    """By whichever list names the unit more closely; None where neither does."""
    careful = match_series(unit, settings.careful_series or ())
    fast = match_series(unit, settings.fast_series or ())
    if careful == fast:  # no list names what the other one does
        return None
    return ReadingLevel.CAREFUL if careful > fast else ReadingLevel.FAST


class InSeries(Protocol):
    """A unit, by whatever describes it."""

    @property
    def reference_code(self) -> str: ...

    @property
    def series(self) -> str | None: ...


def match_series(unit: InSeries, series: Sequence[str]) -> int:
    """How closely a list of series names the unit: signs of the longest entry that does, 0 for none.

    An entry names the units of the series that it is, and those whose reference codes begin with it, up to a sign that
    is no letter or digit: `PMB/1987` is the beginning of `PMB/1987/12`, not of `PMB/19871`.
    """
    return max((len(one) for one in series if one == unit.series or _begins(unit.reference_code, one)), default=0)


def _begins(reference_code: str, entry: str) -> bool:
    rest = reference_code.removeprefix(entry)
    return reference_code.startswith(entry) and not (entry[-1].isalnum() and rest[:1].isalnum())


def reading_settings(settings: Settings, manifest: Manifest) -> "PageSettings":
    """All that reading the ingest's pages depends on beside the pages."""
    choice = choose_reading(settings, manifest)
    return page_settings(settings, manifest.description.languages, choice.level, choice.fidelity)
