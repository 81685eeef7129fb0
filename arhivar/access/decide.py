# SPDX-License-Identifier: EUPL-1.2
"""Decide who may see a unit or some of its pages.

A decision closes what it closes from the moment that the catalogue has it, before anything else is done. It opens what
it opens once the journal in the store has it too. Then the index moves the pages, at once where it answers, else by the
outbox; what is shown is held against the catalogue all the same (`arhivar.access.seen`).
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from arhivar.access.effective import by_class, masters_of, stand, unit_access
from arhivar.access.settle import finish, learn
from arhivar.auditing import actor
from arhivar.composition import Archive, object_id
from arhivar.log import Logger
from arhivar.package import read_package, require_unit
from arhivar.steps.index import index_unit
from repository.records import UnitAccess, UnitRow
from schemas.access import MAX_REASON, AccessDecision, DecisionKind
from schemas.crash_points import CrashPoint, reached
from schemas.errors import CaseClosed, LeaseLost, PageUnknown, SearchIndexError, UsageError
from schemas.messages import Message
from schemas.unit import AccessClass, PackageDescription

_log = Logger(__name__)

_POLL_SECONDS = 0.1
_MANY = 100
_NOT_DEPOSITED = Message(ro="nu are încă nicio versiune în depozit", en="it has no version in the store yet")


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to."""

    reference_code: str
    unit_id: UUID
    version: int
    access: UnitAccess
    pages: tuple[int, ...]
    """Numbers of the version's pages."""
    about: tuple[int, ...] | None
    """The pages that it was about; None for the unit."""
    decision: AccessDecision | None
    """None where all stood already as it says."""
    indexed: bool
    """Whether the index shows the pages to those alone who may see them. Else the outbox sees to it."""

    @property
    def classes(self) -> dict[AccessClass, tuple[int, ...]]:
        """The unit's pages by who may see them now."""
        return by_class({number: self.access.page(self.version, number) for number in self.pages})

    @property
    def others(self) -> tuple[int, ...]:
        """Pages of a unit that was decided about as a whole that stay closer: they have decisions of their own."""
        if self.about is not None:
            return ()
        return tuple(n for n in self.pages if self.access.page(self.version, n) is not self.access.access_class)


def publish(
    archive: Archive, unit: str, reason: str, *, pages: Iterable[int] | None = None, by: str | None = None
) -> Decided:
    """Publish a unit (by reference code) or pages of it to everyone. Raises as `decide` does."""
    return decide(archive, unit, DecisionKind.PUBLISH, AccessClass.PUBLIC, reason, pages=pages, by=by)


def withdraw(
    archive: Archive, unit: str, reason: str, *, pages: Iterable[int] | None = None, by: str | None = None
) -> Decided:
    """Take a unit or pages of it back from the public: they have again the class of before. Raises as `decide` does."""
    return decide(archive, unit, DecisionKind.WITHDRAW, AccessClass.STAFF, reason, pages=pages, by=by)


def classify(
    archive: Archive,
    unit: str,
    access_class: AccessClass,
    reason: str,
    *,
    pages: Iterable[int] | None = None,
    by: str | None = None,
) -> Decided:
    """Give a unit or pages of it a class that is not public. Raises as `decide` does; UsageError for `public`."""
    if access_class is AccessClass.PUBLIC:
        raise UsageError(detail="public: arhivar publish")
    return decide(archive, unit, DecisionKind.CLASSIFY, access_class, reason, pages=pages, by=by)


