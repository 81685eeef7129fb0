# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's port to decisions about who may see what. Contract: tests/contract/test_catalogue_access.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from repository.records import DecisionRow, UnitAccess
from schemas.access import AccessDecision
from schemas.audit import AuditEntry


class AccessCatalogue(Protocol):
    """A part of `repository.catalogue.Catalogue`, under its promises."""

    def decisions(self, unit_id: UUID) -> list[DecisionRow]:
        """The unit's decisions about who may see it, oldest first."""
        ...

    def decision_counts(self) -> dict[UUID, tuple[int, int]]:
        """Of each unit about which people decided: how many decisions there are, and how many of them count."""
        ...

    def decisions_made(self) -> tuple[int, int]:
        """How many decisions there are in all, and how many of them count: both change with every decision."""
        ...

    def begin_decision(self, decision: AccessDecision, access: UnitAccess, now: datetime) -> None:
        """Enter the unit's next decision, which does not count yet, and `access` until it does.

        The unit waits for the index, under a new id. The same again: nothing is done. A decision that is not the next
        one, or an unknown unit: `CatalogueError`.
        """
        ...

    def count_decision(
        self, unit_id: UUID, number: int, access: UnitAccess, now: datetime, audit: AuditEntry | None = None
    ) -> bool:
        """The decision counts from now on, its `access` and audit record with it; whether it did not before.

        Where it counted already, nothing is done. `access` is left out where a later decision is there already. The
        unit waits for the index, under a new id. An unknown decision: `CatalogueError`.
        """
        ...

    def restore_decisions(self, decisions: Iterable[AccessDecision], now: datetime) -> int:
        """Enter decisions that the journal has and the catalogue lacks, or does not count yet; how many.

        Their units are then of a version that was not weighed (`UnitAccess.page`), and wait for the index. One that
        takes the place of a lost one may be entered, a lost one never takes another's. Another decision of the same
        number that counts here, or an unknown unit: `CatalogueError`, and nothing is entered.
        """
        ...

    def set_access(self, unit_id: UUID, access: UnitAccess) -> bool:
        """What the decisions come to for another version. False, and nothing is done, where `access.last` is not the
        last decision any more.
        """
        ...

    def access(self, unit_ids: Iterable[UUID]) -> dict[UUID, UnitAccess]:
        """Who may see these units and their pages, as it stands; unknown units are not in it."""
        ...
