# SPDX-License-Identifier: EUPL-1.2
"""What the catalogue says to whoever watches over an archive: runs of stages, looks at the inbox, sums.

No reference codes, titles or paths but an inbox's own; nothing grows with the number of units. Times are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime

from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome


@dataclass(frozen=True, slots=True)
class StageRun:
    """One run of a stage over an ingest, or over some of its pages."""

    stage: Stage
    outcome: StageOutcome
    ingest_id: str
    ended_at: datetime
    wall_seconds: float
    cpu_seconds: float
    """Of the process and all that it started."""
    pages: int
    """How many it was about; of those kept from an earlier run, none."""
    host: str


@dataclass(frozen=True, slots=True)
class StageSum:
    """All runs of a stage that ended so, ever: no sum becomes smaller."""

    stage: Stage
    outcome: StageOutcome
    runs: int
    pages: int
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class InboxLook:
    """What an intake last saw in an inbox."""

    inbox: str
    looked_at: datetime
    waiting: int
    """Drops that are not complete."""
    waiting_since: datetime | None
    """The last change of the one that has waited longest; None where none waits."""
    quarantined: int
    """Folders in its quarantine that nobody has decided about."""
    quarantined_since: datetime | None


@dataclass(frozen=True, slots=True)
class FixityStanding:
    """How far reading everything again is."""

    objects: int
    """Units that were deposited."""
    unchecked: int
    """Those that were not read again since."""
    oldest_at: datetime | None
    """When the object was last seen whole (or deposited) for which that is longest ago; None where that is unknown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What watching needs of the catalogue beside `Progress`, as it was at one moment."""

    ingests: tuple[tuple[IngestState, int], ...]
    """How many ingests are in each state that has some."""
    leases: tuple[tuple[str, int], ...]
    """How many are held of each kind: what their names have before the first colon."""
    outbox: int
    outbox_since: datetime | None
    """When the one that has waited longest for the index came; None where none waits."""
    fixity: FixityStanding
    backup_at: datetime | None
    """When the last backup was made, where that was within the last 92 days."""
    stages: tuple[StageSum, ...]
    looks: tuple[InboxLook, ...]
