# SPDX-License-Identifier: EUPL-1.2
"""`arhivar reject`: a person refuses a drop or an ingest."""

from pathlib import Path

import click

from arhivar.cli.exits import case_arguments, decide
from arhivar.cli.main import Context
from arhivar.exits.cases import Exit


@click.command("reject")
@case_arguments
@click.pass_obj
def command(context: Context, case: str, reason: str, inbox: Path | None, as_json: bool) -> int:
    """Refuse CASE: a folder in quarantine, or an ingest that is not a unit's current version."""
    return decide(context, Exit.REJECT, case, reason, inbox, as_json=as_json)
