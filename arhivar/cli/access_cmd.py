# SPDX-License-Identifier: EUPL-1.2
"""`arhivar access`: who may see a unit's pages, and what people decided about it."""

import click

from arhivar.access.effective import by_class
from arhivar.cli.access_words import CLASSES, KINDS, about, classes_document, decision_document, print_classes
from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import Archive, open_archive
from arhivar.package import require_unit
from repository.records import DecisionRow, UnitAccess, UnitRow
from schemas.errors import EXIT_DONE
from schemas.messages import Message
from schemas.unit import AccessClass

_HEADS = (
    Message(ro="Nr.", en="No."),
    Message(ro="Când", en="When"),
    Message(ro="Cine", en="Who"),
    Message(ro="Ce", en="What"),
    Message(ro="Asupra", en="About"),
    Message(ro="Versiunea", en="Version"),
    Message(ro="De ce", en="Why"),
)
_UNIT = Message(ro="{unit}: {name}", en="{unit}: {name}")
_NONE = Message(ro="Nicio decizie.", en="No decisions.")
_WAITS = Message(
    ro="Decizia {number} nu este încă în jurnal; ce închide este închis. `arhivar ingest` o duce la capăt.",
    en="Decision {number} is not in the journal yet; what it closes is closed. `arhivar ingest` ends it.",
)


@click.command("access")
@click.argument("unit")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, unit: str, as_json: bool) -> int:
    """Show who may see the pages of UNIT, and who decided what about that, when and why."""
    output = context.output(as_json=as_json)
    with open_archive(context.settings, searches=False) as archive:
        row = require_unit(archive, unit)
        _show(output, archive, row)
    return EXIT_DONE


def _show(output: Output, archive: Archive, row: UnitRow) -> None:
    access = archive.catalogue.access([row.unit_id])[row.unit_id]
    decisions = archive.catalogue.decisions(row.unit_id)
    classes = _classes(row, access)
    output.say(_UNIT, unit=row.reference_code, name=CLASSES[access.access_class].say(output.language))
    print_classes(output, classes)
    if not decisions:
        output.say(_NONE)
    else:
        output.table(_HEADS, [_cells(output, one) for one in decisions])
    for one in decisions:
        if not one.counts:
            output.say(_WAITS, number=one.decision.number)
    output.document(
        {
            "unit": row.reference_code,
            "unit_id": row.unit_id,
            "version": row.version,
            "access_class": access.access_class,
            "pages": classes_document(classes),
            "decisions": [{**decision_document(one.decision), "counts": one.counts} for one in decisions],
        }
    )


def _classes(row: UnitRow, access: UnitAccess) -> dict[AccessClass, tuple[int, ...]]:
    if row.version is None or row.pages is None:
        return {}
    return by_class({number: access.page(row.version, number) for number in range(1, row.pages + 1)})


def _cells(output: Output, row: DecisionRow) -> list[object]:
    decision = row.decision
    given = CLASSES[decision.access_class].say(output.language)
    when = decision.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    what = KINDS[decision.kind].say(output.language, {"given": given})
    place = about(output, decision.pages)
    return [decision.number, when, decision.by, what, place, decision.version, decision.reason]
