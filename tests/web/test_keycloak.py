# SPDX-License-Identifier: EUPL-1.2
"""Tokens of a real Keycloak, taken the way the pages will take them: authorization code with PKCE (RFC 7636)."""

import html
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from arhivar.settings import Settings, load_settings
from schemas.roles import Role
from tests.services import require
from tests.web.conftest import Office
from tests.web.serving import client_of
from tools.services.keycloak import REALM
from web import jwks
from web.app import create_app
from web.identity import open_identity

pytestmark = pytest.mark.services

BACK = "http://127.0.0.1:8320/inapoi"
PASSWORD = "parola-de-proba"  # noqa: S105 - of users that the tests make
SCOPE = "records:restricted"


@dataclass(frozen=True)
class Provider:
    """Keycloak, and one who may change its realms."""

    address: str
    admin: httpx.Client

    def issuer(self, realm: str) -> str:
        return f"{self.address}/realms/{realm}"

    def ask(self, method: str, path: str, content: object = None) -> Any:
        answer = self.admin.request(method, f"/admin/realms{path}", json=content)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def add_user(self, realm: str, *roles: str) -> str:
        """A user with these roles; the name."""
        name = f"u-{token_hex(6)}"
        kept = {"email": f"{name}@example.ro", "firstName": "Proba", "lastName": "Proba", "emailVerified": True}
        credentials = [{"type": "password", "value": PASSWORD, "temporary": False}]
        self.ask("POST", f"/{realm}/users", {"username": name, "enabled": True, "credentials": credentials, **kept})
        found = [self.ask("GET", f"/{realm}/roles/{role}") for role in roles]
        self.ask("POST", f"/{realm}/users/{self.user(realm, name)}/role-mappings/realm", found)
        return name

    def user(self, realm: str, name: str) -> str:
        (found,) = self.ask("GET", f"/{realm}/users?username={name}&exact=true")
        return str(found["id"])


def sign_in(provider: Provider, realm: str, name: str, scope: str = "openid") -> dict[str, Any] | None:
    """What Keycloak gives for the user's name and password in a browser; None where it lets nobody in."""
    verifier = token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": "arhivar-pages",
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": scope,
        "state": token_hex(8),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    door = f"{provider.issuer(realm)}/protocol/openid-connect"
    with httpx.Client(trust_env=False, timeout=60) as browser:
        page = browser.get(f"{door}/auth", params=asked)
        form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert form is not None, page.text[-2000:]
        # Cookies are marked Secure, which a browser honours on loopback, and httpx does not.
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
        said = {"username": name, "password": PASSWORD}
        back = browser.post(html.unescape(form[1]), data=said, headers={"Cookie": cookies})
        if back.status_code != 302:
            return None
        returned = parse_qs(urlsplit(back.headers["location"]).query)
        assert returned["state"] == [asked["state"]]
        given = browser.post(
            f"{door}/token",
            data={
                "grant_type": "authorization_code",
                "client_id": "arhivar-pages",
                "redirect_uri": BACK,
                "code": returned["code"][0],
                "code_verifier": verifier,
            },
        )
        assert given.is_success, given.text
        content: dict[str, Any] = given.json()
        return content


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    known = require("keycloak")
    address = known["address"]
    said = {
        "grant_type": "password",
        "client_id": "admin-cli",
        "username": known["administrator"],
        "password": known["password"],
    }

    def fresh(request: httpx.Request) -> None:
        """Administrators' tokens last a minute: each request takes a new one."""
        given = httpx.post(
            f"{address}/realms/master/protocol/openid-connect/token", data=said, timeout=60, trust_env=False
        )
        request.headers["Authorization"] = f"Bearer {given.raise_for_status().json()['access_token']}"

    with httpx.Client(base_url=address, trust_env=False, timeout=60, event_hooks={"request": [fresh]}) as admin:
        yield Provider(address, admin)


@pytest.fixture(scope="module")
def realm(provider: Provider) -> Iterator[str]:
    """One of the tests' own, as deploy/keycloak has it."""
    with _realm(provider) as name:
        yield name


@contextmanager
def _realm(provider: Provider) -> Iterator[str]:
    name = f"proba-{token_hex(6)}"
    text = REALM.read_text("utf-8").replace("${ARHIVAR_PAGES_ADDRESS:http://127.0.0.1:8320}", "http://127.0.0.1:8320")
    answer = provider.admin.post("/admin/realms", json=json.loads(text) | {"realm": name})
    assert answer.is_success, answer.text
    yield name
    provider.ask("DELETE", f"/{name}")


