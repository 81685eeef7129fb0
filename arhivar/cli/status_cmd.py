# SPDX-License-Identifier: EUPL-1.2
"""`arhivar status`: what the archive holds and what waits; for one unit, its ingests, ledger and findings, or pages."""

import time
from dataclasses import replace
from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.waiting import drop_document, ingest_document, show_drops, show_exits, show_ingests
from arhivar.cli.words import STATE, STATES, UNIT, WAITING_FOR, ledger_document, print_ledger, waiting_document
from arhivar.composition import Archive, object_id, open_archive, open_pool
from arhivar.exits.cases import SHORT_ID, QuarantinedDrop, ingest_exits, quarantined_drops, waiting_ingests
from arhivar.intake.take import Waiting, waiting_drops
from arhivar.package import read_package, require_unit
from arhivar.worst_pages import rank_pages
from repository.records import IngestRow, PageRow, UnitRow
from schemas.errors import EXIT_DONE
from schemas.findings import Finding
from schemas.messages import Message
from schemas.page import PageKind

_LONG_SECONDS = 3600

_TITLE = Message(ro="Titlu", en="Title")
_PAGES = Message(ro="Pagini", en="Pages")
_VERSION = Message(ro="Versiune", en="Version")
_INGEST = Message(ro="Ingestie", en="Ingest")
_RECEIVED = Message(ro="Primit", en="Received")
_PAGE = Message(ro="Pagina", en="Page")
_KIND = Message(ro="Fel", en="Kind")
_LANGUAGE = Message(ro="Limba", en="Language")
_WORDS = Message(ro="Cuvinte", en="Words")
_CONFIDENCE = Message(ro="Încredere", en="Confidence")
_SCORE = Message(ro="Punctaj", en="Score")
_FINDINGS = Message(ro="Constatări", en="Findings")
_NO_PAGES = Message(ro="Nicio pagină nu are încă un rezultat.", en="No page has a result yet.")
_PAGES_NEED_UNIT = Message(ro="--pages cere o UNITATE.", en="--pages asks for a UNIT.")
_KINDS = {
    PageKind.PAGE: Message(ro="pagină", en="page"),
    PageKind.BLANK: Message(ro="albă", en="blank"),
    PageKind.COVER: Message(ro="copertă", en="cover"),
    PageKind.SEPARATOR: Message(ro="separator", en="separator"),
    PageKind.TARGET: Message(ro="țintă", en="target"),
    PageKind.UNREADABLE: Message(ro="ilizibilă", en="unreadable"),
}
_EMPTY = Message(ro="Arhiva este goală.", en="The archive is empty.")
_WAITS = Message(
    ro="Așteaptă de {minutes} min: {folder} — {what} {detail}",
    en="Waiting for {minutes} min: {folder} — {what} {detail}",
)


