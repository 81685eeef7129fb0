# SPDX-License-Identifier: EUPL-1.2
"""`arhivar serve`: the HTTP API."""

import importlib
import signal

import click
from click.core import ParameterSource

from arhivar.cli.main import Context
from arhivar.cli.stop import STOPPED, stop_exit_code
from arhivar.log import set_level
from arhivar.stopping import StopRequest, stopping_on_signals
from schemas.errors import EXIT_DONE
from schemas.messages import Message

_APPLICATION = "web.server"
"""By name: the application builds on this room, and nothing here builds on it."""

_SERVING = Message(
    ro="API la http://{address}/api/v1. Oprire: Ctrl-C.",
    en="API at http://{address}/api/v1. Stop with Ctrl-C.",
)


@click.command("serve")
@click.option("--host", help="Address to listen on (else ARHIVAR_SERVE_HOST: this machine alone).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (else ARHIVAR_SERVE_PORT); 0 takes any.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, host: str | None, port: int | None, as_json: bool) -> int:
    """Serve the HTTP API until told to stop. Requests go to the log: paths, never what was searched for."""
    context = ctx.find_object(Context)
    if context is None:  # the group always makes one
        raise RuntimeError("no context")
    if ctx.parent is not None and ctx.parent.get_parameter_source("log") is ParameterSource.DEFAULT:
        set_level("info")
    output = context.output(as_json=as_json)

    def tell(bound_host: str, bound_port: int) -> None:
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        output.say(_SERVING, address=f"{shown}:{bound_port}")
        output.event({"event": "serving", "host": bound_host, "port": bound_port})

    settings = context.settings
    application = importlib.import_module(_APPLICATION)
    stop = StopRequest()
    with stopping_on_signals(stop, lambda _: None):
        application.serve(
            settings,
            settings.serve_host if host is None else host,
            settings.serve_port if port is None else port,
            tell,
        )
    output.say(STOPPED)
    return EXIT_DONE if stop.signal in {None, signal.SIGTERM} else stop_exit_code(stop)
