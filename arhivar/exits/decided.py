# SPDX-License-Identifier: EUPL-1.2
"""What a decision came to."""

from dataclasses import dataclass
from pathlib import Path

from repository.records import Decision
from schemas.ingest import IngestState


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that stands, made now or (`already`) before."""

    case_id: str
    name: str
    """Folder of a drop, reference code of an ingest."""
    decision: Decision
    already: bool = False
    where: Path | None = None
    """Where a drop lies now, as far as that is known."""
    state: IngestState | None = None
    """Of an ingest."""

    @property
    def goes_on(self) -> bool:
        """Whether the next `arhivar ingest` takes it further."""
        if self.state is None:
            return self.decision is not Decision.REJECTED and not self.already
        return self.state not in (IngestState.RECONCILED, IngestState.REJECTED)
