# SPDX-License-Identifier: EUPL-1.2
"""`arhivar show`: a unit's description and files, or one page's text and findings."""

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import Archive, object_id, open_archive
from arhivar.package import read_package, require_unit
from arhivar.steps.index import read_lines
from schemas.errors import EXIT_DONE, PageUnknown
from schemas.messages import Message
from schemas.unit import PackageDescription

_FILES = Message(ro="Fișiere în pachet (versiunea {version}):", en="Files in the package (version {version}):")
_FINDINGS = Message(ro="Constatări:", en="Findings:")
_NONE = Message(ro="Unitatea nu este încă depusă în depozit.", en="The unit is not in the store yet.")
_PAGE = Message(
    ro="Pagina {page} din {pages}: {kind}, limba {language}, {words} cuvinte, încredere {confidence}",
    en="Page {page} of {pages}: {kind}, language {language}, {words} words, confidence {confidence}",
)


@click.command("show")
@click.argument("unit")
@click.argument("page", required=False, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, unit: str, page: int | None, as_json: bool) -> int:
    """Show the description, findings and files of UNIT, or the text of its PAGE."""
    output = context.output(as_json=as_json)
    with open_archive(context.settings) as archive:
        row = require_unit(archive, unit)
        if row.version is None:
            output.say(_NONE)
            output.document({"reference_code": unit, "version": None})
            return EXIT_DONE
        package = read_package(archive, object_id(row.unit_id))
        if page is None:
            _show_unit(output, archive, package, row.version)
        else:
            _show_page(output, archive, package, page)
    return EXIT_DONE


def _show_unit(output: Output, archive: Archive, package: PackageDescription, version: int) -> None:
    description = package.description.model_dump(mode="json", exclude_none=True)
    for name, value in description.items():
        output.line(f"{name:>16}  {', '.join(value) if isinstance(value, list) else value}")
    files = archive.packages.files(object_id(package.unit_id))
    paths = {path: _place(archive, file.content_key) for path, file in sorted(files.items())}
    output.line()
    output.say(_FILES, version=version)
    for path, place in paths.items():
        output.line(f"  {path}  →  {place}")
    findings = [*package.findings, *(finding for page in package.pages for finding in page.findings)]
    if findings:
        output.line()
        output.say(_FINDINGS)
    for finding in findings:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    output.document({**package.model_dump(mode="json", exclude_none=True), "version": version, "files": paths})


def _place(archive: Archive, key: str) -> str:
    with archive.store.local_path(key) as path:
        return str(path)


def _show_page(output: Output, archive: Archive, package: PackageDescription, number: int) -> None:
    found = next((page for page in package.pages if page.number == number), None)
    if found is None:
        raise PageUnknown(unit=package.description.reference_code, page=number, pages=len(package.pages))
    lines = read_lines(archive, package.unit_id, found.text) if found.text is not None else ()
    output.say(
        _PAGE,
        page=number,
        pages=len(package.pages),
        kind=found.kind.value,
        language=found.language or "–",
        words=found.words,
        confidence="–" if found.confidence is None else f"{found.confidence:.0f}",
    )
    for finding in found.findings:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    output.line()
    text = "\n".join(" ".join(word.text for word in line.words) for line in lines)
    output.line(text)
    output.document({**found.model_dump(mode="json", exclude_none=True), "content": text})
