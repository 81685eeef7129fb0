# SPDX-License-Identifier: EUPL-1.2
"""What the catalogue says of an archive's progress: frozen sums, of which none grows with the number of units.

Times are aware UTC. Only `Progress.unfinished` has an entry an ingest, of those that are not finished.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.ingest import IngestState
from schemas.messages import Message
from schemas.unit import AccessClass


@dataclass(frozen=True, slots=True)
class StateCount:
    """Units whose leading ingest is in this state, and the pages that those ingests captured.

    Leading is one that is reconciled, else one that goes on, else one that was quarantined, else a rejected one; of
    several such, the newest.
    """

    state: IngestState
    measured: bool
    """Its ledger has been measured: where it is not reconciled then, something is missing or waits for a person."""
    units: int
    pages: int


@dataclass(frozen=True, slots=True)
class HoldingCount:
    """As `StateCount`, of the units of one fonds and series that have one access class."""

    fonds: str | None
    series: str | None
    access_class: AccessClass
    state: IngestState
    measured: bool
    units: int
    pages: int


@dataclass(frozen=True, slots=True)
class FinishedHour:
    """Units whose first reconciled version was deposited in this hour, and their pages; None for an unknown time."""

    hour: datetime | None
    units: int
    pages: int


@dataclass(frozen=True, slots=True)
class ReadingHour:
    """Pages that got their first result in this hour, and when the first and the last did."""

    hour: datetime
    pages: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Volume:
    """Bytes of the ingests that were deposited; of `unknown` of them the size is not known."""

    size_bytes: int
    unknown: int


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often a kind of finding stands in the catalogue, rejected ingests left out, and in how many ingests."""

    code: str
    findings: int
    ingests: int


@dataclass(frozen=True, slots=True)
class Stop:
    """The error that last stopped an ingest: its code, what it said and when."""

    code: str
    said: Message
    at: datetime


@dataclass(frozen=True, slots=True)
class UnfinishedIngest:
    """An ingest that goes on, or is in quarantine."""

    ingest_id: str
    unit_id: UUID
    reference_code: str
    title: str
    state: IngestState
    measured: bool
    reason: str | None
    received_at: datetime
    updated_at: datetime
    pages: int | None
    """How many it has; None where that is unknown."""
    pages_done: int
    """How many have a result."""
    reading: tuple[ReadingHour, ...]
    """Its own hours, in order."""
    held_until: datetime | None
    """When the lease of whoever works on it runs out; None where nobody holds one."""
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that a report needs of the catalogue, as it was at one moment."""

    inventory: int
    """Entries of the inventory."""
    declared: int
    """Those of which nothing was received yet."""
    units: tuple[StateCount, ...]
    finished: tuple[FinishedHour, ...]
    """By hour, unknown first."""
    reading: tuple[ReadingHour, ...]
    """Of all ingests, by hour."""
    masters: Volume
    access: Volume
    """Access PDFs."""
    findings: tuple[FindingCount, ...]
    """Most frequent first."""
    unfinished: tuple[UnfinishedIngest, ...]
    """Longest without a change first."""
    quarantine: tuple[str, ...]
    """Paths of drops that never became an ingest."""
