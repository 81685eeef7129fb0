# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's inventory, nomenclator and units."""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from repository.records import InventoryEntry, SeriesRule, UnitRow
from repository.sql.connection import SqlConnection
from repository.tables import InventoryTable, SeriesTable, UnitTable
from schemas.errors import CatalogueError
from schemas.naming import folder_key
from schemas.unit import AccessClass


class UnitsPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def add_inventory(self, entries: Iterable[InventoryEntry]) -> int:
        new = {_same(entry.reference_code): entry for entry in entries}
        with self._write() as session:
            rows = {row.reference_code: row for row in session.scalars(select(InventoryTable).with_for_update())}
            barcodes = {code: row.barcode for code, row in rows.items() if row.barcode and code not in new}
            holders = {barcode: code for code, barcode in barcodes.items()}
            namesakes = {row.folder_key: code for code, row in rows.items() if row.folder_key}
            for code, entry in new.items():
                barcode, key = _barcode(entry), folder_key(code)
                if barcode and holders.setdefault(barcode, code) != code:
                    raise CatalogueError(detail=f"barcode {barcode} is both {holders[barcode]} and {code}")
                if key and namesakes.setdefault(key, code) != code:
                    raise CatalogueError(detail=f"folder name {key} is both {namesakes[key]} and {code}")
            for code in new.keys() & rows.keys():
                rows[code].barcode = None  # so that two entries may change barcodes with each other
            session.flush()
            for code, entry in new.items():
                row = rows.get(code)
                if row is None:
                    row = InventoryTable(reference_code=code)
                    session.add(row)
                row.barcode = _barcode(entry)
                row.folder_key = folder_key(code) or None
                row.entry = entry.to_json().decode()
        return len(new)

    def inventory_entry(self, name_or_barcode: str) -> InventoryEntry | None:
        with self._read() as session:
            row = _find_entry(session, _same(name_or_barcode))
            return InventoryEntry.from_json(row.entry) if row else None

    def inventory(self) -> list[InventoryEntry]:
        query = select(InventoryTable).order_by(InventoryTable.reference_code)
        with self._read() as session:
            return [InventoryEntry.from_json(row.entry) for row in session.scalars(query)]

    def inventory_for_folder(self, name: str) -> InventoryEntry | None:
        with self._read() as session:
            row = _find_entry(session, _same(name)) or session.scalar(
                select(InventoryTable).where(InventoryTable.folder_key == folder_key(name))
            )
            return InventoryEntry.from_json(row.entry) if row else None

    def set_series(self, rules: Iterable[SeriesRule]) -> int:
        new = {_same(rule.series): rule for rule in rules}
        with self._write() as session:
            for series, rule in new.items():
                session.merge(SeriesTable(series=series, rule=rule.to_json().decode()))
        return len(new)

    def series_rule(self, series: str) -> SeriesRule | None:
        with self._read() as session:
            row = session.get(SeriesTable, _same(series))
            return SeriesRule.from_json(row.rule) if row else None

    def series_rules(self) -> list[SeriesRule]:
        with self._read() as session:
            rows = session.scalars(select(SeriesTable).order_by(SeriesTable.series))
            return [SeriesRule.from_json(row.rule) for row in rows]

    def unit_by_reference(self, reference_code: str) -> UnitRow | None:
        with self._read() as session:
            row = session.scalar(select(UnitTable).where(UnitTable.reference_code == reference_code))
            return unit_row(row) if row else None

    def unit(self, unit_id: UUID) -> UnitRow | None:
        with self._read() as session:
            row = session.get(UnitTable, unit_id)
            return unit_row(row) if row else None

    def units(self) -> list[UnitRow]:
        with self._read() as session:
            return [unit_row(row) for row in session.scalars(select(UnitTable).order_by(UnitTable.reference_code))]


def unit_for_update(session: Session, unit_id: UUID) -> UnitTable | None:
    """The unit's row, locked until the transaction ends."""
    return session.get(UnitTable, unit_id, with_for_update=True)


def _find_entry(session: Session, name_or_barcode: str) -> InventoryTable | None:
    return session.get(InventoryTable, name_or_barcode) or session.scalar(
        select(InventoryTable).where(InventoryTable.barcode == name_or_barcode)
    )


def unit_row(row: UnitTable) -> UnitRow:
    """The row as the catalogue gives it."""
    return UnitRow(
        unit_id=row.unit_id,
        reference_code=row.reference_code,
        title=row.title,
        fonds=row.fonds,
        series=row.series,
        access_class=AccessClass(row.access_class),
        version=row.version,
        ingest_id=row.ingest_id,
        pages=row.pages,
    )


def _barcode(entry: InventoryEntry) -> str | None:
    return _same(entry.barcode) if entry.barcode else None


def _same(name: str) -> str:
    """Folder names come decomposed from some systems."""
    return unicodedata.normalize("NFC", name)
