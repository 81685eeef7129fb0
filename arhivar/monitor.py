# SPDX-License-Identifier: EUPL-1.2
"""What metrics are made of, kept as work goes on: how long stages take, what an intake sees.

It must cost nothing and stop nothing: runs are kept in memory and written a few at a time, and where the catalogue
cannot take them the log says so and they are forgotten. A process that is killed takes its last ones with it.
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from arhivar.cpu_time import tree_cpu_seconds
from arhivar.log import Logger, log_context
from arhivar.step_profile import Profile
from processors.step_times import Step
from repository.catalogue import Catalogue
from repository.monitoring import InboxLook, StageRun
from repository.records import IngestRow
from schemas.errors import CatalogueError
from schemas.ingest import Manifest
from schemas.page import PageKind
from schemas.stages import Stage, StageOutcome

_AT_ONCE = 64
_KEPT_SECONDS = 30.0
"""Runs wait no longer than this for others to be written with, as long as more come."""
_LOOK_SECONDS = 60.0
"""Looks at an inbox in which nothing has changed are kept no oftener."""

_log = Logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class StageTimer:
    """A run that goes on; `pages` may be told while it does."""

    pages: int


class Monitor:
    """Keeps runs of stages and looks at inboxes for one process. Not for several threads at once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._runs: list[StageRun] = []
        self._flushed = time.monotonic()
        self._looks: dict[str, tuple[float, tuple[object, ...]]] = {}
        self._host = socket.gethostname()
        self.profile: Profile | None = None
        """Also hears of every run, where one is set."""

    @contextmanager
    def stage(self, stage: Stage, ingest_id: str, *, unit_id: UUID, pages: int = 0) -> Iterator[StageTimer]:
        """Measure the block; the lines that it logs carry `stage`, `unit` and `ingest`."""
        timer = StageTimer(pages)
        wall, cpu = time.monotonic(), tree_cpu_seconds()
        outcome = StageOutcome.STOPPED
        try:
            with log_context(stage=stage.value, unit=str(unit_id), ingest=ingest_id):
                yield timer
            outcome = StageOutcome.DONE
        finally:
            run = StageRun(
                stage=stage,
                outcome=outcome,
                ingest_id=ingest_id,
                ended_at=datetime.now(UTC),
                wall_seconds=time.monotonic() - wall,
                cpu_seconds=max(tree_cpu_seconds() - cpu, 0.0),
                pages=timer.pages,
                host=self._host,
            )
            self._runs.append(run)
            if self.profile is not None:
                self.profile.add_stage(run)
        if len(self._runs) >= _AT_ONCE or time.monotonic() - self._flushed > _KEPT_SECONDS:
            self.flush()

    def page_read(self, kind: PageKind, step_seconds: Mapping[Step, float]) -> None:
        """Hear what a page's steps took, for the profile."""
        if self.profile is not None:
            self.profile.add_page(kind, step_seconds)

    def look(self, inbox: str, waiting: list[float], count_quarantine: Callable[[], list[datetime]]) -> None:
        """Keep what was seen in an inbox: since when each drop waits, in seconds since the epoch; its quarantine.

        The quarantine is counted where the look is kept, which is not always.
        """
        seen: tuple[object, ...] = (len(waiting), min(waiting, default=None))
        at, before = self._looks.get(inbox, (0.0, ()))
        if before == seen and time.monotonic() - at < _LOOK_SECONDS:
            return
        quarantined = count_quarantine()
        look = InboxLook(
            inbox=inbox,
            looked_at=datetime.now(UTC),
            waiting=len(waiting),
            waiting_since=None if not waiting else datetime.fromtimestamp(min(waiting), UTC),
            quarantined=len(quarantined),
            quarantined_since=min(quarantined, default=None),
        )
        try:
            self._catalogue.record_look(look)
        except CatalogueError as error:
            _log.warning("look at the inbox not kept", error=error.code)
        else:
            self._looks[inbox] = time.monotonic(), seen

    def flush(self) -> None:
        """Write what was measured."""
        runs, self._runs, self._flushed = self._runs, [], time.monotonic()
        if not runs:
            return
        try:
            self._catalogue.record_stages(runs)
        except CatalogueError as error:
            _log.warning("times of stages not kept", runs=len(runs), error=error.code)


class _Monitored(Protocol):
    @property
    def monitor(self) -> Monitor: ...


A = TypeVar("A", bound=_Monitored)
Ingest = TypeVar("Ingest", bound=Manifest | IngestRow)
Timed = Callable[Concatenate[A, Ingest, P], T]


def timed(stage: Stage) -> Callable[[Timed[A, Ingest, P, T]], Timed[A, Ingest, P, T]]:
    """Measure each call of a function of an archive and an ingest, all of whose pages it is about."""

    def wrap(function: Timed[A, Ingest, P, T]) -> Timed[A, Ingest, P, T]:
        @wraps(function)
        def run(archive: A, ingest: Ingest, /, *args: P.args, **kwargs: P.kwargs) -> T:
            manifest = ingest.manifest if isinstance(ingest, IngestRow) else ingest
            with archive.monitor.stage(stage, manifest.ingest_id, unit_id=manifest.unit_id, pages=len(manifest.pages)):
                return function(archive, ingest, *args, **kwargs)

        return run

    return wrap
