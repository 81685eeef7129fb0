# SPDX-License-Identifier: EUPL-1.2
"""The provider's keys: found by discovery, kept, changed by the provider, and bounded whatever anybody sends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.errors import IdentityUnavailable
from web.jwks import AGAIN_SECONDS, KEEP_SECONDS, ProviderKeys

DISCOVERY = "/realm/.well-known/openid-configuration"


@dataclass
class Provider:
    """What it answers, by path, and what it was asked."""

    address: str = ""
    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"{self.address}/realm"

    def publish(self, *key_ids: str, **more: Any) -> None:
        keys = [_key(key_id) for key_id in key_ids]
        document = {"issuer": self.issuer, "jwks_uri": f"{self.address}/keys", **more}
        self.pages[DISCOVERY] = (200, json.dumps(document).encode())
        self.pages["/keys"] = (200, json.dumps({"keys": keys}).encode())


def _key(key_id: str) -> dict[str, Any]:
    public = Ed25519PrivateKey.generate().public_key()
    document: dict[str, Any] = jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)
    return {**document, "kid": key_id}


@contextmanager
def _serving(provider: Provider) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            status, body = provider.pages.get(self.path, (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with _serving(made):
        made.publish("one")
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(provider: Provider, clock: Clock) -> ProviderKeys:
    return ProviderKeys(provider.issuer, clock=clock)


def test_a_key_is_found_by_discovery_and_then_kept(provider: Provider, keys: ProviderKeys) -> None:
    for _ in range(5):
        found = keys.find("one")
        assert found is not None
        assert found.key_id == "one"
    assert provider.asked == [DISCOVERY, "/keys"]


def test_a_rotated_key_is_found_at_its_first_token(provider: Provider, keys: ProviderKeys, clock: Clock) -> None:
    assert keys.find("one") is not None
    provider.publish("one", "two")
    clock.now += AGAIN_SECONDS
    assert keys.find("two") is not None
    assert keys.find("one") is not None


def test_invented_key_ids_do_not_make_us_hammer_the_provider(
    provider: Provider, keys: ProviderKeys, clock: Clock
) -> None:
    for number in range(50):
        assert keys.find(f"invented-{number}") is None
        clock.now += 0.5
    assert len(provider.asked) == 2


def test_a_key_that_the_provider_took_back_is_no_longer_taken(
    provider: Provider, keys: ProviderKeys, clock: Clock
) -> None:
    assert keys.find("one") is not None
    provider.publish("two")
    clock.now += KEEP_SECONDS
    assert keys.find("one") is None


def test_a_provider_that_is_away_for_a_moment_is_not_missed(
    provider: Provider, keys: ProviderKeys, clock: Clock
) -> None:
    assert keys.find("one") is not None
    provider.pages.clear()
    clock.now += KEEP_SECONDS - 1
    assert keys.find("one") is not None
    clock.now += 1
    with pytest.raises(IdentityUnavailable):
        keys.find("one")
    provider.publish("one")
    clock.now += AGAIN_SECONDS
    assert keys.find("one") is not None


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"[]"),
        (200, b"{"),
        (200, b'{"keys": 17}'),
        (200, b"{}"),
        (500, b"{}"),
        (302, b"/elsewhere"),
        (200, b'{"keys": [], "pad": "' + b"x" * (256 * 1024) + b'"}'),
    ],
    ids=["empty", "list", "broken", "no-list", "no-keys", "fault", "moved", "huge"],
)
def test_an_answer_that_has_no_keys_is_no_answer(
    provider: Provider, keys: ProviderKeys, answer: tuple[int, bytes]
) -> None:
    provider.pages["/keys"] = answer
    with pytest.raises(IdentityUnavailable):
        keys.find("one")
    assert "/elsewhere" not in provider.asked


def test_a_discovery_document_of_another_issuer_is_not_believed(provider: Provider, keys: ProviderKeys) -> None:
    provider.publish("one", issuer="https://elsewhere.example")
    with pytest.raises(IdentityUnavailable):
        keys.find("one")


def test_keys_over_plain_http_from_another_machine_are_not_asked_for(provider: Provider, keys: ProviderKeys) -> None:
    provider.publish("one", jwks_uri="http://192.0.2.1/keys")
    with pytest.raises(IdentityUnavailable):
        keys.find("one")
    assert provider.asked == [DISCOVERY]


def test_keys_of_other_kinds_and_uses_are_passed_over(provider: Provider, keys: ProviderKeys) -> None:
    others = [
        {"kty": "unknown", "kid": "a"},
        {**_key("b"), "use": "enc"},
        {name: value for name, value in _key("c").items() if name != "kid"},
        "nonsense",
        {**_key("d"), "kid": 17},
    ]
    provider.pages["/keys"] = (200, json.dumps({"keys": [*others, _key("good")]}).encode())
    assert keys.find("good") is not None
    assert [keys.find(name) for name in "abcd"] == [None] * 4


def test_a_secret_that_the_provider_publishes_by_mistake_signs_nothing(provider: Provider, keys: ProviderKeys) -> None:
    from schemas.errors import TokenRefused
    from tests.web.serving import RULES, claims
    from web.tokens import TokenReader

    secret = "c2VjcmV0" * 8
    provider.pages["/keys"] = (200, json.dumps({"keys": [{"kty": "oct", "k": secret, "kid": "s"}]}).encode())
    key = jwt.PyJWK.from_dict({"kty": "oct", "k": secret, "alg": "HS256"})
    with pytest.raises(TokenRefused):
        TokenReader(RULES, keys).read(jwt.encode(claims(), key.key, "HS256", {"kid": "s"}))
