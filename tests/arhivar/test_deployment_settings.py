# SPDX-License-Identifier: EUPL-1.2
"""Settings of the back ends: what belongs together, what production refuses, and secrets that nobody sees."""

from pathlib import Path

import pytest

from arhivar.back_ends import catalogue_backup, index_place, object_store, written_folders
from arhivar.composition import open_replica
from arhivar.settings import SECRETS, load_settings
from repository.filesystem_store import FilesystemStore
from repository.postgresql_backup import PostgresqlBackup
from repository.s3_store import S3Store
from schemas.errors import InvalidSetting
from search.elastic_place import ElasticPlace

SECRET = "k7Qz-2Lw9-Xp4T"  # noqa: S105 - invented
SERVERS = {
    "ARHIVAR_STORE": "s3://arhiva",
    "ARHIVAR_STORE_ENDPOINT": "https://minio.example:9000",
    "ARHIVAR_STORE_ACCESS_KEY": "arhivar",
    "ARHIVAR_STORE_SECRET_KEY": SECRET,
    "ARHIVAR_CATALOGUE": f"postgresql+psycopg://arhivar:{SECRET}@db.example/arhivar?sslmode=verify-full",
    "ARHIVAR_INDEX": "https://search.example:9200",
    "ARHIVAR_INDEX_API_KEY": SECRET,
    "ARHIVAR_PROFILE": "production",
}


@pytest.fixture
def servers(tmp_path: Path) -> dict[str, str]:
    return {**SERVERS, "ARHIVAR_HOME": str(tmp_path)}


