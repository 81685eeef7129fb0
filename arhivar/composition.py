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
from arhivar.back_ends import (
    INDEX_FOLDER,
    STORE_FOLDER,
    catalogue_backup,
    index_place,
    object_store,
    replica_store,
    sql_catalogue,
)
from arhivar.leases import LeaseHolder
from arhivar.log import Logger
from arhivar.monitor import Monitor
from arhivar.profile import is_s3
from arhivar.settings import FILE_NAME, Settings
from repository.catalogue import Catalogue
from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore
from repository.ocfl import OcflRepository
from schemas.errors import (
    ArchiveExists,
    ArchiveMissing,
    IndexUnavailable,
    InvalidSetting,
    LeaseLost,
    ReplicaMissing,
    ReplicaUnset,
    StoreUnavailable,
)
from schemas.reading import Fidelity, ReadingLevel

if TYPE_CHECKING:  # commands that read no pages or search nothing start without the libraries for it
    from processors.limits import Limits
    from processors.ocrmypdf_tool import OcrMyPdf
    from processors.page import PageSettings
    from processors.pool import PagePool
    from processors.verapdf import VeraPdf
    from search.index import SearchIndex

_FORGOTTEN = timedelta(days=1)
"""No write takes so long: what is still unfinished after it was left by a crash."""

_log = Logger(__name__)

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
    monitor: Monitor

    @property
    def work(self) -> Path:
        """The bounded work area of this machine."""
        return self.settings.home / "work"


def init_archive(settings: Settings) -> bool:
    """Make the archive that the settings name, or bring an existing one up to date. True where it is new.

    Several machines may do so at once: each gets its folder, the back ends they share are made once. Raises
    ArchiveExists where the folder holds something else, AuditKeyMissing where the audit's key is lost or on another
    machine, AuditKeyUnsafe, AuditKeyUnreadable, and what the back ends raise.
    """
    home = settings.home
    new = not catalogue_backup(settings).exists()
    ours = {FILE_NAME} if settings.catalogue is None else {FILE_NAME, "keys", "work", STORE_FOLDER, INDEX_FOLDER}
    if new and home.is_dir() and any(entry.name not in ours for entry in home.iterdir()):
        raise ArchiveExists(home=str(home))
    home.mkdir(parents=True, exist_ok=True)
    (home / "work").mkdir(exist_ok=True)
    store = object_store(settings)
    OcflRepository(store).initialise()
    if isinstance(store, FilesystemStore):
        store.sweep_temporary(_FORGOTTEN)
    settings_file = home / FILE_NAME
    if not settings_file.exists():
        settings_file.write_text(_FIRST_SETTINGS, encoding="utf-8")
    with sql_catalogue(settings) as catalogue:
        catalogue.upgrade()
        # One at a time: two machines that find no key would each make one, and neither would know the other's.
        leases = LeaseHolder(catalogue, settings.lease_seconds)
        with leases.hold("init", patience_seconds=settings.lease_seconds) as lease:
            if lease is None:
                raise LeaseLost(name="init")
            prepare_key(settings, store)
            if not catalogue.places():
                from arhivar.places.plan import starting_places

                catalogue.set_places(starting_places())
    return new


def recover_catalogue(settings: Settings) -> bool:
    """Make an empty catalogue beside a store that has lost its own; whether that was needed.

    Raises ArchiveMissing where there is no store either, StoreUnavailable where it does not answer.
    """
    if catalogue_backup(settings).exists():
        return False
    if not _has_store(settings):
        raise ArchiveMissing(home=str(settings.home))
    with sql_catalogue(settings) as catalogue:
        catalogue.upgrade()
    return True


