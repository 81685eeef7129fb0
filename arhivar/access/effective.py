# SPDX-License-Identifier: EUPL-1.2
"""What a unit's decisions come to, page by page: the one rule, without store or catalogue.

* A page's own decision holds for it; else the latest about the whole unit; else the unit's description, which never
  says `public`.
* Where the unit was decided about after one of its pages, the stricter of both holds for that page: what a person
  closed on its own stays closed until a person opens it on its own.
* Decisions are about masters. A page keeps its own decision in a later version where its master is still there, also
  under another number. What is published is what was there to be seen: a page that came later keeps the class that the
  unit had before.
* Where the master of a page that was closed on its own is gone (a rescan), any page that is new since may be it: each
  has at least that class until a person decides about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from repository.records import UnitAccess
from schemas.access import AccessDecision, DecisionKind, strictest
from schemas.unit import AccessClass, PackageDescription

Masters = Mapping[int, str]
"""Which master each page of a version shows, by number."""


@dataclass(slots=True)
class Standing:
    """What decisions came to so far."""

    masters: Masters
    unit: AccessClass
    base: AccessClass
    """The class that the unit has or had where it is not public."""
    published: frozenset[int] = frozenset()
    """Pages that the decision to publish the unit was about."""
    own: dict[int, AccessClass] = field(default_factory=dict)
    followed: frozenset[int] = field(default=frozenset(), compare=False)
    """Pages with a decision of their own after which the unit was decided about."""
    floor: dict[int, AccessClass] = field(default_factory=dict)
    """Of pages that may be a closed one, scanned again."""

    def page(self, number: int) -> AccessClass:
        """Who may see a page of the version."""
        own = self.own.get(number)
        if own is not None and number not in self.followed:
            return own
        shared = self.unit
        if shared is AccessClass.PUBLIC and number not in self.published:
            shared = self.base
        return strictest((shared, self.floor.get(number, shared) if own is None else own))

    @property
    def pages(self) -> dict[int, AccessClass]:
        """Who may see each page."""
        return {number: self.page(number) for number in sorted(self.masters)}


def by_class(pages: Mapping[int, AccessClass]) -> dict[AccessClass, tuple[int, ...]]:
    """The numbers of pages by who may see them, from the most open class; none without a page."""
    return {
        one: tuple(number for number, given in pages.items() if given is one)
        for one in AccessClass
        if one in pages.values()
    }


def masters_of(package: PackageDescription) -> dict[int, str]:
    """What each page of a package's version is known by: its pixels' digest, or its identity where it has none."""
    return {page.number: page.source_digest or f"{page.ingest_id}/{page.sequence}" for page in package.pages}


def stand(decisions: Iterable[AccessDecision], described: AccessClass, masters: Masters) -> Standing:
    """What decisions, in their order, come to for a version of these masters."""
    first = strictest((described, AccessClass.STAFF))
    standing = Standing(masters, unit=first, base=first)
    for decision in decisions:
        if decision.kind is DecisionKind.LOST:
            standing.own = dict.fromkeys(masters, AccessClass.RESTRICTED)
            standing.unit = standing.base = AccessClass.RESTRICTED
            standing.published = standing.followed = frozenset()
        elif decision.pages is None:
            _about_unit(standing, decision)
        else:
            _about_pages(standing, decision, decision.pages)
    return standing


def _about_unit(standing: Standing, decision: AccessDecision) -> None:
    given = decision.access_class
    if decision.kind is DecisionKind.WITHDRAW:
        opened = {number for number, own in standing.own.items() if own is AccessClass.PUBLIC}
        standing.followed |= opened
    else:
        standing.followed = frozenset(standing.own)
    if decision.kind is DecisionKind.PUBLISH:
        if decision.before is not AccessClass.PUBLIC:
            standing.base = strictest((standing.base, decision.before))
        standing.unit = given
        standing.published = _reached(decision, decision.masters, standing.masters)
        return
    if decision.kind is DecisionKind.WITHDRAW:
        if standing.unit is AccessClass.PUBLIC:
            standing.unit = standing.base
    else:
        standing.unit = standing.base = given
    standing.published = frozenset()


def _about_pages(standing: Standing, decision: AccessDecision, pages: Sequence[int]) -> None:
    given = decision.access_class
    reached = _reached(decision, pages, standing.masters)
    before = {number: standing.page(number) for number in reached}
    standing.followed -= reached
    for number, found in before.items():
        if decision.kind is DecisionKind.WITHDRAW:
            standing.own[number] = standing.base if found is AccessClass.PUBLIC else found
        else:
            standing.own[number] = given
    if given is AccessClass.PUBLIC:
        return
    here = set(standing.masters.values())
    if any(decision.masters[number] not in here for number in pages):
        known = set(decision.masters.values())
        lost = strictest((given, standing.base)) if decision.kind is DecisionKind.WITHDRAW else given
        for number, master in standing.masters.items():
            if master not in known:
                standing.floor[number] = strictest((lost, standing.floor.get(number, lost)))


def _reached(decision: AccessDecision, numbers: Iterable[int], masters: Masters) -> frozenset[int]:
    """The pages of a version that are those of the decision: same master, same number, or else wherever it went.

    A master may be there more than once. Where it moved, what closes one of its pages reaches all of them now; what
    opens reaches them only where all of them were opened.
    """
    numbers = frozenset(numbers)
    reached: set[int] = set()
    moved: set[str] = set()
    for number in numbers:
        master = decision.masters[number]
        if masters.get(number) == master:
            reached.add(number)
        else:
            moved.add(master)
    for master in moved:
        before = {number for number, one in decision.masters.items() if one == master}
        if before <= numbers or decision.kind is not DecisionKind.PUBLISH:
            reached |= {number for number, one in masters.items() if one == master}
    return frozenset(reached)


def unit_access(standing: Standing, version: int, last: int, meanwhile: Standing | None = None) -> UnitAccess:
    """What the catalogue keeps of a standing; of two, page by page the stricter."""
    others = (standing,) if meanwhile is None else (standing, meanwhile)
    unit = strictest(one.unit for one in others)
    pages = {number: strictest(one.page(number) for one in others) for number in standing.masters}
    return UnitAccess(
        access_class=unit,
        version=version,
        last=last,
        pages={number: found for number, found in pages.items() if found is not unit},
    )
