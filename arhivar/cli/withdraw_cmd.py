# SPDX-License-Identifier: EUPL-1.2
"""`arhivar withdraw`: a person takes a unit or pages of it back from the public."""

import click

from arhivar.access.decide import withdraw
from arhivar.cli.access_words import decide, decision_arguments
from arhivar.cli.main import Context
from schemas.access import DecisionKind


@click.command("withdraw")
@decision_arguments
@click.pass_obj
def command(context: Context, unit: str, pages: tuple[int, ...] | None, reason: str, as_json: bool) -> int:
    """Withdraw UNIT, or some of its pages, from the public, at once."""
    return decide(
        context,
        pages,
        DecisionKind.WITHDRAW,
        lambda archive, numbers: withdraw(archive, unit, reason, pages=numbers),
        as_json=as_json,
    )
