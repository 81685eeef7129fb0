# SPDX-License-Identifier: EUPL-1.2
"""What must be seen of the built images: each runs as its service does, and does what it is there for."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.images.confined import Composed, give_to_group
from tools.images.engine import ImagesError
from tools.images.files import ROOT

_BINDER = ROOT / "sample_scans" / "permits-1987"
_JUDGE = """
import sys
from pathlib import Path
from processors.verapdf import VeraPdf

print([verdict.valid for verdict in VeraPdf(Path("/opt/verapdf")).validate([Path(name) for name in sys.argv[1:]])])
"""
_READ_DAGS = """
import sys
from airflow.dag_processing.dagbag import DagBag

bag = DagBag("/opt/arhivar/dags")
print(*sorted(bag.dags))
sys.exit(str(bag.import_errors) if bag.import_errors else 0)
"""
_NO_SECRETS = {"ARHIVAR_PROFILE": "production", "ARHIVAR_ORGANISATION": "Primăria Exemplu"}
Say = Callable[[str], None]


def prove_pipeline(composed: Composed, inbox: Path, say: Say) -> None:
    """The command line, Airflow, Tesseract and veraPDF, in containers of the services that run them.

    Raises ImagesError at the first thing that is not as it should be.
    """
    see(say, "arhivar", composed.run("arhivar", ["--version"]), r"\d+\.\d+")
    see(say, "airflow", composed.run("triggerer", ["airflow", "version"]), re.escape(_locked("apache-airflow")))
    languages = re.findall(r"tesseract-ocr-(\w+)", (ROOT / "deploy/pipeline/Containerfile").read_text("utf-8"))
    said = composed.run("triggerer", ["tesseract", "--list-langs"])
    see(say, "tesseract", " ".join(said.splitlines()[1:]), *(rf"\b{language}\b" for language in languages))
    who = composed.run("triggerer", ["sh", "-c", "id -u; touch /opt/arhivar/x 2>&1 || :"])
    see(say, "user", who, "10001", "Read-only")
    absent = "for name in pytest mypy ruff; do ! command -v $name || exit 3; done; echo none"
    see(say, "tools of tests", composed.run("triggerer", ["sh", "-c", absent]), "none")
    see(say, "DAGs", _dags(composed), *(rf"\b{file.stem}\b" for file in (ROOT / "dags").glob("[a-z]*.py")))
    _take_a_binder(composed, inbox, say)


def _dags(composed: Composed) -> str:
    sqlite = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////var/lib/airflow/check.db"}
    migrate = "airflow db migrate >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }"
    return composed.run(
        "dag-processor", ["sh", "-c", f'{migrate}; python -P -c "$0"', _READ_DAGS], environment=sqlite
    ).splitlines()[-1]


def _take_a_binder(composed: Composed, inbox: Path, say: Say) -> None:
    """The embedded default from a scanner's folder to a search that finds it, confined as the command line is."""
    place = {"ARHIVAR_HOME": "/var/lib/arhivar", "ARHIVAR_INBOX": "/srv/inbox", "ARHIVAR_QUIET_SECONDS": "1"}
    environment = {**_NO_SECRETS, **place, "ARHIVAR_CONTACT": "mailto:arhiva@example.ro"}

    def arhivar(*words: str) -> str:
        return composed.run("arhivar", words, environment=environment)

    shutil.copytree(_BINDER, inbox / _BINDER.name)
    give_to_group(inbox)
    unit = json.loads((_BINDER / "unit.json").read_text("utf-8"))["reference_code"]
    arhivar("init")
    arhivar("ingest", "/srv/inbox")
    see(say, "ingest", arhivar("status", unit, "--json"), "reconciled")
    left = [path.name for path in inbox.iterdir() if not path.name.startswith(".")]
    see(say, "inbox", str(left), re.escape("[]"))
    see(say, "search", arhivar("search", "autorizatie constructie marasesti"), re.escape(unit))
    shown = json.loads(arhivar("show", unit, "--json"))
    pdf = next(place for path, place in shown["files"].items() if path.startswith("access/"))
    judged = composed.run("triggerer", ["python", "-P", "-c", _JUDGE, pdf, "/opt/arhivar/LICENSE"], environment={})
    see(say, "veraPDF", f"access PDF and a text file: {judged.strip()}", re.escape("[True, False]"))
    see(say, "verify", arhivar("verify"), r"\w")


def prove_minio(composed: Composed, version: str, say: Say) -> None:
    """MinIO with the certificates that the deployment makes, until its own health check passes. Raises ImagesError."""
    said = composed.run("certificates", [])
    see(say, "certificates", said.replace("\n", " "), "new authority", "new for minio")
    see(say, "certificates, once more", composed.run("certificates", []) or "nothing new", "^nothing new$")
    see(say, "minio", composed.run("minio", ["--version"]).splitlines()[0], "minio version")
    with composed.started("minio") as name:
        built = composed.engine.call("exec", name, "grep", "-aoFm1", version, "/usr/local/bin/minio")
        see(say, "source", built, re.escape(version))
        see(say, "health, by the compose file's check", "passed", "passed")
        inside = "id -u; touch /usr/local/x 2>&1 || :; touch /data/x && rm /data/x && echo writes"
        see(say, "user", composed.engine.call("exec", name, "sh", "-c", inside), "10002", "Read-only", "writes")


def _locked(package: str) -> str:
    lock = (ROOT / "requirements-airflow.txt").read_text("utf-8")
    found = re.search(rf"^{package}==(\S+)", lock, re.MULTILINE)
    if found is None:
        raise ImagesError(f"requirements-airflow.txt has no {package}")
    return found[1]


def see(say: Say, what: str, said: str, *expected: str) -> None:
    """Say what was seen. Raises ImagesError where one of the expected patterns is not in it."""
    missing = [pattern for pattern in expected if not re.search(pattern, said)]
    if missing:
        raise ImagesError(f"{what}: {missing[0]} is not in what was said: {said.strip()[-1500:]}")
    say(f"{what}: {' '.join(said.split())[:160]}")


def variables(folders: Mapping[str, Path]) -> dict[str, str]:
    """What a person fills in of .env, for the checks."""
    filled = {"ARHIVAR_ORGANISATION": "Primăria Exemplu", "ARHIVAR_CONTACT": "mailto:arhiva@example.ro"}
    return filled | {name: str(folder) for name, folder in folders.items()}
