# SPDX-License-Identifier: EUPL-1.2
"""`arhivar classify`: a person says which of the archive's people may see a unit or pages of it."""

import click

from arhivar.access.decide import classify
from arhivar.cli.access_words import decide, decision_arguments
from arhivar.cli.main import Context
from schemas.access import DecisionKind
from schemas.unit import AccessClass

_GIVEN = [one.value for one in AccessClass if one is not AccessClass.PUBLIC]


@click.command("classify")
@decision_arguments
@click.option("--class", "access_class", type=click.Choice(_GIVEN), required=True, help="Who may see it.")
@click.pass_obj
def command(
    context: Context, unit: str, pages: tuple[int, ...] | None, reason: str, access_class: str, as_json: bool
) -> int:
    """Give UNIT, or some of its pages, an access class that is not public."""
    return decide(
        context,
        pages,
        DecisionKind.CLASSIFY,
        lambda archive, numbers: classify(archive, unit, AccessClass(access_class), reason, pages=numbers),
        as_json=as_json,
    )
