# SPDX-License-Identifier: EUPL-1.2
"""Keycloak 26, an OpenID Connect provider, out of its Maven artifact, with the realm that the deployment starts from.

Its database is in memory: each start begins with the realm's file alone, and with new keys.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tools.services.server import Command, Place, ServiceError, need_program

VERSION = "26.7.3"
REALM = Path(__file__).resolve().parents[2] / "deploy" / "keycloak" / "arhivar-realm.json"
_ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
_SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
_ADMINISTRATOR = "keycloak-admin"
_BUILT_FOR = ("--db=dev-mem", "--cache=local")
"""What it is put together for when it is installed: done once, it starts in half the time."""
_JAVA = {"JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx320m", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}
_KEPT = ("lib", "providers", "themes")
"""Parts of the distribution that servers share; they write beside the others."""


class Keycloak:
    """A provider on loopback, by plain HTTP, with the realm `arhivar` and no users in it."""

    name = "keycloak"
    port = 18180
    start_seconds = 240

    def install(self, cache: Path) -> None:
        if _home(cache).is_dir():
            return
        need_program("java", "install a JRE of 17 or newer (Debian: apt-get install default-jre-headless)")
        mvn = need_program("mvn", "install Maven (Debian: apt-get install maven)")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            words = [f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}"]
            words.append(f"-Dmaven.repo.local={folder}/repository")  # the archive is not kept twice
            copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
            _run([mvn, "--batch-mode", "--quiet", copy, *words], folder, f"{_ARTIFACT} cannot be fetched")
            found = list(Path(folder).glob("*.zip"))
            if len(found) != 1:
                raise ServiceError(f"{_ARTIFACT} was not fetched")
            with found[0].open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != _SHA256:
                    raise ServiceError(f"{_ARTIFACT} is not the artifact that was pinned")
            shutil.unpack_archive(found[0], folder)
            unpacked = Path(folder, f"keycloak-{VERSION}")
            (unpacked / "bin" / "kc.sh").chmod(0o755)
            _run([str(unpacked / "bin" / "kc.sh"), "build", *_BUILT_FOR], folder, "Keycloak cannot be put together")
            unpacked.rename(_home(cache))

    def prepare(self, place: Place) -> None:
        shutil.rmtree(place.home / "server", ignore_errors=True)
        server = place.home / "server"
        shutil.copytree(_home(place.cache) / "bin", server / "bin")
        shutil.copytree(_home(place.cache) / "conf", server / "conf")
        for name in _KEPT:
            (server / name).symlink_to(_home(place.cache) / name)
        (server / "data" / "import").mkdir(parents=True)
        shutil.copyfile(REALM, server / "data" / "import" / REALM.name)

    def command(self, place: Place) -> Command:
        listen = ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={place.port}"]
        words = ["start", "--optimized", "--import-realm", f"--hostname={_address(place)}", *listen]
        names = {"KC_BOOTSTRAP_ADMIN_USERNAME": _ADMINISTRATOR, "KC_BOOTSTRAP_ADMIN_PASSWORD": place.secret}
        return Command([str(place.home / "server" / "bin" / "kc.sh"), *words], {**_JAVA, **names})

    def answers(self, place: Place) -> bool:
        try:
            with urllib.request.urlopen(_issuer(place) + "/.well-known/openid-configuration", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def complete(self, place: Place) -> Mapping[str, str]:
        return {
            "address": _address(place),
            "issuer": _issuer(place),
            "administrator": _ADMINISTRATOR,
            "password": place.secret,
        }


def _run(argv: list[str], folder: str, problem: str) -> None:
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "LANG": "C.UTF-8"}
    )
    if done.returncode != 0:
        raise ServiceError(f"{problem}: {(done.stdout + done.stderr)[-1000:]}")


def _home(cache: Path) -> Path:
    return cache / f"keycloak-{VERSION}"


def _address(place: Place) -> str:
    return f"http://127.0.0.1:{place.port}"


def _issuer(place: Place) -> str:
    return f"{_address(place)}/realms/{REALM.stem.removesuffix('-realm')}"
