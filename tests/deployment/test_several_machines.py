# SPDX-License-Identifier: EUPL-1.2
"""Several machines on the same servers: made once, read as of one moment, and not upset by a restart in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from arhivar.audit.keys import KEYS
from arhivar.back_ends import object_store
from arhivar.composition import init_archive, open_archive
from arhivar.settings import load_settings
from arhivar.space import require_space
from repository.sql_catalogue import SqlCatalogue
from schemas.errors import AuditKeyMissing
from tests.contract.test_catalogue import manifest

pytestmark = pytest.mark.services
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_machines_that_start_at_once_make_one_archive(variables: dict[str, str], tmp_path: Path) -> None:
    machines = [
        load_settings(
            {**variables, "ARHIVAR_HOME": str(tmp_path / f"m{number}"), "ARHIVAR_AUDIT_KEY": str(tmp_path / "key.pem")}
        )
        for number in range(4)
    ]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(init_archive, machines))
    assert len(list(object_store(machines[0]).list(KEYS))) == 1
    for settings in machines:
        with open_archive(settings) as archive:
            assert archive.catalogue.units() == []


def test_a_machine_without_the_key_makes_no_second_one(variables: dict[str, str], tmp_path: Path) -> None:
    init_archive(load_settings(variables))
    other = load_settings({**variables, "ARHIVAR_HOME": str(tmp_path / "other")})
    with pytest.raises(AuditKeyMissing):
        init_archive(other)
    assert len(list(object_store(other).list(KEYS))) == 1


def test_a_machine_that_was_never_prepared_takes_part(variables: dict[str, str], tmp_path: Path) -> None:
    init_archive(load_settings(variables))
    with open_archive(load_settings({**variables, "ARHIVAR_HOME": str(tmp_path / "other")})) as archive:
        require_space(archive)


def test_a_reader_sees_one_state_throughout(variables: dict[str, str]) -> None:
    with SqlCatalogue(variables["ARHIVAR_CATALOGUE"]) as catalogue, SqlCatalogue(variables["ARHIVAR_CATALOGUE"]) as two:
        catalogue.upgrade()
        count = text("SELECT count(*) FROM ingest")
        with catalogue._read() as session:
            assert session.scalar(count) == 0
            two.register_ingest(manifest())
            assert session.scalar(count) == 0
        with catalogue._read() as session:
            assert session.scalar(count) == 1


def test_a_server_that_was_restarted_in_between_is_not_noticed(variables: dict[str, str]) -> None:
    with SqlCatalogue(variables["ARHIVAR_CATALOGUE"]) as catalogue:
        catalogue.upgrade()
        catalogue.register_ingest(manifest())
        url = make_url(variables["ARHIVAR_CATALOGUE"]).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        assert ended
        assert len(catalogue.ingests()) == 1
