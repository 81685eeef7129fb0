# SPDX-License-Identifier: EUPL-1.2
"""Drops that hold a part of a unit: a few pages scanned again, or a further volume.

A part is planned against the unit's current version, which is written into the manifest: pages are named by their
numbers there, and what the drop does not say of the unit stays as that version says it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.gaps import is_measured
from arhivar.package import read_manifests, read_package
from repository.records import IngestRow
from schemas.drop import DropDescription, Intent
from schemas.findings import Finding, FindingCode
from schemas.ingest import UNFINISHED, IngestState
from schemas.messages import Message
from schemas.reading import Fidelity, ReadingLevel
from schemas.unit import AccessClass, PackageDescription, UnitDescription

_PROBLEMS: dict[str, Message] = {
    "intent": Message(
        ro='numără pagini, dar "intent" este „{intent}”, nu „replace_pages”',
        en="it lists pages, but \"intent\" is '{intent}', not 'replace_pages'",
    ),
    "missing": Message(ro="lipsește", en="it is missing"),
    "count": Message(
        ro="numește {named} pagini, iar folderul conține {pages}", en="it names {named} pages, the folder holds {pages}"
    ),
    "twice": Message(ro="numește de mai multe ori: {numbers}", en="it names more than once: {numbers}"),
    "unknown": Message(
        ro="numește pagini care nu există: {numbers} (unitatea are paginile 1–{unit_pages})",
        en="it names pages that do not exist: {numbers} (the unit has pages 1–{unit_pages})",
    ),
}


@dataclass(frozen=True, slots=True)
class Base:
    """The version of the unit that a part continues."""

    version: int
    package: PackageDescription
    reading: ReadingLevel | None = None
    """As the newest of its drops asked."""
    fidelity: Fidelity | None = None
    """As the newest of its drops asked."""

    @property
    def next_volume(self) -> int:
        return max(pdf.volume for pdf in self.package.pdfs) + 1


def read_base(archive: Archive, unit_id: UUID) -> Base | None:
    """The unit's current version, as the catalogue knows it; None before its first deposit. Raises StoreError."""
    unit = archive.catalogue.unit(unit_id)
    if unit is None or unit.version is None:
        return None
    identifier = object_id(unit_id)
    newest = read_manifests(archive, identifier, unit.version)[-1]
    return Base(
        unit.version, read_package(archive, identifier, unit.version), reading=newest.reading, fidelity=newest.fidelity
    )


def in_flight(archive: Archive, unit_id: UUID) -> list[IngestRow]:
    """The unit's ingests that may still make a version, or that the index does not show in full.

    One that only waits for a person's word on unreadable pages is not among them: pages scanned again are that word.
    """
    return [row for row in archive.catalogue.ingests(unit_id, UNFINISHED) if not _awaits_person(archive, row)]


def _awaits_person(archive: Archive, row: IngestRow) -> bool:
    ledger = archive.catalogue.ledger(row.ingest_id)
    return row.state is IngestState.INDEXED and is_measured(ledger, row) and not ledger.differences


def check_part(drop: DropDescription, pages: int, base: Base | None) -> tuple[Finding, ...]:
    """What keeps a drop of so many pages from being the part that it says it is; nothing for whole units."""
    if drop.replaces is not None and drop.intent is not Intent.REPLACE_PAGES:
        return (_wrong("intent", pages, intent=drop.intent.value),)
    if not drop.intent.partial:
        return ()
    if base is None:
        fields: dict[str, str | int | float] = {"unit": drop.reference_code, "intent": drop.intent.value}
        return (Finding(code=FindingCode.UNIT_NOT_DEPOSITED, fields=fields),)
    if drop.intent is Intent.REPLACE_PAGES:
        return tuple(_check_replaces(drop.replaces, pages, len(base.package.pages)))
    if drop.volume != base.next_volume:
        fields = {"unit": drop.reference_code, "volume": drop.volume, "next": base.next_volume}
        return (Finding(code=FindingCode.VOLUME_WRONG, fields=fields),)
    return ()


def _check_replaces(replaces: Sequence[int] | None, pages: int, unit_pages: int) -> Iterable[Finding]:
    if replaces is None:
        yield _wrong("missing", pages)
        return
    if len(replaces) != pages:
        yield _wrong("count", pages, named=len(replaces))
    twice = sorted({number for number in replaces if replaces.count(number) > 1})
    if twice:
        yield _wrong("twice", pages, numbers=_listed(twice))
    unknown = sorted({number for number in replaces if number > unit_pages})
    if unknown:
        yield _wrong("unknown", pages, numbers=_listed(unknown), unit_pages=unit_pages)


def _wrong(problem: str, pages: int, **fields: str | int | float) -> Finding:
    said = {"pages": pages, **fields}
    texts = {
        "problem_ro": _PROBLEMS[problem].ro.format_map(said),
        "problem_en": _PROBLEMS[problem].en.format_map(said),
    }
    return Finding(code=FindingCode.REPLACES_WRONG, fields={"pages": pages, **texts})


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def places(drop: DropDescription, pages: int, base: Base) -> tuple[int, ...]:
    """The number in the unit of each of the drop's pages, in reading order."""
    if drop.replaces is not None:
        return drop.replaces
    first = len(base.package.pages) + 1
    return tuple(range(first, first + pages))


def continued_description(drop: DropDescription, base: Base, access_class: AccessClass) -> UnitDescription:
    """The unit's description as it was, but for what the drop states.

    Languages are added to the unit's. The folios and blanks of a further volume are added to those of the unit, where
    both are known.
    """
    before = base.package.description
    names = ("title", "fonds", "series", "document_type", "date_from", "date_to", "folios", "blanks", "barcode")
    stated: dict[str, object] = {name: value for name in names if (value := getattr(drop, name)) is not None}
    if drop.intent is Intent.APPEND_VOLUME:
        stated |= {"folios": _sum(before.folios, drop.folios), "blanks": _sum(before.blanks, drop.blanks)}
    languages = tuple(dict.fromkeys((*before.languages, *(drop.languages or ()))))
    return before.model_copy(update={**stated, "languages": languages, "access_class": access_class})


def _sum(before: int | None, more: int | None) -> int | None:
    return before if before is None or more is None else before + more
