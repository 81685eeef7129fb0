# SPDX-License-Identifier: EUPL-1.2
"""Put a new key in the place of the audit's key, which may be lost: by an operator's word, and recorded."""

from pydantic import ValidationError

from arhivar.audit.heads import anchored, digest_of
from arhivar.audit.keys import load_key, new_key, publish_key, write_key
from arhivar.audit.setup import key_file
from arhivar.auditing import record_audit
from arhivar.composition import Archive
from schemas.audit import AuditAction, SignedHead
from schemas.errors import AuditBroken, AuditKeyMissing, AuditKeyUnreadable


def renew_key(archive: Archive, reason: str) -> tuple[str | None, str]:
    """Make a key, let it vouch for the one before it, and sign with it from now on; the fingerprints of both.

    What waits is sealed with the old key first, where there is one. Raises AuditKeyUnreadable, AuditBroken, StoreError,
    CatalogueError. Killed half way, the old key stays in use, and it can be done again.
    """
    file = key_file(archive.settings)
    try:
        former: str | None = load_key(file).fingerprint
        archive.audit.seal()
    except AuditKeyMissing:
        former = _last_signer(archive)
    key = new_key()
    publish_key(archive.store, key, former)
    details = {} if former is None else {"former": former}
    record_audit(archive, AuditAction.AUDIT_KEY_CHANGED, subject=key.fingerprint, reason=reason, details=details)
    try:
        write_key(file, key, replace=True)
    except OSError as error:
        raise AuditKeyUnreadable(file=str(file), detail=str(error)) from error
    archive.audit.seal()
    return former, key.fingerprint


def _last_signer(archive: Archive) -> str | None:
    """Fingerprint of the lost key: that of the last head, which must be the one that the catalogue knows."""
    end = archive.catalogue.audit_end()
    numbers = {number: name for name, number in anchored(archive.store) if number is not None}
    if not numbers:
        return None
    last = max(numbers)
    stored = archive.store.read(numbers[last])
    try:
        head = SignedHead.from_json(stored).head
    except ValidationError as error:
        raise AuditBroken(detail=f"head {last} is malformed") from error
    if last == end.batch and digest_of(stored) != end.head:
        raise AuditBroken(detail=f"head {last} in the store is not the one that was anchored")
    return head.key
