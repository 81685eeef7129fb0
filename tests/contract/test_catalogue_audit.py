# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of the audit (`Catalogue.append_audit` and its neighbours)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest

from repository.catalogue import Catalogue
from schemas.audit import FIRST_HASH, AuditAction, AuditEnd, AuditEntry, AuditRecord, AuditRow, record_hash
from schemas.errors import CatalogueError
from schemas.ingest import IngestState
from tests.contract.test_catalogue import NOW, manifest

UNIT = UUID("5b0c2d2e-8a53-5c2b-9d0e-6f5a4e1b7c11")


def entry(number: int, *, unit_id: UUID | None = None, at: datetime = NOW, reason: str | None = None) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor="ana@arhiva",
        action=AuditAction.INGEST_ACCEPTED,
        subject=f"ingest {number}",
        unit_id=unit_id,
        reason=reason,
        details={"pages": number},
    )


def test_an_empty_audit_ends_before_its_first_record(catalogue: Catalogue) -> None:
    assert catalogue.audit_end() == AuditEnd()
    assert catalogue.audit_rows() == []


def test_each_record_names_the_hash_of_the_one_before_it(catalogue: Catalogue) -> None:
    catalogue.append_audit([entry(1), entry(2, unit_id=UNIT, reason="„Fila lipsește”, 3 ș\n")])
    end = catalogue.append_audit([entry(3)])
    rows = catalogue.audit_rows()
    records = [AuditRecord.from_json(row.record) for row in rows]
    assert [record.sequence for record in records] == [row.sequence for row in rows] == [1, 2, 3]
    assert [record.previous for record in records] == [FIRST_HASH, rows[0].hash, rows[1].hash]
    assert all(row.hash == record_hash(row.record) for row in rows)
    assert [AuditEntry(**record.model_dump(exclude={"sequence", "previous"})) for record in records] == [
        entry(1),
        entry(2, unit_id=UNIT, reason="„Fila lipsește”, 3 ș\n"),
        entry(3),
    ]
    assert catalogue.audit_end() == end == AuditEnd(sequence=3, hash=rows[2].hash)
    assert end.waiting == 3


def test_records_are_found_by_place_unit_and_time(catalogue: Catalogue) -> None:
    catalogue.append_audit(
        entry(number, unit_id=UNIT if number % 2 else None, at=NOW + timedelta(days=number)) for number in range(1, 6)
    )

    def found(rows: Sequence[AuditRow]) -> list[int]:
        return [row.sequence for row in rows]

    assert found(catalogue.audit_rows(after=2, limit=2)) == [3, 4]
    assert found(catalogue.audit_rows(unit_id=UNIT)) == [1, 3, 5]
    assert found(catalogue.audit_rows(since=NOW + timedelta(days=3))) == [3, 4, 5]
    assert found(catalogue.audit_rows(unit_id=UNIT, newest_first=True, limit=2)) == [5, 3]


def test_what_fails_half_way_adds_nothing(catalogue: Catalogue) -> None:
    def entries() -> list[AuditEntry]:
        return [entry(1), None]  # type: ignore[list-item]

    with pytest.raises(TypeError):
        catalogue.append_audit(entries())
    assert catalogue.audit_end() == AuditEnd()
    assert catalogue.audit_rows() == []


def test_writers_at_once_make_one_chain(catalogue: Catalogue) -> None:
    barrier = Barrier(4)

    def write(number: int) -> None:
        barrier.wait(30)
        for turn in range(10):
            catalogue.append_audit([entry(100 * number + turn)])

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = catalogue.audit_rows()
    records = [AuditRecord.from_json(row.record) for row in rows]
    assert [record.sequence for record in records] == list(range(1, 41))
    assert [record.previous for record in records] == [FIRST_HASH, *(row.hash for row in rows[:-1])]


def test_a_head_is_noted_once_and_never_an_older_one(catalogue: Catalogue) -> None:
    last = catalogue.append_audit([entry(1), entry(2)]).hash
    sealed = catalogue.seal_audit(batch=1, sealed=2, last_hash=last, head="a" * 64)
    assert sealed == AuditEnd(2, last, 1, 2, "a" * 64)
    assert sealed.waiting == 0
    assert catalogue.seal_audit(batch=1, sealed=1, last_hash="c" * 64, head="b" * 64) == sealed
    assert catalogue.append_audit([entry(3)]).waiting == 1


def test_a_chain_that_is_behind_its_head_goes_on_from_there(catalogue: Catalogue) -> None:
    catalogue.append_audit([entry(1)])
    catalogue.seal_audit(batch=4, sealed=7, last_hash="d" * 64, head="a" * 64)
    catalogue.append_audit([entry(2)])
    record = AuditRecord.from_json(catalogue.audit_rows()[-1].record)
    assert (record.sequence, record.previous) == (8, "d" * 64)


def test_records_come_back_from_a_backup(catalogue: Catalogue) -> None:
    catalogue.append_audit([entry(1), entry(2), entry(3)])
    kept = catalogue.audit_rows()
    assert catalogue.restore_audit(kept) == 0
    row = AuditRow.of(AuditRecord.after(entry(4), 3, kept[-1].hash))
    assert catalogue.restore_audit([*kept, row]) == 1
    assert catalogue.audit_rows() == [*kept, row]
    assert catalogue.audit_end() == AuditEnd(4, row.hash)


def test_a_record_that_contradicts_what_is_known_or_itself_is_refused_whole(catalogue: Catalogue) -> None:
    catalogue.append_audit([entry(1)])
    other = AuditRow.of(AuditRecord.after(entry(9), 0, FIRST_HASH))
    good = AuditRow.of(AuditRecord.after(entry(2), 1, catalogue.audit_end().hash))
    before = catalogue.audit_rows()
    for bad in (
        other,
        replace(good, sequence=3),
        replace(good, sequence=3, record="{"),
        replace(good, sequence=3, hash=other.hash),
        replace(good, unit_id=UNIT),
    ):
        with pytest.raises(CatalogueError, match="audit record"):
            catalogue.restore_audit([good, bad])
        assert catalogue.audit_rows() == before


def test_a_deposit_and_its_record_come_together_and_once(catalogue: Catalogue) -> None:
    ingest = catalogue.register_ingest(manifest(), state=IngestState.PROCESSING)
    with pytest.raises(CatalogueError):
        catalogue.record_deposit("unknown", 1, 1, NOW, audit=entry(1))
    assert catalogue.audit_end().sequence == 0
    for _ in range(2):
        catalogue.record_deposit(ingest.ingest_id, 1, 1, NOW, audit=entry(1))
    assert [row.sequence for row in catalogue.audit_rows()] == [1]
