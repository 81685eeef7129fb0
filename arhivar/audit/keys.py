# SPDX-License-Identifier: EUPL-1.2
"""The audit's signing key: an Ed25519 private key in a file of its owner alone, the public half also in the store.

Trust begins with the key in the file. A key states which one it took the place of, so that older heads are trusted
through it; a key that only the store knows is trusted by nobody.
"""

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from repository.object_store import ObjectStore
from schemas.audit import AuditKeyStatement, SignedKey
from schemas.errors import AuditKeyMissing, AuditKeyUnreadable, AuditKeyUnsafe, ObjectMissing

if TYPE_CHECKING:  # commands that sign nothing start without it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEYS = "audit/keys/"
"""Of public keys, in the store."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The key that signs."""

    private: "Ed25519PrivateKey"

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw public key."""
        return fingerprint_of(self.public)

    def sign(self, message: bytes) -> str:
        """The signature, lower-case hex."""
        return self.private.sign(message).hex()


def fingerprint_of(public: bytes) -> str:
    """What a key is called: SHA-256 of its raw public half, lower-case hex."""
    return sha256(public).hexdigest()


def signed_by(public: bytes, message: bytes, signature: str) -> bool:
    """Whether that key made the signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def require_private(file: Path) -> None:
    """Raises AuditKeyUnsafe where others than the owner may read or write the file; a missing one is no matter."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & _OTHERS:
        raise AuditKeyUnsafe(file=str(file), mode=f"{stat.S_IMODE(mode):04o}")


def load_key(file: Path) -> AuditKey:
    """The key in the file. Raises AuditKeyMissing, AuditKeyUnsafe, AuditKeyUnreadable."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    require_private(file)
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise AuditKeyMissing(file=str(file)) from error
    except (OSError, ValueError, TypeError) as error:
        raise AuditKeyUnreadable(file=str(file), detail=str(error)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise AuditKeyUnreadable(file=str(file), detail="it is no Ed25519 key")
    return AuditKey(private)


def new_key() -> AuditKey:
    """A key that nobody has seen."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return AuditKey(Ed25519PrivateKey.generate())


def write_key(file: Path, key: AuditKey, *, replace: bool = False) -> None:
    """Write the key, durably, readable by its owner alone; over another one only with `replace`.

    Raises FileExistsError without it, OSError.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            beside.replace(file)
        else:
            os.link(beside, file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        beside.unlink(missing_ok=True)


def publish_key(store: ObjectStore, key: AuditKey, former: str | None = None) -> None:
    """Keep the public half in the store, once, with the fingerprint of the key that it takes the place of."""
    where = f"{KEYS}{key.fingerprint}.json"
    if store.exists(where):
        return
    statement = AuditKeyStatement(public_key=key.public.hex(), former=former, made_at=datetime.now(UTC))
    store.put(where, SignedKey(statement=statement, signature=key.sign(statement.message)).to_json())


def trusted_keys(store: ObjectStore, key: AuditKey) -> dict[str, bytes]:
    """Raw public keys by fingerprint: this one, and those that it and its forerunners say they took the place of."""
    trusted = {key.fingerprint: key.public}
    known = _statement(store, key.fingerprint, key.public)
    while known is not None and known.former is not None and known.former not in trusted:
        former = _read(store, known.former)
        if former is None:
            break
        public = bytes.fromhex(former.statement.public_key)
        trusted[known.former] = public
        known = _statement(store, known.former, public)
    return trusted


def _statement(store: ObjectStore, fingerprint: str, public: bytes) -> AuditKeyStatement | None:
    """What the key says of itself, where that is signed with it."""
    found = _read(store, fingerprint)
    if found is None or not signed_by(public, found.statement.message, found.signature):
        return None
    return found.statement


def _read(store: ObjectStore, fingerprint: str) -> SignedKey | None:
    """The key of that fingerprint as stored; None where there is none that has it."""
    try:
        found = SignedKey.from_json(store.read(f"{KEYS}{fingerprint}.json"))
    except (ObjectMissing, ValidationError):
        return None
    return found if fingerprint_of(bytes.fromhex(found.statement.public_key)) == fingerprint else None
