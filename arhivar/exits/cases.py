# SPDX-License-Identifier: EUPL-1.2
"""What waits for a person, under which id, and what can be decided about it."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from arhivar.composition import Archive
from arhivar.intake.acceptance import grave, not_acceptable
from arhivar.intake.drops import QUARANTINE
from repository.records import Decision, IngestRow, QuarantineEnd, QuarantineRow
from schemas.errors import CaseAmbiguous, CaseUnknown
from schemas.ingest import IngestState

SHORT_ID = 8
"""So many digits of an ingest's id are shown where people type it."""

_LEAST_PREFIX = 4
_REPEATED = re.compile(r"~\d+$")


class Exit(StrEnum):
    """What a person can decide; the names of the commands."""

    RETRY = "retry"
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class QuarantinedDrop:
    """A folder that lies in quarantine."""

    row: QuarantineRow
    recorded: bool
    """False where nothing is known of it but the folder: its intake died just then, or a person put it there."""
    rejected: QuarantineEnd | None = None

    @property
    def case_id(self) -> str:
        """`q` and eight hex digits from the place: the same as long as it lies there."""
        return "q" + hashlib.sha256(self.row.where.encode()).hexdigest()[:SHORT_ID]

    @property
    def place(self) -> Path:
        return Path(self.row.where)

    @property
    def target(self) -> Path:
        """Where it goes back to."""
        return self.place.parent.parent / self.row.folder

    @property
    def exits(self) -> tuple[Exit, ...]:
        """What can be decided about it now."""
        accept = bool(grave(self.row.findings)) and not_acceptable(self.row.findings) is None
        wanted = {Exit.RETRY: True, Exit.ACCEPT: accept, Exit.REJECT: self.rejected is None}
        return tuple(one for one, possible in wanted.items() if possible)


Case = QuarantinedDrop | IngestRow | QuarantineEnd
"""What a name on the command line can mean; an end is of a drop that is no longer in quarantine."""


def quarantined_drops(archive: Archive, inbox: Path | None) -> list[QuarantinedDrop]:
    """Every folder in the quarantines that are known, by place: also those that the catalogue knows nothing of.

    A quarantine is known from the catalogue, or is that of `inbox`. One that cannot be read has none.
    """
    rows = {row.where: row for row in archive.catalogue.quarantined()}
    ends: dict[str, QuarantineEnd] = {}
    for end in archive.catalogue.quarantine_ends():
        ends.setdefault(end.drop.where, end)
    folders = {Path(where).parent for where in (*rows, *ends)}
    if inbox is not None:
        folders.add(inbox / QUARANTINE)
    drops: list[QuarantinedDrop] = []
    for place in sorted(str(folder / name) for folder in folders for name in _names(folder)):
        row, past = rows.get(place), ends.get(place)
        if row is not None:
            drops.append(QuarantinedDrop(row, recorded=True))
        elif past is not None:  # rejected, or a move back that was cut short
            rejected = past if past.decision is Decision.REJECTED else None
            drops.append(QuarantinedDrop(past.drop, recorded=True, rejected=rejected))
        else:
            drops.append(QuarantinedDrop(_unknown(Path(place)), recorded=False))
    return drops


def _names(folder: Path) -> list[str]:
    names: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        names += [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return names


def _unknown(place: Path) -> QuarantineRow:
    since = datetime.fromtimestamp(place.stat().st_ctime, UTC)
    return QuarantineRow(_REPEATED.sub("", place.name), None, (), str(place), since)


def waiting_ingests(archive: Archive, rows: Iterable[IngestRow]) -> list[IngestRow]:
    """Those of the ingests that only a person can get further: gaps that nobody accepted, or quarantined."""
    return [row for row in rows if row.state is IngestState.QUARANTINED or _waits_with_gaps(archive, row)]


def _waits_with_gaps(archive: Archive, row: IngestRow) -> bool:
    if row.state is not IngestState.INDEXED or is_superseded(archive, row):
        return False
    ledger = archive.catalogue.ledger(row.ingest_id)
    return ledger is not None and bool(ledger.open_gaps)


def is_superseded(archive: Archive, row: IngestRow) -> bool:
    """Whether the ingest became a version, and the unit's current version is of another ingest."""
    unit = archive.catalogue.unit(row.unit_id)
    return row.version is not None and unit is not None and unit.ingest_id != row.ingest_id


def ingest_exits(archive: Archive, row: IngestRow) -> tuple[Exit, ...]:
    """What can be decided about an ingest, roughly: the command itself looks closer."""
    if row.state is IngestState.QUARANTINED:
        return (Exit.RETRY, Exit.REJECT)
    if row.state is IngestState.REJECTED:
        return (Exit.RETRY,)
    if row.state in (IngestState.STAGED, IngestState.PROCESSING) and row.version is None:
        return (Exit.REJECT,)
    if _waits_with_gaps(archive, row):
        return (Exit.RETRY, Exit.ACCEPT)
    return ()


def find_case(archive: Archive, subject: str, inbox: Path | None) -> Case:
    """The drop or ingest of that id, of an id that begins so, or of that folder.

    Drops are called by id, by the name of their folder (in quarantine or as it was dropped) or by their path. Where
    none lies there any more, it is the last decision about one. Raises CaseUnknown, CaseAmbiguous.
    """
    drops = quarantined_drops(archive, inbox)
    matches: dict[str, Case] = {drop.case_id: drop for drop in drops if _called(subject, drop.case_id, drop.row)}
    for ingest_id in archive.catalogue.find_ingests(subject) if len(subject) >= _LEAST_PREFIX else ():
        row = archive.catalogue.ingest(ingest_id)
        if row is not None:
            matches[ingest_id] = row
    if len(matches) > 1:
        candidates = ", ".join(f"{one} ({_folder(case)})" for one, case in matches.items())
        raise CaseAmbiguous(subject=subject, candidates=candidates)
    if matches:
        return next(iter(matches.values()))
    for end in archive.catalogue.quarantine_ends():
        if _called(subject, QuarantinedDrop(end.drop, recorded=True).case_id, end.drop):
            return end
    raise CaseUnknown(subject=subject)


def _called(subject: str, case_id: str, row: QuarantineRow) -> bool:
    if len(subject) >= _LEAST_PREFIX and case_id.startswith(subject):
        return True
    if _same(subject) in {_same(row.folder), _same(Path(row.where).name)}:
        return True
    return os.sep in subject and Path(subject).absolute() == Path(row.where)


def _same(name: str) -> str:
    """Folder names come decomposed from some systems."""
    return unicodedata.normalize("NFC", name)


def _folder(case: Case) -> str:
    if isinstance(case, QuarantinedDrop):
        return case.row.where
    return case.manifest.description.reference_code if isinstance(case, IngestRow) else case.drop.where
