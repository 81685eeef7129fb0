# SPDX-License-Identifier: EUPL-1.2
"""`arhivar places`: the other names of places and streets, by which they are found too."""

from hashlib import sha256
from pathlib import Path

import click

from arhivar.auditing import record_audit
from arhivar.cli.inventory_cmd import APPLIED, TRIED, print_problems, problem_document, read_file, subject_of, write_new
from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import open_archive, open_catalogue
from arhivar.places.plan import PlacesPlan, places_csv, plan_places
from schemas.audit import AuditAction
from schemas.errors import EXIT_DONE, EXIT_FINDINGS
from schemas.messages import Message
from schemas.naming import folder_key
from schemas.places import PlaceName

_COUNTS = Message(
    ro="Locuri noi: {new}; modificate: {changed}; neschimbate: {unchanged}; care nu sunt în fișier: {absent}",
    en="New places: {new}; changed: {changed}; unchanged: {unchanged}; not in the file: {absent}",
)
_CHANGED = Message(ro="Modificate: {places}", en="Changed: {places}")
_REMOVED = Message(ro="Se scot: {places}", en="Taken out: {places}")
_WRITTEN = Message(ro="Tabel scris în {target}", en="Table written to {target}")
_LISTED = Message(ro="Locuri și străzi: {places}; nume: {names}", en="Places and streets: {places}; names: {names}")
_HEADS = (
    Message(ro="Id", en="Id"),
    Message(ro="Fel", en="Kind"),
    Message(ro="Nume", en="Name"),
    Message(ro="Limba", en="Language"),
    Message(ro="Ani", en="Years"),
    Message(ro="În", en="Within"),
)
_KIND = {
    "place": Message(ro="localitate", en="place"),
    "street": Message(ro="stradă", en="street"),
}


@click.group("places")
def command() -> None:
    """The other names of places and streets, by which they are found too."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Import; without it, only show what would change.")
@click.option("--replace", is_flag=True, help="Take out places that are not in the file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def import_command(context: Context, file: Path, apply: bool, replace: bool, as_json: bool) -> int:
    """Import a table of places and streets, CSV or XLSX. Tries, or with --apply, imports: all or nothing."""
    output = context.output(as_json=as_json)
    data = read_file(file)
    with open_archive(context.settings, searches=False) as archive:
        plan = plan_places(data, archive.catalogue.places())
        applied = apply and not plan.problems
        if applied:
            archive.catalogue.set_places(plan.names, others_end=replace)
            record_audit(
                archive,
                AuditAction.PLACES_IMPORTED,
                subject=subject_of(file),
                details={
                    "sha256": sha256(data).hexdigest(),
                    "rows": plan.rows,
                    "new": len(plan.new),
                    "changed": len(plan.changed),
                    "unchanged": len(plan.unchanged),
                    "removed": len(plan.absent) if replace else 0,
                },
            )
    return _report(output, plan, applied=applied, replace=replace)


@command.command("list")
@click.argument("name", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Write them as CSV to a new file, to edit and import.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(context: Context, name: str | None, out: Path | None, as_json: bool) -> int:
    """List places and streets with all their names; those with NAME in one of their names, where it is given."""
    output = context.output(as_json=as_json)
    with open_catalogue(context.settings) as catalogue:
        names = _chosen(catalogue.places(), name)
    if out is not None:
        write_new(out, places_csv(names))
        output.say(_WRITTEN, target=out)
    else:
        output.table(_HEADS, [_row(output, one) for one in names])
        output.say(_LISTED, places=len({one.id for one in names}), names=len(names))
    output.document({"target": out, "names": [one.model_dump(mode="json") for one in names]})
    return EXIT_DONE


def _chosen(names: list[PlaceName], wanted: str | None) -> list[PlaceName]:
    if wanted is None:
        return names
    key = folder_key(wanted)
    found = {one.id for one in names if key in folder_key(one.name) or key == folder_key(one.id)}
    return [one for one in names if one.id in found]


def _row(output: Output, one: PlaceName) -> tuple[object, ...]:
    years = "" if one.year_from is one.year_to is None else f"{one.year_from or ''}–{one.year_to or ''}"
    return (one.id, _KIND[one.kind.value].say(output.language), one.name, one.language, years, one.within)


def _report(output: Output, plan: PlacesPlan, *, applied: bool, replace: bool) -> int:
    if plan.problems:
        print_problems(output, plan.problems)
    else:
        if plan.changed:
            output.say(_CHANGED, places=", ".join(plan.changed))
        if replace and plan.absent:
            output.say(_REMOVED, places=", ".join(plan.absent))
        counts = {"new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged, "absent": plan.absent}
        output.say(_COUNTS, **{name: len(places) for name, places in counts.items()})
        output.say(APPLIED if applied else TRIED)
    output.document(
        {
            "applied": applied,
            "rows": plan.rows,
            "new": list(plan.new),
            "changed": list(plan.changed),
            "unchanged": len(plan.unchanged),
            "absent": list(plan.absent),
            "removed": list(plan.absent) if applied and replace else [],
            "ignored_columns": list(plan.ignored),
            "problems": [problem_document(problem) for problem in plan.problems],
        }
    )
    return EXIT_FINDINGS if plan.problems else EXIT_DONE
