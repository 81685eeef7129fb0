# SPDX-License-Identifier: EUPL-1.2
"""`arhivar search`: find units and their pages by their words."""

import re

import click
from rich.text import Text

from arhivar.cli.main import Context
from arhivar.cli.output import Output, marked
from arhivar.composition import open_archive
from arhivar.finding import open_search
from schemas.errors import EXIT_DONE
from schemas.messages import Message
from schemas.search import FoundUnits, SearchFilters, SearchHit, SearchResult

_FOUND = Message(ro="{query}: pagini găsite: {total}", en="{query}: pages found: {total}")
_FOUND_UNITS = Message(
    ro="{query}: unități găsite: {units}, pagini: {pages}", en="{query}: units found: {units}, pages: {pages}"
)
_MEANT = Message(ro="Ați vrut să căutați: {query}", en="Did you mean: {query}")
_MATCHING = Message(ro="pagini găsite: {matching}", en="pages found: {matching}")
_PAGE = Message(ro="pagina", en="page")
_MINUS = "\0"  # cannot come from a command line


class _QueryCommand(click.Command):
    """`-word` is a part of the query and not an option; all our options begin with two dashes, or are `-h`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [_MINUS + arg[1:] if re.match(r"-[^-]", arg) and arg != "-h" else arg for arg in args]
        return super().parse_args(ctx, words)


@click.command("search", cls=_QueryCommand)
@click.argument("query", nargs=-1, required=True)
@click.option("--unit", help="Only in the unit with this reference code.")
@click.option("--from", "year_from", type=int, help="Only units that reach to this year or later.")
@click.option("--to", "year_to", type=int, help="Only units that begin in this year or earlier.")
@click.option("--language", help="Only pages in this language: ron, hun, deu …")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many units (or pages).")
@click.option("--offset", type=click.IntRange(0, 9000), default=0, show_default=True, help="After how many.")
@click.option("--pages", "flat", is_flag=True, help="Page by page, in order of relevance, not by unit.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the boxes of the words.")
@click.pass_obj
def command(
    context: Context,
    query: tuple[str, ...],
    unit: str | None,
    year_from: int | None,
    year_to: int | None,
    language: str | None,
    limit: int,
    offset: int,
    flat: bool,
    as_json: bool,
) -> int:
    """Find pages: words, "phrases", -word, word*, dates, numbers of acts, years 1948..1952.

    Fields: fonds:, series:, unit:CODE, title:, type:, year:1980..1989, lang:ron, place:"str. Mare"; in Romanian fond:,
    serie:, cota:, titlu:, tip:, an:, limba:, loc: or strada:.
    """
    output = context.output(as_json=as_json)
    filters = SearchFilters(unit=unit, year_from=year_from, year_to=year_to, language=language)
    with open_archive(context.settings) as archive:
        text = " ".join(query).replace(_MINUS, "-")
        search = open_search(archive)
        if flat:
            pages = search.search(text, filters, limit=limit, offset=offset)
            print_result(output, pages)
            output.document(pages.model_dump(mode="json"))
        else:
            units = search.find(text, filters, limit=limit, offset=offset)
            print_units(output, units)
            output.document(units.model_dump(mode="json"))
    return EXIT_DONE


def print_units(output: Output, found: FoundUnits) -> None:
    """Units with their best pages and what was perhaps meant."""
    output.say(_FOUND_UNITS, units=found.units, pages=found.pages, query=found.query)
    if found.did_you_mean is not None:
        output.say(_MEANT, query=found.did_you_mean)
    for unit in found.hits:
        matching = _MATCHING.say(output.language, {"matching": unit.matching})
        output.line(Text.assemble((unit.reference_code, "bold"), f" — {unit.title} ({matching})"))
        for page in unit.pages:
            output.line(Text.assemble(f"   {_PAGE.say(output.language)} {page.page}: ", _snippet(output, page)))


def print_result(output: Output, result: SearchResult) -> None:
    """Hits with their marked snippets."""
    output.say(_FOUND, total=result.total, query=result.query)
    page = _PAGE.say(output.language)
    for hit in result.hits:
        output.line(Text.assemble((hit.reference_code, "bold"), f", {page} {hit.page} — {hit.title}"))
        output.line(Text.assemble("   ", _snippet(output, hit)))


def _snippet(output: Output, hit: SearchHit) -> Text:
    return marked(hit.snippet.text, hit.snippet.marks, colour=output.console.is_terminal)
