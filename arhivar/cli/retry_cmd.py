# SPDX-License-Identifier: EUPL-1.2
"""`arhivar retry`: send a drop or an ingest that stands still through once more."""

from pathlib import Path

import click

from arhivar.cli.exits import case_arguments, decide
from arhivar.cli.main import Context
from arhivar.exits.cases import Exit


@click.command("retry")
@case_arguments
@click.pass_obj
def command(context: Context, case: str, reason: str, inbox: Path | None, as_json: bool) -> int:
    """Try CASE again: a folder in quarantine, or an ingest with unreadable pages or set aside."""
    return decide(context, Exit.RETRY, case, reason, inbox, as_json=as_json)
