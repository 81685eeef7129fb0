# SPDX-License-Identifier: EUPL-1.2
"""Who asks: nobody in particular, or the subject of a bearer token (RFC 6750), with roles and working context.

Tokens come from the OpenID Connect provider that the settings name, or, for a server that only this machine reaches,
from `arhivar token`. Never from both: where a provider is named, it alone says who is who. Pages for people will sign
in by authorization code with PKCE (RFC 7636) and then send the same bearer tokens: all of this stays as it is.
"""

from dataclasses import dataclass, field

import jwt
from starlette.datastructures import Headers

from arhivar.local_issuer import ALGORITHM, LOCAL_ISSUER, LOCAL_KEY_ID, issuer_key
from arhivar.settings import Settings
from schemas.access import WorkingContext
from schemas.messages import Message
from schemas.roles import Role
from web.jwks import OneKey, ProviderKeys
from web.tokens import TokenReader, TokenRules, refused

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

_UNKNOWN = Message(ro="acest server nu primește tokenuri", en="this server takes none")
_TWICE = Message(ro="antetul Authorization nu este corect", en="the header Authorization is not right")
_BEYOND = Message(
    ro="tokenurile locale sunt valabile numai direct pe acest calculator",
    en="local tokens are good on this machine alone, without a proxy",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. Without a token: a reader without a name."""

    subject: str | None = None
    roles: frozenset[Role] = frozenset({Role.READER})
    scopes: frozenset[str] = frozenset()
    context: WorkingContext = field(default_factory=WorkingContext)


class Identity:
    """Tells who asks by a request's headers. Safe among threads."""

    def __init__(self, reader: TokenReader | None, *, local: bool) -> None:
        self._reader = reader
        self._local = local

    def caller(self, headers: Headers) -> Caller:
        """Who sent these headers; the working context is not looked at. Raises TokenRefused, IdentityUnavailable."""
        stated = headers.getlist("authorization")
        if not stated:
            return Caller()
        scheme, _, token = stated[0].partition(" ")
        if len(stated) > 1 or scheme.lower() != "bearer" or not token.strip():
            raise refused(_TWICE)
        claims = self._reader_for(headers).read(token.strip())
        return Caller(claims.subject, claims.roles | {Role.READER}, claims.scopes)

    def _reader_for(self, headers: Headers) -> TokenReader:
        if self._reader is None:
            raise refused(_UNKNOWN)
        if self._local and any(name in headers for name in _FORWARDED):
            raise refused(_BEYOND)
        return self._reader


def open_identity(settings: Settings, *, only_this_machine: bool) -> Identity:
    """By the settings: the provider's tokens; else local ones where only this machine reaches the server; else none.

    Raises IssuerKeyUnusable.
    """
    if settings.oidc_issuer is not None:
        rules = TokenRules(
            settings.oidc_issuer, settings.oidc_audience, settings.oidc_algorithms, settings.oidc_roles_claim
        )
        return Identity(TokenReader(rules, ProviderKeys(settings.oidc_issuer, settings.oidc_ca_file)), local=False)
    if not only_this_machine or settings.profile == "production":
        return Identity(None, local=False)
    public = issuer_key(settings).public_key()
    key = jwt.PyJWK.from_dict({**jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True), "kid": LOCAL_KEY_ID})
    rules = TokenRules(LOCAL_ISSUER, settings.oidc_audience, (ALGORITHM,), "roles")
    return Identity(TokenReader(rules, OneKey(key)), local=True)
