# SPDX-License-Identifier: EUPL-1.2
"""`arhivar metrics`: what Prometheus asks for, printed once, kept in a file, or served."""

import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from arhivar.cli.main import Context
from arhivar.cli.stop import STOPPED, stop_exit_code
from arhivar.stopping import StopRequest, stopping_on_signals
from schemas.errors import EXIT_DONE, OutputExists, UsageError
from schemas.messages import Message

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_FOREVER_SECONDS = 3600.0
_ADDRESS = re.compile(r"(?:(?P<host>[^:\[\]]+|\[[0-9a-fA-F:.]+\]):)?(?P<port>\d{1,5})")
_PLACE = re.compile(r"(?P<name>[a-z][a-z0-9_-]{0,30})=(?P<folder>.+)")
_SERVING = Message(
    ro="Metrici la http://{address}/metrics. Oprire: Ctrl-C.",
    en="Metrics at http://{address}/metrics. Stop with Ctrl-C.",
)


@click.command("metrics")
@click.option("--listen", help="Serve /metrics there, as HOST:PORT or PORT (then this machine alone may ask).")
@click.option("--textfile", type=click.Path(path_type=Path), help="Write this file, for node_exporter's collector.")
@click.option("--disk", "disks", multiple=True, help="A further folder whose disk is measured: NAME=FOLDER.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, listen: str | None, textfile: Path | None, disks: tuple[str, ...], as_json: bool) -> int:
    """Print metrics for Prometheus: by stage, by state, what is stuck, late or full. Records are not in them."""
    from prometheus_client import generate_latest

    from arhivar.metrics.collector import archive_registry

    output = context.output(as_json=as_json)
    registry = archive_registry(context.settings, _places(disks))
    if listen is not None:
        from arhivar.metrics.server import serving

        host, port = _address(listen)
        stop = StopRequest()
        try:
            with stopping_on_signals(stop, lambda _: None), serving(registry, host, port) as bound:
                output.say(_SERVING, address=f"[{host}]:{bound}" if ":" in host else f"{host}:{bound}")
                output.event({"event": "serving", "host": host, "port": bound})
                while not stop.wait(_FOREVER_SECONDS):
                    pass
        except OSError as error:
            raise UsageError(detail=f"--listen {listen}: {error.strerror or error}") from error
        output.say(STOPPED)
        return EXIT_DONE if stop.signal == signal.SIGTERM else stop_exit_code(stop)
    if as_json:
        output.document({"metrics": _document(registry)})
        return EXIT_DONE
    text = generate_latest(registry)
    if textfile is None:
        click.echo(text.decode(), nl=False)
    else:
        _write(textfile, text)
    return EXIT_DONE


def _address(listen: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(listen)
    if found is None or int(found["port"]) > 65535:
        raise UsageError(detail=f"--listen {listen}: HOST:PORT")
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _places(disks: tuple[str, ...]) -> dict[str, Path]:
    found = {text: _PLACE.fullmatch(text) for text in disks}
    for text, match in found.items():
        if match is None:
            raise UsageError(detail=f"--disk {text}: NAME=FOLDER")
    return {match["name"]: Path(match["folder"]) for match in found.values() if match is not None}


def _document(registry: "CollectorRegistry") -> list[dict[str, object]]:
    return [
        {"name": sample.name, "labels": sample.labels, "value": sample.value}
        for family in registry.collect()
        for sample in family.samples
    ]


def _write(target: Path, data: bytes) -> None:
    """Write whole or not at all: node_exporter may read it at any moment, as another user."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.chmod(0o644)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputExists(file=str(target), detail=error.strerror or "") from error
