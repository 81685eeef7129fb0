# SPDX-License-Identifier: EUPL-1.2
"""What is set up once on the servers, on real ones: roles, the store's user, the index's key."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from elasticsearch import AuthorizationException, Elasticsearch
from minio.error import S3Error
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from deploy.bootstrap.index_key import keep_key
from deploy.bootstrap.store_fill import fill
from deploy.bootstrap.store_user import make_user
from repository.filesystem_store import FilesystemStore
from repository.ocfl import OcflRepository
from repository.s3_client import S3Address, connect
from repository.s3_store import S3Store
from schemas.errors import StoreUnavailable
from tests.deploy.composed import ROOT
from tests.services import require

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def store() -> tuple[S3Address, S3Address]:
    """The administrator's way in and the user's, to a bucket that is not there yet."""
    minio = require("minio")
    bucket, name, secret = f"arhivar-{token_hex(8)}", f"user-{token_hex(4)}", token_hex(16)
    make_user(
        endpoint=minio["endpoint"],
        admin=(minio["access_key"], minio["secret_key"]),
        user=(name, secret),
        bucket=bucket,
    )
    S3Store(S3Address(minio["endpoint"], bucket, name, secret), lock_days=1).initialise()
    admin = S3Address(minio["endpoint"], bucket, minio["access_key"], minio["secret_key"])
    return admin, S3Address(minio["endpoint"], bucket, name, secret)


def test_the_store_s_user_can_do_all_that_the_store_does(store: tuple[S3Address, S3Address]) -> None:
    archive = S3Store(store[1], lock_days=1)
    archive.initialise()
    archive.put("staging/a", b"in hand")
    archive.put("kept/a", b"kept")
    with archive.open("kept/a") as stream:
        assert stream.read() == b"kept"
    assert [found.key for found in archive.list("kept/")] == ["kept/a"]
    archive.delete("staging/a")
    assert list(archive.list("staging/")) == []


def test_the_store_s_user_cannot_remove_what_is_kept(store: tuple[S3Address, S3Address]) -> None:
    S3Store(store[1], lock_days=1).put("kept/for-good", b"kept")
    client, bucket = connect(store[1]), store[1].bucket
    version = client.stat_object(bucket, "kept/for-good").version_id
    lifting = {"x-amz-bypass-governance-retention": "true"}
    for headers in ({}, lifting):
        with pytest.raises(S3Error, match=r"AccessDenied|WORM protected"):
            client._execute("DELETE", bucket, "kept/for-good", headers=headers, query_params={"versionId": version})
    admin = connect(store[0])  # that the way is one: who may lift the lock, can
    admin._execute("DELETE", bucket, "kept/for-good", headers=lifting, query_params={"versionId": version})
    with pytest.raises(S3Error, match="NoSuch"):
        admin.stat_object(bucket, "kept/for-good", version_id=version)


def test_the_store_s_user_drops_versions_of_work_in_hand_alone(store: tuple[S3Address, S3Address]) -> None:
    client, bucket = connect(store[1]), store[1].bucket
    unlocked = {key: client.put_object(bucket, key, BytesIO(b"a"), 1).version_id for key in ("staging/b", "b")}
    client.remove_object(bucket, "staging/b", version_id=unlocked["staging/b"])
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(bucket, "b", version_id=unlocked["b"])


def test_the_store_s_user_sees_no_other_bucket(store: tuple[S3Address, S3Address]) -> None:
    admin, user = store
    other = S3Address(admin.endpoint, f"arhivar-{token_hex(8)}", admin.access_key, admin.secret_key)
    S3Store(other, lock_days=1).initialise()
    with pytest.raises(StoreUnavailable):
        S3Store(S3Address(user.endpoint, other.bucket, user.access_key, user.secret_key), lock_days=1).put("a", b"a")


def test_a_new_store_is_filled_from_the_replica_s_folder(tmp_path: Path) -> None:
    minio, bucket, user = require("minio"), f"arhivar-{token_hex(8)}", f"user-{token_hex(4)}"
    (tmp_path / "replica").mkdir()
    replica = FilesystemStore(tmp_path / "replica")
    OcflRepository(replica).initialise()
    replica.put("audit/heads/1.json", b"{}")
    variables = {
        "ARHIVAR_HOME": str(tmp_path / "home"),
        "ARHIVAR_STORE": f"s3://{bucket}",
        "ARHIVAR_STORE_ENDPOINT": minio["endpoint"],
        "ARHIVAR_STORE_ACCESS_KEY": user,
        "ARHIVAR_STORE_SECRET_KEY": token_hex(16),
        "STORE_ADMIN_USER": minio["access_key"],
        "STORE_ADMIN_PASSWORD": minio["secret_key"],
    }
    there = {found.key for found in replica.list("")}
    for _ in range(2):
        assert fill(tmp_path / "replica", variables) == len(there)
    filled = S3Store(S3Address(minio["endpoint"], bucket, user, variables["ARHIVAR_STORE_SECRET_KEY"]), lock_days=1)
    assert {found.key for found in filled.list("")} == there
    (tmp_path / "unmounted").mkdir()
    with pytest.raises(StoreUnavailable):
        fill(tmp_path / "unmounted", variables)


def elastic_password() -> str:
    """Of the cluster's administrator, which tests otherwise do not need: beside what tells how servers are reached."""
    facts = Path(os.environ["ARHIVAR_TEST_SERVICES"]).with_name("elasticsearch") / "facts.json"
    return str(json.loads(facts.read_text())["secret"])


