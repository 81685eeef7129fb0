# SPDX-License-Identifier: EUPL-1.2
"""Tokens for trying the API on one machine: made by `arhivar token`, taken by a `serve` that only this machine reaches.

They are JSON Web Tokens (RFC 7519) signed with an Ed25519 key (RFC 8037) in the archive's folder. Who can read that
file can read the archive's files anyway. In production, or where an identity provider is named, there are none.
"""

import secrets
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from arhivar.audit.keys import load_key, new_key, write_key
from arhivar.auditing import actor
from arhivar.settings import Settings
from schemas.errors import AuditError, AuditKeyMissing, IssuerKeyUnusable, LocalIssuerRefused
from schemas.roles import Role

if TYPE_CHECKING:  # signing is a part of a library that few commands need
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOCAL_ISSUER = "urn:arhivar:local"
LOCAL_KEY_ID = "local"
ALGORITHM = "EdDSA"
MOST_MINUTES = 24 * 60


def issuer_key(settings: Settings) -> "Ed25519PrivateKey":
    """The key that signs local tokens; made where there is none. Raises IssuerKeyUnusable."""
    file = _key_file(settings)
    try:
        try:
            return load_key(file).private
        except AuditKeyMissing:
            return _make(file)
    except AuditError as error:
        detail = error.fields.get("detail") or f"mode {stat.S_IMODE(file.stat().st_mode):04o}"
        raise IssuerKeyUnusable(file=str(file), detail=str(detail)) from error
    except OSError as error:
        raise IssuerKeyUnusable(file=str(file), detail=error.strerror or "") from error


def _make(file: Path) -> "Ed25519PrivateKey":
    with suppress(FileExistsError):  # another command was first
        write_key(file, new_key())
    return load_key(file).private


def _key_file(settings: Settings) -> Path:
    return settings.home / "keys" / "issuer.pem"


def require_local_issuer(settings: Settings) -> None:
    """Raises LocalIssuerRefused in production, and where an identity provider is named."""
    if settings.profile == "production":
        raise LocalIssuerRefused(problem_ro="profilul este `production`", problem_en="the profile is `production`")
    if settings.oidc_issuer is not None:
        raise LocalIssuerRefused(
            problem_ro=f"utilizatorii sunt ai furnizorului {settings.oidc_issuer}",
            problem_en=f"users are those of {settings.oidc_issuer}",
        )


def issue_token(settings: Settings, role: Role, minutes: int, scopes: tuple[str, ...] = ()) -> str:
    """A token of this role for whoever runs the command, for so many minutes, 1 to `MOST_MINUTES`.

    Raises LocalIssuerRefused, IssuerKeyUnusable, and ValueError for other minutes.
    """
    import jwt

    require_local_issuer(settings)
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError(f"minutes {minutes} are not 1 to {MOST_MINUTES}")
    now = datetime.now(UTC)
    claims = {
        "iss": LOCAL_ISSUER,
        "aud": settings.oidc_audience,
        "sub": actor(settings),
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(minutes=minutes),
        "jti": secrets.token_hex(16),
        "roles": [role.value],
        "scope": " ".join(scopes),
    }
    return jwt.encode(claims, issuer_key(settings), algorithm=ALGORITHM, headers={"kid": LOCAL_KEY_ID})
