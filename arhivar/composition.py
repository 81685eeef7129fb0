# SPDX-License-Identifier: EUPL-1.2
"""The composition root: the one place that chooses a back end for each port and puts the parts together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from arhivar.audit.keys import require_private
from arhivar.audit.setup import key_file, prepare_key
from arhivar.audit.trail import AuditTrail
from arhivar.leases import LeaseHolder
from arhivar.settings import FILE_NAME, Settings
from repository.catalogue import Catalogue
from repository.catalogue_backup import CatalogueBackup
from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore
from repository.ocfl import OcflRepository
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from repository.sqlite_backup import SqliteBackup
from schemas.errors import ArchiveExists, ArchiveMissing, InvalidSetting, ReplicaMissing, ReplicaUnset, StoreUnavailable

if TYPE_CHECKING:  # commands that read no pages or search nothing start without the libraries for it
    from processors.limits import Limits
    from processors.page import PageSettings
    from processors.pool import PagePool
    from processors.verapdf import VeraPdf
    from search.index import SearchIndex

_FORGOTTEN = timedelta(days=1)
"""No write takes so long: what is still unfinished after it was left by a crash."""

INDEX_FOLDER = "index"
"""Of the search index, in the archive's folder."""

_FIRST_SETTINGS = """# Settings of this archive, listed in docs/settings.md; each can also be given as ARHIVAR_<NAME>.
# organisation = "Primăria …"
# languages = ["ron", "hun", "deu"]
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive: settings and one back end for each port."""

    settings: Settings
    store: ObjectStore
    packages: OcflRepository
    catalogue: Catalogue
    index: "SearchIndex"
    leases: LeaseHolder
    audit: AuditTrail

    @property
    def work(self) -> Path:
        """The bounded work area of this machine."""
        return self.settings.home / "work"


def _catalogue_file(home: Path) -> Path:
    return home / "catalogue.sqlite"


def init_archive(settings: Settings) -> bool:
    """Make the archive in `settings.home`, or bring an existing one up to date. True where it is new.

    Raises ArchiveExists where the folder holds something else, AuditKeyMissing where the audit's key is lost,
    AuditKeyUnsafe, AuditKeyUnreadable.
    """
    home = settings.home
    new = not _catalogue_file(home).exists()
    if new and home.is_dir() and any(entry.name != FILE_NAME for entry in home.iterdir()):
        raise ArchiveExists(home=str(home))
    home.mkdir(parents=True, exist_ok=True)
    (home / "work").mkdir(exist_ok=True)
    store = FilesystemStore(home / "store")
    OcflRepository(store).initialise()
    store.sweep_temporary(_FORGOTTEN)
    settings_file = home / FILE_NAME
    if not settings_file.exists():
        settings_file.write_text(_FIRST_SETTINGS, encoding="utf-8")
    with SqlCatalogue(sqlite_url(_catalogue_file(home))) as catalogue:
        catalogue.upgrade()
    prepare_key(settings, store)
    return new


