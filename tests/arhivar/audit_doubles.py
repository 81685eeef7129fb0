# SPDX-License-Identifier: EUPL-1.2
"""A sealed audit to be harmed, and the ways to harm it behind the program's back."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from hypothesis import strategies as st

from arhivar.audit.heads import head_key
from arhivar.audit.keys import AuditKey, load_key, new_key, publish_key, write_key
from arhivar.audit.trail import AuditTrail
from repository.filesystem_store import FilesystemStore
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from schemas.audit import AuditAction, AuditEntry, AuditRecord, AuditRow, record_hash

BATCHES = (3, 1, 4, 2)
TAIL = 3
RECORDS = sum(BATCHES) + TAIL
SEALED = sum(BATCHES)
AT = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


class Tampered:
    """The catalogue's file in a folder, opened past the program."""

    def __init__(self, home: Path) -> None:
        self._raw = sqlite3.connect(home / "catalogue.sqlite")

    def __enter__(self) -> sqlite3.Connection:
        return self._raw

    def __exit__(self, *_: object) -> None:
        self._raw.commit()
        self._raw.close()


@dataclass(frozen=True)
class Copy:
    """A copy of the chain that may be harmed."""

    folder: Path
    catalogue: SqlCatalogue
    store: FilesystemStore

    def execute(self, *statements: tuple[str, tuple[object, ...]]) -> Self:
        with Tampered(self.folder) as raw:
            for statement, values in statements:
                raw.execute(statement, values)
        return self

    def row(self, sequence: int) -> AuditRow:
        return self.catalogue.audit_rows(after=sequence - 1, limit=1)[0]


Harm = Callable[[Copy, st.DataObject], list[int]]


@dataclass(frozen=True)
class Chain:
    """Records in four sealed batches and a tail that is not sealed yet."""

    folder: Path
    key: AuditKey
    first_head: bytes
    records: int = RECORDS
    batches: int = len(BATCHES)

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "copy"
            shutil.copytree(self.folder, folder)
            with SqlCatalogue(sqlite_url(folder / "catalogue.sqlite")) as catalogue:
                yield Copy(folder, catalogue, FilesystemStore(folder / "store"))

    @property
    def harms(self) -> dict[str, Harm]:
        return HARMS


def make_chain(folder: Path) -> Chain:
    """Make it in that folder."""
    store = FilesystemStore(folder / "store")
    store.initialise()
    key_file = folder / "key.pem"
    write_key(key_file, new_key())
    key = load_key(key_file)
    publish_key(store, key)
    with SqlCatalogue(sqlite_url(folder / "catalogue.sqlite")) as catalogue:
        catalogue.upgrade()
        trail = AuditTrail(catalogue, store, key_file, 1000)
        number = 0
        for size in BATCHES:
            catalogue.append_audit(_entry(number + one) for one in range(1, size + 1))
            number += size
            trail.seal()
        catalogue.append_audit(_entry(number + one) for one in range(1, TAIL + 1))
    return Chain(folder, key, store.read(head_key(1)))


def _entry(number: int) -> AuditEntry:
    return AuditEntry(at=AT, actor="ana@arhiva", action=AuditAction.INGEST_RETRIED, subject=f"s{number}")


def _one(data: st.DataObject, last: int = RECORDS) -> int:
    return data.draw(st.integers(1, last))


