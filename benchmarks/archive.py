# SPDX-License-Identifier: EUPL-1.2
"""A simulated archive: a catalogue as months of work leave it, written through the catalogue's port from a seed.

There are no images and no packages behind it. It is for whatever looks at the catalogue alone, at full size: every unit
has its manifest, its pages, its findings and its ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha512
from random import Random

from repository.catalogue import Catalogue
from repository.progress import Stop
from repository.records import InventoryEntry, PageRow
from schemas.drop import Intent
from schemas.findings import Finding, FindingCode
from schemas.ingest import FileRole, IngestState, Manifest, PlannedPage, StagedFile, ingest_id, unit_id
from schemas.ledger import Ledger, LedgerRow
from schemas.messages import Message
from schemas.page import PageKind
from schemas.unit import UnitDescription

_SHIFT_HOURS = 8
_MASTER_BYTES = 1_600_000
_ACCESS_SHARE = 0.11
_NOTES = (
    (FindingCode.PAGE_BLANK, 0.08),
    (FindingCode.CONFIDENCE_LOW, 0.02),
    (FindingCode.CONTRAST_LOW, 0.012),
    (FindingCode.TEXT_CUT, 0.006),
    (FindingCode.SKEW_LEFT, 0.004),
    (FindingCode.PAGE_NEAR_DUPLICATE, 0.002),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the archive is and how far: `done` of its `units` are finished, a few more are on their way."""

    units: int = 5000
    pages: int = 250
    """Of each unit."""
    done: float = 0.62
    units_a_day: float = 24
    seed: int = 1


