# SPDX-License-Identifier: EUPL-1.2
"""Which back end each port has, by the settings alone; `composition` puts them together.

The libraries of a back end are loaded by the one who uses it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from arhivar.profile import is_s3
from arhivar.settings import Settings
from repository.catalogue_backup import CatalogueBackup
from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from repository.sqlite_backup import SqliteBackup

if TYPE_CHECKING:
    from search.place import IndexPlace

INDEX_FOLDER = "index"
STORE_FOLDER = "store"
CATALOGUE_FILE = "catalogue.sqlite"
"""Of the embedded back ends, in the archive's folder."""


def object_store(settings: Settings) -> ObjectStore:
    """The archive's store; nothing is asked of it yet."""
    if settings.store is None:
        return FilesystemStore(settings.home / STORE_FOLDER)
    return _s3_store(
        settings,
        settings.store,
        settings.store_endpoint,
        settings.store_access_key,
        "" if settings.store_secret_key is None else settings.store_secret_key.get_secret_value(),
        settings.store_ca_file,
    )


def replica_store(settings: Settings, place: str) -> ObjectStore:
    """The replica's store: a bucket, else a folder."""
    if not is_s3(place):
        return FilesystemStore(Path(place).expanduser().resolve())
    secret = settings.replica_secret_key or settings.store_secret_key
    return _s3_store(
        settings,
        place,
        settings.replica_endpoint or settings.store_endpoint,
        settings.replica_access_key or settings.store_access_key,
        "" if secret is None else secret.get_secret_value(),
        settings.replica_ca_file or settings.store_ca_file,
    )


def _s3_store(
    settings: Settings,
    place: str,
    endpoint: str | None,
    access_key: str | None,
    secret_key: str,
    ca_file: Path | None,
) -> ObjectStore:
    from repository.s3_client import S3Address
    from repository.s3_store import S3Store

    address = S3Address(
        endpoint=endpoint or "",
        bucket=place.removeprefix("s3://"),
        access_key=access_key or "",
        secret_key=secret_key,
        region=settings.store_region,
        ca_certificates=ca_file,
        virtual_style=settings.store_style == "virtual",
    )
    return S3Store(address, lock_days=settings.store_lock_days)


def sql_catalogue(settings: Settings) -> SqlCatalogue:
    """The archive's catalogue; nothing is asked of it yet."""
    if settings.catalogue is None:
        return SqlCatalogue(sqlite_url(settings.home / CATALOGUE_FILE))
    return SqlCatalogue(settings.catalogue.get_secret_value(), connections=settings.catalogue_connections)


def catalogue_backup(settings: Settings) -> CatalogueBackup:
    """What copies the archive's catalogue as a whole and puts a copy in its place."""
    if settings.catalogue is None:
        return SqliteBackup(settings.home / CATALOGUE_FILE)
    from repository.postgresql_backup import PostgresqlBackup

    return PostgresqlBackup(settings.catalogue.get_secret_value())


def index_place(settings: Settings) -> "IndexPlace":
    """Where the archive's search index lies."""
    if settings.index is None:
        from search.tantivy_place import TantivyPlace

        return TantivyPlace(settings.home / INDEX_FOLDER)
    from search.elastic_index import ElasticAddress
    from search.elastic_place import ElasticPlace

    return ElasticPlace(
        ElasticAddress(
            url=settings.index,
            api_key=None if settings.index_api_key is None else settings.index_api_key.get_secret_value(),
            ca_certificates=settings.index_ca_file,
            prefix=settings.index_prefix,
        )
    )


def written_folders(settings: Settings) -> tuple[Path, ...]:
    """Folders of this machine that an ingest writes to: their disks need room."""
    store = (settings.home / STORE_FOLDER,) if settings.store is None else ()
    return (settings.home, *store, settings.home / "work")
