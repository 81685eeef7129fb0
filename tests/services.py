# SPDX-License-Identifier: EUPL-1.2
"""Real servers for tests marked `services`; ARHIVAR_TEST_SERVICES is the file that says how they are reached."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg
import pytest
from minio import Minio
from minio.deleteobjects import DeleteObject
from psycopg import sql
from sqlalchemy.engine import make_url

from arhivar.settings import CHECKOUT
from repository.s3_client import S3Address
from repository.s3_store import S3Store


def require(name: str) -> Mapping[str, str]:
    """How the server is reached. Without one the test is left out; where tests must run against servers, it fails."""
    file = os.environ.get("ARHIVAR_TEST_SERVICES")
    if not file and os.environ.get("CI"):
        pytest.fail("ARHIVAR_TEST_SERVICES must be set in CI")
    if not file:
        pytest.skip("ARHIVAR_TEST_SERVICES is not set: make test-services")
    known: dict[str, dict[str, str]] = json.loads(Path(file).read_text())
    return known[name]


def act_on_services(action: str, names: Sequence[str], environment: Mapping[str, str]) -> None:
    """`tools.services` with this action, on the servers of the environment's ARHIVAR_SERVICES_HOME."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.services", action, *names],
        cwd=CHECKOUT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def new_bucket(minio: Mapping[str, str]) -> S3Store:
    """A store in a bucket of its own."""
    store = open_bucket(minio, f"arhivar-{token_hex(8)}")
    store.initialise()
    return store


def open_bucket(minio: Mapping[str, str], bucket: str) -> S3Store:
    """The store in a bucket; nothing is asked of it yet."""
    return S3Store(S3Address(minio["endpoint"], bucket, minio["access_key"], minio["secret_key"]), lock_days=1)


def drop_bucket(minio: Mapping[str, str], bucket: str) -> None:
    """Remove it with all versions, locked or not."""
    parts = urlsplit(minio["endpoint"])
    client = Minio(parts.netloc, minio["access_key"], minio["secret_key"], secure=parts.scheme == "https")
    if not client.bucket_exists(bucket):
        return
    for _ in range(5):  # an object hides a delete marker of the same name as its folder
        there = client.list_objects(bucket, recursive=True, include_version=True)
        every = [DeleteObject(one.object_name, one.version_id) for one in there if one.object_name]
        assert list(client.remove_objects(bucket, every, bypass_governance_mode=True)) == []
        if not every:
            break
    client.remove_bucket(bucket)


def new_database(postgresql: Mapping[str, str]) -> str:
    """The URL of an empty database of its own."""
    url = make_url(postgresql["arhivar"])
    name = f"arhivar_{token_hex(8)}"
    with _connect(postgresql) as to:
        to.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.set(database=name).render_as_string(hide_password=False)


def _connect(postgresql: Mapping[str, str]) -> psycopg.Connection:
    url = make_url(postgresql["arhivar"]).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def drop_database(postgresql: Mapping[str, str], url: str) -> None:
    """Remove it, whoever is still connected."""
    there, name = make_url(postgresql["arhivar"]), make_url(url).database or ""
    with psycopg.connect(
        there.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as to:
        to.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
