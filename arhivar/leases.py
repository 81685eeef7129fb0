# SPDX-License-Identifier: EUPL-1.2
"""Leases held by this process: acquired, kept alive by a thread, given back."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from arhivar.log import Logger
from repository.catalogue import Catalogue
from repository.records import Lease
from schemas.errors import CatalogueError, LeaseLost
from schemas.owners import is_gone, owner_name

_POLL_SECONDS = 0.2

_log = Logger(__name__)


@dataclass(slots=True)
class HeldLease:
    """A lease that a thread renews; `check` raises LeaseLost once another process has taken over."""

    lease: Lease
    lost: bool = False

    def check(self) -> None:
        if self.lost:
            raise LeaseLost(name=self.lease.name)


class LeaseHolder:
    """Acquires leases in this process's name. One of a killed process of this machine need not run out first."""

    def __init__(self, catalogue: Catalogue, seconds: int) -> None:
        self._catalogue = catalogue
        self._seconds = seconds
        self._owner = f"{socket.gethostname()}:{owner_name()}"

    @contextmanager
    def hold(
        self, name: str, *, patience_seconds: float = 0.0, check: Callable[[], None] = lambda: None
    ) -> Iterator[HeldLease | None]:
        """Hold the lease for the length of the block; None where a living process has it, and keeps it so long.

        `check` is called while it waits, and may raise.
        """
        until = time.monotonic() + patience_seconds
        lease = self._acquire(name)
        while lease is None and time.monotonic() < until:
            check()
            time.sleep(_POLL_SECONDS)
            lease = self._acquire(name)
        if lease is None:
            yield None
            return
        held = HeldLease(lease)
        stop = threading.Event()
        thread = threading.Thread(target=self._keep, args=(held, stop), name=f"lease {name}", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            stop.set()
            thread.join()
            if not held.lost:
                self._release(held.lease)

    def fence(self, held: HeldLease) -> None:
        """Go past here as the only one: the lease is held for its whole length again.

        One that ran out (the machine stood still, or the catalogue was away) and that nobody took is no reason to
        stop. Raises LeaseLost where somebody did, CatalogueError.
        """
        held.lease = self._catalogue.renew_lease(held.lease, self._seconds, datetime.now(UTC))

    def _release(self, lease: Lease) -> None:
        """Give it back. Where the catalogue cannot take it, it runs out by itself: what was done under it stands."""
        try:
            self._catalogue.release_lease(lease)
        except CatalogueError as error:
            _log.warning("lease not given back", lease=lease.name, error=str(error))

    def _acquire(self, name: str) -> Lease | None:
        return self._catalogue.acquire_lease(name, self._owner, self._seconds, datetime.now(UTC), is_gone)

    def _keep(self, held: HeldLease, stop: threading.Event) -> None:
        while not stop.wait(self._seconds / 4):
            try:
                held.lease = self._catalogue.renew_lease(held.lease, self._seconds, datetime.now(UTC))
            except LeaseLost:
                held.lost = True
                return
            except CatalogueError as error:  # tried again at the next turn; the lease may still hold
                _log.warning("lease not renewed", lease=held.lease.name, error=str(error))
