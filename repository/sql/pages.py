# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's pages, findings and ledgers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from repository.records import PageRow
from repository.sql.connection import SqlConnection
from repository.sql.figures import note_reading
from repository.sql.ingests import ingest_for_update
from repository.tables import FindingTable, LedgerTable, PageTable
from schemas.errors import CatalogueError
from schemas.findings import Finding
from schemas.ingest import PlannedPage
from schemas.ledger import Ledger
from schemas.page import PageKind


class PagesPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def plan_pages(self, ingest_id: str, pages: Sequence[PlannedPage]) -> None:
        wanted = {page.number: page for page in pages}
        if sorted(wanted) != list(range(1, len(pages) + 1)):
            raise CatalogueError(detail=f"the pages of ingest {ingest_id} are not numbered 1–{len(pages)}")
        with self._write() as session:
            ingest = ingest_for_update(session, ingest_id)
            rows = session.scalars(select(PageTable).where(PageTable.ingest_id == ingest_id))
            known = {row.number: row for row in rows}
            same = {number for number, row in known.items() if wanted.get(number) == _planned(row)}
            if ingest.pages == len(wanted) == len(known) == len(same):
                return
            if ingest.version is not None:
                raise CatalogueError(detail=f"ingest {ingest_id} is deposited; its pages cannot be planned anew")
            ingest.pages = len(wanted)
            for number in known.keys() - same:
                session.delete(known[number])
            session.flush()
            session.add_all(
                PageTable(ingest_id=ingest_id, number=number, file=page.file, frame=page.frame, frames=page.frames)
                for number, page in wanted.items()
                if number not in same
            )

    def planned_pages(self, ingest_id: str) -> list[PlannedPage]:
        query = select(PageTable).where(PageTable.ingest_id == ingest_id).order_by(PageTable.number)
        with self._read() as session:
            return [_planned(row) for row in session.scalars(query)]

    def record_page(
        self,
        ingest_id: str,
        number: int,
        *,
        kind: PageKind,
        language: str | None,
        words: int,
        confidence: float | None,
        source_digest: str | None,
        now: datetime,
    ) -> None:
        row = PageRow(number, "", 0, kind, language, words, confidence, source_digest)
        self.record_pages(ingest_id, [row], now)

    def record_pages(self, ingest_id: str, pages: Sequence[PageRow], now: datetime) -> None:
        results = {page.number: page for page in pages}
        query = (
            select(PageTable.number, PageTable.kind)
            .where(PageTable.ingest_id == ingest_id, PageTable.number.in_(results))
            .with_for_update()
        )
        with self._write() as session:
            before = dict(session.execute(query).all())
            for number in results:
                if number not in before:
                    raise CatalogueError(detail=f"ingest {ingest_id} has no planned page {number}")
            if results:
                session.execute(update(PageTable), [_result(ingest_id, page) for page in results.values()])
                note_reading(session, ingest_id, sum(kind is None for kind in before.values()), now)

    def pages(self, ingest_id: str) -> list[PageRow]:
        query = select(PageTable).where(PageTable.ingest_id == ingest_id).order_by(PageTable.number)
        with self._read() as session:
            return [_page(row, row.kind) for row in session.scalars(query) if row.kind is not None]

    def replace_findings(self, ingest_id: str, findings: Sequence[Finding], stage: str) -> None:
        with self._write() as session:
            ingest_for_update(session, ingest_id)
            session.execute(
                delete(FindingTable).where(FindingTable.ingest_id == ingest_id, FindingTable.stage == stage)
            )
            session.add_all(
                FindingTable(
                    ingest_id=ingest_id,
                    stage=stage,
                    position=position,
                    code=finding.code.value,
                    page=finding.page,
                    finding=finding.to_json().decode(),
                )
                for position, finding in enumerate(findings)
            )

    def findings(self, ingest_id: str) -> list[Finding]:
        query = (
            select(FindingTable)
            .where(FindingTable.ingest_id == ingest_id)
            .order_by(FindingTable.stage, FindingTable.position)
        )
        with self._read() as session:
            rows = sorted(session.scalars(query), key=lambda row: row.page or 0)
            return [Finding.from_json(row.finding) for row in rows]

    def record_ledger(self, ingest_id: str, ledger: Ledger, now: datetime) -> None:
        with self._write() as session:
            ingest_for_update(session, ingest_id)
            session.merge(LedgerTable(ingest_id=ingest_id, ledger=ledger.to_json().decode(), measured_at=now))

    def ledger(self, ingest_id: str) -> Ledger | None:
        with self._read() as session:
            row = session.get(LedgerTable, ingest_id)
            return Ledger.from_json(row.ledger) if row else None


def _planned(row: PageTable) -> PlannedPage:
    return PlannedPage(number=row.number, file=row.file, frame=row.frame, frames=row.frames)


def _result(ingest_id: str, page: PageRow) -> dict[str, object]:
    return {
        "ingest_id": ingest_id,
        "number": page.number,
        "kind": page.kind.value,
        "language": page.language,
        "words": page.words,
        "confidence": page.confidence,
        "source_digest": page.source_digest,
    }


def _page(row: PageTable, kind: str) -> PageRow:
    return PageRow(
        number=row.number,
        file=row.file,
        frame=row.frame,
        kind=PageKind(kind),
        language=row.language,
        words=row.words or 0,
        confidence=row.confidence,
        source_digest=row.source_digest,
    )
