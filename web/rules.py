# SPDX-License-Identifier: EUPL-1.2
"""Who may do what. Every address of the API carries exactly one rule; one without is refused when the server starts.

A rule says which roles may ask. What records a caller may see of those that an address shows follows from the caller's
access classes (`records_of`): what lies outside them is as if it did not exist. The table stands in docs/api.md.
"""

from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from schemas.errors import RoleInsufficient, TokenMissing
from schemas.roles import Role
from schemas.unit import AccessClass
from web.context import context_of
from web.identity import Caller
from web.parts import parts_of

_CLASSES: Mapping[Role, tuple[AccessClass, ...]] = {
    Role.READER: (AccessClass.PUBLIC,),
    Role.CLERK: (AccessClass.PUBLIC, AccessClass.STAFF),
    Role.OPERATOR: (AccessClass.PUBLIC, AccessClass.STAFF),
    Role.ARCHIVIST: (AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL),
    Role.ADMINISTRATOR: (AccessClass.PUBLIC,),
    Role.SERVICE: (AccessClass.PUBLIC,),
}
"""Records by role. `restricted` comes with no role: it needs a scope too, which somebody gave on purpose."""

_SCOPED: Mapping[Role, tuple[AccessClass, ...]] = {
    Role.ARCHIVIST: (AccessClass.RESTRICTED,),
    Role.SERVICE: (AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED),
}
"""Records that a role may see where the token has the scope ``records:<class>`` as well."""


def records_of(caller: Caller) -> tuple[AccessClass, ...]:
    """The access classes whose records the caller may see, from the most open one."""
    seen = {one for role in caller.roles for one in _CLASSES[role]}
    for role in caller.roles:
        seen |= {one for one in _SCOPED.get(role, ()) if f"records:{one.value}" in caller.scopes}
    return tuple(one for one in AccessClass if one in seen)


def work_of(caller: Caller) -> tuple[AccessClass, ...]:
    """The access classes of units on whose ingests, ledgers and findings the caller works.

    Operators hold every binder in their hands; what they are told of the work has no title and no text in it.
    """
    return tuple(AccessClass) if Role.OPERATOR in caller.roles else records_of(caller)


class Rule:
    """A dependency that lets only some callers through, and gives who it is.

    `scope` is what a service needs beside its role; it says nothing about people.
    """

    def __init__(self, roles: frozenset[Role], scope: str | None = None) -> None:
        self.roles = roles
        self._scope = scope

    def __call__(self, request: Request) -> Caller:
        """Who asks. Raises TokenMissing, TokenRefused, RoleInsufficient, ContextRefused, TooManyRequests."""
        parts = parts_of(request)
        caller = parts.identity.caller(request.headers)
        if caller.subject is not None:
            request.state.subject = caller.subject
            parts.rates.count_subject(caller.subject)
        if not any(self._allows(role, caller) for role in caller.roles):
            if caller.subject is None:
                raise TokenMissing
            raise RoleInsufficient(roles=", ".join(role.value for role in Role if role in self.roles))
        return Caller(caller.subject, caller.roles, caller.scopes, context_of(request.headers))

    def _allows(self, role: Role, caller: Caller) -> bool:
        if role is Role.SERVICE and self._scope is not None and self._scope not in caller.scopes:
            return False
        return role in self.roles


class Open(Rule):
    """The rule of what says nothing of records, and is asked by machines: no token is looked at."""

    def __init__(self) -> None:
        super().__init__(frozenset(Role))

    def __call__(self, request: Request) -> Caller:  # noqa: ARG002 - the signature of rules
        """A reader."""
        return Caller()


def allow(*roles: Role, scope: str | None = None) -> Rule:
    """The rule that lets these roles through; a service only with the scope, where one is named."""
    return Rule(frozenset(roles), scope)


workers = allow(Role.OPERATOR, Role.ARCHIVIST, Role.SERVICE, scope="work")
"""Those who see to ingests."""
deciders = allow(Role.ARCHIVIST)
"""Those who decide who may see records: people, never a program."""
watchers = allow(Role.ADMINISTRATOR, Role.OPERATOR, Role.SERVICE, scope="metrics")
"""Those who keep the machine running."""
everybody = Rule(frozenset(Role))
"""Whoever asks; a token that is sent must be good."""
anonymous = Open()


def rules_of(route: APIRoute) -> list[Rule]:
    """The rules among what the route depends on."""
    return [one.call for one in _all(route.dependant) if isinstance(one.call, Rule)]


def _all(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all(one)


def require_rules(app: FastAPI) -> None:
    """Raises RuntimeError for a route that has not exactly one rule: default deny."""
    for route in app.routes:
        if not isinstance(route, APIRoute) or len(rules_of(route)) != 1:
            raise RuntimeError(f"{getattr(route, 'path', route)} has not exactly one rule")
