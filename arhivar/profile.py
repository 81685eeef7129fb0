# SPDX-License-Identifier: EUPL-1.2
"""What `ARHIVAR_PROFILE=production` refuses, and which settings of a back end belong together."""

import ipaddress
import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from schemas.errors import InvalidSetting

if TYPE_CHECKING:
    from arhivar.settings import Settings

_WELL_KNOWN = frozenset(
    {"admin", "arhivar", "change-me", "change_me", "changeme", "changeit", "default", "demo", "elastic", "example"}
    | {"minio", "minioadmin", "parola", "password", "postgres", "root", "secret", "test"}
)
"""Secrets that stand in examples and manuals."""
_LEAST_CHARACTERS = 12
_CHECKED = frozenset({"verify-ca", "verify-full"})
"""PostgreSQL's `sslmode` where the server's certificate is checked: `require` encrypts for whoever answers."""


def check_profile(settings: "Settings") -> None:
    """Raises InvalidSetting for settings that do not belong together, and for what the profile refuses."""
    _require_together(settings)
    if settings.profile == "production":
        _refuse_weak_secrets(settings)
        _refuse_plain_http(settings)
        _refuse_plain_databases(settings)


def is_s3(place: str | None) -> bool:
    """Whether a store's place is a bucket."""
    return place is not None and place.startswith("s3://")


def _require_together(settings: "Settings") -> None:
    if settings.store is not None:
        for name in ("store_endpoint", "store_access_key", "store_secret_key"):
            _require_set(settings, name, "an S3 store needs it")
    if is_s3(settings.replica):
        for what in ("endpoint", "access_key", "secret_key"):
            if getattr(settings, f"store_{what}") is None:
                _require_set(settings, f"replica_{what}", "an S3 replica needs it")
    if settings.catalogue is not None:
        address = settings.catalogue.get_secret_value()
        if not address.startswith("postgresql+psycopg://"):
            _refuse("catalogue", "…", "postgresql+psycopg://user:password@host/name")


def _require_set(settings: "Settings", name: str, why: str) -> None:
    if getattr(settings, name) is None:
        _refuse(name, "", why)


def _refuse_weak_secrets(settings: "Settings") -> None:
    secrets: dict[str, str] = {}
    if settings.store is not None:
        secrets["store_secret_key"] = settings.store_secret_key.get_secret_value() if settings.store_secret_key else ""
    if is_s3(settings.replica) and settings.replica_secret_key is not None:
        secrets["replica_secret_key"] = settings.replica_secret_key.get_secret_value()
    if settings.index is not None:
        secrets["index_api_key"] = settings.index_api_key.get_secret_value() if settings.index_api_key else ""
    if settings.catalogue is not None and not _by_socket(settings.catalogue.get_secret_value()):
        secrets["catalogue"] = unquote(urlsplit(settings.catalogue.get_secret_value()).password or "")
    for name, secret in secrets.items():
        if len(secret) < _LEAST_CHARACTERS or secret.lower() in _WELL_KNOWN:
            _refuse(name, "…", f"a secret of your own, of {_LEAST_CHARACTERS} characters or more (profile production)")


def _by_socket(address: str) -> bool:
    """Whether PostgreSQL is reached through a local socket, where the system says who it is."""
    parts = urlsplit(address)
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "")
    return host == "" or host.startswith("/")


def _refuse_plain_http(settings: "Settings") -> None:
    for name in ("store_endpoint", "replica_endpoint", "index", "oidc_issuer"):
        address = getattr(settings, name)
        if address is not None and address.startswith("http://") and not is_loopback(urlsplit(address).hostname or ""):
            _refuse(name, address, "https:// beyond this machine (profile production)")


def _refuse_plain_databases(settings: "Settings") -> None:
    """A database on another machine is reached by TLS, and proves by its certificate which one it is."""
    for name in ("catalogue", "airflow_database"):
        secret = getattr(settings, name)
        address = "" if secret is None else secret.get_secret_value()
        if not address.startswith("postgresql"):
            continue
        if all(host.startswith("/") or is_loopback(host) for host in _hosts(address)):
            continue
        if not set(parse_qs(urlsplit(address).query).get("sslmode", ["prefer"])) <= _CHECKED:
            _refuse(name, "…", "?sslmode=verify-full&sslrootcert=… beyond this machine (profile production)")


def _hosts(address: str) -> list[str]:
    """Every host that PostgreSQL's library may connect to: there may be several, also in the address's options, and
    where it names none, in the environment (PostgreSQL 16, 34.15) or a file of services.
    """
    parts = urlsplit(address)
    options = parse_qs(parts.query)
    stated = [parts.netloc.rpartition("@")[2], *options.get("host", []), *options.get("hostaddr", [])]
    stated += options.get("service", [])  # whatever that is: not sure to be this machine
    if not any(stated):
        stated = [os.environ[name] for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE") if name in os.environ]
    listed = [one for places in stated for one in places.split(",") if one]
    return [one if one.startswith("/") else urlsplit(f"//{one}").hostname or one for one in listed]


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(name: str, value: str, expected: str) -> None:
    raise InvalidSetting(name=name, source="ARHIVAR_*", value=value, expected=expected)
