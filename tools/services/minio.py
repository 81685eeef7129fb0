# SPDX-License-Identifier: EUPL-1.2
"""MinIO, built from source: its community edition is published as a Go module only."""

import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tools.services.server import Command, Place, ServiceError, need_program

VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
_ACCESS_KEY = "arhivar-test"
_GO = (1, 24)


class Minio:
    """S3 on one drive, with versioning and object lock."""

    name = "minio"
    port = 19000
    start_seconds = 60

    def install(self, cache: Path) -> None:
        if _program(cache).exists():
            return
        go = need_program("go", "install Go 1.24 or newer, https://go.dev/dl")
        said = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
        version = re.search(r"go(\d+)\.(\d+)", said)
        if version is None or (int(version[1]), int(version[2])) < _GO:
            raise ServiceError(f"Go {_GO[0]}.{_GO[1]} or newer is needed to build MinIO; found: {said.strip()}")
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            built = subprocess.run(
                [go, "install", "-trimpath", f"github.com/minio/minio@{VERSION}"],
                env={**os.environ, "GOBIN": folder},
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
            if built.returncode != 0:
                raise ServiceError(f"MinIO cannot be built: {built.stderr[-1000:]}")
            Path(folder, "minio").chmod(0o755)
            Path(folder, "minio").rename(_program(cache))

    def prepare(self, place: Place) -> None:
        (place.home / "data").mkdir(exist_ok=True)

    def command(self, place: Place) -> Command:
        argv = [
            str(_program(place.cache)),
            "server",
            "--quiet",
            "--address",
            f"127.0.0.1:{place.port}",
            str(place.home / "data"),
        ]
        keys = {"MINIO_ROOT_USER": _ACCESS_KEY, "MINIO_ROOT_PASSWORD": place.secret, "MINIO_BROWSER": "off"}
        return Command(argv, keys)

    def answers(self, place: Place) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/minio/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def complete(self, place: Place) -> Mapping[str, str]:
        return {"endpoint": f"http://127.0.0.1:{place.port}", "access_key": _ACCESS_KEY, "secret_key": place.secret}


def _program(cache: Path) -> Path:
    return cache / f"minio-{VERSION.rpartition('-')[2]}"
