# SPDX-License-Identifier: EUPL-1.2
"""`arhivar replicate`: bring the second store up to the first."""

import sys

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.progress import UnitProgress, megabytes
from arhivar.composition import open_archive, open_replica
from arhivar.keeping.replicate import ReplicaReport, ReplicaWatcher, replicate
from schemas.errors import EXIT_DONE, EXIT_FINDINGS
from schemas.messages import Message

_SUM = Message(
    ro="Replică: {complete} din {units} unități întregi; copiate acum {files} fișiere, {size}",
    en="Replica: {complete} of {units} units whole; copied now {files} files, {size}",
)


@click.command("replicate")
@click.argument("unit", required=False)
@click.option("--init", "new", is_flag=True, help="Make the replica where there is none yet.")
@click.option("--verify", is_flag=True, help="Then read every byte of the replica's packages again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, unit: str | None, new: bool, verify: bool, as_json: bool) -> int:
    """Copy to the replica (ARHIVAR_REPLICA) what it lacks of UNIT, or of the whole store."""
    output = context.output(as_json=as_json)
    progress = UnitProgress(output.language, sys.stderr, quiet=as_json)
    with open_archive(context.settings) as archive:
        replica = open_replica(context.settings, new=new)
        watcher = ReplicaWatcher(progress.start, progress.read, progress.advance)
        try:
            report = replicate(archive, replica, watcher, reference_code=unit, verify=verify)
        finally:
            progress.stop()
    _print(output, report)
    output.document(_document(output, report))
    return EXIT_FINDINGS if report.troubles else EXIT_DONE


def _print(output: Output, report: ReplicaReport) -> None:
    for trouble in report.troubles:
        where = "" if trouble.unit is None else f"{trouble.unit}: "
        output.line(f"{where}[{trouble.finding.code}] {trouble.finding.say(output.language)}")
    for advice in dict.fromkeys(trouble.finding.advise(output.language) for trouble in report.troubles):
        output.line(f"  → {advice}")
    output.say(
        _SUM,
        complete=report.complete,
        units=report.units,
        files=report.copied_files,
        size=megabytes(report.copied_bytes),
    )


def _document(output: Output, report: ReplicaReport) -> dict[str, object]:
    return {
        "units": report.units,
        "complete": report.complete,
        "copied": {"files": report.copied_files, "bytes": report.copied_bytes},
        "troubles": [
            {
                "unit": trouble.unit,
                **trouble.finding.model_dump(mode="json"),
                "text": trouble.finding.say(output.language),
                "advice": trouble.finding.advise(output.language),
            }
            for trouble in report.troubles
        ],
    }