def simulate(catalogue: Catalogue, plan: Plan, now: datetime) -> int:
    """Fill an empty catalogue with the work of the weeks before `now`; how many pages it then has."""
    chance = Random(plan.seed)
    codes = [f"LU/CP/{1950 + number // 100}/{number % 100 + 1}" for number in range(plan.units)]
    catalogue.add_inventory(
        InventoryEntry(reference_code=code, title=f"Dosar {code}", folios=max(plan.pages // 2, 1)) for code in codes
    )
    done = int(plan.units * plan.done)
    starts = list(_starts(chance, done, plan.units_a_day, now))
    for code, start in zip(codes, starts, strict=False):
        _Unit(catalogue, chance, plan, code, start).finish()
    rest = [_Unit(catalogue, chance, plan, code, now - timedelta(hours=1)) for code in codes[done : done + 12]]
    for unit, leave in zip(rest, _UNFINISHED, strict=False):
        leave(unit)
    catalogue.record_quarantine(
        "LU-CP-9999-1", None, [Finding(code=FindingCode.DESCRIPTION_MISSING)], "/inbox/.quarantine/LU-CP-9999-1", now
    )
    return plan.pages * (done + len(rest))


def _starts(chance: Random, units: int, a_day: float, now: datetime) -> Iterator[datetime]:
    """When each unit was begun, on working days up to yesterday, oldest first."""
    days: list[list[datetime]] = []
    day, left = now.replace(hour=6, minute=0, second=0, microsecond=0), units
    while left > 0:
        day -= timedelta(days=1)
        if day.weekday() >= 5 or chance.random() < 0.03:
            continue
        count = min(left, max(0, round(chance.gauss(a_day, a_day / 4))))
        days.append([day + timedelta(hours=_SHIFT_HOURS * place / max(count, 1)) for place in range(count)])
        left -= count
    for starts in reversed(days):
        yield from starts


class _Unit:
    """One unit's way, as far as it goes."""

    def __init__(self, catalogue: Catalogue, chance: Random, plan: Plan, code: str, start: datetime) -> None:
        self.catalogue, self.chance, self.pages, self.start = catalogue, chance, plan.pages, start
        pages = [f"{number:04d}.tif" for number in range(1, plan.pages + 1)]
        digests = [sha512(f"{plan.seed} {code} {page}".encode()).hexdigest() for page in pages]
        unit = unit_id(code)
        self.manifest = Manifest(
            ingest_id=ingest_id(unit, Intent.NEW, digests),
            unit_id=unit,
            intent=Intent.NEW,
            folder=code.replace("/", "-"),
            received_at=start,
            description=UnitDescription(reference_code=code, title=f"Autorizații de construire, dosarul {code}"),
            files=tuple(
                StagedFile(
                    path=page,
                    size_bytes=int(chance.gauss(_MASTER_BYTES, _MASTER_BYTES / 5)),
                    sha512=digest,
                    media_type="image/tiff",
                    role=FileRole.PAGES,
                )
                for page, digest in zip(pages, digests, strict=True)
            ),
            pages=tuple(
                PlannedPage(number=number, file=page, frame=0, frames=1) for number, page in enumerate(pages, start=1)
            ),
        )
        self.id = self.manifest.ingest_id

    def receive(self) -> None:
        self.catalogue.register_ingest(self.manifest)
        self.catalogue.advance(self.id, IngestState.STAGED, now=self.start)

    def read(self, share: float = 1.0, minutes: float = 18) -> None:
        """Read this share of the pages, in two halves."""
        self.receive()
        self.catalogue.advance(self.id, IngestState.PROCESSING, now=self.start)
        self.catalogue.plan_pages(self.id, self.manifest.pages)
        rows = [self._row(page) for page in self.manifest.pages[: int(self.pages * share)]]
        step = max(-(-len(rows) // 2), 1)
        for first in range(0, len(rows), step):
            at = self.start + timedelta(minutes=minutes * first / max(len(rows), 1))
            self.catalogue.record_pages(self.id, rows[first : first + step], at)

    def index(self, gaps: tuple[int, ...] = ()) -> None:
        """Read all, deposit, index and measure."""
        self.read()
        at = self.start + timedelta(minutes=20)
        found = [
            Finding(code=code, page=page.number)
            for page in self.manifest.pages
            for code, share in _NOTES
            if self.chance.random() < share
        ]
        found += [Finding(code=FindingCode.PAGE_UNREADABLE, page=page) for page in gaps]
        self.catalogue.replace_findings(self.id, found, "pages")
        masters = sum(file.size_bytes for file in self.manifest.files)
        self.catalogue.record_deposit(self.id, 1, self.pages, at, access_bytes=int(masters * _ACCESS_SHARE))
        self.catalogue.advance(self.id, IngestState.INDEXED, now=at)
        rows = (
            LedgerRow(page=page.number, captured=True, in_pdf=True, in_store=True, in_index=True)
            for page in self.manifest.pages
        )
        code = self.manifest.description.reference_code
        self.catalogue.record_ledger(self.id, Ledger(unit=code, ingest_id=self.id, rows=tuple(rows), gaps=gaps), at)

    def finish(self) -> None:
        self.index()
        self.catalogue.advance(self.id, IngestState.RECONCILED, now=self.start + timedelta(minutes=20))
        self.catalogue.outbox_done([entry.id for entry in self.catalogue.outbox(1)])

    def _row(self, page: PlannedPage) -> PageRow:
        return PageRow(
            number=page.number,
            file=page.file,
            frame=page.frame,
            kind=PageKind.PAGE,
            language="ron",
            words=self.chance.randrange(80, 400),
            confidence=self.chance.uniform(70, 96),
            source_digest=self.manifest.files[page.number - 1].sha512,
        )


def _leave_working(unit: _Unit) -> None:
    unit.read(0.7, minutes=55)
    unit.catalogue.acquire_lease(f"ingest:{unit.id}", "scan-1:4711", 86_400, unit.start + timedelta(hours=1))


def _leave_stuck(unit: _Unit) -> None:
    unit.read(0.4, minutes=12)


def _leave_stopped(unit: _Unit) -> None:
    unit.read(1.0)
    said = Message(ro="ARH-5005: Depozitul este plin. Eliberați spațiu.", en="ARH-6020: The store is full. Make space.")
    unit.catalogue.record_stop(unit.id, Stop("ARH-5005", said, unit.start + timedelta(minutes=30)))


def _leave_to_a_person(unit: _Unit) -> None:
    unit.index(gaps=(1,))


def _leave_staged(unit: _Unit) -> None:
    unit.receive()


def _leave_quarantined(unit: _Unit) -> None:
    unit.receive()
    unit.catalogue.advance(unit.id, IngestState.QUARANTINED, reason="prea puține file", now=unit.start)


def _leave_rejected(unit: _Unit) -> None:
    unit.receive()
    unit.catalogue.advance(unit.id, IngestState.REJECTED, reason="alt dosar", now=unit.start)


_UNFINISHED = (
    _leave_working,
    _leave_working,
    _leave_stuck,
    _leave_stopped,
    _leave_to_a_person,
    _leave_to_a_person,
    _leave_to_a_person,
    _leave_staged,
    _leave_staged,
    _leave_staged,
    _leave_quarantined,
    _leave_rejected,
)