def _remove(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    copy.execute(("DELETE FROM audit WHERE sequence = ?", (sequence,)))
    return [sequence]


def _alter_text(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    text = copy.row(sequence).record
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8", exclude_characters=text[place] + "\0"))
    altered = text[:place] + letter + text[place + 1 :]
    copy.execute(("UPDATE audit SET record = ? WHERE sequence = ?", (altered, sequence)))
    return [sequence]


def _alter_hash(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    copy.execute(("UPDATE audit SET hash = ? WHERE sequence = ?", ("e" * 64, sequence)))
    return [sequence]


def _alter_beside(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    column, value = data.draw(st.sampled_from([("at", "2020-01-01 00:00:00.000000"), ("unit_id", "a" * 32)]))
    copy.execute((f"UPDATE audit SET {column} = ? WHERE sequence = ?", (value, sequence)))  # noqa: S608
    return [sequence]


def _alter_and_hash_again(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    altered = copy.row(sequence).record.replace('"s', '"x')
    copy.execute(
        ("UPDATE audit SET record = ?, hash = ? WHERE sequence = ?", (altered, record_hash(altered), sequence))
    )
    return [sequence]


def _alter_and_chain_again(copy: Copy, data: st.DataObject) -> list[int]:
    """What one with the catalogue but without the key can do best: every later hash is made anew, the end too."""
    sequence = _one(data, SEALED)
    before = copy.row(sequence - 1).hash if sequence > 1 else "0" * 64
    statements: list[tuple[str, tuple[object, ...]]] = []
    for number in range(sequence, RECORDS + 1):
        record = AuditRecord.from_json(copy.row(number).record)
        change = {"previous": before} | ({"subject": "x"} if number == sequence else {})
        row = AuditRow.of(record.model_copy(update=change))
        statements.append(("UPDATE audit SET record = ?, hash = ? WHERE sequence = ?", (row.record, row.hash, number)))
        before = row.hash
    copy.execute(*statements, ("UPDATE audit_end SET hash = ?", (before,)))
    return []


def _swap(copy: Copy, data: st.DataObject) -> list[int]:
    one = _one(data, RECORDS - 1)
    other = data.draw(st.integers(one + 1, RECORDS))
    copy.execute(
        ("UPDATE audit SET sequence = 1000 WHERE sequence = ?", (one,)),
        ("UPDATE audit SET sequence = ? WHERE sequence = ?", (one, other)),
        ("UPDATE audit SET sequence = ? WHERE sequence = 1000", (other,)),
    )
    return [one, other]


def _insert(copy: Copy, data: st.DataObject) -> list[int]:
    """A record slipped in; those after it move up, whole."""
    sequence = _one(data)
    before = copy.row(sequence - 1).hash if sequence > 1 else "0" * 64
    row = AuditRow.of(AuditRecord.after(_entry(99), sequence - 1, before))
    moves: list[tuple[str, tuple[object, ...]]] = [
        ("UPDATE audit SET sequence = ? WHERE sequence = ?", (number + 1, number))
        for number in range(RECORDS, sequence - 1, -1)
    ]
    insert = "INSERT INTO audit (sequence, at, record, hash) VALUES (?, ?, ?, ?)"
    copy.execute(*moves, (insert, (sequence, "2025-03-04 05:06:07.000000", row.record, row.hash)))
    return [sequence]


def _add(copy: Copy, data: st.DataObject) -> list[int]:
    row = AuditRow.of(AuditRecord.after(_entry(99), RECORDS, copy.row(RECORDS).hash))
    insert = "INSERT INTO audit (sequence, at, record, hash) VALUES (?, ?, ?, ?)"
    copy.execute((insert, (row.sequence, "2025-03-04 05:06:07.000000", row.record, row.hash)))
    return [row.sequence]


def _cut(copy: Copy, data: st.DataObject) -> list[int]:
    sequence = _one(data)
    copy.execute(("DELETE FROM audit WHERE sequence >= ?", (sequence,)))
    return [sequence]


def _roll_back(copy: Copy, data: st.DataObject) -> list[int]:
    """The catalogue as it was after an earlier batch: records and end agree, only the heads know more."""
    batch = data.draw(st.integers(0, len(BATCHES) - 1))
    last = sum(BATCHES[:batch])
    last_hash = copy.row(last).hash if last else "0" * 64
    copy.execute(
        ("DELETE FROM audit WHERE sequence > ?", (last,)),
        (
            "UPDATE audit_end SET sequence = ?, hash = ?, batch = 0, sealed = 0, head = ?",
            (last, last_hash, "0" * 64),
        ),
    )
    return [last + 1]


def _remove_head(copy: Copy, data: st.DataObject) -> list[int]:
    copy.store.delete(head_key(data.draw(st.integers(1, len(BATCHES)))))
    return []


def _alter_head(copy: Copy, data: st.DataObject) -> list[int]:
    name = head_key(data.draw(st.integers(1, len(BATCHES))))
    stored = copy.store.read(name)
    place = data.draw(st.integers(0, len(stored) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != stored[place]))
    copy.store.delete(name)
    copy.store.put(name, stored[:place] + bytes([byte]) + stored[place + 1 :])
    return []


HARMS: dict[str, Harm] = {
    "remove": _remove,
    "alter its text": _alter_text,
    "alter its hash": _alter_hash,
    "alter what it is looked for by": _alter_beside,
    "alter and hash again": _alter_and_hash_again,
    "alter and chain again": _alter_and_chain_again,
    "swap": _swap,
    "insert": _insert,
    "add": _add,
    "cut": _cut,
    "roll back": _roll_back,
    "remove a head": _remove_head,
    "alter a head": _alter_head,
}