def decide(
    archive: Archive,
    unit: str,
    kind: DecisionKind,
    access_class: AccessClass,
    reason: str,
    *,
    pages: Iterable[int] | None,
    by: str | None,
) -> Decided:
    """Record the decision and let it take effect; what stands already is not decided again, but shown if it is not.

    `by` is who decides, an opaque id; else who runs this process. Raises UnitUnknown, PageUnknown, UsageError for a
    reason that is empty or too long, CaseClosed for a unit that is not in the store, LeaseLost where another process
    decides about the unit just now, StoreError, CatalogueError.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise UsageError(detail=f"reason: 1 ≤ {len(reason)} ≤ {MAX_REASON} ✗")
    row = require_unit(archive, unit)
    about = None if pages is None else tuple(sorted(set(pages)))
    with archive.leases.hold(f"access:{row.unit_id}", patience_seconds=float(archive.settings.lease_seconds)) as lease:
        if lease is None:
            raise LeaseLost(name=unit)
        version, package = _current(archive, unit, kind)
        _require_pages(package, about)
        learn(archive, row.unit_id)
        finish(archive, package, version, archive.catalogue.decisions(row.unit_id))
        decision = _enter(archive, package, version, kind, access_class, reason, about, by or actor(archive.settings))
    indexed = show(archive, row.unit_id)
    numbers = tuple(page.number for page in package.pages)
    access = archive.catalogue.access([row.unit_id])[row.unit_id]
    return Decided(unit, row.unit_id, version, access, numbers, about, decision, indexed)


def _current(archive: Archive, unit: str, kind: DecisionKind) -> tuple[int, PackageDescription]:
    row: UnitRow = require_unit(archive, unit)
    if row.version is None:
        raise CaseClosed(command=kind.value, subject=unit, problem_ro=_NOT_DEPOSITED.ro, problem_en=_NOT_DEPOSITED.en)
    return row.version, read_package(archive, object_id(row.unit_id), row.version)


def _require_pages(package: PackageDescription, pages: tuple[int, ...] | None) -> None:
    known = {page.number for page in package.pages}
    unknown = [number for number in pages or () if number not in known]
    if unknown or pages == ():
        code = package.description.reference_code
        raise PageUnknown(unit=code, page=unknown[0] if unknown else 0, pages=len(known))


def _enter(
    archive: Archive,
    package: PackageDescription,
    version: int,
    kind: DecisionKind,
    access_class: AccessClass,
    reason: str,
    pages: tuple[int, ...] | None,
    by: str,
) -> AccessDecision | None:
    """The decision, made and counting; None where it changes nothing, now or later."""
    masters = masters_of(package)
    described = package.description.access_class
    decisions = [row.decision for row in archive.catalogue.decisions(package.unit_id)]
    before = stand(decisions, described, masters)
    now = datetime.now(UTC)
    decision = AccessDecision(
        unit_id=package.unit_id,
        number=len(decisions) + 1,
        kind=kind,
        access_class=access_class,
        before=before.unit,
        pages=pages,
        version=version,
        masters=masters,
        reason=reason,
        by=by,
        at=now,
    )
    after = stand([*decisions, decision], described, masters)
    if after == before and after.pages == before.pages:
        return None
    archive.catalogue.begin_decision(decision, unit_access(before, version, decision.number, meanwhile=after), now)
    reached(CrashPoint.DECISION_BEGUN)
    if not finish(archive, package, version, archive.catalogue.decisions(package.unit_id)):
        raise LeaseLost(name=package.description.reference_code)  # another machine, with another catalogue
    return decision


def show(archive: Archive, unit_id: UUID) -> bool:
    """Let the index show the unit to those who may see it, now; whether it does. What fails is left to the outbox.

    So is a version that another one follows in the store already, by a deposit that was cut short. Raises StoreError,
    CatalogueError.
    """
    until = time.monotonic() + 2 * archive.settings.lease_seconds
    while entries := archive.catalogue.outbox(_MANY, unit_id):
        try:
            with archive.leases.hold("index") as lease:
                for entry in () if lease is None else entries:
                    if archive.packages.head(object_id(unit_id)) != entry.version:
                        return False
                    index_unit(archive, unit_id, entry.version)
                    archive.catalogue.outbox_done([entry.id])
        except SearchIndexError as error:
            _log.warning("index does not show a decision yet", unit=str(unit_id), error=str(error))
            return False
        if lease is None:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
    return True
