# SPDX-License-Identifier: EUPL-1.2
"""`arhivar accept`: a person takes what a drop or an ingest lacks."""

from pathlib import Path

import click

from arhivar.cli.exits import case_arguments, decide
from arhivar.cli.main import Context
from arhivar.exits.cases import Exit


@click.command("accept")
@case_arguments
@click.pass_obj
def command(context: Context, case: str, reason: str, inbox: Path | None, as_json: bool) -> int:
    """Accept CASE as it is: the unreadable pages of an ingest, or what is wrong with a folder in quarantine."""
    return decide(context, Exit.ACCEPT, case, reason, inbox, as_json=as_json)
