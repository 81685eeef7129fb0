# SPDX-License-Identifier: EUPL-1.2
"""`arhivar restore`: the catalogue from a backup, and what was deposited since from the store."""

import sys
from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.progress import UnitProgress
from arhivar.cli.rebuild_cmd import print_rebuilt, rebuilt_document
from arhivar.keeping.rebuild import RebuildWatcher
from arhivar.keeping.restore import RestoreReport, SettingsFile, restore_archive
from schemas.errors import EXIT_DONE, EXIT_FINDINGS
from schemas.messages import Message

_RESTORED = Message(
    ro="Catalog restaurat din {folder}, din {made_at}; ce s-a depus de atunci vine din depozit:",
    en="Catalogue restored from {folder}, of {made_at}; what was deposited since comes from the store:",
)
_ASIDE = Message(ro="Catalogul de dinainte este păstrat în {folder}", en="The former catalogue is kept in {folder}")
_CARRIED = Message(
    ro="Din jurnalul lui au fost preluate {records} înregistrări mai noi",
    en="From its audit, {records} later records were taken over",
)
_NOT_CARRIED = Message(
    ro="Jurnalul lui de după copie nu a putut fi preluat: {problem}",
    en="Its audit after the backup could not be taken over: {problem}",
)
_SETTINGS = {
    SettingsFile.RESTORED: Message(ro="arhivar.toml: restaurat", en="arhivar.toml: restored"),
    SettingsFile.DIFFERS: Message(
        ro="arhivar.toml: cel de aici diferă de cel din copie și a rămas",
        en="arhivar.toml: the one here differs from the backup's and was left",
    ),
}
_KEYS = Message(ro="Chei restaurate: {names}", en="Keys restored: {names}")
_NEXT = Message(
    ro="Urmează: `arhivar verify` (cu `--repair`, dacă arată lipsuri), apoi `arhivar ingest`. Loturile puse în "
    "carantină după copie sunt încă în folderul lor; catalogul nu le mai știe.",
    en="Next: `arhivar verify` (with `--repair` where it shows gaps), then `arhivar ingest`. Drops quarantined after "
    "the backup are still in their folder; the catalogue no longer knows of them.",
)


@click.command("restore")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Move the present catalogue aside.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, directory: Path, replace: bool, as_json: bool) -> int:
    """Restore the catalogue from DIRECTORY: a backup, or a folder of backups, of which the newest is taken."""
    output = context.output(as_json=as_json)
    progress = UnitProgress(output.language, sys.stderr, quiet=as_json)
    watcher = RebuildWatcher(progress.start, lambda _: progress.advance())
    try:
        report = restore_archive(context.settings, directory, watcher, replace=replace)
    finally:
        progress.stop()
    _print(output, report)
    output.document(_document(output, report))
    rebuilt = report.rebuilt
    return EXIT_FINDINGS if rebuilt.troubles or rebuilt.unbalanced else EXIT_DONE


def _print(output: Output, report: RestoreReport) -> None:
    backup = report.backup
    output.say(_RESTORED, folder=backup.folder, made_at=f"{backup.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    print_rebuilt(output, report.rebuilt, index_only=False)
    if report.aside is not None:
        output.say(_ASIDE, folder=report.aside)
        if report.carried.problem is None:
            output.say(_CARRIED, records=report.carried.records)
        else:
            output.say(_NOT_CARRIED, problem=report.carried.problem.say(output.language))
    if report.settings_file in _SETTINGS:
        output.say(_SETTINGS[report.settings_file])
    if report.keys:
        output.say(_KEYS, names=", ".join(report.keys))
    output.say(_NEXT)


def _document(output: Output, report: RestoreReport) -> dict[str, object]:
    return {
        "folder": str(report.backup.folder),
        "manifest": report.backup.manifest.model_dump(mode="json"),
        "aside": report.aside,
        "audit": {
            "carried": report.carried.records,
            "problem": None if report.carried.problem is None else report.carried.problem.say(output.language),
        },
        "settings_file": report.settings_file.value,
        "keys": list(report.keys),
        "rebuilt": rebuilt_document(output, report.rebuilt),
    }
