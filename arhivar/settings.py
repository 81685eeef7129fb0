# SPDX-License-Identifier: EUPL-1.2
"""The one table of settings.

A setting comes from the environment (``ARHIVAR_`` and its name in capitals), else from ``arhivar.toml`` in the
archive's folder, else from its default here. A name that is not in the table is an error that says the nearest known
one: a mistyped setting must not be silently ignored.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError

from arhivar.profile import check_profile
from schemas.base import Record
from schemas.crash_points import VARIABLE as CRASH_AT
from schemas.crash_points import check_crash_point
from schemas.drop import LanguageCode
from schemas.drop import Name as SeriesName
from schemas.errors import InvalidSetting, UnknownSetting
from schemas.reading import Fidelity, ReadingLevel

PREFIX = "ARHIVAR_"
FILE_NAME = "arhivar.toml"
CHECKOUT = Path(__file__).resolve().parent.parent

TEST_VARIABLES = frozenset(
    {
        "ARHIVAR_TEST_SCANS",
        "ARHIVAR_TEST_XSD",
        "ARHIVAR_BENCH_SCANS",
        "ARHIVAR_SOAK_ROUNDS",
        "ARHIVAR_SOAK_SEED",
        CRASH_AT,
    }
)
"""For tests and benchmarks alone (docs/testing.md); not settings."""

SERVICE_VARIABLES = frozenset(
    {"ARHIVAR_TEST_SERVICES", "ARHIVAR_SERVICES_HOME", "ARHIVAR_SERVICES_CACHE", "ARHIVAR_ELASTICSEARCH_HEAP"}
    | {f"ARHIVAR_{server}_PORT" for server in ("POSTGRESQL", "MINIO", "ELASTICSEARCH", "REDIS", "KEYCLOAK")}
    | {f"ARHIVAR_AIRFLOW{part}_PORT" for part in ("", "_CELERY", "_INTAKE", "_WORKER_1", "_WORKER_2")}
)
"""For the servers that `make services-up` starts; not settings."""

FILE_SUFFIX = "_FILE"
"""``ARHIVAR_<NAME>_FILE`` names a file that holds a secret setting, as container platforms hand secrets out."""

_MIB = 1024 * 1024


S3_URL = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
ENDPOINT = r"^https?://[^/@\s]+/?$"
"""A server's address without a path, and without a password, which would be shown in messages."""


Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Of public keys alone (RFC 7518, 3.1; RFC 8037): whoever can check a token must not be able to make one."""


class Settings(Record):
    """Every setting with its default and what it means."""

    home: Path = Field(
        default_factory=lambda: Path.home() / "arhivar",
        description="Folder of the archive: catalogue, store, index and work area. Only from the environment.",
    )
    profile: Literal["demo", "production"] = Field(
        default="demo",
        description="`production` refuses secrets that are empty or well known, and what is not encrypted beyond this "
        "machine.",
    )
    store: str | None = Field(
        default=None,
        pattern=S3_URL,
        description="Where packages are kept: `s3://bucket`; `store` in the archive's folder when unset.",
    )
    store_endpoint: str | None = Field(
        default=None, pattern=ENDPOINT, description="Server of an S3 store, as `https://host:9000`."
    )
    store_region: str = Field(default="us-east-1", min_length=1, description="Region of an S3 store.")
    store_access_key: str | None = Field(default=None, description="Access key (name of the account) of an S3 store.")
    store_secret_key: SecretStr | None = Field(default=None, description="Secret key of an S3 store.")
    store_ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) by which an S3 store's is checked; the usual ones when unset."
    )
    store_style: Literal["path", "virtual"] = Field(
        default="path", description="How the bucket is named: `https://host/bucket` or `https://bucket.host`."
    )
    store_lock_days: int = Field(
        default=3650, ge=1, description="What is deposited in an S3 store is locked for so many days (governance mode)."
    )
    catalogue: SecretStr | None = Field(
        default=None,
        description="Database of the catalogue: `postgresql+psycopg://user:password@host/name`; an SQLite file in the "
        "archive's folder when unset.",
    )
    catalogue_connections: int = Field(
        default=5, ge=1, le=100, description="Connections to PostgreSQL that one process keeps at most."
    )
    index: str | None = Field(
        default=None,
        pattern=ENDPOINT,
        description="Search cluster (Elasticsearch), as `https://host:9200`; `index` in the archive's folder when "
        "unset.",
    )
    index_api_key: SecretStr | None = Field(default=None, description="API key of the search cluster.")
    index_ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) by which the cluster's is checked; the usual ones when unset.",
    )
    index_prefix: str = Field(
        default="arhivar",
        pattern=r"^[a-z][a-z0-9-]*$",
        description="What the names of the archive's indices on the search cluster begin with.",
    )
    inbox: Path | None = Field(
        default=None, description="Hot folder that `ingest` and `status` use when none is named."
    )
    language: Literal["auto", "ro", "en"] = Field(
        default="auto", description="Language of messages; `auto` follows the locale."
    )
    log_format: Literal["json", "text"] = Field(
        default="json",
        description="Lines of the log: a JSON object each, or `key=value`; Airflow's tasks follow Airflow.",
    )
    poll_seconds: float = Field(
        default=10, ge=0.1, le=3600, description="`watch` looks at the inbox every so many seconds, or sooner."
    )
    quiet_seconds: float = Field(
        default=60,
        ge=0,
        description="A drop without `_READY` counts as complete after this many seconds without change.",
    )
    languages: tuple[LanguageCode, ...] = Field(
        default=("ron",),
        min_length=1,
        description="Languages of a unit whose description names none, as Tesseract names them.",
    )
    ocr_engine: Literal["tesserocr", "pytesseract"] = Field(
        default="tesserocr", description="Tesseract in the process, or through its command line."
    )
    reading_level: ReadingLevel = Field(
        default=ReadingLevel.STANDARD,
        description="A second reader works on no page (`fast`), where the first cannot be trusted (`standard`), or on "
        "every page (`careful`).",
    )
    careful_series: tuple[SeriesName, ...] | None = Field(
        default=None,
        description="Series (as units' descriptions name them, or the beginning of reference codes) that are read at "
        "`careful` whatever `reading_level` says.",
    )
    fast_series: tuple[SeriesName, ...] | None = Field(
        default=None,
        description="The same for `fast`. Where both lists name a unit, the longer name counts.",
    )
    composer: Literal["arhivar", "ocrmypdf"] = Field(
        default="arhivar",
        description="Who prepares, reads and writes access PDFs; OCRmyPDF must be installed in the same Python.",
    )
    tessdata: Path | None = Field(default=None, description="Folder of Tesseract's models; found by itself when unset.")
    workers: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        le=256,
        description="Processes that read pages; as many as the processors when unset.",
    )
    max_page_pixels: int = Field(default=300_000_000, ge=1, description="Largest page, in pixels.")
    max_file_bytes: int = Field(default=2048 * _MIB, ge=1, description="Largest file of a drop, in bytes.")
    worker_memory_bytes: int = Field(
        default=3072 * _MIB, ge=512 * _MIB, description="Memory that one reading process may allocate, in bytes."
    )
    page_seconds: int = Field(default=300, ge=1, description="Time that one page may take, in seconds.")
    access_fidelity: Fidelity = Field(
        default=Fidelity.ACCESS,
        description="Colour and grey pages in the access PDF: `access`, ink over a coarse picture of the paper, where "
        "that is smaller; `high`, one picture.",
    )
    high_fidelity_series: tuple[SeriesName, ...] | None = Field(
        default=None,
        description="Series (as units' descriptions name them, or the beginning of reference codes) whose access PDFs "
        "are `high` whatever `access_fidelity` says.",
    )
    access_dpi: int = Field(
        default=200, ge=72, le=600, description="Resolution of colour and grey pages that are one picture."
    )
    access_quality: int = Field(
        default=50, ge=10, le=95, description="JPEG quality of colour and grey pages that are one picture."
    )
    confidence_threshold: float = Field(
        default=70, ge=0, le=100, description="Below this mean confidence a page's text is reported as doubtful."
    )
    verapdf_home: Path = Field(
        default=CHECKOUT / ".tools" / "verapdf", description="Folder of veraPDF's jars, as `make setup` fetches them."
    )
    java: str = Field(default="java", description="The Java (17 or newer) that runs veraPDF.")
    lease_seconds: int = Field(
        default=120, ge=10, description="After this many seconds without a sign of life another process takes over."
    )
    replica: str | None = Field(
        default=None,
        min_length=1,
        description="The second store, a folder on another disk or `s3://bucket`: `replicate` fills it, "
        "`verify --repair` reads it.",
    )
    replica_endpoint: str | None = Field(
        default=None, pattern=ENDPOINT, description="Server of an S3 replica; `store_endpoint` when unset."
    )
    replica_access_key: str | None = Field(
        default=None, description="Access key of an S3 replica; `store_access_key` when unset."
    )
    replica_secret_key: SecretStr | None = Field(
        default=None, description="Secret key of an S3 replica; `store_secret_key` when unset."
    )
    replica_ca_file: Path | None = Field(
        default=None, description="Certificates by which an S3 replica's is checked; `store_ca_file` when unset."
    )
    least_free_bytes: int = Field(
        default=1024 * _MIB,
        ge=0,
        description="Room that each disk of the archive must have for ingest to begin something, in bytes; 0 asks "
        "none.",
    )
    organisation: str = Field(
        default="Arhivar", min_length=1, description="Who keeps the archive: named in packages, versions and bags."
    )
    contact: str = Field(
        default="mailto:arhivar@localhost",
        pattern=r"^(mailto:|https?://)\S+$",
        description="Address of who keeps the archive, as a URI: named in each version of a package.",
    )
    audit_key: Path | None = Field(
        default=None,
        description="File of the audit's signing key; `keys/audit.pem` in the archive's folder when unset.",
    )
    audit_batch_records: int = Field(
        default=1000,
        ge=1,
        description="Audit records are sealed at the end of each command, and when so many wait.",
    )
    audit_actor: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Who the audit says did it; the user and the machine of the command line when unset.",
    )
    target_units: int | None = Field(
        default=None,
        ge=1,
        description="Units to be done in all, for the forecast; those of the inventory when unset, or 5000.",
    )
    deadline: date | None = Field(
        default=None, description="Day by which all units are to be done, as `2027-06-30`; for the forecast."
    )
    fixity_days: int = Field(
        default=90,
        ge=1,
        description="Airflow's daily share of reading again is such that all is read within so many days.",
    )
    mail_server: SecretStr | None = Field(
        default=None,
        description="Mail server for alerts and reports: `smtps://user:password@host:465`, `smtp://host:587` (STARTTLS "
        "where it is offered); no mail when unset.",
    )
    mail_from: str = Field(default="arhivar@localhost", min_length=3, description="Sender of alerts and reports.")
    mail_to: str | None = Field(
        default=None, min_length=3, description="Who gets alerts and reports: addresses, commas between them."
    )
    image_cache_bytes: int = Field(
        default=4096 * _MIB,
        ge=64 * _MIB,
        description="Pictures and excerpts made for readers are kept in the work area up to so many bytes; the least "
        "recently used go first.",
    )
    image_max_pixels: int = Field(
        default=25_000_000,
        ge=10_000,
        le=300_000_000,
        description="Largest picture of a page that is served, in pixels.",
    )
    image_workers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Processes that decode scans for readers, each within `worker_memory_bytes`.",
    )
    serve_host: str = Field(
        default="127.0.0.1", min_length=1, description="Address that `serve` listens on, this machine alone by default."
    )
    serve_port: int = Field(default=8320, ge=0, le=65535, description="Port that `serve` listens on; 0 takes any.")
    serve_behind_tls: bool = Field(
        default=False,
        description="A server that ends TLS stands before `serve`: in production it is needed beyond this machine.",
    )
    serve_proxies: tuple[str, ...] | None = Field(
        default=None,
        description="Addresses or networks of servers before `serve`, whose X-Forwarded-For is believed; none when "
        "unset.",
    )
    serve_origins: tuple[str, ...] | None = Field(
        default=None,
        description="Origins of other sites, as `https://portal.example`, whose pages may call the API (CORS); none "
        "when unset.",
    )
    serve_body_bytes: int = Field(default=65536, ge=1024, description="Largest body of a request to the API, in bytes.")
    serve_client_rate: int = Field(
        default=600, ge=1, description="Requests a minute that one client address may send to the API."
    )
    serve_subject_rate: int = Field(
        default=1200, ge=1, description="Requests a minute that one signed-in subject may send, from wherever."
    )
    serve_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Signs cursors: several servers behind one address need the same. A new one at each start when "
        "unset.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[^@\s]+$",
        description="OpenID Connect provider whose tokens the API takes, exactly as its tokens name it; `arhivar "
        "token` when unset.",
    )
    oidc_audience: str = Field(
        default="arhivar", min_length=1, description="Audience that tokens must name for the API to take them."
    )
    oidc_algorithms: tuple[Algorithm, ...] = Field(
        default=("RS256", "PS256", "ES256", "EdDSA"),
        min_length=1,
        description="Signature algorithms that the API takes in tokens.",
    )
    oidc_roles_claim: str = Field(
        default="realm_access.roles",
        pattern=r"^[^.\s]+(\.[^.\s]+)*$",
        description="Where a token has its roles, as a path of names with points between them.",
    )
    oidc_ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) by which the provider's is checked; the usual ones when unset."
    )
    airflow_database: SecretStr | None = Field(
        default=None,
        description="Airflow's metadata database, for `housekeeping` to remove runs older than 90 days; they stay when "
        "unset.",
    )


SETTING_NAMES: tuple[str, ...] = tuple(Settings.model_fields)

SECRETS = frozenset(
    {"store_secret_key", "catalogue", "index_api_key", "replica_secret_key", "mail_server", "airflow_database"}
    | {"serve_secret"}
)
"""Settings that are never shown, and never in `arhivar.toml`, which goes into backups."""


_LISTS = frozenset(
    {"languages", "high_fidelity_series", "careful_series", "fast_series"}
    | {"serve_proxies", "serve_origins", "oidc_algorithms"}
)
"""Settings of several values, with commas between them in the environment."""


def load_settings(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
    """Put the settings together.

    `home` (from the command line) goes before the environment. Raises UnknownSetting and InvalidSetting.
    """
    variables = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if CRASH_AT in variables:
        check_crash_point(variables[CRASH_AT])
    from_environment = _from_environment(variables)
    if home is not None:
        from_environment["home"] = str(home)
    where = Path(
        str(from_environment.get("home", Settings.model_fields["home"].get_default(call_default_factory=True)))
    )
    file = where.expanduser() / FILE_NAME
    for source, found in ((str(file), _from_file(file)), ("ARHIVAR_*", from_environment)):
        for name, value in found.items():
            values[name] = value
            sources[name] = source
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise InvalidSetting(
            name=name,
            source=sources.get(name, "?"),
            value="…" if name in SECRETS else first["input"],
            expected=first["msg"],
        ) from (None if name in SECRETS else error)
    settings = settings.model_copy(update={"home": settings.home.expanduser().resolve()})
    check_profile(settings)
    _check_series(settings)
    return settings


def _check_series(settings: Settings) -> None:
    """Raises InvalidSetting for a series that is to be read at two levels."""
    for name in set(settings.careful_series or ()) & set(settings.fast_series or ()):
        raise InvalidSetting(
            name="fast_series", source="ARHIVAR_*", value=name, expected="`careful_series` names it too"
        )


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, value in variables.items():
        if not variable.startswith(PREFIX) or variable in TEST_VARIABLES | SERVICE_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if variable.endswith(FILE_SUFFIX) and name.removesuffix(FILE_SUFFIX.lower()) in SECRETS:
            name = name.removesuffix(FILE_SUFFIX.lower())
            if PREFIX + name.upper() in variables:
                raise InvalidSetting(
                    name=name, source="ARHIVAR_*", value="…", expected=f"either {PREFIX}{name.upper()} or {variable}"
                )
            found[name] = _secret_in(Path(value), variable)
            continue
        _require_known(name, variable, "environment", spell=lambda known: PREFIX + known.upper())
        found[name] = [part.strip() for part in value.split(",")] if name in _LISTS else value
    return found


def _secret_in(file: Path, variable: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        expected = f"a file that holds the secret ({detail})"
        raise InvalidSetting(name=variable, source="ARHIVAR_*", value=str(file), expected=expected) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidSetting(name=FILE_NAME, source=str(file), value="…", expected=str(error)) from error
    for name in content:
        _require_known(name, name, str(file), spell=lambda known: known)
    if "home" in content:
        raise InvalidSetting(
            name="home", source=str(file), value=content["home"], expected="set it as ARHIVAR_HOME, not in the file"
        )
    for name in SECRETS & content.keys():
        variable = f"{PREFIX}{name.upper()}"
        raise InvalidSetting(
            name=name,
            source=str(file),
            value="…",
            expected=f"set it as {variable} or {variable}{FILE_SUFFIX}: this file goes into backups",
        )
    return content


def _require_known(name: str, shown: str, source: str, spell: Callable[[str], str]) -> None:
    if name not in SETTING_NAMES:
        nearest = get_close_matches(name, SETTING_NAMES, n=1, cutoff=0.0)
        raise UnknownSetting(name=shown, source=source, nearest=spell(nearest[0]))
