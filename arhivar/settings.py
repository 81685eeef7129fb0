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

from pydantic import Field, ValidationError

from schemas.base import Record
from schemas.crash_points import VARIABLE as CRASH_AT
from schemas.crash_points import check_crash_point
from schemas.drop import LanguageCode
from schemas.errors import InvalidSetting, UnknownSetting

PREFIX = "ARHIVAR_"
FILE_NAME = "arhivar.toml"
CHECKOUT = Path(__file__).resolve().parent.parent

TEST_VARIABLES = frozenset(
    {"ARHIVAR_TEST_SCANS", "ARHIVAR_TEST_XSD", "ARHIVAR_SOAK_ROUNDS", "ARHIVAR_SOAK_SEED", CRASH_AT}
)
"""For tests and benchmarks alone (docs/testing.md); not settings."""

SERVICE_VARIABLES = frozenset(
    {"ARHIVAR_TEST_SERVICES", "ARHIVAR_SERVICES_HOME", "ARHIVAR_SERVICES_CACHE"}
    | {f"ARHIVAR_{server}_PORT" for server in ("POSTGRESQL", "MINIO", "ELASTICSEARCH", "REDIS", "AIRFLOW")}
)
"""For the servers that `make services-up` starts; not settings."""

_MIB = 1024 * 1024


class Settings(Record):
    """Every setting with its default and what it means."""

    home: Path = Field(
        default_factory=lambda: Path.home() / "arhivar",
        description="Folder of the archive: catalogue, store, index and work area. Only from the environment.",
    )
    inbox: Path | None = Field(
        default=None, description="Hot folder that `ingest` and `status` use when none is named."
    )
    language: Literal["auto", "ro", "en"] = Field(
        default="auto", description="Language of messages; `auto` follows the locale."
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
    access_dpi: int = Field(
        default=200, ge=72, le=600, description="Resolution of colour and grey pages in the access PDF."
    )
    access_quality: int = Field(
        default=50, ge=10, le=95, description="JPEG quality of colour and grey pages in the access PDF."
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
    replica: Path | None = Field(
        default=None,
        description="Folder of the second store, on another disk: `replicate` fills it, `verify --repair` reads it.",
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


SETTING_NAMES: tuple[str, ...] = tuple(Settings.model_fields)


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
            name=name, source=sources.get(name, "?"), value=first["input"], expected=first["msg"]
        ) from error
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, value in variables.items():
        if not variable.startswith(PREFIX) or variable in TEST_VARIABLES | SERVICE_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        _require_known(name, variable, "environment", spell=lambda known: PREFIX + known.upper())
        found[name] = [part.strip() for part in value.split(",")] if name == "languages" else value
    return found


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
    return content


def _require_known(name: str, shown: str, source: str, spell: Callable[[str], str]) -> None:
    if name not in SETTING_NAMES:
        nearest = get_close_matches(name, SETTING_NAMES, n=1, cutoff=0.0)
        raise UnknownSetting(name=shown, source=source, nearest=spell(nearest[0]))
