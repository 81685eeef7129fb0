# SPDX-License-Identifier: EUPL-1.2
"""`arhivar init`: make the archive, or bring an existing one up to date."""

import click

from arhivar.cli.main import Context
from schemas.messages import Message

_MADE = Message(ro="Arhivă nouă în {home}", en="New archive in {home}")
_CURRENT = Message(ro="Arhiva din {home} este la zi", en="The archive in {home} is up to date")


@click.command("init")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, as_json: bool) -> int:
    """Make an archive in ARHIVAR_HOME, or upgrade the one that is there."""
    from arhivar.composition import init_archive

    output = context.output(as_json=as_json)
    home = context.settings.home
    new = init_archive(context.settings)
    output.say(_MADE if new else _CURRENT, home=home)
    output.document({"home": str(home), "new": new})
    return 0
