# SPDX-License-Identifier: EUPL-1.2
"""`init` and what comes after it, outside of an image: the compose file's environment and scripts, on real servers."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from schemas.errors import CatalogueVersion
from tests.deploy.composed import ROOT
from tests.deploy.test_bootstrap import elastic_password
from tests.deploy.test_certificates import make as make_certificates
from tests.deployment.conftest import drop_indices, elastic_address
from tests.services import drop_bucket, drop_database, new_database, require

pytestmark = pytest.mark.services

_PIPELINE = ROOT / "deploy" / "pipeline"
_START_SECONDS = 240
_STOP_SECONDS = 20
_POOL = 3


@dataclass(frozen=True)
class Deployed:
    """What `init` prepared: the environment of the compose file's services, with the tests' servers put in."""

    environment: Mapping[str, str]
    port: int
    said: str

    def run(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """A command as a container of the image runs it, through its entry point."""
        return subprocess.run(
            [_PIPELINE / "entrypoint.sh", *command],
            env={**self.environment, **more},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def started(self, *command: str) -> Iterator[None]:
        """A command that goes on until it is no longer needed."""
        log = Path(self.environment["AIRFLOW_HOME"]) / f"{command[1]}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [_PIPELINE / "entrypoint.sh", *command],
                env=dict(self.environment),
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield
        except AssertionError as error:
            error.add_note(log.read_text()[-3000:])
            raise
        finally:
            process.terminate()
            # A scheduler that is stopped while it still starts its workers waits for them for ever.
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def healthy(self, component: str) -> bool:
        """What the compose file's health check of that component says."""
        return self.run("python", "-P", str(_PIPELINE / "healthy.py"), component).returncode == 0

    def wait_for(self, component: str) -> None:
        end = time.monotonic() + _START_SECONDS
        while not self.healthy(component):
            assert time.monotonic() < end, f"{component} does not become healthy"
            time.sleep(1)

    def ask(self, path: str, *, token: str | None = None, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One request to the API server, over TLS with the deployment's authority."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(
            f"https://localhost:{self.port}{path}", headers=headers, data=json.dumps(body).encode() if body else None
        )
        context = ssl.create_default_context(cafile=self.environment["AIRFLOW__API__SSL_CA_FILE"])
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:  # noqa: S310 - the same
            content: dict[str, Any] = json.load(answer)
        return content


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _init(environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [_PIPELINE / "init.sh"], env=dict(environment), cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def environment(compose: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """That of the services `init` and `api-server`, with addresses, names and folders of this test."""
    minio, elastic, postgresql = require("minio"), require("elasticsearch"), require("postgresql")
    name, folder, port = f"arhivar-init-{token_hex(4)}", tmp_path_factory.mktemp("init"), free_port()
    for place in ("bin", "home", "airflow", "inbox", "tls"):
        (folder / place).mkdir()
    make_certificates(folder / "tls")
    command = folder / "bin" / "arhivar"  # as the image has it
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m arhivar "$@"\n')
    command.chmod(0o755)
    catalogue, airflow = new_database(postgresql), new_database(postgresql)
    stated = {
        variable: str(value)
        for service in ("init", "api-server")
        for variable, value in compose["services"][service]["environment"].items()
        if value is not None
    }
    yield stated | {
        "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "ARHIVAR_PROFILE": "demo",  # the tests' servers speak plain HTTP, which `production` refuses
        "ARHIVAR_HOME": str(folder / "home"),
        "ARHIVAR_INBOX": str(folder / "inbox"),
        "ARHIVAR_CATALOGUE": catalogue,
        "ARHIVAR_STORE": f"s3://{name}",
        "ARHIVAR_STORE_ENDPOINT": minio["endpoint"],
        "ARHIVAR_STORE_ACCESS_KEY": name,
        "ARHIVAR_STORE_LOCK_DAYS": "1",
        "ARHIVAR_INDEX": elastic["url"],
        "ARHIVAR_INDEX_PREFIX": name,
        "ARHIVAR_INDEX_API_KEY_FILE": str(folder / "index-api-key"),
        "ARHIVAR_INDEX_CA_FILE": elastic["ca_certificate"],
        "ARHIVAR_AIRFLOW_DATABASE": airflow,
        "STORE_ADMIN_USER": minio["access_key"],
        "STORE_ADMIN_PASSWORD": minio["secret_key"],
        "INDEX_ADMIN_PASSWORD": elastic_password(),
        "PAGE_TASKS": str(_POOL),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"https://localhost:{port}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": airflow,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": airflow,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"https://localhost:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SSL_CERT": str(folder / "tls" / "airflow" / "server.crt"),
        "AIRFLOW__API__SSL_KEY": str(folder / "tls" / "airflow" / "server.key"),
        "AIRFLOW__API__SSL_CA_FILE": str(folder / "tls" / "trust" / "ca.crt"),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "airflow" / "logs"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
    }
    drop_database(postgresql, catalogue)
    drop_database(postgresql, airflow)
    drop_indices(elastic_address(elastic, name))
    drop_bucket(minio, name)


@pytest.fixture(scope="module")
def deployed(environment: dict[str, str]) -> Deployed:
    done = _init(environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return Deployed(environment, int(environment["AIRFLOW__API__PORT"]), done.stdout)


def test_init_stops_where_a_server_does_not_let_it_in(environment: dict[str, str]) -> None:
    done = _init({**environment, "STORE_ADMIN_PASSWORD": "not this one"})
    assert done.returncode != 0
    assert done.stdout.splitlines() == ["init: store: user and rights"]


def test_init_prepares_an_archive_that_the_command_line_works_on(deployed: Deployed) -> None:
    assert deployed.said.splitlines()[-1] == "init: done"
    status = deployed.run("arhivar", "status", "--json")
    assert status.returncode == 0, status.stderr
    key = Path(deployed.environment["ARHIVAR_INDEX_API_KEY_FILE"])
    assert key.stat().st_mode & 0o777 == 0o600
    verified = deployed.run("arhivar", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_airflow_starts_behind_its_certificate_and_its_health_is_told(deployed: Deployed) -> None:
    assert not deployed.healthy("metadatabase")
    with deployed.started("airflow", "api-server"):
        deployed.wait_for("metadatabase")
        assert not deployed.healthy("scheduler")
        with deployed.started("airflow", "scheduler"):
            deployed.wait_for("scheduler")
        user = {"username": deployed.environment["AIRFLOW_ADMIN_USER"]}
        password = {"password": deployed.environment["AIRFLOW_ADMIN_PASSWORD"]}
        token = deployed.ask("/auth/token", body=user | password)["access_token"]
        assert deployed.ask("/api/v2/pools/pages", token=token)["slots"] == _POOL
        with pytest.raises(urllib.error.HTTPError, match="401"):
            deployed.ask("/auth/token", body=user | {"password": "not this one"})


def test_an_upgrade_is_taken_back_with_the_backup_of_before(deployed: Deployed, tmp_path: Path) -> None:
    # As docs/operations.md says: the former version finds a catalogue that is newer than it knows.
    kept = deployed.run("arhivar", "backup", str(tmp_path))
    assert kept.returncode == 0, kept.stderr
    url = make_url(deployed.environment["ARHIVAR_CATALOGUE"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as to:
        to.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = deployed.run("arhivar", "status")
    assert refused.returncode == CatalogueVersion.exit_code
    restored = deployed.run("arhivar", "restore", str(tmp_path), "--replace")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    # The newer one recorded nothing since, and the backup holds the record of its own making: nothing is missing.
    found = deployed.run("arhivar", "verify").stdout
    assert re.findall(r"^ +\[([\w-]+)\]", found, re.MULTILINE) == [], found


def test_init_once_more_changes_the_pool_and_no_password(deployed: Deployed) -> None:
    key = Path(deployed.environment["ARHIVAR_INDEX_API_KEY_FILE"])
    before = key.read_text()
    again = _init({**deployed.environment, "PAGE_TASKS": str(_POOL + 2)})
    assert again.returncode == 0, again.stdout[-2000:] + again.stderr[-2000:]
    assert again.stdout.splitlines()[-1] == "init: done"
    assert key.read_text() == before
    airflow = make_url(deployed.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]).set(drivername="postgresql")
    with psycopg.connect(airflow.render_as_string(hide_password=False)) as to:
        assert to.execute("SELECT slots FROM slot_pool WHERE pool = 'pages'").fetchall() == [(_POOL + 2,)]
        assert to.execute("SELECT username FROM ab_user").fetchall() == [("admin",)]