def test_the_index_s_key_is_made_once_and_again_when_it_opens_nothing(tmp_path: Path) -> None:
    cluster, prefix, file = require("elasticsearch"), f"arhivar-{token_hex(4)}", tmp_path / "key"
    ca_certificates = Path(cluster["ca_certificate"])

    def keep() -> bool:
        return keep_key(
            file, url=cluster["url"], password=elastic_password(), prefix=prefix, ca_certificates=ca_certificates
        )

    assert keep()
    assert file.stat().st_mode & 0o777 == 0o600
    key = file.read_text().strip()
    with Elasticsearch(cluster["url"], api_key=key, ca_certs=str(ca_certificates)) as client:
        client.indices.create(index=f"{prefix}-a")
        client.indices.delete(index=f"{prefix}-a")
        with pytest.raises(AuthorizationException):
            client.indices.create(index=f"other-{prefix}")
    assert not keep()
    assert file.read_text().strip() == key
    file.write_text("c29tZTp0aGluZw==\n")
    assert keep()
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture
def roles() -> Iterator[tuple[URL, str, dict[str, str]]]:
    server = make_url(require("postgresql")["arhivar"])
    prefix = f"t{token_hex(4)}_"
    passwords = {"DATABASE_ARHIVAR_PASSWORD": "it's-$HOME", "DATABASE_AIRFLOW_PASSWORD": token_hex(8)}
    passwords["DATABASE_KEYCLOAK_PASSWORD"] = token_hex(8)
    yield server, prefix, passwords
    with psycopg.connect(_at(server, "postgres"), autocommit=True) as to:
        for name in (f"{prefix}arhivar", f"{prefix}airflow", f"{prefix}keycloak"):
            to.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            to.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def _at(server: URL, database: str, user: str | None = None, password: str | None = None) -> str:
    url = server.set(drivername="postgresql", database=database)
    if user is not None:
        url = url.set(username=user, password=password)
    return url.render_as_string(hide_password=False)


def test_each_role_has_its_database_and_no_other(roles: tuple[URL, str, dict[str, str]]) -> None:
    server, prefix, passwords = roles
    assert shutil.which("psql"), "psql is part of what tools/setup.sh services brings"
    place = {"PGHOST": server.host or "", "PGPORT": str(server.port), "PGPASSWORD": str(server.password)}
    names = {"POSTGRES_USER": server.username or "", "DATABASE_PREFIX": prefix}
    for _ in range(2):  # a second time it changes passwords, and nothing else
        done = subprocess.run(
            [ROOT / "deploy" / "postgresql" / "roles.sh"],
            env={"PATH": os.environ["PATH"], **place, **names, **passwords},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        for name in ("arhivar", "airflow", "keycloak"):
            mine = f"{prefix}{name}"
            with psycopg.connect(_at(server, mine, mine, passwords[f"DATABASE_{name.upper()}_PASSWORD"])) as to:
                to.execute("CREATE TABLE IF NOT EXISTS here (x int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(
            _at(server, f"{prefix}airflow", f"{prefix}arhivar", passwords["DATABASE_ARHIVAR_PASSWORD"])
        ).close()
