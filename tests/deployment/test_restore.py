# SPDX-License-Identifier: EUPL-1.2
"""Catalogue and index of a deployment are lost, and come back whole: what is found, in which order, and the audit."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from search.elastic_index import ElasticIndex
from tests.binders import make_binder, text_pages
from tests.deployment.conftest import drop_indices, elastic_address
from tests.deployment.machine import Machine, hits
from tests.services import require

pytestmark = pytest.mark.services

QUERIES = ("hotararea", "pagina numarul 2", '"consiliului local"', "lucr*", "construire -registrul")
SLIP_PX = (700, 300)
PATIENCE_SECONDS = 180.0


@pytest.fixture
def machine(variables: dict[str, str], tmp_path: Path) -> Machine:
    """A machine of an archive that is made, with a shelf for backups."""
    one = Machine(variables)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "shelf").mkdir()
    one.run("init")
    return one


def drop(tmp_path: Path, name: str, pages: int = 2, **description: object) -> None:
    described = {"reference_code": f"R/{name}", **description}
    make_binder(tmp_path / "inbox", name, text_pages(pages, f"dosarul {name}"), description=described, size_px=SLIP_PX)


@contextmanager
def database(machine: Machine) -> Iterator[psycopg.Connection]:
    url = make_url(machine.variables["ARHIVAR_CATALOGUE"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


def lose_everything_but_the_store(machine: Machine) -> Machine:
    """The catalogue, the index and the machine with its key are gone; another machine."""
    with database(machine) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    drop_indices(elastic_address(require("elasticsearch"), machine.variables["ARHIVAR_INDEX_PREFIX"]))
    home = Path(machine.variables["ARHIVAR_HOME"])
    shutil.rmtree(home)
    another = home.with_name("other-home")
    another.mkdir(exist_ok=True)
    return Machine({**machine.variables, "ARHIVAR_HOME": str(another)})


def results(machine: Machine) -> dict[str, Any]:
    """What is found, in which order, with the words' places."""
    return {query: machine.ask("search", query, "--pages", "--limit", "50") for query in QUERIES}


def records(machine: Machine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = machine.ask("audit", "--limit", "1000")["records"]
    return found


def test_all_comes_back_as_it_was_at_the_backup(machine: Machine, tmp_path: Path) -> None:
    drop(tmp_path, "a", 3, date_from="1987", date_to="1988")
    drop(tmp_path, "b", date_from="1995")
    machine.run("ingest", str(tmp_path / "inbox"))
    drop(tmp_path, "a", 2, intent="append_volume", volume=2)
    machine.run("ingest", str(tmp_path / "inbox"))
    machine.run("verify")
    machine.run("rebuild", "--index-only")  # pages of former versions move scores until the cluster forgets them
    found = results(machine)
    assert [answer["total"] for answer in found.values()] == [7, 3, 7, 7, 7]
    assert machine.ask("search", "hotararea", "--pages", "--from", "1990")["total"] == 2
    units = machine.ask("status")
    machine.run("backup", str(tmp_path / "shelf"), "--with-keys")
    before = records(machine)
    assert [one["action"] for one in before].count("backup-made") == 1

    another = lose_everything_but_the_store(machine)
    restored = another.ask("restore", str(tmp_path / "shelf"))

    assert restored["rebuilt"]["added"] == dict.fromkeys(restored["rebuilt"]["added"], 0)
    another.run("verify")
    assert results(another) == found
    assert another.ask("search", "hotararea", "--pages", "--from", "1990")["total"] == 2
    assert another.ask("status") == units
    another.run("audit", "--verify")
    after = records(another)
    assert after[: len(before)] == before
    assert [one["action"] for one in after[len(before) :]] == [
        "archive-rebuilt",
        "backup-restored",
        "archive-verified",
    ]


def test_a_backup_in_the_middle_of_an_ingest_gives_a_sound_archive_back(machine: Machine, tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    for name in names:
        drop(tmp_path, name)
    ingest = machine.start("ingest", str(tmp_path / "inbox"))
    done = 0
    backups: list[Path] = []
    while ingest.poll() is None and len(backups) < 2:
        with database(machine) as connection:
            (now,) = connection.execute("SELECT count(*) FROM ingest WHERE state = 'reconciled'").fetchone() or (0,)
        if now > done:  # one more is done, and others are at work
            done = now
            backups.append(Path(machine.ask("backup", str(tmp_path / "shelf"), "--with-keys")["folder"]))
        time.sleep(0.05)
    machine.end(ingest)
    assert len(backups) == 2
    found = results(machine)
    wanted = [(f"R/{name}", page) for name in names for page in (1, 2)]

    # The present catalogue gives way: its later audit goes over, and nothing at all differs.
    report = machine.ask("restore", str(backups[0]), "--replace")
    assert report["rebuilt"]["added"]["units"] + report["rebuilt"]["added"]["ingests"] > 0
    machine.run("verify")
    assert results(machine) == found
    assert hits(machine, "hotararea") == wanted

    another = lose_everything_but_the_store(machine)
    another.ask("restore", str(backups[1]))
    checked = another.ask("verify", expected=1)  # what was recorded after the backup is lost, and nothing else
    assert {one["code"] for one in checked["audit"]["findings"]} == {"audit-record-missing"}
    assert [unit for unit in checked["units"] if unit["findings"]] == []
    assert results(another) == found
    assert another.ask("ingest", str(tmp_path / "inbox"))["ingests"] == []


@pytest.mark.parametrize("moment", ["the catalogue gives way", "the index is built"])
def test_a_restore_that_is_killed_is_run_again(machine: Machine, tmp_path: Path, moment: str) -> None:
    drop(tmp_path, "a")
    machine.run("ingest", str(tmp_path / "inbox"))
    found = results(machine)
    machine.run("backup", str(tmp_path / "shelf"))
    before = records(machine)
    home = Path(machine.variables["ARHIVAR_HOME"])
    if moment == "the catalogue gives way":
        with database(machine) as connection, connection.transaction():
            connection.execute("LOCK TABLE unit IN ACCESS SHARE MODE")  # somebody reads, and it waits for them
            killed = machine.start("restore", str(tmp_path / "shelf"), "--replace")
            waits = (
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE NOT granted AND datname = current_database()"
            )
            _until(lambda: connection.execute(waits).fetchone() == (1,))
            killed.kill()
            killed.communicate()
        assert list(home.glob(".catalogue.restoring-*")) != []
        assert results(machine) == found
        assert records(machine) == before
    else:
        index = ElasticIndex(elastic_address(require("elasticsearch"), machine.variables["ARHIVAR_INDEX_PREFIX"]))
        killed = machine.start("restore", str(tmp_path / "shelf"), "--replace")
        _until(lambda: index.unused_indices() != [])
        killed.kill()
        killed.communicate()
        index.close()
        assert hits(machine, "hotararea") == [("R/a", 1), ("R/a", 2)]
    assert killed.returncode == -signal.SIGKILL
    machine.run("restore", str(tmp_path / "shelf"), "--replace")
    machine.run("verify")
    assert results(machine) == found
    assert records(machine)[: len(before)] == before
    assert list(home.glob(".catalogue.restoring-*")) == []


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
