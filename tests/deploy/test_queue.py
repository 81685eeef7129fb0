# SPDX-License-Identifier: EUPL-1.2
"""The queue as the compose file starts it, on this machine's Redis: by TLS and password alone, found healthy."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.test_certificates import make as make_certificates
from tests.deploy.test_init import free_port

pytestmark = pytest.mark.services

_SECONDS = 60


def test_the_queue_answers_by_tls_and_with_its_password_alone(compose: dict[str, Any], tmp_path: Path) -> None:
    assert shutil.which("redis-server"), "it is part of what tools/setup.sh services brings"
    stated, port = compose["services"]["redis"], str(free_port())
    for name in ("bin", "data", "tls"):
        (tmp_path / name).mkdir()
    make_certificates(tmp_path / "tls")
    for name, script in {"docker-entrypoint.sh": 'exec "$@"', "chown": ":"}.items():  # the image's, which root runs
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    here = {"/tls/": f"{tmp_path}/tls/redis/", "/data": f"{tmp_path}/data", "/tmp/": f"{tmp_path}/"}  # noqa: S108 - the container's

    def placed(text: str) -> str:
        text = re.sub("|".join(here), lambda found: here[found[0]], text)
        return text.replace("tls-port 6379", f"tls-port {port}").replace("-h localhost", f"-h localhost -p {port}")

    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", **stated["environment"]}

    def healthy(**more: str) -> bool:
        test = ["sh", "-c", placed(stated["healthcheck"]["test"][1])]
        return subprocess.run(test, env=environment | more, capture_output=True, check=False).returncode == 0

    *shell, script = stated["command"]
    assert shell == ["sh", "-c"]
    server = subprocess.Popen([*shell, placed(script)], env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _SECONDS
        while not healthy():
            assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.2)
        assert not healthy(REDISCLI_AUTH="not this one")
        asked = ["redis-cli", "--tls", "--cacert", f"{tmp_path}/tls/redis/ca.crt", "-h", "localhost", "-p", port]
        said = subprocess.check_output([*asked, "config", "get", "port"], env=environment, text=True)
        assert said.split() == ["port", "0"], "it listens without TLS too"
        assert (tmp_path / "redis.conf").stat().st_mode & 0o777 == 0o600
    finally:
        server.terminate()
        server.wait()
