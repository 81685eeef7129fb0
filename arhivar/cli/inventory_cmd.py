# SPDX-License-Identifier: EUPL-1.2
"""`arhivar inventory`: tell the archive what its units are, all at once, before they are scanned."""

import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import click

from arhivar.auditing import record_audit
from arhivar.cli.main import Context
from arhivar.cli.output import Output, choose_language
from arhivar.composition import open_archive
from arhivar.inventory.columns import INVENTORY, NOMENCLATOR, Table
from arhivar.inventory.plan import Plan, RecordT, plan_inventory, plan_nomenclator
from arhivar.inventory.sheets import MAX_FILE_BYTES
from arhivar.inventory.template import template_csv
from schemas.audit import AuditAction
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, InputUnreadable, OutputExists
from schemas.inventory import RowProblem
from schemas.messages import Language, Message

_SHOWN = 100
"""Problems and changes that are printed as text; `--json` has all."""

_COUNTS = Message(
    ro="Noi: {new}; modificate: {changed}; neschimbate: {unchanged}; în arhivă, dar nu în fișier: {absent}",
    en="New: {new}; changed: {changed}; unchanged: {unchanged}; in the archive but not in the file: {absent}",
)
APPLIED = Message(ro="Importul a fost făcut.", en="The import is done.")
TRIED = Message(
    ro="Nimic nu a fost schimbat: a fost o probă. Repetați cu --apply pentru a importa.",
    en="Nothing was changed: this was a trial. Repeat with --apply to import.",
)
_REFUSED = Message(
    ro="Nimic nu a fost importat: corectați cele {problems} probleme, apoi repetați.",
    en="Nothing was imported: correct the {problems} problems, then repeat.",
)
_IGNORED = Message(ro="Coloane nefolosite: {columns}", en="Columns not used: {columns}")
_MORE = Message(ro="… și încă {count} (toate cu --json)", en="… and {count} more (all of them with --json)")
_WRITTEN = Message(ro="Model scris în {target}", en="Template written to {target}")
_HEADS = (
    Message(ro="Rând", en="Row"),
    Message(ro="Cota sau seria", en="Code or series"),
    Message(ro="Câmp", en="Field"),
    Message(ro="Înainte", en="Before"),
    Message(ro="După", en="After"),
)

