# SPDX-License-Identifier: EUPL-1.2
"""Restore an archive's catalogue from a backup, then catch up from the store with what was deposited since.

Nothing is changed before every byte of the backup was read against its manifest, and nothing is deleted: the catalogue
that is there is moved aside. A restore that is killed can be run again, or finished by `arhivar rebuild`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

from arhivar import VERSION
from arhivar.audit.setup import key_file
from arhivar.auditing import record_audit
from arhivar.back_ends import catalogue_backup
from arhivar.composition import open_archive, require_store
from arhivar.keeping.backup import CATALOGUE, KEYS, Backup, copy_private, find_backup, read_backup
from arhivar.keeping.rebuild import RebuildReport, RebuildWatcher, rebuild_archive
from arhivar.settings import FILE_NAME, Settings
from repository.catalogue_backup import Carried
from repository.tables import REVISION
from schemas.audit import AuditAction
from schemas.errors import ArchiveBusy, BackupDamaged, BackupNewer, CatalogueError, CatalogueExists
from schemas.owners import is_gone, owner_name

_WORKING = ".catalogue.restoring-"
"""How the names of working copies begin; then a stamp, and whose it is."""


class SettingsFile(StrEnum):
    """What became of the settings file."""

    RESTORED = "restored"
    SAME = "same"
    DIFFERS = "differs"
    NOT_IN_BACKUP = "not-in-backup"


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored, what was moved aside, and what came from the store."""

    backup: Backup
    aside: str | None
    """Where the catalogue that was there is kept."""
    settings_file: SettingsFile
    keys: tuple[str, ...]
    carried: Carried
    rebuilt: RebuildReport


def restore_archive(settings: Settings, folder: Path, watcher: RebuildWatcher, *, replace: bool) -> RestoreReport:
    """Restore from the backup that `folder` is, or from the newest in it.

    Raises BackupMissing, BackupDamaged, BackupNewer; CatalogueExists without `replace`; ArchiveBusy where another
    process holds a lease; StoreUnavailable where the archive has no store; and what `rebuild_archive` raises.
    """
    port = catalogue_backup(settings)
    require_store(settings)
    if port.exists() and not replace:
        raise CatalogueExists(home=str(settings.home))
    _require_idle(settings)
    backup = read_backup(find_backup(folder))
    copy = backup.folder / CATALOGUE
    try:
        revision = port.examine(copy)
    except CatalogueError as error:
        raise BackupDamaged(folder=str(backup.folder), detail=f"{CATALOGUE}: {error}") from error
    if revision > REVISION:
        raise BackupNewer(folder=str(backup.folder), found=revision, expected=REVISION, program=backup.manifest.program)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    _sweep(settings)
    working = settings.home / f"{_WORKING}{stamp}~{owner_name()}"
    aside = settings.home / f"catalogue.aside-{stamp}"
    try:
        carried = port.prepare(copy, working)
        _require_idle(settings)
        former = port.take_place(working, aside)
    finally:
        working.unlink(missing_ok=True)
    settings_file = _restore_settings_file(settings, backup)
    keys = _restore_keys(settings, backup)
    rebuilt = rebuild_archive(settings, watcher)
    with open_archive(settings) as archive:
        details: dict[str, str | int] = {
            "made_at": backup.manifest.made_at.isoformat(),
            "revision": backup.manifest.revision,
            "program": VERSION,
            "caught_up": rebuilt.ingests,
        }
        record_audit(archive, AuditAction.BACKUP_RESTORED, subject=str(backup.folder), details=details)
    return RestoreReport(backup, former, settings_file, keys, carried, rebuilt)


def _sweep(settings: Settings) -> None:
    """Remove the working copies that killed restores of this machine left: a catalogue names persons."""
    for left in settings.home.glob(f"{_WORKING}*~*"):
        if is_gone(left.name.rpartition("~")[2].removesuffix("-wal").removesuffix("-shm").removesuffix("-journal")):
            left.unlink(missing_ok=True)


def _require_idle(settings: Settings) -> None:
    holders = catalogue_backup(settings).holders(datetime.now(UTC))
    if holders:
        raise ArchiveBusy(names=", ".join(holders))


def _restore_settings_file(settings: Settings, backup: Backup) -> SettingsFile:
    """Put the settings file back where there is none; one that is there may be newer, and is a person's."""
    source, target = backup.folder / FILE_NAME, settings.home / FILE_NAME
    if FILE_NAME not in {file.path for file in backup.manifest.files}:
        return SettingsFile.NOT_IN_BACKUP
    if not target.exists():
        target.write_bytes(source.read_bytes())
        return SettingsFile.RESTORED
    return SettingsFile.SAME if target.read_bytes() == source.read_bytes() else SettingsFile.DIFFERS


def _restore_keys(settings: Settings, backup: Backup) -> tuple[str, ...]:
    restored = []
    audit = key_file(settings)
    for file in backup.manifest.files:
        name = file.path.removeprefix(f"{KEYS}/")
        if name == file.path:
            continue
        target = audit if name == audit.name else settings.home / KEYS / name
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy_private(backup.folder / file.path, target)
            restored.append(name)
    return tuple(restored)
