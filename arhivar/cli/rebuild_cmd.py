# SPDX-License-Identifier: EUPL-1.2
"""`arhivar rebuild`: the catalogue's lost rows and the whole index, from the store alone."""

import sys

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.progress import UnitProgress
from arhivar.keeping.rebuild import RebuildReport, RebuildWatcher, Trouble, rebuild_archive
from schemas.errors import EXIT_DONE, EXIT_FINDINGS
from schemas.messages import Message

_MADE = Message(
    ro="Catalogul lipsea; a fost creat din nou. Deciziile, jurnalul și carantina revin din copia de siguranță.",
    en="The catalogue was missing; it was made anew. Decisions, audit and quarantine come back from its backup.",
)
_CATALOGUE = Message(
    ro="Catalog: adăugate sau aduse la zi {units} unități, {ingests} ingestii, {pages} pagini, {findings} constatări, "
    "{ledgers} evidențe",
    en="Catalogue: added or brought up to date {units} units, {ingests} ingests, {pages} pages, {findings} findings, "
    "{ledgers} ledgers",
)
_DECISIONS = Message(
    ro="Decizii privind accesul, din jurnalele lor: {decisions}",
    en="Decisions about access, from their journals: {decisions}",
)
_INDEX = Message(
    ro="Index: refăcut cu {units} unități, {pages} pagini", en="Index: built anew with {units} units, {pages} pages"
)
_UNBALANCED = Message(
    ro="{unit}: evidența nu se încheie; vedeți `arhivar status {unit}`",
    en="{unit}: the ledger does not balance; see `arhivar status {unit}`",
)


@click.command("rebuild")
@click.option("--index-only", is_flag=True, help="Leave the catalogue alone; build only the index.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, index_only: bool, as_json: bool) -> int:
    """Rebuild from the store what the catalogue lost, and the whole search index."""
    output = context.output(as_json=as_json)
    progress = UnitProgress(output.language, sys.stderr, quiet=as_json)
    watcher = RebuildWatcher(progress.start, lambda _: progress.advance())
    try:
        report = rebuild_archive(context.settings, watcher, index_only=index_only)
    finally:
        progress.stop()
    print_rebuilt(output, report, index_only=index_only)
    output.document(rebuilt_document(output, report))
    return EXIT_FINDINGS if report.troubles or report.unbalanced else EXIT_DONE


def print_rebuilt(output: Output, report: RebuildReport, *, index_only: bool) -> None:
    """What a rebuild did, in lines; also for `restore`, which ends with one."""
    if report.catalogue_made:
        output.say(_MADE)
    if not index_only:
        output.say(
            _CATALOGUE,
            units=report.units,
            ingests=report.ingests,
            pages=report.pages,
            findings=report.findings,
            ledgers=report.ledgers,
        )
    if report.decisions:
        output.say(_DECISIONS, decisions=report.decisions)
    output.say(_INDEX, units=report.indexed_units, pages=report.indexed_pages)
    for trouble in report.troubles:
        output.line(f"{trouble.unit}: {_text(output, trouble)}")
    for unit in report.unbalanced:
        output.say(_UNBALANCED, unit=unit)


def _text(output: Output, trouble: Trouble) -> str:
    if trouble.finding is not None:
        return f"[{trouble.finding.code}] {trouble.finding.say(output.language)}"
    return "" if trouble.error is None else trouble.error.say(output.language)


def rebuilt_document(output: Output, report: RebuildReport) -> dict[str, object]:
    """The same as JSON."""
    return {
        "catalogue_made": report.catalogue_made,
        "added": {
            "units": report.units,
            "ingests": report.ingests,
            "pages": report.pages,
            "findings": report.findings,
            "ledgers": report.ledgers,
            "decisions": report.decisions,
        },
        "indexed": {"units": report.indexed_units, "pages": report.indexed_pages},
        "unbalanced": report.unbalanced,
        "troubles": [{"unit": trouble.unit, "text": _text(output, trouble)} for trouble in report.troubles],
    }
