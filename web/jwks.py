# SPDX-License-Identifier: EUPL-1.2
"""The public keys of an OpenID Connect provider: found by its discovery document, kept for a while, asked for again.

OpenID Connect Discovery 1.0, section 4; JSON Web Key, RFC 7517. A key that is new since the last look (rotation) is
looked for at once, but not more often than every `AGAIN_SECONDS`: whoever sends tokens with invented key ids does not
make this server hammer the provider.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
import urllib3

from arhivar.log import Logger
from arhivar.profile import is_loopback
from schemas.errors import IdentityUnavailable

KEEP_SECONDS = 600.0
"""Keys are asked for again after this long: one that the provider took back is then no longer taken."""
AGAIN_SECONDS = 30.0
"""Not more often than this, whatever is asked."""
_MOST_BYTES = 256 * 1024
_MOST_KEYS = 64
_TIMEOUT = urllib3.Timeout(connect=5.0, read=5.0, total=8.0)

_log = Logger(__name__)


class KeySet(Protocol):
    """The keys by which an issuer's tokens are checked."""

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """The key of that id; None for one that the issuer does not have. Raises IdentityUnavailable."""
        ...


class ProviderKeys:
    """`KeySet` of a provider. Safe among threads; one of them asks the provider, and only those that need it wait."""

    def __init__(self, issuer: str, ca_file: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._http = urllib3.PoolManager(
            num_pools=2,
            timeout=_TIMEOUT,
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=None if ca_file is None else str(ca_file),
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """See `KeySet.find`. Keys that were fetched stay good for `KEEP_SECONDS` where the provider is away."""
        found = self._keys.get(key_id)
        if found is not None and self._is_fresh():
            return found
        with self._lock:
            if key_id not in self._keys or not self._is_fresh():
                self._refresh()
            if not self._is_fresh():
                raise IdentityUnavailable(issuer=self._issuer, detail="its keys cannot be read")
            return self._keys.get(key_id)

    def _is_fresh(self) -> bool:
        return self._fetched is not None and self._clock() - self._fetched < KEEP_SECONDS

    def _refresh(self) -> None:
        now = self._clock()
        if self._tried is not None and now - self._tried < AGAIN_SECONDS:
            return
        self._tried = now
        try:
            keys = self._fetch()
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            _log.warning("keys of the identity provider not read", issuer=self._issuer, error=type(error).__name__)
            return
        self._keys, self._fetched = keys, now

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        document = self._json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if document["issuer"] != self._issuer:
            raise ValueError("the discovery document is of another issuer")
        found: dict[str, jwt.PyJWK] = {}
        for key in self._json(str(document["jwks_uri"]))["keys"][:_MOST_KEYS]:
            if not isinstance(key, dict) or key.get("use", "sig") != "sig" or not isinstance(key.get("kid"), str):
                continue
            try:
                found[key["kid"]] = jwt.PyJWK.from_dict(key)
            except jwt.PyJWTError:  # of a kind that we do not know, among others that we do
                continue
        return found

    def _json(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or is_loopback(parts.hostname or "")
        if not safe and parts[:2] != urlsplit(self._issuer)[:2]:
            raise ValueError("keys do not come over plain HTTP from elsewhere")
        answer = self._http.request("GET", url, preload_content=False, redirect=False)
        try:
            data = answer.read(_MOST_BYTES + 1, decode_content=True)
        finally:
            answer.close()
        if answer.status != 200 or len(data) > _MOST_BYTES:
            raise ValueError(f"status {answer.status}, {len(data)} bytes")
        document = json.loads(data)
        if not isinstance(document, dict):
            raise TypeError("not an object")
        return document


class OneKey:
    """`KeySet` of an issuer that has one key."""

    def __init__(self, key: jwt.PyJWK) -> None:
        self._key = key

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """See `KeySet.find`."""
        return self._key if key_id == self._key.key_id else None