def test_settings_alone_choose_the_back_ends(servers: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(servers)
    assert isinstance(object_store(settings), S3Store)
    assert isinstance(catalogue_backup(settings), PostgresqlBackup)
    assert isinstance(index_place(settings), ElasticPlace)
    assert written_folders(settings) == (tmp_path, tmp_path / "work")
    embedded = load_settings({"ARHIVAR_HOME": str(tmp_path)})
    assert isinstance(object_store(embedded), FilesystemStore)
    assert written_folders(embedded) == (tmp_path, tmp_path / "store", tmp_path / "work")


def test_no_secret_is_shown(servers: dict[str, str]) -> None:
    settings = load_settings(servers)
    assert SECRET not in f"{settings!r} {settings}"
    assert SECRET.encode() not in settings.to_json()


def test_a_secret_can_come_from_a_file_and_from_one_place_only(servers: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("another-secret-9\n", encoding="utf-8")
    with pytest.raises(InvalidSetting) as caught:
        load_settings({**servers, "ARHIVAR_STORE_SECRET_KEY_FILE": str(file)})
    assert SECRET not in str(caught.value)
    del servers["ARHIVAR_STORE_SECRET_KEY"]
    settings = load_settings({**servers, "ARHIVAR_STORE_SECRET_KEY_FILE": str(file)})
    assert settings.store_secret_key is not None
    assert settings.store_secret_key.get_secret_value() == "another-secret-9"
    with pytest.raises(InvalidSetting, match="ARHIVAR_STORE_SECRET_KEY_FILE"):
        load_settings({**servers, "ARHIVAR_STORE_SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_in_the_file_that_goes_into_backups_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "arhivar.toml").write_text(f'{name} = "{SECRET}"\n', encoding="utf-8")
    with pytest.raises(InvalidSetting, match=f"ARHIVAR_{name.upper()}_FILE") as caught:
        load_settings({"ARHIVAR_HOME": str(tmp_path)})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARHIVAR_STORE_SECRET_KEY", "minioadmin"),
        ("ARHIVAR_STORE_SECRET_KEY", ""),
        ("ARHIVAR_CATALOGUE", "postgresql+psycopg://arhivar:arhivar@db.example/arhivar?sslmode=verify-full"),
        ("ARHIVAR_CATALOGUE", "postgresql+psycopg://arhivar@db.example/arhivar?sslmode=verify-full"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@db.example/arhivar"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@db.example/arhivar?sslmode=prefer"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@10.0.0.5:5432/arhivar?sslmode=require"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@/arhivar?host=db.example"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@/arhivar?host=localhost&host=db.example:5433"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@localhost/arhivar?hostaddr=10.0.0.5"),
        ("ARHIVAR_AIRFLOW_DATABASE", f"postgresql+psycopg://airflow:{SECRET}@db.example/airflow"),
        ("ARHIVAR_INDEX_API_KEY", "changeme"),
        ("ARHIVAR_STORE_ENDPOINT", "http://minio.example:9000"),
        ("ARHIVAR_INDEX", "http://search.example:9200"),
        ("ARHIVAR_REPLICA_ENDPOINT", "http://minio.example:9000"),
    ],
)
def test_production_refuses_weak_secrets_and_plain_connections(
    servers: dict[str, str], variable: str, value: str
) -> None:
    load_settings({**servers, "ARHIVAR_PROFILE": "demo", variable: value})
    with pytest.raises(InvalidSetting) as caught:
        load_settings({**servers, variable: value})
    assert caught.value.fields["name"] == variable.removeprefix("ARHIVAR_").lower()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARHIVAR_STORE_ENDPOINT", "http://127.0.0.1:9000"),
        ("ARHIVAR_INDEX", "http://[::1]:9200"),
        ("ARHIVAR_CATALOGUE", "postgresql+psycopg:///arhivar?host=/var/run/postgresql"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@localhost:5432/arhivar"),
        ("ARHIVAR_CATALOGUE", f"postgresql+psycopg://arhivar:{SECRET}@[::1]/arhivar"),
        ("ARHIVAR_AIRFLOW_DATABASE", f"postgresql+psycopg://airflow:{SECRET}@127.0.0.1/airflow"),
    ],
)
def test_production_takes_what_does_not_leave_the_machine(servers: dict[str, str], variable: str, value: str) -> None:
    load_settings({**servers, variable: value})


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_production_takes_a_database_that_proves_which_one_it_is(servers: dict[str, str], mode: str) -> None:
    address = f"postgresql+psycopg://arhivar:{SECRET}@db.example/arhivar?sslmode={mode}&sslrootcert=/tls/ca.crt"
    load_settings({**servers, "ARHIVAR_CATALOGUE": address, "ARHIVAR_AIRFLOW_DATABASE": address})


@pytest.mark.parametrize("address", ["postgresql+psycopg:///arhivar", "postgresql+psycopg:///arhivar?service=archive"])
def test_production_looks_where_a_database_without_a_host_is(
    servers: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "/run/postgresql" if "service" in address else "db.example")
    with pytest.raises(InvalidSetting, match="verify-full"):
        load_settings({**servers, "ARHIVAR_CATALOGUE": address})
    monkeypatch.setenv("PGHOST", "/run/postgresql")
    load_settings({**servers, "ARHIVAR_CATALOGUE": "postgresql+psycopg:///arhivar"})


def test_production_asks_for_an_api_key(servers: dict[str, str]) -> None:
    del servers["ARHIVAR_INDEX_API_KEY"]
    with pytest.raises(InvalidSetting, match="index_api_key"):
        load_settings(servers)


@pytest.mark.parametrize("missing", ["ARHIVAR_STORE_ENDPOINT", "ARHIVAR_STORE_ACCESS_KEY", "ARHIVAR_STORE_SECRET_KEY"])
def test_a_bucket_without_its_server_or_keys_is_an_error(servers: dict[str, str], missing: str) -> None:
    del servers[missing]
    with pytest.raises(InvalidSetting) as caught:
        load_settings(servers)
    assert caught.value.fields["name"] == missing.removeprefix("ARHIVAR_").lower()


def test_a_replica_in_the_archives_own_bucket_is_refused(servers: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting, match="replica"):
        open_replica(load_settings({**servers, "ARHIVAR_REPLICA": "s3://arhiva"}))


def test_a_wrong_database_address_is_not_repeated_in_the_message(servers: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings({**servers, "ARHIVAR_CATALOGUE": f"mysql://root:{SECRET}@db/arhivar"})
    assert SECRET not in str(caught.value)
