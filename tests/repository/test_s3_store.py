# SPDX-License-Identifier: EUPL-1.2
"""What the store on S3 promises beyond the contract: the way to the server, and what may happen on it."""

import hashlib
import http.client
import io
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from minio import Minio as Client
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from repository import s3_client, s3_store
from repository.s3_client import S3Address
from repository.s3_store import S3Store
from schemas.errors import ObjectDamaged, ObjectExists, ObjectMissing, StoreUnavailable
from tests.services import drop_bucket, new_bucket, require
from tools.services.__main__ import cache_folder
from tools.services.minio import Minio
from tools.services.server import Command, Place, start, stop

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),  # the server outlives the call that starts it
]
_HOST = "s3.localhost"
_PART = 5 << 20
"""The least that S3 takes for a part that is not the last."""


@pytest.fixture(scope="module")
def minio() -> Mapping[str, str]:
    return require("minio")


@pytest.fixture
def store(minio: Mapping[str, str]) -> Iterator[S3Store]:
    made = new_bucket(minio)
    yield made
    drop_bucket(minio, made.bucket)


def client(minio: Mapping[str, str]) -> Client:
    parts = urlsplit(minio["endpoint"])
    return Client(parts.netloc, minio["access_key"], minio["secret_key"], secure=parts.scheme == "https")


# --- TLS, bucket in the host's name


