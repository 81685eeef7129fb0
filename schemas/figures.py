# SPDX-License-Identifier: EUPL-1.2
"""The archive's figures for everyone (open data): sums alone, no titles, no codes of units, nothing of a person."""

from datetime import date

from pydantic import Field

from schemas.base import Record, UtcTime

_STATE = (
    "how far the unit is: reconciled, processing, received, waiting-for-a-person, quarantined, rejected or declared"
)


class StateFigure(Record):
    """Units in a state, and their pages."""

    state: str = Field(description=_STATE)
    units: int = Field(ge=0)
    pages: int | None = Field(ge=0, description="null where nobody counted them yet")


class MonthFigure(Record):
    """What was done in a month of the local calendar."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    units: int = Field(ge=0, description="finished: deposited, and later found whole")
    pages: int = Field(ge=0, description="of those units")
    pages_read: int = Field(ge=0, description="read for the first time, of whatever unit")


class HoldingFigure(Record):
    """Units of a fonds and series in a state, and their pages."""

    fonds: str | None = Field(description="null: none is named, or it is not told")
    series: str | None = Field(description="null: none is named, or it is not told")
    state: str = Field(description=_STATE)
    units: int = Field(ge=0)
    pages: int = Field(ge=0)


class FindingFigure(Record):
    """How often a kind of finding was made (docs/findings.md), and in how many ingests."""

    code: str
    findings: int = Field(ge=0)
    ingests: int = Field(ge=0)


class OpenFigures(Record):
    """Everything that the open feed says."""

    made_at: UtcTime
    target: int = Field(ge=0, description="units to be done in all")
    inventory: int = Field(ge=0, description="units in the inventory")
    done: int = Field(ge=0, description="units that have a version that was found whole")
    undated: int = Field(ge=0, description="those of them that are in no month, since the day is not known")
    deadline: date | None = None
    master_bytes: int = Field(ge=0, description="scans, of the ingests whose size is known")
    access_bytes: int = Field(ge=0, description="access PDFs, of the same")
    states: tuple[StateFigure, ...]
    months: tuple[MonthFigure, ...] = Field(description="from the first with output to now, none left out")
    holdings: tuple[HoldingFigure, ...]
    findings: tuple[FindingFigure, ...]
