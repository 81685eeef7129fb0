# SPDX-License-Identifier: EUPL-1.2
"""A server that stops in the middle of an ingest, and comes back: the same command again ends reconciled.

Between the program and each server stands a relay of the test's own, which is cut and mended in place of the server:
connections break and are refused, as when a server is killed, and nobody else's tests are disturbed.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from arhivar.composition import init_archive, open_archive
from arhivar.intake.take import IntakeOptions
from arhivar.pipeline import RunReport, Watcher, run_inbox
from arhivar.settings import Settings, load_settings
from processors.pool import PagePool
from schemas.errors import CatalogueUnavailable, IndexUnavailable
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from schemas.search import SearchFilters
from search.query import parse_query
from tests.binders import make_binder, text_pages

pytestmark = pytest.mark.services
PAGES = 3


class Relay:
    """A port on loopback that passes everything on to a server, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        self._lock = threading.Lock()
        self._open = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break what is connected, and refuse what comes."""
        with self._lock:
            self._open = False
            pairs, self._pairs = self._pairs, []
        for one in pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self._open = True

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._open:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(self._target)
                except OSError:  # the server has too much to do: its client hears it, and the next one is passed on
                    near.close()
                    continue
                self._pairs += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=(source, target), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()


SERVERS = {"minio": "ARHIVAR_STORE_ENDPOINT", "elasticsearch": "ARHIVAR_INDEX", "postgresql": "ARHIVAR_CATALOGUE"}


@pytest.fixture
def relays(variables: dict[str, str]) -> Iterator[dict[str, Relay]]:
    """A relay before each server; the settings lead to them."""
    made: dict[str, Relay] = {}
    for name, variable in SERVERS.items():
        parts = urlsplit(variables[variable])
        made[name] = Relay(parts.hostname or "", parts.port or 0)
        user = parts.netloc.rpartition("@")[0]
        place = f"{user}@127.0.0.1:{made[name].port}" if user else f"127.0.0.1:{made[name].port}"
        variables[variable] = urlunsplit(parts._replace(netloc=place))
    yield made
    for one in made.values():
        one.close()


@pytest.fixture
def settings(variables: dict[str, str], relays: dict[str, Relay], tmp_path: Path) -> Settings:
    loaded = load_settings(variables)
    init_archive(loaded)
    make_binder(tmp_path / "inbox", "mic", text_pages(PAGES), description={"reference_code": "O/1"})
    return loaded


def ingest(settings: Settings, inbox: Path, pool: PagePool, watcher: Watcher) -> RunReport:
    with open_archive(settings) as archive:
        return run_inbox(archive, inbox, IntakeOptions(), pool, watcher)


def watch(relay: Relay | None = None, *, at: str = "") -> Watcher:
    """A watcher that cuts the relay at a moment of the ingest."""

    def cut(moment: str) -> None:
        if relay is not None and moment == at:
            relay.cut()

    return Watcher(
        lambda unit, pages: cut("begun"), lambda pages: cut("page"), lambda taken: cut("taken"), lambda outcome: None
    )


def ingest_until(settings: Settings, inbox: Path, pool: PagePool, state: IngestState) -> None:
    """The same command again and again, until the one ingest is in that state; nothing but what may pass stops it."""
    deadline = time.monotonic() + 120
    while True:  # leases of a run that was cut off may have to run out, and a busy machine may need a second try
        report = ingest(settings, inbox, pool, watch())
        errors = [*report.errors, *(one.error for one in report.outcomes if one.error is not None)]
        assert all(error.retryable for error in errors), errors
        with open_archive(settings) as archive:
            states = [row.state for row in archive.catalogue.ingests()]
        if states == [state]:
            return
        assert time.monotonic() < deadline, (states, errors)
        time.sleep(1)


def require_whole(settings: Settings) -> None:
    """One unit of one version, reconciled, and every page found once."""
    with open_archive(settings) as archive:
        (row,) = archive.catalogue.ingests()
        assert (row.state, row.version) == (IngestState.RECONCILED, 1)
        assert archive.packages.head(derive_unit_id("O/1").urn) == 1
        assert archive.packages.verify(derive_unit_id("O/1").urn) == []
        hits = archive.index.search(parse_query("hotararea"), SearchFilters(), limit=50).hits
        assert sorted(hit.page for hit in hits) == list(range(1, PAGES + 1))


@pytest.mark.parametrize("moment", ["taken", "page"])
@pytest.mark.parametrize("server", ["minio", "elasticsearch", "postgresql"])
def test_a_server_that_stops_in_the_middle_costs_nothing_but_time(
    settings: Settings, relays: dict[str, Relay], reading: PagePool, tmp_path: Path, server: str, moment: str
) -> None:
    report = None
    with contextlib.suppress(CatalogueUnavailable):
        report = ingest(settings, tmp_path / "inbox", reading, watch(relays[server], at=moment))
    if report is not None:
        assert [one.state for one in report.outcomes] != [IngestState.RECONCILED]
        errors = [*report.errors, *(one.error for one in report.outcomes if one.error is not None)]
        assert errors
        assert all(error.retryable for error in errors), errors
    relays[server].mend()
    ingest_until(settings, tmp_path / "inbox", reading, IngestState.RECONCILED)
    require_whole(settings)


def test_a_deposit_needs_no_index_and_is_not_made_twice(
    settings: Settings, relays: dict[str, Relay], reading: PagePool, tmp_path: Path
) -> None:
    relays["elasticsearch"].cut()
    ingest_until(settings, tmp_path / "inbox", reading, IngestState.DEPOSITED)
    for _ in range(2):
        with open_archive(settings) as archive:
            (row,) = archive.catalogue.ingests()
            assert (row.state, row.version) == (IngestState.DEPOSITED, 1)
            assert archive.packages.head(derive_unit_id("O/1").urn) == 1
            with pytest.raises(IndexUnavailable):
                archive.index.search(parse_query("hotararea"), SearchFilters())
        ingest(settings, tmp_path / "inbox", reading, watch())
    relays["elasticsearch"].mend()
    ingest_until(settings, tmp_path / "inbox", reading, IngestState.RECONCILED)
    require_whole(settings)
