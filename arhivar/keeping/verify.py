# SPDX-License-Identifier: EUPL-1.2
"""Verify: read every stored byte again, and compare store, catalogue and index. What differs is a finding.

Nothing is repaired here and nothing that steps said of themselves is believed. Findings are kept in the catalogue
under the ingest of the current version (stage `verify`), in place of those of the last time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.keeping.access import access_findings
from arhivar.keeping.compare import catalogue_findings, index_findings, record_findings, stored_findings
from arhivar.keeping.contents import Contents, pages_of_files, read_contents, unit_of
from arhivar.log import Logger
from repository.ocfl_inventory import INVENTORY
from repository.records import UnitRow
from schemas.errors import ArhivarError, ObjectDamaged, ObjectMissing, PackageInvalid, UnitUnknown
from schemas.findings import Finding, FindingCode
from schemas.ingest import UNFINISHED, Manifest
from schemas.ingest import unit_id as derive_unit_id

_TRIES = 3
_STAGE = "verify"
_OUTBOX = 100
"""More entries than a unit ever has waiting."""

_log = Logger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """One object to look at."""

    identifier: str
    unit_id: UUID | None
    """None for an object that is not one of ours."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one unit."""

    unit: str
    """Reference code, or the object's id where that is not known."""
    version: int | None
    read_bytes: int
    findings: tuple[Finding, ...] = ()
    recorded: bool = False
    """Whether the catalogue keeps the findings: it needs the ingest of the current version for that."""
    in_hand: bool = False
    """An ingest of the unit is at work: it is not judged this time."""
    error: ArhivarError | None = None
    """What kept the unit from being judged."""


@dataclass(frozen=True, slots=True)
class VerifyWatcher:
    """Who hears of progress: how many units there are, bytes read, a unit's verdict."""

    started: Callable[[int], None]
    read: Callable[[int], None]
    finished: Callable[[Verdict], None]


def all_subjects(archive: Archive) -> list[Subject]:
    """Every unit of the catalogue and every object of the store. Raises StoreUnavailable, CatalogueError."""
    archive.packages.require_root()
    known = [_subject(unit.unit_id) for unit in archive.catalogue.units()]
    names = {subject.identifier for subject in known}
    strangers = [one for one in archive.packages.objects() if one not in names]
    return [*known, *(Subject(one, unit_of(one)) for one in strangers)]


def one_subject(archive: Archive, reference_code: str) -> list[Subject]:
    """The unit of that reference code, also where only the store still has it. Raises UnitUnknown."""
    archive.packages.require_root()
    row = archive.catalogue.unit_by_reference(reference_code)
    if row is not None:
        return [_subject(row.unit_id)]
    subject = _subject(derive_unit_id(reference_code))
    with suppress(ObjectDamaged, PackageInvalid):  # what is damaged is there
        if archive.packages.head(subject.identifier) is None:
            raise UnitUnknown(unit=reference_code)
    return [subject]


def sample_subjects(archive: Archive, size: int, seed: int) -> tuple[list[Subject], int]:
    """So many deposited units, or all where there are fewer, by a choice that the same seed repeats; and of how many.

    The choice is among what the catalogue knows: to look for objects that it does not know takes the whole store.
    """
    archive.packages.require_root()
    units = [unit.unit_id for unit in archive.catalogue.units() if unit.version is not None]
    chosen = Random(seed).sample(sorted(units), min(size, len(units)))  # noqa: S311 - a sample, not a secret
    return [_subject(unit_id) for unit_id in chosen], len(units)


def _subject(unit_id: UUID) -> Subject:
    return Subject(object_id(unit_id), unit_id)


def verify_units(archive: Archive, subjects: Sequence[Subject], watcher: VerifyWatcher) -> list[Verdict]:
    """The verdict on each. An error about one unit is in its verdict and does not keep the others from theirs.

    Raises StoreUnavailable where the store as a whole does not answer.
    """
    watcher.started(len(subjects))
    verdicts: list[Verdict] = []
    for subject in subjects:
        try:
            verdict = _verify(archive, subject, watcher.read)
        except ArhivarError as error:
            archive.packages.require_root()
            _log.error("unit not verified", object=subject.identifier, error=str(error))
            verdict = Verdict(_name(archive, subject), None, 0, error=error)
        verdicts.append(verdict)
        watcher.finished(verdict)
    return verdicts


