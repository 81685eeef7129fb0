# SPDX-License-Identifier: EUPL-1.2
"""What is told of an ingest to those who work on it, asked for by its own id or by its unit's."""

from starlette.requests import Request

from schemas.errors import NothingThere
from web.answers import FindingAnswer, FindingList, LedgerAnswer
from web.parts import parts_of
from web.problems import language_of


def tell_ledger(request: Request, ingest_id: str | None) -> LedgerAnswer:
    """Its page ledger, in the caller's language. Raises NothingThere where there is none, CatalogueError."""
    ledger = None if ingest_id is None else parts_of(request).archive.catalogue.ledger(ingest_id)
    if ledger is None:
        raise NothingThere
    return LedgerAnswer.of(ledger, language_of(request.headers))


def tell_findings(request: Request, ingest_id: str | None) -> FindingList:
    """What was noticed about it, in the caller's language. Raises NothingThere for no ingest, CatalogueError."""
    if ingest_id is None:
        raise NothingThere
    language = language_of(request.headers)
    findings = parts_of(request).archive.catalogue.findings(ingest_id)
    return FindingList(ingest_id=ingest_id, findings=tuple(FindingAnswer.of(one, language) for one in findings))
