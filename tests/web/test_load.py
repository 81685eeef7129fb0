# SPDX-License-Identifier: EUPL-1.2
"""Many clients at once on loopback: no error but the 429s that limits intend, and memory stays flat.

Half a minute in `make test`; ``make soak`` takes five.
"""

import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import quantiles

import httpx
import pytest

from arhivar.local_issuer import issue_token
from arhivar.settings import Settings
from schemas.ingest import unit_id
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town, start_process

CLIENTS = 50
SHORT_SECONDS = 30.0
LONG_SECONDS = 300.0
GROWTH_BYTES = 32 * 1024 * 1024
"""What may come after the first third, when caches and pools are full."""
PLENTY = {"ARHIVAR_SERVE_CLIENT_RATE": "1000000", "ARHIVAR_SERVE_SUBJECT_RATE": "1000000"}
QUERIES = (
    "autorizatie",
    '"proces verbal"',
    "autorizatie -garaj",
    "constr*",
    "year:1980..1990",
    "autorizatoe",
    "receptie",
)


@dataclass
class Load:
    """What clients did and were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """How long each answer took, as its client saw it."""
    wrong: list[str] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    """The server's memory in bytes, once a second."""

    def told(self) -> str:
        """In a line: answers, how long they took, and memory at the beginning, in the middle and at the end."""
        cuts = quantiles(self.seconds, n=100)
        kept = [self.resident[place] // 1024**2 for place in (0, len(self.resident) // 2, -1)]
        return (
            f"{self.statuses.total()} answers {dict(self.statuses)}, p50 {1000 * cuts[49]:.0f} ms, "
            f"p95 {1000 * cuts[94]:.0f} ms, {kept} MiB"
        )


def requests_of(
    client: httpx.Client, unit: str, etag: str, chance: random.Random
) -> Sequence[Callable[[], httpx.Response]]:
    """What a client asks for in turn."""
    page = f"/api/v1/units/{unit}/pages/1"
    gets = [partial(client.get, "/api/v1/search", params={"q": query, "facet": "decade"}) for query in QUERIES]
    return [
        *gets,
        lambda: client.post("/api/v1/search", json={"q": "autorizatie", "limit": 2}),
        lambda: client.get("/api/v1/facets", params={"q": "autorizatie"}),
        lambda: client.get("/api/v1/suggest", params={"q": "aut"}),
        lambda: client.get("/api/v1/units", params={"limit": 5}),
        lambda: client.get(f"/api/v1/units/{unit}"),
        lambda: client.get(f"/api/v1/units/{unit}", headers={"If-None-Match": etag}),
        lambda: client.get(f"/api/v1/units/{unit}/pages"),
        lambda: client.get(page),
        lambda: client.get(f"{page}/thumbnail"),
        lambda: client.get(f"{page}/image", params={"size": "!600,600"}),
        lambda: client.get(f"{page}/image", params={"region": f"{chance.randrange(5) * 50},0,100,100"}),
        lambda: client.get(f"{page}/text"),
        lambda: client.get(f"{page}/words"),
        lambda: client.get(f"{page}/alto"),
        lambda: client.get(f"/api/v1/units/{unit}/pdf", params={"pages": "1"}),
        lambda: client.get(f"/api/v1/units/{unit}/volumes/1/pdf", headers={"Range": "bytes=0-999"}),
        lambda: client.get("/api/v1/figures"),
        lambda: client.get("/health"),
        lambda: client.get("/api/v1/openapi.json"),
    ]


def put_load(settings: Settings, seconds: float, limits: dict[str, str]) -> Load:
    """Let the clients ask a server in a process of its own for so long; half of them as clerks."""
    token = issue_token(settings, Role.CLERK, 30)
    load, lock = Load(), threading.Lock()
    process = start_process(settings.home, "--log", "error", "serve", "--port", "0", "--json", **limits)
    try:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        unit = str(unit_id(f"LU/{AccessClass.PUBLIC}/1987"))
        first = httpx.get(f"{address}/api/v1/units/{unit}", timeout=60, trust_env=False)
        etag = first.raise_for_status().headers["etag"]
        end = time.monotonic() + seconds

        def ask(number: int) -> None:
            headers = {"Authorization": f"Bearer {token}"} if number % 2 else {}
            chance = random.Random(number)
            with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=120) as client:
                calls = list(requests_of(client, unit, etag, chance))
                chance.shuffle(calls)
                for call in cycle(calls):
                    if time.monotonic() >= end:
                        return
                    began = time.monotonic()
                    answer = call()
                    with lock:
                        load.seconds.append(time.monotonic() - began)
                        load.statuses[answer.status_code] += 1
                        if answer.status_code not in {200, 206, 304}:
                            load.wrong.append(f"{answer.status_code} {answer.request.url.path} {answer.text[:300]}")

        threads = [threading.Thread(target=ask, args=(number,), name=f"client-{number}") for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while time.monotonic() < end:
            time.sleep(1)
            load.resident.append(_resident_bytes(process.pid))
        for thread in threads:
            thread.join(180)
            assert not thread.is_alive(), "a request hangs"
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    return load


def _resident_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024


def assert_steady(load: Load) -> None:
    assert load.wrong == []
    assert load.statuses[200] > 2 * CLIENTS
    assert load.statuses[304] > 0
    assert load.statuses[206] > 0
    third = len(load.resident) // 3
    early, late = max(load.resident[:third]), max(load.resident[-third:])
    assert late - early < GROWTH_BYTES, [size // 1024**2 for size in load.resident]


@pytest.fixture(scope="module")
def town(make_town: Callable[..., Town]) -> Town:
    return make_town([(access, f"LU/{access}/1987") for access in (AccessClass.PUBLIC, AccessClass.STAFF)])


def test_fifty_clients_for_half_a_minute_get_answers_and_memory_stays_flat(town: Town) -> None:
    assert_steady(put_load(town.settings, SHORT_SECONDS, PLENTY))


@pytest.mark.soak
def test_fifty_clients_for_five_minutes_get_answers_and_memory_stays_flat(town: Town) -> None:
    load = put_load(town.settings, LONG_SECONDS, PLENTY)
    print(f"\nload: {load.told()}")  # noqa: T201 - a soak says what it does
    assert_steady(load)


def test_who_asks_more_than_the_limit_is_told_to_wait_and_nothing_else_goes_wrong(town: Town) -> None:
    limits = {"ARHIVAR_SERVE_CLIENT_RATE": "60", "ARHIVAR_SERVE_SUBJECT_RATE": "60"}
    load = put_load(town.settings, 5.0, limits)
    assert set(load.statuses) <= {200, 206, 304, 429}
    assert load.statuses[429] > 0
    assert load.statuses[200] > 0
    assert [wrong for wrong in load.wrong if not wrong.startswith("429 /api/")] == []