class TlsMinio(Minio):
    """MinIO with a certificate, which also takes a bucket's name in the host's."""

    def command(self, place: Place) -> Command:
        plain = super().command(place)
        argv = [*plain.argv[:-1], "--certs-dir", str(place.home / "certs"), plain.argv[-1]]
        return Command(argv, {**plain.env, "MINIO_DOMAIN": _HOST}, as_caller=True)

    def answers(self, place: Place) -> bool:
        context = ssl.create_default_context(cafile=place.home / "ca.pem")
        try:
            url = f"https://localhost:{place.port}/minio/health/ready"
            with urllib.request.urlopen(url, timeout=2, context=context) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _make_certificates(home: Path) -> None:
    """An authority of our own, and a certificate of it for this machine and all buckets."""
    now = datetime.now(UTC)

    def build(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        built = built.serial_number(x509.random_serial_number())
        return built.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Arhivar test CA")])
    usage = {"digital_signature", "key_cert_sign", "crl_sign"}
    others = {"content_commitment", "key_encipherment", "data_encipherment", "key_agreement"}
    every = usage | others | {"encipher_only", "decipher_only"}
    ca = (
        build("Arhivar test CA", ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**{name: name in usage for name in every}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = [
        x509.DNSName("localhost"),
        x509.DNSName(_HOST),
        x509.DNSName(f"*.{_HOST}"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    own = (
        build("localhost", ca_name, key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    (home / "certs").mkdir()
    (home / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (home / "certs" / "public.crt").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (home / "certs" / "private.key").write_bytes(private)


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, str], Path]]:
    """A server of our own, and the certificate of its authority."""
    home = tmp_path_factory.mktemp("minio")
    _make_certificates(home)
    server = TlsMinio()
    server.install(cache_folder())
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    place = Place(cache_folder(), home, port, token_hex(16))
    server.prepare(place)
    start(server, place)
    yield {**server.complete(place), "endpoint": f"https://{_HOST}:{port}"}, home / "ca.pem"
    stop(home)


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names under `localhost` mean this machine (RFC 6761), where the resolver does not know; those asked for."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        asked.append(str(host))
        return resolve("127.0.0.1" if str(host).endswith("localhost") else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("virtual", [False, True], ids=["path-style", "virtual-style"])
def test_over_tls_with_an_authority_of_our_own_in_either_style(
    over_tls: tuple[Mapping[str, str], Path], resolving: list[str], virtual: bool
) -> None:
    server, ca = over_tls
    bucket = f"arhivar-{token_hex(4)}"
    address = S3Address(
        server["endpoint"], bucket, server["access_key"], server["secret_key"], "us-east-1", ca, virtual
    )
    store = S3Store(address, lock_days=1)
    store.initialise()
    store.put("ocfl/a", b"one")
    with pytest.raises(ObjectExists):
        store.put("ocfl/a", b"two")
    store.replace("ocfl/inventory.json", b"1")
    store.replace("ocfl/inventory.json", b"2", over=b"1")
    store.copy("ocfl/a", "ocfl/b")
    assert [stored.key for stored in store.list("ocfl/")] == ["ocfl/a", "ocfl/b", "ocfl/inventory.json"]
    assert store.read("ocfl/b") == b"one"
    link = store.download_url("ocfl/a", 60)
    with urllib.request.urlopen(link, context=ssl.create_default_context(cafile=ca)) as answer:  # noqa: S310 - https
        assert answer.read() == b"one"
    assert urlsplit(link).hostname == (f"{bucket}.{_HOST}" if virtual else _HOST)
    assert (f"{bucket}.{_HOST}" in resolving) == virtual


def test_a_certificate_of_an_unknown_authority_is_refused(
    over_tls: tuple[Mapping[str, str], Path], resolving: list[str]
) -> None:
    server, _ = over_tls
    store = S3Store(S3Address(server["endpoint"], "arhivar", server["access_key"], server["secret_key"]), lock_days=1)
    with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
        store.initialise()


# --- what is asked of a bucket


def test_a_bucket_that_keeps_no_versions_or_has_no_lock_is_refused_at_the_start(minio: Mapping[str, str]) -> None:
    bucket = f"arhivar-{token_hex(8)}"
    address = S3Address(minio["endpoint"], bucket, minio["access_key"], minio["secret_key"])
    with pytest.raises(StoreUnavailable, match="no such bucket"):
        S3Store(address, lock_days=1).check_bucket()
    client(minio).make_bucket(bucket)
    try:
        with pytest.raises(StoreUnavailable, match="versions"):
            S3Store(address, lock_days=1).initialise()
        client(minio).set_bucket_versioning(bucket, VersioningConfig(ENABLED))
        with pytest.raises(StoreUnavailable, match="without object lock"):
            S3Store(address, lock_days=1).initialise()
    finally:
        drop_bucket(minio, bucket)


def test_what_is_deposited_is_locked_and_what_is_staged_is_not(store: S3Store, minio: Mapping[str, str]) -> None:
    raw = client(minio)
    for key, locked in (("ocfl/a", True), ("ocfl/copy", True), ("staging/a", False)):
        if key == "ocfl/copy":
            store.put("staging/origin", b"1")
            store.copy("staging/origin", key)
        else:
            store.put(key, b"1")
        version = raw.stat_object(store.bucket, key).version_id
        assert version is not None
        held = raw.get_object_retention(store.bucket, key)
        assert (held is not None) == locked
        assert held is None or held.mode == "GOVERNANCE"
        store.delete(key)
        assert not store.exists(key)
        with raw.get_object(store.bucket, key, version_id=version) as answer:
            assert answer.read() == b"1"


# --- downloads


def _fetch(link: str, **headers: str) -> tuple[int, bytes]:
    try:
        request = urllib.request.Request(link, headers=headers)  # noqa: S310 - the server's own
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_a_link_gives_the_object_to_anyone_until_it_runs_out(store: S3Store) -> None:
    content = b"0123456789" * 1000
    store.put("ocfl/access.pdf", content)
    store.put("ocfl/other.pdf", b"not for you")
    link = store.download_url("ocfl/access.pdf", 60)
    assert _fetch(link) == (200, content)
    assert _fetch(link, Range="bytes=5-14") == (206, b"5678901234")
    assert _fetch(link, Range="bytes=10000-10001")[0] == 416
    assert _fetch(link.replace("access.pdf", "other.pdf"))[0] == 403
    assert _fetch(link.partition("?")[0])[0] == 403
    short = store.download_url("ocfl/access.pdf", 1)
    time.sleep(2.1)
    assert _fetch(short)[0] == 403
    with pytest.raises(ObjectMissing):
        store.download_url("ocfl/none.pdf", 60)


# --- in parts


def _uploads(store: S3Store, minio: Mapping[str, str]) -> list[object]:
    return list(client(minio)._list_multipart_uploads(store.bucket).uploads)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Content of three parts."""
    monkeypatch.setattr(s3_store, "_PART_BYTES", _PART)
    monkeypatch.setattr(s3_client, "COPY_PART_BYTES", _PART)
    return bytes(range(256)) * (_PART // 256 * 2 + 77)


def test_what_is_larger_than_a_part_goes_in_parts_and_keeps_its_digest(
    store: S3Store, minio: Mapping[str, str], small_parts: bytes
) -> None:
    digest = hashlib.sha512(small_parts).hexdigest()
    store.put("staging/large.tif", small_parts, sha512=digest)
    store.copy("staging/large.tif", "ocfl/large.tif")
    for key in ("staging/large.tif", "ocfl/large.tif"):
        assert (store.stat(key).size_bytes, store.stat(key).sha512) == (len(small_parts), digest)
        with store.local_path(key) as path:
            assert path.read_bytes() == small_parts
        assert str(client(minio).stat_object(store.bucket, key).etag).endswith("-3")
    with pytest.raises(ObjectExists):
        store.put("ocfl/large.tif", small_parts[::-1])
    assert _uploads(store, minio) == []


def test_an_upload_or_a_copy_in_parts_that_loses_a_race_leaves_nothing(
    store: S3Store, minio: Mapping[str, str], small_parts: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("staging/large.tif", small_parts)
    complete = s3_client.S3Client._complete_multipart_upload

    def overtaken(self: Any, bucket: str, key: str, *arguments: Any) -> Any:
        if not store.exists(key):
            client(minio).put_object(bucket, key, io.BytesIO(b"quicker"), 7)
        return complete(self, bucket, key, *arguments)

    monkeypatch.setattr(s3_client.S3Client, "_complete_multipart_upload", overtaken)
    with pytest.raises(ObjectExists):
        store.put("ocfl/put.tif", small_parts)
    with pytest.raises(ObjectExists):
        store.copy("staging/large.tif", "ocfl/copy.tif")
    assert [store.read(f"ocfl/{name}.tif") for name in ("put", "copy")] == [b"quicker"] * 2
    assert _uploads(store, minio) == []


# --- a way that fails

Trouble = Callable[[int, str, str], str | None]
"""For the n-th request, its method and path: what happens to it; nothing where None."""


class _Relay(ThreadingHTTPServer):
    """Passes requests on to the server, and does to them what a test wants."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        self.target = target
        self.trouble: Trouble = lambda number, method, path: None
        self.seen: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _RelayHandler)


class _RelayHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Relay

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path))
        trouble = self.server.trouble(len(self.server.seen), self.command, self.path)
        if trouble in {"503", "400"}:
            self._answer(int(trouble), [], b"")
            return
        if trouble == "flip-sent":
            body = _flipped(body)
        onward = http.client.HTTPConnection(self.server.target)
        onward.request(self.command, self.path, body, dict(self.headers.items()))
        answer = onward.getresponse()
        data = answer.read()
        onward.close()
        if trouble == "lost":  # done, and nobody hears of it
            self._answer(503, [], b"")
            return
        self._answer(answer.status, answer.getheaders(), _flipped(data) if trouble == "flip-received" else data)

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection"} or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(data)))
        elif not headers:
            self.send_header("Content-Length", "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.fixture
def relay(minio: Mapping[str, str]) -> Iterator[_Relay]:
    made = _Relay(urlsplit(minio["endpoint"]).netloc)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def by_relay(relay: _Relay, store: S3Store, minio: Mapping[str, str]) -> S3Store:
    """The same bucket, by way of the relay."""
    endpoint = f"http://127.0.0.1:{relay.server_port}"
    return S3Store(S3Address(endpoint, store.bucket, minio["access_key"], minio["secret_key"]), lock_days=1)


def test_a_server_that_is_busy_is_asked_again_later(relay: _Relay, by_relay: S3Store) -> None:
    relay.trouble = lambda number, method, path: "503" if number <= 3 else None
    began = time.monotonic()
    by_relay.put("ocfl/a", b"one")
    assert time.monotonic() - began > 0.4 + 0.8  # the second and third try wait, each twice as long as the one before
    assert len(relay.seen) == 4
    relay.trouble = lambda number, method, path: "503" if number % 2 else None
    relay.seen.clear()
    by_relay.replace("ocfl/b", b"1")
    by_relay.replace("ocfl/b", b"2", over=b"1")
    by_relay.copy("ocfl/a", "ocfl/c")
    assert [(stored.key, stored.size_bytes) for stored in by_relay.list("ocfl/")] == [
        ("ocfl/a", 3),
        ("ocfl/b", 1),
        ("ocfl/c", 3),
    ]
    by_relay.delete("ocfl/c")
    assert not by_relay.exists("ocfl/c")


def test_a_server_that_stays_busy_is_said_to_be_unavailable(relay: _Relay, by_relay: S3Store, store: S3Store) -> None:
    relay.trouble = lambda number, method, path: "503"
    with pytest.raises(StoreUnavailable) as raised:
        by_relay.put("ocfl/a", b"one")
    assert raised.value.retryable
    assert len(relay.seen) == 6
    assert not store.exists("ocfl/a")


@pytest.mark.parametrize("what", ["put", "copy", "replace"])
def test_a_write_whose_answer_was_lost_counts_once(relay: _Relay, by_relay: S3Store, store: S3Store, what: str) -> None:
    """It is sent again, and refused, since it is there already: which the store finds out."""
    store.put("staging/a", b"one")
    store.put("ocfl/inventory.json", b"1")

    def lose(number: int, method: str, path: str) -> str | None:
        writes = [seen for seen in relay.seen if seen[0] == "PUT" or (seen[0] == "POST" and "uploadId=" in seen[1])]
        ends = method == "PUT" and "uploadId" not in path
        return "lost" if (ends or (method == "POST" and "uploadId=" in path)) and len(writes) <= 2 else None

    relay.trouble = lose
    if what == "put":
        by_relay.put("ocfl/a", b"one")
    elif what == "copy":
        by_relay.copy("staging/a", "ocfl/a")
    else:
        by_relay.replace("ocfl/inventory.json", b"2", over=b"1")
    assert len(relay.seen) > 2
    if what == "replace":
        assert store.read("ocfl/inventory.json") == b"2"
    else:
        assert store.read("ocfl/a") == b"one"


def test_a_body_that_was_changed_on_its_way_is_refused(relay: _Relay, by_relay: S3Store, store: S3Store) -> None:
    relay.trouble = lambda number, method, path: "flip-sent" if method == "PUT" else None
    with pytest.raises(StoreUnavailable, match=r"(?i)sha256|checksum|digest"):
        by_relay.put("ocfl/a", b"one page" * 100)
    assert not store.exists("ocfl/a")


def test_the_server_itself_compares_the_checksum(store: S3Store) -> None:
    with s3_store._taken_in(b"one") as body:
        wrong = replace(body, sha256=hashlib.sha256(b"two").digest())
        with pytest.raises(StoreUnavailable, match=r"(?i)checksum|digest"):
            store._send("ocfl/a", wrong)
    assert not store.exists("ocfl/a")


def test_bytes_that_come_back_changed_are_not_taken_for_the_object(relay: _Relay, by_relay: S3Store) -> None:
    content = b"one page" * 100
    by_relay.put("ocfl/a", content)
    relay.trouble = lambda number, method, path: "flip-received" if method == "GET" else None
    with pytest.raises(ObjectDamaged), by_relay.local_path("ocfl/a"):
        pass


def test_a_part_that_cannot_be_sent_leaves_nothing(
    relay: _Relay, by_relay: S3Store, store: S3Store, minio: Mapping[str, str], small_parts: bytes
) -> None:
    store.put("staging/large.tif", small_parts)
    relay.trouble = lambda number, method, path: "400" if "partNumber=2" in path else None
    with pytest.raises(StoreUnavailable):
        by_relay.put("ocfl/a", small_parts)
    with pytest.raises(StoreUnavailable):
        by_relay.copy("staging/large.tif", "ocfl/a")
    assert not store.exists("ocfl/a")
    assert _uploads(store, minio) == []
