# SPDX-License-Identifier: EUPL-1.2
"""Watch an inbox until told to stop: one run after the other, and a wait in between that costs next to nothing.

What fails is told once, waits longer each time, and never ends the watch: not a drop, not the share, not the
catalogue. Ingests that a dead process left are taken up once its leases have run out, drops or none.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from arhivar.composition import Archive
from arhivar.intake.changes import Changes
from arhivar.intake.take import FrameCounter, IntakeOptions, Waiting
from arhivar.log import Logger, trace_of
from arhivar.pipeline import Conduct, RunReport, Watcher, run_inbox, run_unfinished
from arhivar.steps.index import drain_outbox
from arhivar.stopping import StopAsked
from arhivar.tries import Tries
from processors.pool import PagePool
from schemas.errors import ArhivarError

_log = Logger(__name__)

LONG_SECONDS = 3600.0
"""What waits longer than this is told."""

_TROUBLE_SECONDS = 60.0
"""The longest wait for a share or a catalogue that is away: it should go on soon after it is back."""
_REST_SECONDS = 60.0
"""Reading processes that had nothing to do for so long are ended."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears what happens beside the drops themselves."""

    failed: Callable[[ArhivarError], None]
    """The intake of a drop, or the index; it is tried again later."""
    away: Callable[[ArhivarError], None]
    """Nothing can be done now: inbox, catalogue or store do not answer. Told once."""
    back: Callable[[float], None]
    """They answer again, after so many seconds."""
    waits_long: Callable[[Waiting], None]
    """A drop has waited for more than an hour. Told once, for as long as it waits for the same."""
    events_lost: Callable[[str], None]
    """File-system events do not work, and why."""


def watch_inbox(
    archive: Archive,
    inbox: Path,
    options: IntakeOptions,
    pool: PagePool,
    watcher: Watcher,
    listener: Listener,
    *,
    events: bool = True,
) -> None:
    """Take each drop of the inbox when it is ready; return when `options.stop` is asked for.

    Looks every `poll_seconds`, and sooner where the file system tells of a change, unless `events` is off.
    """
    stop = options.stop
    seconds = archive.settings.poll_seconds
    frames = FrameMemory(pool.count_frames)
    conduct = Conduct(Tries(first_seconds=seconds), unfinished_first=False, count_frames=frames)
    changes = Changes(inbox, listener.events_lost, events=events)
    trouble = _Trouble(listener, Tries(seconds, max(seconds, _TROUBLE_SECONDS)))
    patience = LongWaits(listener.waits_long)
    sweep_at = worked_at = 0.0
    while not stop.asked:
        worked = False
        try:
            if time.monotonic() >= sweep_at:
                sweep_at = time.monotonic() + max(seconds, archive.settings.lease_seconds / 2)
                worked = len(list(run_unfinished(archive, pool, watcher, conduct.tries, stop))) > 0
                drain_outbox(archive, stop.check)
            report = run_inbox(archive, inbox, options, pool, watcher, conduct)
        except StopAsked:
            break
        except Exception as error:  # noqa: BLE001 whatever it is, the next look may fare better
            stop.wait(trouble.begin(error))
            continue
        if report.stopped:
            break
        _tell_failures(report, listener)
        if report.gone is not None:
            stop.wait(trouble.begin(report.gone))
            continue
        trouble.end()
        patience.look(report.waiting, time.time())
        if worked or report.taken or frames.forget_unseen():
            worked_at = time.monotonic()
        elif time.monotonic() - worked_at > _REST_SECONDS:
            pool.rest()
        if not report.taken:  # else more may have come meanwhile
            changes.wait(seconds, stop)


def _tell_failures(report: RunReport, listener: Listener) -> None:
    for error in report.errors:
        if error is not report.gone:
            listener.failed(error)


class _Trouble:
    """Says once that nothing can be done, and once that it is over."""

    def __init__(self, listener: Listener, tries: Tries) -> None:
        self._listener = listener
        self._tries = tries
        self._code = ""
        self._since = 0.0

    def begin(self, error: Exception) -> float:
        """The seconds to wait."""
        known = error
        if not isinstance(known, ArhivarError):
            _log.error("watch crashed", trace=trace_of(error))
            known = ArhivarError(detail=f"{type(error).__name__}: {error}")
        if not self._code:
            self._since = time.monotonic()
        if known.code != self._code:
            self._code = known.code
            self._listener.away(known)
        return self._tries.failed("")

    def end(self) -> None:
        if self._code:
            self._code = ""
            self._tries.done("")
            self._listener.back(time.monotonic() - self._since)


@dataclass
class LongWaits:
    """Tells once of a drop that waits for more than an hour."""

    tell: Callable[[Waiting], None]
    _told: set[tuple[str, str | None, str]] = field(default_factory=set)

    def look(self, waiting: Sequence[Waiting], now: float) -> None:
        """`now` is in seconds since the epoch. What waits for something else than before is told again."""
        long = {}
        for one in waiting:
            if now - one.readiness.since >= LONG_SECONDS:
                long[one.folder, one.readiness.waiting_for, one.readiness.detail] = one
        for key in long.keys() - self._told:
            self.tell(long[key])
        self._told = set(long)


class FrameMemory:
    """Counts a file's pages once, for as long as it does not change: a drop that waits is looked at again and again."""

    def __init__(self, count_frames: FrameCounter) -> None:
        self._count = count_frames
        self._known: dict[tuple[object, ...], int] = {}
        self._seen: dict[tuple[object, ...], int] = {}
        self._asked = False

    def __call__(self, path: Path) -> int:
        status = path.stat()
        key = (str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        frames = self._known.get(key)
        if frames is None:
            self._asked = True
            frames = self._count(path)
        self._seen[key] = frames
        return frames

    def forget_unseen(self) -> bool:
        """Keep what was asked for since the last call; whether any of it had to be counted."""
        asked = self._asked
        self._known, self._seen, self._asked = self._seen, {}, False
        return asked
