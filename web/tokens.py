# SPDX-License-Identifier: EUPL-1.2
"""Bearer tokens: what is a good one (JSON Web Token, RFC 7519; best practice, RFC 8725), and what it says.

A token is good where the issuer's own public key signed it, with an algorithm that the settings name and that fits the
key; where issuer and audience are exactly ours; and where now lies between its not-before and its expiry, give or take
`LEEWAY_SECONDS`. `none` and secrets shared with the issuer (HMAC) are never taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from schemas.errors import TokenRefused
from schemas.messages import Message
from schemas.roles import Role
from web.jwks import KeySet

LEEWAY_SECONDS = 30
MOST_CHARACTERS = 8192
_MOST_SUBJECT = 200
_LEAST_RSA_BITS = 2048
_FITTING = {
    "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    "EC": frozenset({"ES256", "ES384", "ES512"}),
    "OKP": frozenset({"EdDSA"}),
}
"""By a key's kind (RFC 7518, 6.1; RFC 8037, 2): the algorithms that it can be used with."""

_MALFORMED = Message(ro="nu este un token corect", en="it is not a proper token")
_ALGORITHM = Message(ro="algoritmul lui nu se acceptă", en="its algorithm is not taken")
_KEY = Message(ro="cheia lui nu este a furnizorului", en="its key is not the provider's")
_SIGNATURE = Message(ro="semnătura lui nu este bună", en="its signature is not good")
_EXPIRED = Message(ro="a expirat", en="it has expired")
_EARLY = Message(ro="nu este încă valabil", en="it is not valid yet")
_ISSUER = Message(ro="îl dă altcineva", en="somebody else issued it")
_AUDIENCE = Message(ro="este pentru alt serviciu", en="it is for another service")


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What this server asks of tokens."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    roles_claim: str
    """Path of names, points between them."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says."""

    subject: str
    roles: frozenset[Role]
    """Those that we know; a claim may name others."""
    scopes: frozenset[str]


class TokenReader:
    """Checks tokens of one issuer. Safe among threads."""

    def __init__(self, rules: TokenRules, keys: KeySet) -> None:
        self._rules = rules
        self._keys = keys

    def read(self, token: str) -> Claims:
        """What the token says. Raises TokenRefused, IdentityUnavailable."""
        if len(token) > MOST_CHARACTERS:
            raise refused(_MALFORMED)
        key, algorithm = self._key_of(token)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                issuer=self._rules.issuer,
                audience=self._rules.audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "sub", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise refused(_problem(error)) from None  # its words may hold the token's claims
        subject = claims["sub"]
        if not 0 < len(subject) <= _MOST_SUBJECT or not subject.isprintable():
            raise refused(_MALFORMED)
        return Claims(subject, self._roles(claims), _scopes(claims))

    def _key_of(self, token: str) -> tuple[jwt.PyJWK, str]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise refused(_MALFORMED) from None
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in self._rules.algorithms:
            raise refused(_ALGORITHM)
        if "crit" in header:  # it says that who does not understand an extension must refuse (RFC 7515, 4.1.11)
            raise refused(_MALFORMED)
        if not isinstance(key_id, str):
            raise refused(_KEY)
        key = self._keys.find(key_id)
        if key is None:
            raise refused(_KEY)
        if algorithm not in _FITTING.get(key.key_type or "", frozenset()) or _is_weak(key):
            raise refused(_ALGORITHM)
        return key, algorithm

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        found: Any = claims
        for name in self._rules.roles_claim.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        names = [found] if isinstance(found, str) else found
        if not isinstance(names, Sequence):
            return frozenset()
        known = {role.value: role for role in Role}
        return frozenset(known[name] for name in names if isinstance(name, str) and name in known)


def refused(problem: Message) -> TokenRefused:
    """The error for a token that has this problem."""
    return TokenRefused(problem_ro=problem.ro, problem_en=problem.en)


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """RFC 8693, 4.2: a string with spaces between them."""
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def _is_weak(key: jwt.PyJWK) -> bool:
    return key.key_type == "RSA" and key.key.key_size < _LEAST_RSA_BITS


def _problem(error: jwt.PyJWTError) -> Message:
    by_kind: Mapping[type[jwt.PyJWTError], Message] = {
        jwt.ExpiredSignatureError: _EXPIRED,
        jwt.ImmatureSignatureError: _EARLY,
        jwt.InvalidIssuerError: _ISSUER,
        jwt.InvalidAudienceError: _AUDIENCE,
        jwt.InvalidSignatureError: _SIGNATURE,
    }
    return by_kind.get(type(error), _MALFORMED)
