# SPDX-License-Identifier: EUPL-1.2
"""The deployment's certificates: each server's is checked by clients, for its own name, and renewed before it ends."""

import os
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from tests.deploy.composed import ROOT

SCRIPT = ROOT / "deploy" / "tls" / "certificates.sh"
HOSTS = {
    "postgresql": "postgresql",
    "minio": "minio",
    "elasticsearch": "elasticsearch",
    "airflow": "api-server",
    "redis": "redis",
    "keycloak": "keycloak",
}


def make(folder: Path, **more: str) -> str:
    done = subprocess.run([SCRIPT, folder], env={**os.environ, **more}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make(folder)
    return folder


def shake_hands(tls: Path, server: str, host: str) -> None:
    """One TLS handshake over a socket pair, as client and server do it."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tls / server / "server.crt", tls / server / "server.key")
    asking = ssl.create_default_context(cafile=tls / "trust" / "ca.crt")
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            serving.wrap_socket(theirs, server_side=True).close()
        except (ssl.SSLError, OSError):
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with asking.wrap_socket(ours, server_hostname=host):
            pass
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize(("server", "host"), HOSTS.items())
def test_a_server_is_trusted_by_its_name_in_the_network(tls: Path, server: str, host: str) -> None:
    shake_hands(tls, server, host)
    shake_hands(tls, server, "localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tls, server, "elsewhere")


def test_keys_are_for_their_server_alone(tls: Path) -> None:
    for server in HOSTS:
        assert (tls / server).stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in (tls / server).iterdir()} == {0o400}
    assert (tls / "authority" / "ca.key").stat().st_mode & 0o077 == 0
    assert (tls / "minio" / "private.key").read_bytes() == (tls / "minio" / "server.key").read_bytes()


def test_what_holds_is_left_as_it_is(tls: Path) -> None:
    before = {path: path.read_bytes() for path in tls.rglob("*.crt")}
    assert make(tls) == ""
    assert {path: path.read_bytes() for path in tls.rglob("*.crt")} == before


def test_what_ends_soon_is_renewed_and_named(tmp_path: Path) -> None:
    make(tmp_path)
    authority = (tmp_path / "authority" / "ca.crt").read_bytes()
    key, certificate = tmp_path / "minio" / "server.key", tmp_path / "minio" / "server.crt"
    certificate.unlink()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-key", key, "-subj", "/CN=minio", "-days", "59", "-out", certificate),
            *("-CA", tmp_path / "authority" / "ca.crt", "-CAkey", tmp_path / "authority" / "ca.key"),
        ],
        capture_output=True,
        check=True,
    )
    assert make(tmp_path) == "certificates: new for minio; restart it\n"
    shake_hands(tmp_path, "minio", "minio")
    assert (tmp_path / "minio" / "public.crt").read_bytes() == certificate.read_bytes()
    assert (tmp_path / "authority" / "ca.crt").read_bytes() == authority


def test_another_name_makes_another_certificate(tmp_path: Path) -> None:
    make(tmp_path)
    assert "new for minio" in make(tmp_path, TLS_EXTRA_NAMES="DNS:arhiva.example.ro")
    shake_hands(tmp_path, "minio", "arhiva.example.ro")


def test_a_new_authority_makes_all_certificates_new(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "authority" / "ca.key").unlink()
    said = make(tmp_path)
    assert "new authority" in said
    assert said.count("new for") == len(HOSTS)
    shake_hands(tmp_path, "redis", "redis")