def _verify(archive: Archive, subject: Subject, on_bytes: Callable[[int], None]) -> Verdict:
    """The verdict on one; taken again where the unit changed meanwhile."""
    read: list[int] = []

    def count(size: int) -> None:
        read[-1] += size
        on_bytes(size)

    for _ in range(_TRIES):
        read.append(0)
        if _in_hand(archive, subject):
            break
        before = _state(archive, subject)
        row = before[0]
        versions = _versions(archive, subject)
        name = row.reference_code if row is not None else _stated_name(subject, versions)
        findings = tuple(_examine(archive, subject, row, versions, name, count))
        if findings and (_in_hand(archive, subject) or _state(archive, subject) != before):
            continue
        recorded = _record(archive, row, versions, findings)
        version = versions[-1].version if versions else None
        return Verdict(name, version, read[-1], findings, recorded)
    return Verdict(_name(archive, subject), None, sum(read), in_hand=True)


def _in_hand(archive: Archive, subject: Subject) -> bool:
    """Whether a living process works on an ingest of the unit."""
    if subject.unit_id is None:
        return False
    for row in archive.catalogue.ingests(subject.unit_id, UNFINISHED):
        with archive.leases.hold(f"ingest:{row.ingest_id}") as lease:
            if lease is None:
                return True
    return False


def _state(archive: Archive, subject: Subject) -> tuple[UnitRow | None, tuple[object, ...]]:
    """What changes when somebody works on the unit."""
    if subject.unit_id is None:
        return None, ()
    ingests = archive.catalogue.ingests(subject.unit_id)
    return archive.catalogue.unit(subject.unit_id), (
        *((row.ingest_id, row.state, row.version) for row in ingests),
        archive.catalogue.access([subject.unit_id]),
        tuple(entry.id for entry in archive.catalogue.outbox(_OUTBOX, subject.unit_id)),
    )


def _versions(archive: Archive, subject: Subject) -> list[Contents]:
    """The records of each version, oldest first; empty where there is no object, or no inventory to be believed."""
    try:
        head = archive.packages.head(subject.identifier)
    except (ObjectDamaged, PackageInvalid):
        return []
    return [read_contents(archive, subject.identifier, number) for number in range(1, (head or 0) + 1)]


def _examine(
    archive: Archive,
    subject: Subject,
    row: UnitRow | None,
    versions: Sequence[Contents],
    name: str,
    on_bytes: Callable[[int], None],
) -> Iterator[Finding]:
    try:
        differences = archive.packages.verify(subject.identifier, on_bytes)
    except ObjectMissing:
        if row is not None and row.version is not None:
            yield Finding(code=FindingCode.PACKAGE_MISSING, fields={"unit": name, "version": row.version})
        return
    except (ObjectDamaged, PackageInvalid):
        yield Finding(code=FindingCode.PACKAGE_DAMAGED, fields={"file": INVENTORY})
        return
    planned = {} if subject.unit_id is None else _planned(archive, subject.unit_id)
    known = {one.version: one for one in versions}
    numbers = known.keys() | planned.keys()
    pages_of = {
        number: pages_of_files(known.get(number, Contents(number, None, None)), planned.get(number))
        for number in numbers
    }
    stored = list(stored_findings(differences, max(numbers, default=0), pages_of))
    yield from stored
    if versions:
        if subject.unit_id is not None:
            yield from access_findings(archive, subject.unit_id, versions, name)
        yield from record_findings(versions[-1], stored)
        yield from catalogue_findings(archive, row, versions, name)
        yield from index_findings(archive, versions[-1])


def _planned(archive: Archive, unit_id: UUID) -> dict[int, Manifest]:
    """The catalogue's manifests by version, for packages whose own records cannot be read."""
    ingests = archive.catalogue.ingests(unit_id)
    return {ingest.version: ingest.manifest for ingest in ingests if ingest.version is not None}


def _record(archive: Archive, row: UnitRow | None, versions: Sequence[Contents], findings: Sequence[Finding]) -> bool:
    package = versions[-1].package if versions else None
    candidates = (row.ingest_id if row is not None else None, package.ingest_id if package is not None else None)
    for ingest_id in candidates:
        if ingest_id is not None and archive.catalogue.ingest(ingest_id) is not None:
            archive.catalogue.replace_findings(ingest_id, findings, _STAGE)
            return True
    return False


def _stated_name(subject: Subject, versions: Sequence[Contents]) -> str:
    records = (record for one in reversed(versions) for record in (one.package, one.manifest))
    return next((one.description.reference_code for one in records if one is not None), subject.identifier)


def _name(archive: Archive, subject: Subject) -> str:
    row = None if subject.unit_id is None else archive.catalogue.unit(subject.unit_id)
    return row.reference_code if row is not None else subject.identifier
