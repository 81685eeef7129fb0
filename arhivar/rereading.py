# SPDX-License-Identifier: EUPL-1.2
"""Read deposited units again, from the masters that the store holds: a further attempt at the ingest of the current
version, which reads all pages that this version shows and makes the next one of them.

What comes of it is an ingest like any other: `ingest`, `watch` and Airflow go on with one that was cut short.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from arhivar.auditing import record_audit
from arhivar.composition import Archive, object_id
from arhivar.intake.parts import in_flight
from arhivar.log import Logger
from arhivar.package import read_package, require_unit
from arhivar.pipeline import Outcome, Watcher, run_one
from arhivar.reading_choice import match_series
from arhivar.space import require_space
from arhivar.stopping import StopRequest
from processors.pool import PagePool
from repository.records import IngestRow, UnitRow
from schemas.audit import AuditAction
from schemas.errors import CaseClosed, CaseUnknown, LeaseLost, ObjectDamaged, ObjectMissing, PackageInvalid
from schemas.ingest import IngestState, Reread
from schemas.messages import Language, Message
from schemas.reading import ReadingLevel

_log = Logger(__name__)

_NOT_DEPOSITED = Message(ro="nu are încă nicio versiune în depozit", en="it has no version in the store yet")
_IN_WORK = Message(
    ro="o ingestie a unității este încă în lucru; rulați întâi `arhivar ingest`",
    en="an ingest of the unit is still being worked on; run `arhivar ingest` first",
)
_OTHER_LEVEL = Message(
    ro="o recitire la nivelul {level} nu este încheiată; rulați întâi `arhivar ingest`",
    en="a reread at level {level} is not finished; run `arhivar ingest` first",
)


@dataclass(frozen=True, slots=True)
class RereadRequest:
    """How units are to be read again, and why."""

    level: ReadingLevel = ReadingLevel.CAREFUL
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RereadUnit:
    """What became of a unit: the version that was read, the one that it has now, and how the ingest stands."""

    reference_code: str
    ingest_id: str
    level: ReadingLevel
    before: int
    version: int
    outcome: Outcome | None = None
    """None where it was only put in line."""

    @property
    def changed(self) -> bool:
        """Whether there is a new version; there is none where all was read as before."""
        return self.version > self.before


def find_units(archive: Archive, series: str | None, *, doubtful: bool) -> list[str]:
    """Reference codes of the deposited units of a series, or of all; with `doubtful`, of those that have a page whose
    confidence is under the threshold. A package that cannot be read is left to `verify`. Raises StoreUnavailable,
    CatalogueError.
    """
    units = [unit for unit in archive.catalogue.units() if unit.version is not None]
    if series is not None:
        units = [unit for unit in units if match_series(unit, (series,))]
    return [unit.reference_code for unit in units if not doubtful or _is_doubtful(archive, unit)]


def _is_doubtful(archive: Archive, unit: UnitRow) -> bool:
    try:
        pages = read_package(archive, object_id(unit.unit_id), unit.version).pages
    except (ObjectMissing, ObjectDamaged, PackageInvalid) as error:
        _log.warning("package not read", unit=str(unit.unit_id), error=error.code)
        return False
    limit = archive.settings.confidence_threshold
    return any(page.confidence is not None and page.confidence < limit for page in pages)


def reread_unit(
    archive: Archive, reference_code: str, request: RereadRequest, pool: PagePool, watcher: Watcher, stop: StopRequest
) -> RereadUnit:
    """Read the unit again, through to its ledger; an attempt of the same level that was cut short is gone on with.

    What stops the ingest is in its outcome. Raises UnitUnknown, CaseClosed where the unit is not deposited or is being
    worked on, LeaseLost where another process does so now, SpaceLow, StoreError, CatalogueError, StopAsked.
    """
    require_space(archive)
    with _begun(archive, reference_code, request) as row:
        outcome = run_one(archive, row, pool, watcher, stop)
    watcher.finished(outcome)
    return _result(archive, row, request, outcome)


def queue_reread(archive: Archive, reference_code: str, request: RereadRequest) -> RereadUnit:
    """Put the unit in line to be read again, by whatever works on ingests next. Raises as `reread_unit` does."""
    with _begun(archive, reference_code, request) as row:
        pass
    return _result(archive, row, request, None)


def _result(archive: Archive, row: IngestRow, request: RereadRequest, outcome: Outcome | None) -> RereadUnit:
    before = row.manifest.reread.version if row.manifest.reread is not None else 0
    unit = archive.catalogue.unit(row.unit_id)
    version = before if unit is None or unit.version is None else unit.version
    code = row.manifest.description.reference_code
    return RereadUnit(code, row.ingest_id, request.level, before, version, outcome)


@contextmanager
def _begun(archive: Archive, reference_code: str, request: RereadRequest) -> Iterator[IngestRow]:
    """The attempt that reads the unit again, begun now or before, while nobody else works on it."""
    unit = require_unit(archive, reference_code)
    if unit.version is None or unit.ingest_id is None:
        raise _closed(reference_code, _NOT_DEPOSITED)
    with archive.leases.hold(f"ingest:{unit.ingest_id}") as lease:
        if lease is None:
            raise LeaseLost(name=reference_code)
        # An intake must not plan a part of the unit on a version that is about to be followed by another one.
        with archive.leases.hold(f"intake:{unit.unit_id}") as intake:
            if intake is None:
                raise LeaseLost(name=reference_code)
            row = _begin(archive, require_unit(archive, reference_code), request)
        yield row


def _begin(archive: Archive, unit: UnitRow, request: RereadRequest) -> IngestRow:
    row = archive.catalogue.ingest(str(unit.ingest_id))
    if row is None or unit.version is None:
        raise CaseUnknown(subject=str(unit.ingest_id))
    at_work = in_flight(archive, unit.unit_id)
    known = row.manifest.reread
    if known is not None and [one.ingest_id for one in at_work] == [row.ingest_id]:
        if known.level is not request.level:
            raise _closed(unit.reference_code, _OTHER_LEVEL, level=known.level.value)
        return row
    if at_work:
        raise _closed(unit.reference_code, _IN_WORK)
    _require_masters(archive, unit, unit.version)
    manifest = row.manifest.model_copy(
        update={"attempt": row.attempt + 1, "reread": Reread(version=unit.version, level=request.level)}
    )
    record_audit(
        archive,
        AuditAction.UNIT_REREAD,
        subject=unit.reference_code,
        unit_id=unit.unit_id,
        reason=request.reason,
        details={
            "ingest": row.ingest_id,
            "attempt": manifest.attempt,
            "level": request.level.value,
            "version": unit.version,
        },
    )
    return archive.catalogue.begin_attempt(manifest, state=IngestState.STAGED, now=datetime.now(UTC))


def _require_masters(archive: Archive, unit: UnitRow, version: int) -> None:
    """Raises ObjectMissing where the store lost a master: nothing is begun that could not be ended."""
    identifier = object_id(unit.unit_id)
    files = archive.packages.files(identifier, version)
    for path in sorted({page.master for page in read_package(archive, identifier, version).pages}):
        if path not in files or not archive.store.exists(files[path].content_key):
            raise ObjectMissing(key=files[path].content_key if path in files else f"{identifier}: {path}")


def _closed(reference_code: str, problem: Message, **fields: object) -> CaseClosed:
    return CaseClosed(
        command="reread",
        subject=reference_code,
        problem_ro=problem.say(Language.RO, fields),
        problem_en=problem.say(Language.EN, fields),
    )