_FILE = click.argument("file", type=click.Path(path_type=Path))
_APPLY = click.option("--apply", is_flag=True, help="Import; without it, only show what would change.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("inventory")
def command() -> None:
    """Tell the archive what its units are, all at once, before they are scanned."""


@command.command("import")
@_FILE
@_APPLY
@click.option("--prefix", help="Reference code of rows that have none: this, followed by their number (Nr. crt.).")
@_JSON
@click.pass_obj
def import_command(context: Context, file: Path, apply: bool, prefix: str | None, as_json: bool) -> int:
    """Import an inventory, CSV or XLSX. Shows what would change; with --apply, changes it, all or nothing."""
    output = context.output(as_json=as_json)
    data = read_file(file)
    with open_archive(context.settings) as archive:
        plan = plan_inventory(data, archive.catalogue.inventory(), prefix=prefix)
        applied = apply and not plan.problems
        if applied:
            archive.catalogue.add_inventory(plan.to_write)
            record_audit(
                archive, AuditAction.INVENTORY_IMPORTED, subject=subject_of(file), details=_imported(plan, data)
            )
    return _report(output, plan, INVENTORY, applied=applied)


@command.command("nomenclator")
@_FILE
@_APPLY
@_JSON
@click.pass_obj
def nomenclator_command(context: Context, file: Path, apply: bool, as_json: bool) -> int:
    """Import a nomenclator: retention term and first access class of each series. Tries, or with --apply, imports."""
    output = context.output(as_json=as_json)
    data = read_file(file)
    with open_archive(context.settings) as archive:
        plan = plan_nomenclator(data, archive.catalogue.series_rules())
        applied = apply and not plan.problems
        if applied:
            archive.catalogue.set_series(plan.to_write)
            record_audit(
                archive, AuditAction.NOMENCLATOR_IMPORTED, subject=subject_of(file), details=_imported(plan, data)
            )
    return _report(output, plan, NOMENCLATOR, applied=applied)


@command.command("template")
@click.option("--lang", type=click.Choice([one.value for one in Language]), help="Language of the headings.")
@click.option("--nomenclator", is_flag=True, help="A nomenclator instead of an inventory.")
@click.option("--out", type=click.Path(path_type=Path), help="A new file; without it, standard output.")
@_JSON
@click.pass_obj
def template_command(context: Context, lang: str | None, nomenclator: bool, out: Path | None, as_json: bool) -> int:
    """Write the header of an inventory as CSV, ready for a spreadsheet."""
    output = context.output(as_json=as_json)
    language = choose_language(lang) if lang is not None else output.language
    table = NOMENCLATOR if nomenclator else INVENTORY
    data = template_csv(table, language)
    if out is not None:
        write_new(out, data)
        output.say(_WRITTEN, target=out)
    elif not as_json:
        sys.stdout.buffer.write(data)
    columns = [
        {
            "name": column.name,
            "heading": column.heading.say(language),
            "meaning": column.meaning.say(language),
            "required": column.name in table.required,
        }
        for column in table.template()
    ]
    output.document({"target": None if out is None else str(out), "columns": columns})
    return EXIT_DONE


def read_file(file: Path) -> bytes:
    """A file's bytes, a little more than may be imported. Raises InputUnreadable."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputUnreadable(file=str(file), detail=error.strerror or "") from error


def subject_of(file: Path) -> str:
    """The file's name as the audit keeps it: bytes that are no text are replaced."""
    return os.fsencode(file.name).decode(errors="replace")[:1000]


def _imported(plan: Plan[RecordT], data: bytes) -> dict[str, str | int]:
    """What the audit keeps of an import."""
    return {
        "sha256": sha256(data).hexdigest(),
        "rows": plan.rows,
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
    }


def write_new(target: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises OutputExists."""
    try:
        with target.open("xb") as stream:
            stream.write(data)
    except OSError as error:
        raise OutputExists(file=str(target), detail=error.strerror or "") from error


def _report(output: Output, plan: Plan[RecordT], table: Table, *, applied: bool) -> int:
    if plan.ignored:
        output.say(_IGNORED, columns=", ".join(plan.ignored))
    _print_changes(output, plan, table)
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "absent": plan.absent,
    }
    if plan.problems:
        print_problems(output, plan.problems)
    else:
        output.say(_COUNTS, **counts)
        output.say(APPLIED if applied else TRIED)
    output.document(
        {
            "applied": applied,
            "rows": plan.rows,
            "new": list(plan.new),
            "changed": [
                {
                    "key": one.key,
                    "row": one.row,
                    "changes": [
                        {"field": change.field, "before": change.before, "after": change.after}
                        for change in one.changes
                    ],
                }
                for one in plan.changed
            ],
            "unchanged": plan.unchanged,
            "absent": plan.absent,
            "ignored_columns": list(plan.ignored),
            "problems": [problem_document(problem) for problem in plan.problems],
        }
    )
    return EXIT_FINDINGS if plan.problems else EXIT_DONE


def print_problems(output: Output, problems: Sequence[RowProblem]) -> None:
    """The problems, as many as people read, and that nothing was imported."""
    for problem in problems[:_SHOWN]:
        output.line(_sentence(problem, output.language))
    if len(problems) > _SHOWN:
        output.say(_MORE, count=len(problems) - _SHOWN)
    output.say(_REFUSED, problems=len(problems))


def _print_changes(output: Output, plan: Plan[RecordT], table: Table) -> None:
    rows: list[Sequence[object]] = [
        (
            one.row,
            one.key,
            table.heading(change.field).say(output.language),
            _value(change.before),
            _value(change.after),
        )
        for one in plan.changed
        for change in one.changes
    ]
    if rows:
        output.table(_HEADS, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        output.say(_MORE, count=len(rows) - _SHOWN)


def _value(value: object) -> str:
    if value is None:
        return "–"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _sentence(problem: RowProblem, language: Language) -> str:
    where = problem.where(language)
    return f"{where}: " * bool(where) + f"[{problem.code}] {problem.say(language)}"


def problem_document(problem: RowProblem) -> dict[str, object]:
    """A problem as JSON has it."""
    return {
        "code": problem.code.value,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "message": {language.value: problem.say(language) for language in Language},
    }
