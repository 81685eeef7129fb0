# SPDX-License-Identifier: EUPL-1.2
"""`arhivar backup`: what the store cannot tell, in a new folder."""

from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.progress import megabytes
from arhivar.composition import open_archive
from arhivar.keeping.backup import BackupReport, make_backup
from schemas.errors import EXIT_DONE
from schemas.messages import Message

_MADE = Message(
    ro="Copie de siguranță: {folder} ({files} fișiere, {size}, catalog în versiunea {revision}, {units} unități), "
    "recitită",
    en="Backup: {folder} ({files} files, {size}, catalogue of version {revision}, {units} units), read back",
)
_PRUNED = Message(ro="Șters, mai vechi: {folder}", en="Removed, older: {folder}")
_STORE = Message(
    ro="Depozitul ({files} fișiere, {size}) și indexul nu sunt în ea: pe acesta din urmă îl reface `arhivar rebuild`.",
    en="The store ({files} files, {size}) and the index are not in it: the latter is built by `arhivar rebuild`.",
)
_REPLICA = Message(
    ro="Depozitul îl ține replica {folder}: `arhivar replicate` o aduce la zi.",
    en="The replica {folder} holds the store: `arhivar replicate` brings it up to date.",
)
_NO_REPLICA = Message(
    ro="Atenție: nu este indicată nicio replică (ARHIVAR_REPLICA); depozitul există o singură dată.",
    en="Mind: no replica is named (ARHIVAR_REPLICA); there is only one of the store.",
)


@click.command("backup")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="Keep so many backups and remove older complete ones.")
@click.option("--with-keys", is_flag=True, help="Also the archive's keys: keep that backup as safe as the keys.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, directory: Path, keep: int | None, with_keys: bool, as_json: bool) -> int:
    """Write catalogue and settings to a new folder in DIRECTORY, and read them back."""
    output = context.output(as_json=as_json)
    with open_archive(context.settings) as archive:
        report = make_backup(archive, directory, with_keys=with_keys, keep=keep)
    replica = context.settings.replica
    _print(output, report, replica)
    output.document(_document(report, replica))
    return EXIT_DONE


def _print(output: Output, report: BackupReport, replica: str | None) -> None:
    manifest = report.backup.manifest
    output.say(
        _MADE,
        folder=report.backup.folder,
        files=len(manifest.files),
        size=megabytes(sum(file.size_bytes for file in manifest.files)),
        revision=manifest.revision,
        units=manifest.units,
    )
    for folder in report.pruned:
        output.say(_PRUNED, folder=folder)
    output.say(_STORE, files=report.store_files, size=megabytes(report.store_bytes))
    if replica is None:
        output.say(_NO_REPLICA)
    else:
        output.say(_REPLICA, folder=replica)


def _document(report: BackupReport, replica: str | None) -> dict[str, object]:
    return {
        "folder": str(report.backup.folder),
        "manifest": report.backup.manifest.model_dump(mode="json"),
        "pruned": [str(folder) for folder in report.pruned],
        "store": {"files": report.store_files, "bytes": report.store_bytes},
        "replica": None if replica is None else str(replica),
    }
