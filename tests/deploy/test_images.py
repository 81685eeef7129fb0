# SPDX-License-Identifier: EUPL-1.2
"""The images are built from pinned bases, by the steps that set-up and tests take too."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.composed import ROOT, containerfile
from tests.test_house import ROOMS
from tools.services import minio

PIPELINE = "deploy/pipeline/Containerfile"
API = "deploy/api/Containerfile"
MINIO = "deploy/minio/Containerfile"
FILES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "deploy").glob("*/Containerfile"))]
INSTRUCTIONS = {"FROM", "ARG", "ENV", "RUN", "COPY", "WORKDIR", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}


def packages(path: str) -> list[set[str]]:
    """What each `apt-get install` of a Containerfile names."""
    runs = [rest for instruction, rest in containerfile(path) if instruction == "RUN"]
    found = [re.search(r"apt-get install ([^&]+)", rest) for rest in runs]
    return [{word for word in match[1].split() if not word.startswith("-")} for match in found if match]


def test_there_are_the_three_images() -> None:
    assert FILES == [API, MINIO, PIPELINE]


@pytest.mark.parametrize("path", FILES)
def test_a_containerfile_starts_from_pinned_bases_and_does_not_run_as_root(path: str) -> None:
    steps = containerfile(path)
    assert {instruction for instruction, _ in steps} <= INSTRUCTIONS
    bases = [rest.split()[0] for instruction, rest in steps if instruction == "FROM"]
    assert len(bases) > 1
    assert [base for base in bases if not re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-(slim|bookworm)", base)] == []
    users = [rest for instruction, rest in steps if instruction == "USER"]
    assert len(users) == 1
    assert re.fullmatch(r"1000[12]:1000[12]", users[0])


@pytest.mark.parametrize("path", FILES)
def test_what_a_containerfile_copies_is_there_and_let_in(path: str) -> None:
    context = ROOT if path in {API, PIPELINE} else (ROOT / path).parent
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    for instruction, rest in containerfile(path):
        if instruction == "COPY" and not rest.startswith("--from="):
            for source in rest.split()[:-1]:
                assert (context / source).exists(), source
                assert source == "." or source.split("/")[0] in let_in, source
    assert "*" in ignore
    there = {room for room in ROOMS if (ROOT / room).is_dir()}
    assert there <= let_in
    assert [entry for entry in let_in if not (ROOT / entry).exists()] == []


def test_the_pipeline_image_has_the_system_packages_that_set_up_asks_for() -> None:
    setup = (ROOT / "tools" / "setup.sh").read_text("utf-8")
    languages = re.search(r'^readonly LANGUAGES="([^"]+)"', setup, re.MULTILINE)
    wanted = re.search(r'local wanted="([^"$]+)\$FONTS', setup)
    assert languages is not None
    assert wanted is not None
    expected = {*wanted[1].split(), *(f"tesseract-ocr-{language}" for language in languages[1].split())}
    expected |= {"default-jre-headless", "openssl", "python3.11"}  # set-up takes the system's own, where it is there
    assert packages(PIPELINE)[-1] == expected


def test_the_api_s_image_has_neither_java_nor_tesseract() -> None:
    assert packages(API)[-1] == {"ca-certificates", "poppler-utils", "python3.11"}


@pytest.mark.parametrize(("path", "lock"), [(PIPELINE, "airflow"), (API, "api")])
def test_an_image_installs_python_packages_as_set_up_does(path: str, lock: str) -> None:
    text = re.sub(r"\\\n\s*", "", (ROOT / "tools" / "setup.sh").read_text("utf-8"))
    runs = [rest for instruction, rest in containerfile(path) if instruction == "RUN"]
    pip = next(run for run in runs if "-m pip install" in run)
    uv = next(run for run in runs if "pip sync" in run)
    ours = re.search(r"-m pip install (.*?-r requirements-setup\.txt)", text)
    assert ours is not None
    assert set(ours[1].split()) <= set(pip.split())
    constraints = "--build-constraints requirements-setup.txt"
    for word in ("--system-certs", "--require-hashes", constraints, "--no-python-downloads"):
        assert word in text
        assert word in uv
    assert uv.endswith(f" requirements-{lock}.txt")


def test_minio_is_built_as_for_the_tests() -> None:
    steps = dict(containerfile(MINIO))
    assert steps["ARG"] == f"MINIO_VERSION={minio.VERSION}"
    text = (ROOT / MINIO).read_text("utf-8")
    go = re.search(r"^FROM golang:(\d+)\.(\d+)\.\d+-bookworm", text, re.MULTILINE)
    assert go is not None
    assert (int(go[1]), int(go[2])) >= minio._GO
    source = (ROOT / "tools" / "services" / "minio.py").read_text("utf-8")
    for words in ('"install", "-trimpath"', 'f"github.com/minio/minio@{VERSION}"'):
        assert words in source
    assert "RUN go install -trimpath github.com/minio/minio@${MINIO_VERSION}\n" in text


def test_compose_names_minio_by_the_day_of_its_source() -> None:
    day = minio.VERSION.split("-")[1][:8]
    assert f"localhost/arhivar-minio:{day}\n" in (ROOT / "docker-compose.yml").read_text("utf-8")


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_every_script_parses_and_stops_at_the_first_failure(script: Path) -> None:
    shell, *_ = script.read_text("utf-8").splitlines()
    assert shell == "#!/bin/sh"
    assert "\nset -eu\n" in script.read_text("utf-8")
    assert script.stat().st_mode & 0o111
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_worker_without_the_queue_s_executor_does_not_wait_for_ever() -> None:
    script = ROOT / "deploy" / "pipeline" / "entrypoint.sh"
    refused = subprocess.run(
        [script, "airflow", "celery", "worker"],
        env={"PATH": "/usr/bin:/bin", "AIRFLOW__CORE__EXECUTOR": "LocalExecutor"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "AIRFLOW_EXECUTOR=CeleryExecutor" in refused.stderr
    passed = subprocess.run([script, "echo", "so"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    assert passed.stdout == b"so\n"
