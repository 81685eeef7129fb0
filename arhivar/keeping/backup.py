# SPDX-License-Identifier: EUPL-1.2
"""Back up what the store cannot tell: the catalogue (audit, findings, inventory, quarantine), settings and keys.

A backup is a folder of its own that gets its name last, when every file in it was forced to disk and read back; what
has another name is none. Folders that have the name are never written to again.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from pathlib import Path
from secrets import token_hex

from arhivar import VERSION
from arhivar.audit.setup import key_file
from arhivar.auditing import record_audit
from arhivar.back_ends import catalogue_backup
from arhivar.composition import Archive
from arhivar.settings import FILE_NAME, Settings
from repository.ocfl import OcflRepository
from schemas.audit import AuditAction
from schemas.backup import BackupFile, BackupManifest
from schemas.errors import BackupDamaged, BackupMissing, BackupNotWritten, UsageError

CATALOGUE = "catalogue.sqlite"
MANIFEST = "manifest.json"
KEYS = "keys"

_NAME = re.compile(r"arhivar-\d{8}T\d{6}Z(-\d+)?")
_PART = re.compile(r"\.arhivar-[0-9a-f]{8}\.(part|old)")
_FORGOTTEN = timedelta(days=1)
"""No backup takes so long: what is still unfinished after it was left by a kill."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose every file agrees with its manifest."""

    folder: Path
    manifest: BackupManifest


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was made, which older ones were removed, and how much lies in the store, which is not in it."""

    backup: Backup
    pruned: tuple[Path, ...]
    store_files: int
    store_bytes: int


def make_backup(archive: Archive, target: Path, *, with_keys: bool = False, keep: int | None = None) -> BackupReport:
    """Make a backup in a new folder of `target`; with `keep`, remove complete ones that are older than so many.

    The catalogue is copied as it is at one moment; others may work meanwhile. Its audit goes on to the record of this
    backup, which is made just before the folder gets its name: after a restore, no record of before is missing. Raises
    UsageError for a target in the archive's own folder, BackupNotWritten, CatalogueUnavailable.
    """
    target = target.expanduser().resolve()
    if target == archive.settings.home or archive.settings.home in target.parents:
        raise UsageError(detail=f"{target} ⊂ {archive.settings.home}")
    if not target.is_dir():  # an unmounted disk must not get its backups on the disk below it
        raise BackupNotWritten(folder=str(target), detail="the folder is missing or its disk is not mounted")
    with _failures(target):
        older = () if keep is None else tuple(_complete(target)[: 1 - keep or None])
        backup = _make(archive, target, with_keys=with_keys, pruned=len(older))
        _prune(target, older)
        _sweep(target)
    files, size = _measure_store(archive)
    return BackupReport(backup, older, files, size)


def find_backup(folder: Path) -> Path:
    """The backup that `folder` is, else the newest one in it. Raises BackupMissing."""
    folder = folder.expanduser().resolve()
    if (folder / MANIFEST).is_file():
        return folder
    try:
        found = _complete(folder)
    except OSError as error:
        raise BackupMissing(folder=str(folder)) from error
    if not found:
        raise BackupMissing(folder=str(folder))
    return found[-1]


def read_backup(folder: Path) -> Backup:
    """Read every byte of a backup. Raises BackupDamaged, naming what does not agree with its manifest."""
    try:
        manifest = BackupManifest.from_json((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:  # pydantic's errors are ValueErrors
        raise BackupDamaged(folder=str(folder), detail=f"{MANIFEST} cannot be read") from error
    if CATALOGUE not in {file.path for file in manifest.files}:
        raise BackupDamaged(folder=str(folder), detail=f"{MANIFEST} names no {CATALOGUE}")
    for file in manifest.files:
        try:
            found = _entry(folder, file.path)
        except OSError as error:
            raise BackupDamaged(folder=str(folder), detail=f"{file.path}: {error.strerror or error}") from error
        if found != file:
            raise BackupDamaged(folder=str(folder), detail=f"{file.path} does not match its digest")
    return Backup(folder, manifest)


def _make(archive: Archive, target: Path, *, with_keys: bool, pruned: int) -> Backup:
    port = catalogue_backup(archive.settings)
    part = target / f".arhivar-{token_hex(4)}.part"
    part.mkdir(mode=0o700)  # the catalogue names persons
    try:
        made_at = datetime.now(UTC)
        revision = port.write(part / CATALOGUE)
        names = [CATALOGUE]
        settings_file = archive.settings.home / FILE_NAME
        if settings_file.is_file():
            shutil.copyfile(settings_file, part / FILE_NAME)
            names.append(FILE_NAME)
        keys = key_files(archive.settings)
        if with_keys and keys:
            (part / KEYS).mkdir(mode=0o700)
            for name, key in keys.items():
                copy_private(key, part / KEYS / name)
                names.append(f"{KEYS}/{name}")
            _sync(part / KEYS)
        details: dict[str, str | int] = {"revision": revision, "files": len(names), "pruned": pruned}
        subject = str(_free_name(target, made_at))
        record_audit(archive, AuditAction.BACKUP_MADE, subject=subject, details=details)
        port.add_audit(part / CATALOGUE, archive.catalogue)
        for name in names:
            _sync(part / name)
        manifest = BackupManifest(
            made_at=made_at,
            program=VERSION,
            revision=revision,
            units=len(archive.catalogue.units()),
            files=tuple(_entry(part, name) for name in names),
        )
        (part / MANIFEST).write_bytes(manifest.to_json())
        _sync(part / MANIFEST)
        _sync(part)
        read_backup(part)
        port.examine(part / CATALOGUE)
        folder = _give_name(part, target, made_at)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Backup(folder, manifest)


def _give_name(part: Path, target: Path, made_at: datetime) -> Path:
    folder = _free_name(target, made_at)
    part.rename(folder)  # onto another one it fails, as that is not empty
    _sync(target)
    return folder


def _free_name(target: Path, made_at: datetime) -> Path:
    stem = f"arhivar-{made_at:%Y%m%dT%H%M%SZ}"
    for number in range(1, 1000):
        folder = target / (stem if number == 1 else f"{stem}-{number}")
        if not folder.exists():
            return folder
    raise BackupNotWritten(folder=str(target), detail=f"too many backups of {stem}")


def key_files(settings: Settings) -> dict[str, Path]:
    """The archive's keys that are there, by name: those in its folder, and the audit's, wherever it lies."""
    folder = settings.home / KEYS
    found = {one.name: one for one in sorted(folder.iterdir()) if one.is_file()} if folder.is_dir() else {}
    audit = key_file(settings)
    return found | ({audit.name: audit} if audit.is_file() else {})


def copy_private(source: Path, target: Path) -> None:
    """Copy a key so that nobody else can read it at any moment. FileExistsError where the target is there."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(source.read_bytes())
        stream.flush()
        os.fsync(stream.fileno())


