# SPDX-License-Identifier: EUPL-1.2
"""Wait for the next look at the inbox: until its time has come, or sooner where the file system tells of a change.

Events are a help and never the truth: SMB and NFS tell of nothing that another machine did, and the kernel's limits may
refuse them. So every wait ends after its time, events or none.
"""

import time
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch
from watchfiles.main import FileChange

from arhivar.intake.drops import CLAIMED, QUARANTINE
from arhivar.log import Logger
from arhivar.stopping import StopRequest

_log = Logger(__name__)

_STEP_MS = 200
"""So long after the last change the wait ends; also how often it looks whether a stop was asked for."""
_DEBOUNCE_MS = 2000
"""Changes that go on without a pause, as of a scanner at work, end the wait after this."""


class Changes:
    """Waits on one inbox. Where events fail, `lost` hears why, once, and time alone counts from then on."""

    def __init__(self, inbox: Path, lost: Callable[[str], None], *, events: bool = True) -> None:
        self._inbox = inbox
        self._lost = lost
        self._events = events
        self._ours = tuple(str(inbox / name) for name in (CLAIMED, QUARANTINE))

    def wait(self, seconds: float, stop: StopRequest) -> None:
        """Wait so long, or until something changes in the inbox, or a stop is asked for."""
        until = time.monotonic() + seconds
        if self._events:
            try:
                self._listen(until, stop)
            except FileNotFoundError:
                pass  # the inbox is away: the next look says so
            except Exception as error:  # noqa: BLE001 whatever it is, the inbox is looked at all the same
                self._events = False
                _log.warning("file-system events do not work", inbox=str(self._inbox), error=str(error))
                self._lost(str(error))
            else:
                return
        stop.wait(until - time.monotonic())

    def _listen(self, until: float, stop: StopRequest) -> None:
        milliseconds = max(1, int((until - time.monotonic()) * 1000))
        for changes in watch(
            self._inbox,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=stop,
            rust_timeout=milliseconds,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
            recursive=True,
            ignore_permission_denied=True,
        ):
            if time.monotonic() >= until or any(self._is_drop(change) for change in changes):
                return

    def _is_drop(self, change: FileChange) -> bool:
        """Not what intake itself does in its own folders."""
        return not change[1].startswith(self._ours)
