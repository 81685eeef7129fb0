# SPDX-License-Identifier: EUPL-1.2
"""`tools.services up` brings back a server that was killed: on its old port, with its data, at once."""

import contextlib
import fcntl
import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.own_servers import OwnServers, own_servers
from tests.services import new_bucket
from tools.services.__main__ import cache_folder

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def servers() -> Iterator[OwnServers]:
    with own_servers("postgresql", "minio") as started:
        yield started


def _connect(servers: OwnServers) -> psycopg.Connection:
    url = make_url(servers.client("postgresql")["arhivar"]).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def test_a_database_that_is_killed_over_a_long_statement_comes_back(servers: OwnServers) -> None:
    before = servers.client("postgresql")
    with _connect(servers) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    busy = threading.Event()

    def count() -> None:
        with contextlib.suppress(psycopg.OperationalError), _connect(servers) as connection:
            busy.set()
            connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)")

    thread = threading.Thread(target=count)
    thread.start()
    assert busy.wait(30)
    servers.kill("postgresql")
    servers.up("postgresql")
    assert servers.client("postgresql") == before
    with _connect(servers) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]
    thread.join(30)
    assert not thread.is_alive()


def test_a_server_that_comes_back_waits_for_no_other_checkout(servers: OwnServers) -> None:
    with (cache_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as while another one builds a server, which may take minutes
        servers.down("minio")
        servers.up("minio")


def test_a_store_that_is_killed_comes_back(servers: OwnServers) -> None:
    before = servers.client("minio")
    store = new_bucket(before)
    store.put("kept", b"7")
    servers.kill("minio")
    servers.up("minio")
    assert servers.client("minio") == before
    assert store.read("kept") == b"7"