def recover_catalogue(settings: Settings) -> bool:
    """Make an empty catalogue beside a store that has lost its own; whether that was needed.

    Raises ArchiveMissing where there is no store either.
    """
    file = _catalogue_file(settings.home)
    if file.exists():
        return False
    if not (settings.home / "store" / OcflRepository.DEFAULT_PREFIX).is_dir():
        raise ArchiveMissing(home=str(settings.home))
    with SqlCatalogue(sqlite_url(file)) as catalogue:
        catalogue.upgrade()
    return True


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open the catalogue alone, for what needs neither store nor index. Raises ArchiveMissing, CatalogueVersion."""
    home = settings.home
    if not _catalogue_file(home).exists():
        raise ArchiveMissing(home=str(home))
    with SqlCatalogue(sqlite_url(_catalogue_file(home))) as catalogue:
        yield catalogue


@contextmanager
def open_archive(settings: Settings, index_folder: Path | None = None) -> Iterator[Archive]:
    """Open the archive for the length of the block, with another index than its own where a folder is given.

    What the audit has to seal is sealed at the end. Raises ArchiveMissing, CatalogueVersion, IndexVersion,
    AuditKeyUnsafe.
    """
    from search.tantivy_index import TantivyIndex

    home = settings.home
    if _catalogue_file(home).exists():
        require_private(key_file(settings))
    with open_catalogue(settings) as catalogue:
        store = FilesystemStore(home / "store")
        if index_folder is None and not (home / INDEX_FOLDER).exists():  # a lost index is built again from the store
            catalogue.enqueue([unit.unit_id for unit in catalogue.units()], datetime.now(UTC))
        index = TantivyIndex(index_folder or home / INDEX_FOLDER)
        audit = AuditTrail(catalogue, store, key_file(settings), settings.audit_batch_records)
        try:
            yield Archive(
                settings=settings,
                store=store,
                packages=OcflRepository(store),
                catalogue=catalogue,
                index=index,
                leases=LeaseHolder(catalogue, settings.lease_seconds),
                audit=audit,
            )
        finally:
            index.close()
            audit.seal_if_possible()


def open_replica(settings: Settings, *, new: bool = False) -> OcflRepository:
    """The second store; made where `new`.

    Raises ReplicaUnset, InvalidSetting for a folder that shares the archive's, ReplicaMissing where there is none: an
    unmounted disk must not become an empty replica.
    """
    if settings.replica is None:
        raise ReplicaUnset
    folder = settings.replica.expanduser().resolve()
    if settings.home in (folder, *folder.parents) or folder in settings.home.parents:
        raise InvalidSetting(
            name="replica", source="ARHIVAR_REPLICA", value=folder, expected="it must not share the archive's folder"
        )
    replica = OcflRepository(FilesystemStore(folder))
    if new:
        replica.initialise()
    try:
        replica.require_root()
    except StoreUnavailable as error:
        raise ReplicaMissing(where=str(folder), detail=str(error.fields.get("detail", error))) from error
    return replica


def catalogue_backup(settings: Settings) -> CatalogueBackup:
    """What copies the archive's catalogue as a whole and puts a copy in its place."""
    return SqliteBackup(_catalogue_file(settings.home))


def require_store(settings: Settings) -> None:
    """Raises StoreUnavailable where the archive's store is not there."""
    OcflRepository(FilesystemStore(settings.home / "store")).require_root()


def sweep_store(archive: Archive) -> None:
    """Remove what killed writers left in a store that keeps unfinished writes. Raises StoreError."""
    if isinstance(archive.store, FilesystemStore):
        archive.store.sweep_unfinished(_FORGOTTEN)


def limits_from(settings: Settings) -> "Limits":
    """The limits of a reading process."""
    from processors.limits import Limits

    return Limits(
        max_page_pixels=settings.max_page_pixels,
        max_file_bytes=settings.max_file_bytes,
        memory_bytes=settings.worker_memory_bytes,
        page_seconds=settings.page_seconds,
    )


def page_settings(settings: Settings, languages: Sequence[str]) -> "PageSettings":
    """How the pages of a unit in these languages are read."""
    from processors.access import AccessSettings
    from processors.page import PageSettings

    return PageSettings(
        languages=tuple(languages),
        access=AccessSettings(dpi=settings.access_dpi, quality=settings.access_quality),
        confidence_threshold=settings.confidence_threshold,
    )


def open_pool(settings: Settings) -> "PagePool":
    """The pool of reading processes."""
    from processors.pool import PagePool

    return PagePool(
        workers=settings.workers,
        limits=limits_from(settings),
        engine_name=settings.ocr_engine,
        tessdata=settings.tessdata,
    )


def open_validator(settings: Settings) -> "VeraPdf":
    """veraPDF, as the settings name it."""
    from processors.verapdf import VeraPdf

    return VeraPdf(settings.verapdf_home, settings.java)


def object_id(unit_id: UUID) -> str:
    """The OCFL object of a unit."""
    return f"urn:uuid:{unit_id}"
