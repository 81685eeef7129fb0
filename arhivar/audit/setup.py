# SPDX-License-Identifier: EUPL-1.2
"""Where the audit's key comes from: `init` makes the first one, an operator's word puts another in its place."""

from pathlib import Path

from arhivar.audit.heads import anchored
from arhivar.audit.keys import KEYS, AuditKey, load_key, new_key, publish_key, write_key
from arhivar.settings import Settings
from repository.object_store import ObjectStore
from schemas.errors import AuditKeyMissing, AuditKeyUnreadable


def key_file(settings: Settings) -> Path:
    """The file of the key, as the settings name it."""
    return settings.home / "keys" / "audit.pem" if settings.audit_key is None else settings.audit_key.expanduser()


def prepare_key(settings: Settings, store: ObjectStore) -> None:
    """Make the archive's first key, or see to it that the one it has can be used and is known in the store.

    A key is not made where the store knows one already, or one has signed: that it is lost, and not on another machine,
    is for a person to say. Raises AuditKeyMissing, AuditKeyUnsafe, AuditKeyUnreadable, StoreError.
    """
    file = key_file(settings)
    try:
        key = load_key(file)
    except AuditKeyMissing:
        if next(anchored(store), None) is not None or next(iter(store.list(KEYS)), None) is not None:
            raise
        key = _write_first(file)
    publish_key(store, key)


def _write_first(file: Path) -> AuditKey:
    key = new_key()
    try:
        write_key(file, key)
    except FileExistsError:  # another `init` was first
        return load_key(file)
    except OSError as error:
        raise AuditKeyUnreadable(file=str(file), detail=str(error)) from error
    return key