@pytest.fixture(scope="module")
def served(office: Office, provider: Provider, realm: str) -> Iterator[httpx.Client]:
    """The API, which takes the realm's tokens."""
    settings = _settings(office, provider.issuer(realm))
    parts = replace(office.parts, identity=open_identity(settings, only_this_machine=True))
    with client_of(create_app(settings, parts)) as client:
        yield client


def _settings(office: Office, issuer: str) -> Settings:
    return load_settings({"ARHIVAR_HOME": str(office.settings.home), "ARHIVAR_OIDC_ISSUER": issuer})


def _bearer(given: Mapping[str, Any] | None) -> dict[str, str]:
    assert given is not None
    return {"Authorization": f"Bearer {given['access_token']}"}


SEEN = {Role.READER: 1, Role.CLERK: 2, Role.ARCHIVIST: 3, Role.OPERATOR: 2, Role.ADMINISTRATOR: 1, Role.SERVICE: 1}
"""Units that a role sees, of one of each access class."""


@pytest.mark.parametrize("role", list(Role))
def test_a_token_of_each_role_opens_what_the_role_may_see(
    served: httpx.Client, provider: Provider, realm: str, role: Role
) -> None:
    given = sign_in(provider, realm, provider.add_user(realm, role.value))
    answer = served.get("/api/v1/units", headers=_bearer(given))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["units"]) == SEEN[role]
    works = served.get("/api/v1/ingests", headers=_bearer(given)).status_code
    assert works == (200 if role in {Role.ARCHIVIST, Role.OPERATOR} else 403)


def test_restricted_records_need_the_scope_and_keycloak_gives_it_to_those_alone_who_may_have_it(
    served: httpx.Client, provider: Provider, realm: str
) -> None:
    archivist = provider.add_user(realm, "archivist", "restricted-records")
    without = sign_in(provider, realm, archivist)
    asked = sign_in(provider, realm, archivist, f"openid {SCOPE}")
    other = sign_in(provider, realm, provider.add_user(realm, "archivist"), f"openid {SCOPE}")
    seen = [
        len(served.get("/api/v1/units", headers=_bearer(given)).json()["units"]) for given in (without, asked, other)
    ]
    assert seen == [3, 4, 3]


def test_a_disabled_user_gets_no_token_and_no_new_one(provider: Provider, realm: str) -> None:
    name = provider.add_user(realm, "clerk")
    given = sign_in(provider, realm, name)
    assert given is not None
    person = provider.ask("GET", f"/{realm}/users/{provider.user(realm, name)}")
    provider.ask("PUT", f"/{realm}/users/{person['id']}", person | {"enabled": False})
    assert sign_in(provider, realm, name) is None
    again = httpx.post(
        f"{provider.issuer(realm)}/protocol/openid-connect/token",
        data={"grant_type": "refresh_token", "client_id": "arhivar-pages", "refresh_token": given["refresh_token"]},
        timeout=60,
        trust_env=False,
    )
    assert again.status_code == 400
    assert given["expires_in"] <= 300, "what he has is good for five minutes at most"


def test_a_token_of_another_realm_is_refused(served: httpx.Client, provider: Provider) -> None:
    with _realm(provider) as other:
        given = sign_in(provider, other, provider.add_user(other, "archivist"))
        answer = served.get("/api/v1/units", headers=_bearer(given))
    assert (answer.status_code, answer.json()["code"]) == (401, "ARH-9302")


def test_an_id_token_is_not_an_access_token(served: httpx.Client, provider: Provider, realm: str) -> None:
    given = sign_in(provider, realm, provider.add_user(realm, "clerk"))
    assert given is not None
    answer = served.get("/api/v1/units", headers={"Authorization": f"Bearer {given['id_token']}"})
    assert answer.status_code == 401


def test_keys_are_rotated_while_the_server_runs(
    served: httpx.Client, provider: Provider, realm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "AGAIN_SECONDS", 0.0)  # else a new key waits half a minute after the last look
    name = provider.add_user(realm, "clerk")
    before = _bearer(sign_in(provider, realm, name))
    assert served.get("/api/v1/units", headers=before).status_code == 200
    key = {
        "name": f"rotated-{token_hex(4)}",
        "providerId": "rsa-generated",
        "providerType": "org.keycloak.keys.KeyProvider",
        "parentId": provider.ask("GET", f"/{realm}")["id"],
        "config": {"priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]},
    }
    provider.ask("POST", f"/{realm}/components", key)
    after = _bearer(sign_in(provider, realm, name))
    assert served.get("/api/v1/units", headers=after).status_code == 200
    assert served.get("/api/v1/units", headers=before).status_code == 200, "the former key is still the provider's"