def _has_store(settings: Settings) -> bool:
    if settings.store is None:
        return (settings.home / STORE_FOLDER / OcflRepository.DEFAULT_PREFIX).is_dir()
    require_store(settings)
    return True


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open the catalogue alone, for what needs neither store nor index. Raises ArchiveMissing, CatalogueVersion."""
    with sql_catalogue(settings) as catalogue:
        if not catalogue.is_there():
            raise ArchiveMissing(home=str(settings.home))
        yield catalogue


@contextmanager
def open_archive(settings: Settings, index: "SearchIndex | None" = None, *, searches: bool = True) -> Iterator[Archive]:
    """Open the archive for the length of the block, with another index than its own where one is given.

    An index that is lost is filled again from the store, by the outbox. Not where `searches` is false: then the index
    is opened when it is first asked, which spares its library and a question to whoever never does. What the audit has
    to seal is sealed at the end. Raises ArchiveMissing, CatalogueVersion, IndexVersion, AuditKeyUnsafe.
    """
    with open_catalogue(settings) as catalogue:
        require_private(key_file(settings))
        (settings.home / "work").mkdir(parents=True, exist_ok=True)  # a further machine's needs no `init`
        store = object_store(settings)
        opened = index or (_open_index(settings, catalogue) if searches else _late_index(settings))
        audit = AuditTrail(catalogue, store, key_file(settings), settings.audit_batch_records)
        monitor = Monitor(catalogue)
        try:
            yield Archive(
                settings=settings,
                store=store,
                packages=OcflRepository(store),
                catalogue=catalogue,
                index=opened,
                leases=LeaseHolder(catalogue, settings.lease_seconds),
                audit=audit,
                monitor=monitor,
            )
        finally:
            if index is None:
                opened.close()
            monitor.flush()
            audit.seal_if_possible()


def _open_index(settings: Settings, catalogue: Catalogue) -> "SearchIndex":
    """The index in use. One that does not answer is no reason not to open the archive: who asks it will hear."""
    place = index_place(settings)
    try:
        lost = place.is_lost()
    except IndexUnavailable as error:
        _log.warning("index does not answer", detail=str(error))
        lost = False
    if lost:
        catalogue.enqueue([unit.unit_id for unit in catalogue.units()], datetime.now(UTC))
    return place.open()


def _late_index(settings: Settings) -> "SearchIndex":
    from search.late_index import LateIndex

    return LateIndex(lambda: index_place(settings).open())


def open_replica(settings: Settings, *, new: bool = False) -> OcflRepository:
    """The second store; made where `new`.

    Raises ReplicaUnset, InvalidSetting for a place that the archive itself is in, ReplicaMissing where there is none:
    an unmounted disk must not become an empty replica.
    """
    if settings.replica is None:
        raise ReplicaUnset
    where = str(settings.replica)
    if _shares_the_archive(settings, where):
        raise InvalidSetting(
            name="replica", source="ARHIVAR_REPLICA", value=where, expected="it must not share the archive's place"
        )
    replica = OcflRepository(replica_store(settings, where))
    if new:
        replica.initialise()
    try:
        replica.require_root()
    except StoreUnavailable as error:
        raise ReplicaMissing(where=where, detail=str(error.fields.get("detail", error))) from error
    return replica


def _shares_the_archive(settings: Settings, where: str) -> bool:
    if is_s3(where):
        return where == settings.store and settings.replica_endpoint in {None, settings.store_endpoint}
    folder = Path(where).expanduser().resolve()
    return settings.home in (folder, *folder.parents) or folder in settings.home.parents


def require_store(settings: Settings) -> None:
    """Raises StoreUnavailable where the archive's store is not there."""
    OcflRepository(object_store(settings)).require_root()


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


def page_settings(
    settings: Settings, languages: Sequence[str], level: ReadingLevel, fidelity: Fidelity
) -> "PageSettings":
    """How pages in these languages are read and shown; `arhivar.reading_choice` says which for an ingest's."""
    from processors.access import AccessSettings
    from processors.page import PageSettings

    return PageSettings(
        languages=tuple(languages),
        access=AccessSettings(
            dpi=settings.access_dpi,
            quality=settings.access_quality,
            fidelity=fidelity,
        ),
        confidence_threshold=settings.confidence_threshold,
        level=level,
    )


def open_ocrmypdf(settings: Settings) -> "OcrMyPdf":
    """OCRmyPDF under the limits that pages have."""
    from processors.ocrmypdf_tool import OcrMyPdf, OcrMyPdfLimits

    limits = OcrMyPdfLimits(settings.page_seconds, settings.worker_memory_bytes, settings.workers)
    return OcrMyPdf(limits, settings.tessdata)


def open_pool(settings: Settings) -> "PagePool":
    """The pool of reading processes. Raises ToolMissing where OCRmyPDF is to read, and is not installed."""
    from processors.pool import PagePool

    process = None
    if settings.composer == "ocrmypdf":
        from processors.scan_page import scan_page

        _ = open_ocrmypdf(settings).agent
        process = scan_page
    return PagePool(
        workers=settings.workers,
        limits=limits_from(settings),
        engine_name=settings.ocr_engine,
        tessdata=settings.tessdata,
        process=process,
    )


def open_validator(settings: Settings) -> "VeraPdf":
    """veraPDF, as the settings name it."""
    from processors.verapdf import VeraPdf

    return VeraPdf(settings.verapdf_home, settings.java)


def object_id(unit_id: UUID) -> str:
    """The OCFL object of a unit."""
    return f"urn:uuid:{unit_id}"
