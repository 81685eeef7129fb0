# SPDX-License-Identifier: EUPL-1.2
"""Backup and restore."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class BackupError(ArhivarError):
    code = "ARH-9100"
    exit_code = 12
    message = Message(ro="Copia de siguranță a eșuat: {detail}.", en="The backup failed: {detail}.")


class BackupMissing(BackupError):
    code = "ARH-9101"
    message = Message(
        ro="În {folder} nu este nicio copie de siguranță încheiată. Verificați calea.",
        en="There is no complete backup in {folder}. Check the path.",
    )


class BackupDamaged(BackupError):
    code = "ARH-9102"
    message = Message(
        ro="Copia de siguranță {folder} este deteriorată: {detail}. Nimic nu a fost schimbat; indicați una mai veche.",
        en="The backup {folder} is damaged: {detail}. Nothing was changed; name an older backup.",
    )


class BackupNewer(BackupError):
    code = "ARH-9103"
    message = Message(
        ro="Copia {folder} are catalogul în versiunea {found}, iar programul cunoaște doar până la {expected}. "
        "Instalați Arhivar {program} sau mai nou.",
        en="The backup {folder} holds a catalogue of version {found}; this program knows them up to {expected}. "
        "Install Arhivar {program} or newer.",
    )


class BackupNotWritten(BackupError):
    code = "ARH-9104"
    retryable = True
    message = Message(
        ro="Copia de siguranță nu a putut fi scrisă în {folder}: {detail}. Verificați discul, apoi reluați.",
        en="The backup could not be written to {folder}: {detail}. Check the disk, then run again.",
    )


class ArchiveBusy(BackupError):
    code = "ARH-9105"
    retryable = True
    message = Message(
        ro="Alt proces lucrează la arhivă ({names}). Opriți-l, apoi reluați; nimic nu a fost schimbat.",
        en="Another process is working on the archive ({names}). Stop it, then run again; nothing was changed.",
    )
