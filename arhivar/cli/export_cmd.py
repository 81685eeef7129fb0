# SPDX-License-Identifier: EUPL-1.2
"""`arhivar export`: a unit as a BagIt bag that anyone can check and read without Arhivar."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from arhivar import VERSION
from arhivar.cli.main import Context
from arhivar.composition import Archive, object_id, open_archive
from arhivar.package import read_package, require_unit
from repository.bag import BagFile, write_bag
from schemas.errors import EXIT_DONE, ObjectMissing
from schemas.messages import Message

_WRITTEN = Message(
    ro="Pachet BagIt scris în {target}: {files} fișiere", en="BagIt bag written to {target}: {files} files"
)


@click.command("export")
@click.argument("unit")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, unit: str, directory: Path, as_json: bool) -> int:
    """Write UNIT to DIRECTORY as a BagIt 1.0 bag: originals, access PDF, ALTO, description."""
    output = context.output(as_json=as_json)
    with open_archive(context.settings) as archive:
        row = require_unit(archive, unit)
        if row.version is None:
            raise ObjectMissing(key=unit)
        identifier = object_id(row.unit_id)
        package = read_package(archive, identifier)
        files = list(_bag_files(archive, identifier))
        info = {
            "Source-Organization": context.settings.organisation,
            "External-Identifier": package.description.reference_code,
            "External-Description": package.description.title,
            "Internal-Sender-Identifier": f"urn:uuid:{row.unit_id}",
            "Internal-Sender-Description": f"Version {row.version}, ingest {package.ingest_id}",
            "Bag-Software-Agent": f"Arhivar {VERSION}",
        }
        write_bag(directory, files, info)
    output.say(_WRITTEN, target=directory, files=len(files))
    output.document({"target": str(directory), "files": [file.path for file in files]})
    return EXIT_DONE


def _bag_files(archive: Archive, identifier: str) -> Iterator[BagFile]:
    for path, file in sorted(archive.packages.files(identifier).items()):
        yield BagFile(path, partial(archive.packages.open, identifier, path), file.sha512)
