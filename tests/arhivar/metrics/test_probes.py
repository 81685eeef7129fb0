# SPDX-License-Identifier: EUPL-1.2
"""A server that hangs hangs nobody; a certificate's end is read whoever signed it."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from arhivar.metrics.probes import Probes, certificate_end, certificate_probes
from arhivar.settings import load_settings
from schemas.errors import StoreUnavailable

_END = datetime(2020, 5, 17, 12, tzinfo=UTC)


def test_a_question_that_hangs_is_left_alone_and_asked_by_one_thread_only() -> None:
    asked = []
    free = threading.Event()

    def hangs() -> bool:
        asked.append(1)
        return free.wait(60)

    def fails() -> bool:
        raise StoreUnavailable(where="x", detail="by design")

    probes = Probes({"hangs": hangs, "fails": fails, "answers": lambda: True}, seconds=0.2)
    begun = time.monotonic()
    for _ in range(3):
        assert probes.ask() == {"hangs": None, "fails": None, "answers": True}
    assert time.monotonic() - begun < 30
    assert asked == [1]
    free.set()
    time.sleep(0.3)
    assert probes.ask()["hangs"] is True
    assert asked == [1, 1]


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_END - timedelta(days=9))
        .not_valid_after(_END)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    unencrypted = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted)
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


@pytest.fixture
def expired(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A server whose certificate has ended; like PostgreSQL, it also takes a wish for TLS first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with plain:
                if plain.recv(8, socket.MSG_PEEK)[:4] == b"\0\0\0\x08":
                    plain.recv(8)
                    plain.sendall(b"S")
                with context.wrap_socket(plain, server_side=True) as wrapped:
                    wrapped.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_the_end_of_a_certificate_is_read_also_of_one_that_has_ended(expired: tuple[str, int]) -> None:
    assert certificate_end(expired) == _END


def test_every_server_that_is_reached_by_tls_is_asked(expired: tuple[str, int], tmp_path: Path) -> None:
    host, port = expired
    settings = load_settings(
        {
            "ARHIVAR_HOME": str(tmp_path),
            "ARHIVAR_STORE": "s3://bucket",
            "ARHIVAR_STORE_ENDPOINT": f"https://{host}:{port}",
            "ARHIVAR_STORE_ACCESS_KEY": "a",
            "ARHIVAR_STORE_SECRET_KEY": "b",
            "ARHIVAR_INDEX": f"http://{host}:{port}",
            "ARHIVAR_CATALOGUE": f"postgresql+psycopg://a:b@{host}:{port}/c?sslmode=require",
        }
    )
    assert certificate_probes(settings).ask() == {"store": _END, "catalogue": _END}
    assert certificate_probes(load_settings({"ARHIVAR_HOME": str(tmp_path)})).ask() == {}
