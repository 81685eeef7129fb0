# SPDX-License-Identifier: EUPL-1.2
"""The application on a real server on loopback, and tokens that it takes."""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from schemas.roles import Role
from web.identity import Identity
from web.tokens import TokenReader, TokenRules

ISSUER = "https://identity.example/realms/town"
AUDIENCE = "arhivar"
RULES = TokenRules(ISSUER, AUDIENCE, ("RS256", "PS256", "ES256", "EdDSA"), "realm_access.roles")
_KEY = Ed25519PrivateKey.generate()
_KEY_ID = "tests"


class StaticKeys:
    """`web.jwks.KeySet` of these keys."""

    def __init__(self, keys: Mapping[str, jwt.PyJWK]) -> None:
        self.keys = dict(keys)

    def find(self, key_id: str) -> jwt.PyJWK | None:
        return self.keys.get(key_id)


def public_key(private: Ed25519PrivateKey, key_id: str = _KEY_ID) -> jwt.PyJWK:
    document: dict[str, Any] = jwt.algorithms.OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return jwt.PyJWK.from_dict({**document, "kid": key_id})


def test_identity() -> Identity:
    """Takes the tokens of `token`."""
    return Identity(TokenReader(RULES, StaticKeys({_KEY_ID: public_key(_KEY)})), local=False)


test_identity.__test__ = False  # type: ignore[attr-defined]


def claims(roles: Sequence[str] = (), scope: str = "", **changes: object) -> dict[str, object]:
    now = int(time.time())
    made: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-17",
        "iat": now,
        "exp": now + 24 * 3600,  # made when tests are collected, which may be long before they run
        "realm_access": {"roles": list(roles)},
        "scope": scope,
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def token(role: Role | None, scope: str = "") -> str:
    return jwt.encode(claims([] if role is None else [role.value], scope), _KEY, "EdDSA", {"kid": _KEY_ID})


def bearer(role: Role | None, scope: str = "") -> dict[str, str]:
    """Headers of a caller; none for one without a token."""
    return {} if role is None else {"Authorization": f"Bearer {token(role, scope)}"}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application's address, for the length of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def client_of(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the application, on a server of its own."""
    with served(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def varying(answer: httpx.Response) -> dict[str, str]:
    """Headers of an answer without those that differ from request to request."""
    return {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
