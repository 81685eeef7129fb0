# SPDX-License-Identifier: EUPL-1.2
"""The catalogue in SQLite (the embedded default) or PostgreSQL, by URL."""

from pathlib import Path

from sqlalchemy import URL

from repository.sql.access import AccessPart
from repository.sql.audit import AuditPart
from repository.sql.exits import ExitsPart
from repository.sql.fixity import FixityPart
from repository.sql.ingests import IngestsPart
from repository.sql.leases import LeasesPart
from repository.sql.lists import ListsPart
from repository.sql.monitoring import MonitoringPart
from repository.sql.outbox import OutboxPart
from repository.sql.pages import PagesPart
from repository.sql.progress import ProgressPart
from repository.sql.repeat import repeats_undone
from repository.sql.restore import RestorePart
from repository.sql.units import UnitsPart


@repeats_undone
class SqlCatalogue(
    UnitsPart,
    IngestsPart,
    ExitsPart,
    PagesPart,
    OutboxPart,
    RestorePart,
    LeasesPart,
    ListsPart,
    AuditPart,
    ProgressPart,
    FixityPart,
    MonitoringPart,
    AccessPart,
):
    """`Catalogue` over SQLAlchemy. Call `upgrade` once before anything else, and `close` at the end.

    One instance may serve many threads; another process makes its own.
    """

    def __enter__(self) -> "SqlCatalogue":
        return self

    def is_there(self) -> bool:
        """Whether there is a catalogue, of whatever version. Raises CatalogueUnavailable."""
        if self._sqlite:
            return bool(self._url.database) and Path(self._url.database or "").exists()
        return self.revision() is not None


def sqlite_url(path: Path) -> str:
    """The URL of a catalogue in that file."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()