@click.command("status")
@click.argument("unit", required=False)
@click.option("--inbox", type=click.Path(path_type=Path), help="Also show drops that wait there (else ARHIVAR_INBOX).")
@click.option("--pages", "by_page", is_flag=True, help="Show the pages of UNIT, worst first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, unit: str | None, inbox: Path | None, by_page: bool, as_json: bool) -> int:
    """Show every unit and what waits, or the ingests, ledger and findings of UNIT, or its pages."""
    output = context.output(as_json=as_json)
    if by_page and unit is None:
        raise click.UsageError(_PAGES_NEED_UNIT.say(output.language))
    with open_archive(context.settings) as archive:
        if unit is not None and by_page:
            _show_pages(output, archive, unit)
        elif unit is not None:
            _show_unit(output, archive, unit)
        else:
            folder = inbox or context.settings.inbox
            drops = quarantined_drops(archive, None if folder is None else folder.resolve())
            _show_all(output, archive, _waiting(archive, folder), drops)
    return EXIT_DONE


def _waiting(archive: Archive, inbox: Path | None) -> list[Waiting]:
    if inbox is None:
        return []
    with open_pool(archive.settings) as pool:
        return waiting_drops(archive, inbox.resolve(), pool.count_frames)[1]


def _show_all(output: Output, archive: Archive, waiting: list[Waiting], drops: list[QuarantinedDrop]) -> None:
    units = archive.catalogue.units()
    states: dict[str, IngestRow] = {}
    ingests = archive.catalogue.ingests()
    undecided = waiting_ingests(archive, ingests)
    for row in ingests:
        states.setdefault(str(row.unit_id), row)
    if not (units or waiting or drops):
        output.say(_EMPTY)
    if units:
        rows = []
        for unit in units:
            latest = states.get(str(unit.unit_id))
            state = STATES[latest.state].say(output.language) if latest is not None else ""
            rows.append([unit.reference_code, state, unit.pages, unit.version, unit.title])
        output.table([UNIT, STATE, _PAGES, _VERSION, _TITLE], rows)
    show_ingests(output, archive, undecided)
    show_drops(output, drops)
    now = time.time()
    for one in waiting:
        what = WAITING_FOR[one.readiness.waiting_for or "quiet"].say(output.language)
        minutes = int((now - one.readiness.since) / 60)
        output.say(_WAITS, minutes=minutes, folder=one.folder, what=what, detail=one.readiness.detail)
    output.document(
        {
            "units": [
                {
                    **_unit_document(unit),
                    "state": states[str(unit.unit_id)].state if str(unit.unit_id) in states else None,
                }
                for unit in units
            ],
            "quarantined": [drop_document(drop) for drop in drops],
            "undecided": [ingest_document(archive, row) for row in undecided],
            "waiting": [
                {**waiting_document(one), "long": now - one.readiness.since >= _LONG_SECONDS} for one in waiting
            ],
        }
    )


def _unit_document(unit: UnitRow) -> dict[str, object]:
    return {
        "unit_id": unit.unit_id,
        "reference_code": unit.reference_code,
        "title": unit.title,
        "version": unit.version,
        "pages": unit.pages,
        "access_class": unit.access_class,
    }


def _show_unit(output: Output, archive: Archive, code: str) -> None:
    unit = require_unit(archive, code)
    output.line(f"{unit.reference_code} — {unit.title}")
    ingests = archive.catalogue.ingests(unit_id=unit.unit_id)
    output.table(
        [_INGEST, STATE, _PAGES, _RECEIVED],
        [
            [
                row.ingest_id,
                STATES[row.state].say(output.language),
                len(row.manifest.pages),
                row.received_at.isoformat(timespec="seconds"),
            ]
            for row in ingests
        ],
    )
    documents = []
    for row in ingests:
        ledger = archive.catalogue.ledger(row.ingest_id)
        findings = archive.catalogue.findings(row.ingest_id)
        show_exits(output, row.ingest_id[:SHORT_ID], ingest_exits(archive, row))
        if ledger is not None:
            print_ledger(output, ledger)
        for finding in findings:
            output.line(f"  [{finding.code}] {finding.say(output.language)}")
        documents.append(
            {
                "ingest_id": row.ingest_id,
                "state": row.state,
                "intent": row.intent,
                "received_at": row.received_at.isoformat(),
                "pages": len(row.manifest.pages),
                "attempt": row.attempt,
                "reason": row.reason,
                "exits": list(ingest_exits(archive, row)),
                "ledger": None if ledger is None else ledger_document(ledger),
                "findings": [
                    {**finding.model_dump(mode="json"), "text": finding.say(output.language)} for finding in findings
                ],
            }
        )
    output.document({**_unit_document(unit), "ingests": documents})


def _show_pages(output: Output, archive: Archive, code: str) -> None:
    """The pages of the unit's newest ingest, or, where that is a part of the unit, of the unit as it is now."""
    unit = require_unit(archive, code)
    newest = archive.catalogue.ingests(unit_id=unit.unit_id)[0]
    pages, findings = archive.catalogue.pages(newest.ingest_id), archive.catalogue.findings(newest.ingest_id)
    if newest.intent.partial and unit.ingest_id is not None:
        pages, findings = _pages_of_unit(archive, unit, archive.catalogue.findings(unit.ingest_id))
    judged = rank_pages(pages, findings)
    output.line(f"{unit.reference_code} — {unit.title}")
    if judged:
        output.table(
            [_PAGE, _KIND, _LANGUAGE, _WORDS, _CONFIDENCE, _SCORE, _FINDINGS],
            [
                [
                    one.page.number,
                    _KINDS[one.page.kind].say(output.language),
                    one.page.language,
                    one.page.words,
                    None if one.page.confidence is None else f"{one.page.confidence:.0f}",
                    one.score,
                    "\n".join(finding.say(output.language) for finding in one.findings),
                ]
                for one in judged
            ],
        )
    else:
        output.say(_NO_PAGES)
    output.document(
        {
            **_unit_document(unit),
            "ingest_id": newest.ingest_id,
            "state": newest.state,
            "pages": [
                {
                    "page": one.page.number,
                    "file": one.page.file,
                    "kind": one.page.kind,
                    "language": one.page.language,
                    "words": one.page.words,
                    "confidence": one.page.confidence,
                    "score": one.score,
                    "findings": [
                        {**finding.model_dump(mode="json"), "text": finding.say(output.language)}
                        for finding in one.findings
                    ],
                }
                for one in judged
            ],
        }
    )


def _pages_of_unit(archive: Archive, unit: UnitRow, findings: list[Finding]) -> tuple[list[PageRow], list[Finding]]:
    """The pages of the current version by their numbers in the unit, and `findings` with those of the kept pages."""
    package = read_package(archive, object_id(unit.unit_id))
    rows = {
        ingest_id: {row.number: row for row in archive.catalogue.pages(ingest_id)}
        for ingest_id in {page.ingest_id for page in package.pages}
    }
    pages = [
        replace(rows[page.ingest_id][page.sequence], number=page.number)
        for page in package.pages
        if page.sequence in rows[page.ingest_id]
    ]
    kept = [finding for page in package.pages for finding in page.findings if finding not in findings]
    return pages, [*findings, *kept]
