# SPDX-License-Identifier: EUPL-1.2
"""A deployment's index is built anew while it is in use: no search fails, no hit is missing, a kill harms nothing."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import Popen

import pytest
from elasticsearch import Elasticsearch, NotFoundError

from arhivar.composition import open_archive
from schemas.search import SearchFilters
from search.elastic_index import ElasticIndex
from search.query import parse_query
from tests.arhivar.conftest import Town
from tests.binders import make_binder, text_pages
from tests.deployment.conftest import elastic_address
from tests.deployment.machine import Machine, hits
from tests.services import require

pytestmark = pytest.mark.services

WORD = "hotararea"
SLIP_PX = (700, 300)
PATIENCE_SECONDS = 180.0


@dataclass
class Searches:
    """What people who searched all the time were told."""

    wanted: set[tuple[str, int]]
    """What each search that begins from now on has to find."""
    answers: list[int] = field(default_factory=list)
    by_command: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@pytest.fixture
def town(deployed: Town, variables: dict[str, str]) -> Town:
    for number in range(1, 4):
        make_binder(
            deployed.inbox,
            f"b{number}",
            text_pages(2),
            description={"reference_code": f"I/{number}"},
            size_px=SLIP_PX,
        )
    deployed.ingest()
    variables["ARHIVAR_LEASE_SECONDS"] = "60"  # so long the rebuild waits for an index that is being written to
    return deployed


@pytest.fixture
def index(variables: dict[str, str]) -> Iterator[ElasticIndex]:
    opened = ElasticIndex(elastic_address(require("elasticsearch"), variables["ARHIVAR_INDEX_PREFIX"]))
    yield opened
    opened.close()


def documents(names: list[str]) -> int:
    """How many pages are in these indices."""
    if not names:
        return 0
    server = require("elasticsearch")
    with (
        Elasticsearch(server["url"], api_key=server["api_key"], ca_certs=server["ca_certificate"]) as client,
        contextlib.suppress(NotFoundError),  # it is gone by now
    ):
        client.indices.refresh(index=names)
        return int(client.count(index=names)["count"])
    return 0


def until(happened: Callable[[], bool], started: "Popen[str]") -> None:
    """Wait for something that a command does; one that is waited for in vain is ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not happened():
            assert started.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    except BaseException as error:
        started.kill()
        error.add_note("\n".join(started.communicate()))
        raise


@contextmanager
def searching(town: Town, machine: Machine, wanted: set[tuple[str, int]]) -> Iterator[Searches]:
    """Search all the time: three threads ask the index, one the command line."""
    told, stop = Searches(wanted), threading.Event()

    def judge(expected: set[tuple[str, int]], found: set[tuple[str, int]], total: int) -> None:
        if not expected <= found or total != len(found):
            told.wrong.append(f"of {sorted(expected)}: {total}, {sorted(found)}")

    def ask_index() -> None:
        query = parse_query(WORD)
        with open_archive(town.settings) as archive:
            while not stop.is_set():
                expected = set(told.wanted)
                try:
                    page = archive.index.search(query, SearchFilters(), limit=50)
                except Exception as error:  # noqa: BLE001 whatever it is, a search failed
                    told.wrong.append(repr(error))
                    return
                judge(expected, {(hit.reference_code, hit.page) for hit in page.hits}, page.total)
                told.answers.append(page.total)

    def ask_command() -> None:
        while not stop.is_set():
            expected = set(told.wanted)
            try:
                answer = machine.ask("search", WORD, "--pages", "--limit", "50")
            except AssertionError as error:
                told.wrong.append(str(error))
                return
            judge(expected, {(hit["reference_code"], hit["page"]) for hit in answer["hits"]}, answer["total"])
            told.by_command.append(answer["total"])

    threads = [threading.Thread(target=ask) for ask in (ask_index, ask_index, ask_index, ask_command)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_searches_go_on_while_the_index_is_built_anew_and_a_binder_comes_in(
    town: Town, variables: dict[str, str], index: ElasticIndex
) -> None:
    machine = Machine(variables)
    former = set(index.own_indices())
    before = {(f"I/{number}", page) for number in range(1, 4) for page in (1, 2)}
    with searching(town, machine, before) as told:
        with town.open() as archive, archive.leases.hold("index"):
            rebuild = machine.start("rebuild", "--index-only")
            until(lambda: documents(index.unused_indices()) == len(before), rebuild)
            # The new index is complete; before it takes the place, a binder comes in.
            rebuild.send_signal(signal.SIGSTOP)
        try:
            make_binder(town.inbox, "tarziu", text_pages(2), description={"reference_code": "I/4"}, size_px=SLIP_PX)
            report = town.ingest()
            assert [outcome.error for outcome in report.outcomes] == [None]
            told.wanted = before | {("I/4", 1), ("I/4", 2)}
        finally:
            rebuild.send_signal(signal.SIGCONT)
        machine.end(rebuild)
        seen = len(told.answers), len(told.by_command)
        until_asked = time.monotonic() + PATIENCE_SECONDS
        while len(told.by_command) < seen[1] + 2 and not told.wrong:
            assert time.monotonic() < until_asked
            time.sleep(0.1)
    assert told.wrong == []
    assert (told.answers[0], told.answers[-1], told.by_command[-1]) == (6, 8, 8)
    assert len(told.answers) > seen[0] > 20
    assert former.isdisjoint(index.own_indices())
    assert index.unused_indices() == []
    machine.run("verify")


@pytest.mark.parametrize("moment", ["built", "in place"])
def test_a_rebuild_that_is_killed_leaves_an_index_that_serves_and_the_next_one_cleans_up(
    town: Town, variables: dict[str, str], index: ElasticIndex, moment: str
) -> None:
    machine = Machine(variables)
    wanted = [(f"I/{number}", page) for number in range(1, 4) for page in (1, 2)]
    former = set(index.own_indices())
    with searching(town, machine, set(wanted)) as told:
        if moment == "built":
            with town.open() as archive, archive.leases.hold("index"):
                rebuild = machine.start("rebuild", "--index-only")
                until(lambda: documents(index.unused_indices()) == len(wanted), rebuild)
                rebuild.kill()
                rebuild.communicate()
            assert set(index.own_indices()) == former
        else:  # it has taken the place, and waits before it deletes the former one
            rebuild = machine.start("rebuild", "--index-only")
            until(lambda: former.isdisjoint(index.own_indices()), rebuild)
            rebuild.kill()
            rebuild.communicate()
            assert former <= set(index.unused_indices())
        assert rebuild.returncode == -signal.SIGKILL
        assert index.unused_indices() != []
        left = set(index.own_indices())
        assert hits(machine, WORD) == wanted
        machine.run("rebuild", "--index-only")
    assert told.wrong == []
    assert len(told.answers) > 20
    assert left.isdisjoint(index.own_indices())
    assert index.unused_indices() == []
    assert hits(machine, WORD) == wanted
    machine.run("verify")
