# SPDX-License-Identifier: EUPL-1.2
"""Addresses stay in histories and logs: no personal number (CNP) is taken in one, or written down with one."""

import re
from urllib.parse import parse_qsl, unquote

from starlette.types import Scope

from search.persons import names_person

_OURS = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Ids, in which digits may stand side by side by chance; so they may in what is sealed."""
_SEALED = frozenset({"cursor"})
_PAGES = re.compile(r"[0-9]{1,5}(?:[,-][0-9]{0,5})*")
"""Numbers of pages, which together may look like one too; a person's has no groups as short by themselves."""
_MOST_PATH = 300


def holds_person(scope: Scope) -> bool:
    """Whether the request's path or query, however it is encoded, has what looks like a personal number."""
    if any(_is_person(part) for part in scope["path"].split("/")):
        return True
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return any(names_person(name) or (_is_said(name, value) and names_person(value)) for name, value in query)


def path_for_log(scope: Scope) -> str:
    """The path as it was sent, without query, at most 300 characters, and without what looks like a person's number."""
    sent: str = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")[:_MOST_PATH]
    return "/".join("…" if _is_person(unquote(part)) else part for part in sent.split("/"))


def _is_said(name: str, value: str) -> bool:
    """Whether a parameter's value is somebody's own words, and not of our making or a list of pages."""
    return name not in _SEALED and not (name == "pages" and _PAGES.fullmatch(value))


def _is_person(part: str) -> bool:
    return _OURS.fullmatch(part) is None and names_person(part)
