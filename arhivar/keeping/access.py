# SPDX-License-Identifier: EUPL-1.2
"""Compare who may see a unit's pages, as store, catalogue and index have it; each difference is a finding.

The journal in the store is what people decided. The catalogue must have the same decisions and come to the same for
each page; the index must have each page in the index of that class and in no other. A page in the index of a class
that is more open is the worst that can be found, and is named first.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from arhivar.access.effective import masters_of, stand, unit_access
from arhivar.access.journal import Journal, entry_key, entry_numbers, read_journal
from arhivar.composition import Archive
from arhivar.keeping.contents import Contents, page_ranges
from repository.records import DecisionRow, UnitAccess
from schemas.access import OPEN_FIRST, AccessDecision, strictest
from schemas.findings import Finding, FindingCode
from schemas.unit import AccessClass, PackageDescription

Placed = Mapping[int, tuple[AccessClass, ...]]
"""The classes in whose indices each page is found, by the page's number; from the most open class."""


def access_findings(archive: Archive, unit_id: UUID, versions: Sequence[Contents], unit: str) -> Iterator[Finding]:
    """All differences about a unit of these versions, oldest first. None where the catalogue does not have the unit.

    Raises StoreUnavailable, CatalogueError, SearchIndexError.
    """
    known = archive.catalogue.access([unit_id]).get(unit_id)
    if known is None:
        return
    head = versions[-1]
    placed = _placed(archive, unit_id, head.version)
    yield from _too_open(placed, known, head.version, unit, current=True)
    for number in (older.version for older in reversed(versions[:-1])):
        if archive.index.present(unit_id, number):
            yield from _too_open(_placed(archive, unit_id, number), known, number, unit, current=False)
    yield from _too_closed(placed, known, head.version, unit)
    rows = archive.catalogue.decisions(unit_id)
    journal = read_journal(archive.store, unit_id, entry_numbers(archive.store, unit_id).get(unit_id, []))
    yield from _journal_findings(journal, rows, unit)
    if head.package is not None:
        yield from _catalogue_findings(head.package, head.version, _decisions(journal, rows), rows, known, unit)


def _placed(archive: Archive, unit_id: UUID, version: int) -> Placed:
    placed: dict[int, tuple[AccessClass, ...]] = {}
    for one in OPEN_FIRST:
        for number in archive.index.present(unit_id, version, (one,)):
            placed[number] = (*placed.get(number, ()), one)
    return placed


def _too_open(placed: Placed, known: UnitAccess, version: int, unit: str, *, current: bool) -> Iterator[Finding]:
    """Pages that more people find than may see them."""
    wrong = {number: found for number, found in placed.items() if _opens(found[0], known.page(version, number))}
    yield from _index_findings(FindingCode.ACCESS_INDEX_OPEN, wrong, known, version, unit, current=current)


def _too_closed(placed: Placed, known: UnitAccess, version: int, unit: str) -> Iterator[Finding]:
    """Pages that are not where those who may see them find them, or there twice. What no index has, the ledger says."""
    wrong = {
        number: found
        for number, found in placed.items()
        if found != (known.page(version, number),) and not _opens(found[0], known.page(version, number))
    }
    yield from _index_findings(FindingCode.ACCESS_INDEX_DIFFERS, wrong, known, version, unit, current=True)


def _index_findings(
    code: FindingCode, wrong: Placed, known: UnitAccess, version: int, unit: str, *, current: bool
) -> Iterator[Finding]:
    """One for all pages that are wrong alike."""
    alike: dict[tuple[tuple[AccessClass, ...], AccessClass], list[int]] = {}
    for number in sorted(wrong):
        alike.setdefault((wrong[number], known.page(version, number)), []).append(number)
    for (found, expected), numbers in alike.items():
        fields: dict[str, str | int | float] = {
            "unit": unit,
            "version": version,
            "pages": page_ranges(tuple(numbers)),
            "found": ", ".join(found),
            "expected": expected.value,
        }
        yield Finding(code=code, page=numbers[0] if current else None, fields=fields)


def _opens(found: AccessClass, expected: AccessClass) -> bool:
    """Whether one class is more open than the other."""
    return found is not expected and strictest((found, expected)) is expected


def _journal_findings(journal: Journal, rows: Sequence[DecisionRow], unit: str) -> Iterator[Finding]:
    """Entries that cannot be read, and decisions that journal and catalogue do not have alike.

    One that does not count yet is in the catalogue alone, or in both: the next command brings it to its end.
    """
    for key in journal.lost:
        yield Finding(code=FindingCode.ACCESS_ENTRY_LOST, fields={"unit": unit, "file": key})
    entered = {decision.number: decision for decision in journal.decisions}
    held = {row.decision.number: row for row in rows}
    for number in sorted(entered.keys() | held.keys()):
        entry, row = entered.get(number), held.get(number)
        pending = row is not None and not row.counts and entry is None
        if pending or (entry is not None and entry_key(entry.unit_id, number) in journal.lost):
            continue
        if entry is None or row is None or row.decision != entry:
            fields: dict[str, str | int | float] = {"unit": unit, "number": number}
            yield Finding(code=FindingCode.ACCESS_DECISION_DIFFERS, fields=fields)


def _decisions(journal: Journal, rows: Sequence[DecisionRow]) -> list[AccessDecision]:
    """What people decided: by the journal, and by the catalogue where an entry is lost that it still knows."""
    held = {row.decision.number: row.decision for row in rows}
    return [
        held.get(one.number, one) if entry_key(one.unit_id, one.number) in journal.lost else one
        for one in journal.decisions
    ]


def _catalogue_findings(
    package: PackageDescription,
    version: int,
    entered: Sequence[AccessDecision],
    rows: Sequence[DecisionRow],
    known: UnitAccess,
    unit: str,
) -> Iterator[Finding]:
    """Pages, or the unit as a whole, of another class in the catalogue than what people decided comes to.

    What was begun and does not count yet closes already. Where nothing was decided, the catalogue may be stricter than
    the description, never more open.
    """
    described, masters = package.description.access_class, masters_of(package)
    begun = [row.decision for row in rows if not row.counts and row.decision.number > len(entered)]
    meanwhile = stand([*entered, *begun], described, masters) if begun else None
    standing = stand(entered, described, masters)
    expected = unit_access(standing, version, len(entered) + len(begun), meanwhile)
    pairs = {"unit": (known.access_class, expected.access_class)}
    for number in masters:
        pairs[f"page[{number}]"] = known.page(version, number), expected.page(version, number)
    decided = bool(entered or begun)
    weighed = known.version in {None, version}
    for row, (found, right) in pairs.items():
        if found is right or (not (decided and weighed) and not _opens(found, right)):
            continue
        yield Finding(
            code=FindingCode.ACCESS_CATALOGUE_DIFFERS,
            fields={"unit": unit, "row": row, "found": found.value, "expected": right.value},
        )
