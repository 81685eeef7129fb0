# SPDX-License-Identifier: EUPL-1.2
"""`arhivar publish`: a person opens a unit or pages of it to everyone."""

import click

from arhivar.access.decide import publish
from arhivar.cli.access_words import decide, decision_arguments
from arhivar.cli.main import Context
from schemas.access import DecisionKind


@click.command("publish")
@decision_arguments
@click.pass_obj
def command(context: Context, unit: str, pages: tuple[int, ...] | None, reason: str, as_json: bool) -> int:
    """Publish UNIT, or some of its pages, to everyone."""
    return decide(
        context,
        pages,
        DecisionKind.PUBLISH,
        lambda archive, numbers: publish(archive, unit, reason, pages=numbers),
        as_json=as_json,
    )
