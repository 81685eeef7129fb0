# SPDX-License-Identifier: EUPL-1.2
"""Tell the monitor what an intake sees: metrics have no other eyes on the share."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from arhivar.composition import Archive
from arhivar.exits.cases import quarantined_drops
from arhivar.intake.drops import QUARANTINE
from arhivar.intake.take import Waiting


def note_look(archive: Archive, inbox: Path, waiting: Iterable[Waiting]) -> None:
    """Keep how many drops wait in the inbox and lie in its quarantine, and since when. Raises CatalogueError."""

    def quarantined() -> list[datetime]:
        return [
            one.row.quarantined_at
            for one in quarantined_drops(archive, inbox)
            if one.rejected is None and one.place.parent == inbox / QUARANTINE
        ]

    archive.monitor.look(str(inbox), [one.readiness.since for one in waiting], quarantined)