def _complete(target: Path) -> list[Path]:
    """Folders that have a backup's name and a manifest that can be read, oldest first."""
    found: list[tuple[datetime, str, Path]] = []
    for folder in target.iterdir():
        if _NAME.fullmatch(folder.name):
            with suppress(OSError, ValueError):
                made_at = BackupManifest.from_json((folder / MANIFEST).read_bytes()).made_at
                found.append((made_at, folder.name, folder))
    return [folder for _, _, folder in sorted(found)]


def _prune(target: Path, older: Iterable[Path]) -> None:
    """A folder loses its name first: one that is half removed must not look like a backup."""
    for folder in older:
        gone = target / f".arhivar-{token_hex(4)}.old"
        folder.rename(gone)
        _sync(target)
        shutil.rmtree(gone)


def _sweep(target: Path) -> None:
    """What killed backups left."""
    limit = (datetime.now(UTC) - _FORGOTTEN).timestamp()
    for folder in target.iterdir():
        if _PART.fullmatch(folder.name) and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def _measure_store(archive: Archive) -> tuple[int, int]:
    sizes = [stored.size_bytes for stored in archive.store.list(f"{OcflRepository.DEFAULT_PREFIX}/")]
    return len(sizes), sum(sizes)


def _entry(folder: Path, path: str) -> BackupFile:
    with (folder / path).open("rb") as stream:
        digest, size = sha512(), 0
        while block := stream.read(1 << 20):
            digest.update(block)
            size += len(block)
    return BackupFile(path=path, size_bytes=size, sha512=digest.hexdigest())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _failures(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupNotWritten(folder=str(target), detail=error.strerror or str(error)) from error
