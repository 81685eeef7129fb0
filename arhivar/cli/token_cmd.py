# SPDX-License-Identifier: EUPL-1.2
"""`arhivar token`: a token for trying the API on this machine."""

import click

from arhivar.auditing import record_audit
from arhivar.cli.main import Context
from arhivar.composition import open_archive
from arhivar.local_issuer import LOCAL_ISSUER, MOST_MINUTES, issue_token
from schemas.audit import AuditAction
from schemas.errors import EXIT_DONE
from schemas.roles import Role


@click.command("token")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What it lets one do.")
@click.option(
    "--minutes", type=click.IntRange(1, MOST_MINUTES), default=60, show_default=True, help="How long it is good."
)
@click.option("--scope", "scopes", multiple=True, help="What it allows beside the role; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, role: str, minutes: int, scopes: tuple[str, ...], as_json: bool) -> int:
    """Print a bearer token of this archive, for an `arhivar serve` that only this machine reaches.

    That it was given is in the audit, before it is printed: to whom, for which role, how long.
    """
    output = context.output(as_json=as_json)
    # A key is made in an archive, not wherever ARHIVAR_HOME happens to point.
    with open_archive(context.settings, searches=False) as archive:
        token = issue_token(context.settings, Role(role), minutes, scopes)
        stated: dict[str, str | int] = {"role": role, "minutes": minutes, "scopes": " ".join(scopes)}
        record_audit(archive, AuditAction.TOKEN_ISSUED, subject=LOCAL_ISSUER, details=stated)
    if not as_json:
        click.echo(token)  # as it is: a line for people would be broken to the width of the terminal
    output.document({"token": token, "role": role, "minutes": minutes, "scopes": list(scopes)})
    return EXIT_DONE
