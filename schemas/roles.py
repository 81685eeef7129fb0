# SPDX-License-Identifier: EUPL-1.2
"""Roles of who asks the HTTP application, as tokens name them. What each may do stands in `web.rules`."""

from enum import StrEnum


class Role(StrEnum):
    """What a person, or a program, is to the archive. Names are in tokens of others: they are never changed."""

    READER = "reader"
    """Anybody, without a login: public records."""
    CLERK = "clerk"
    """Answers requests at the counter."""
    ARCHIVIST = "archivist"
    """Is in charge of the records."""
    OPERATOR = "operator"
    """Scans, and sees to ingests."""
    ADMINISTRATOR = "administrator"
    """Keeps the machine running; sees no records by that alone."""
    SERVICE = "service"
    """A program; its scopes say what it may do."""
