# SPDX-License-Identifier: EUPL-1.2
"""Make the broken inventories and nomenclators: ``python -m sample_scans.broken_tables --out DIR``.

Each is named by its table and by the problem (`schemas.inventory.ProblemCode`) that it must produce. Its first data row
is as it should be: what is wrong with the file is one thing alone, and keeps the whole file out.
"""

import argparse
import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_INVENTORY = ("Nr. crt.", "Cota", "Conținutul pe scurt", "Datele extreme", "Numărul filelor", "Limbi", "Cod de bare")
_NOMENCLATOR = ("Indicativul dosarului", "Denumirea dosarului", "Termenul de păstrare", "Clasa de acces")
_GOOD_UNIT = ("1", "LU/TABEL/1", "Autorizații de construire", "1987", "10", "română", "LU-000001")
_GOOD_SERIES = ("I.A.1", "Hotărâri ale consiliului local", "permanent", "intern")


def _unit(**cells: str) -> tuple[str, ...]:
    """The second data row: as it should be, but for these cells, named by their column's number from 1."""
    row = ["2", "LU/TABEL/2", "Dosar de urbanism", "1988–1989", "20", "română, maghiară", "LU-000002"]
    for column, value in cells.items():
        row[int(column.removeprefix("c")) - 1] = value
    return tuple(row)


def _series(**cells: str) -> tuple[str, ...]:
    row = ["I.A.2", "Dispoziții ale primarului", "10 ani C.S.", "personal"]
    for column, value in cells.items():
        row[int(column.removeprefix("c")) - 1] = value
    return tuple(row)


def _csv(*rows: Sequence[str]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def _inventory(row: Sequence[str]) -> bytes:
    return _csv(_INVENTORY, _GOOD_UNIT, row)


def _nomenclator(row: Sequence[str]) -> bytes:
    return _csv(_NOMENCLATOR, _GOOD_SERIES, row)


def broken_tables() -> Mapping[str, bytes]:
    """Each file's bytes by its name, ``<table>.<problem>.csv``."""
    whole = _inventory(_unit())
    return {
        "inventory.table-empty.csv": _csv(_INVENTORY),
        "inventory.table-unreadable.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),  # XLS of before 2007
        "inventory.encoding-unknown.csv": whole.decode("utf-8-sig").replace("ț", "ţ").encode("iso8859_16", "replace"),
        "inventory.header-missing.csv": _csv(_GOOD_UNIT, _unit()),
        "inventory.column-missing.csv": _csv(_INVENTORY[2:], _GOOD_UNIT[2:], _unit()[2:]),
        "inventory.column-twice.csv": _csv((*_INVENTORY, "Cota"), (*_GOOD_UNIT, ""), (*_unit(), "")),
        "inventory.row-malformed.csv": whole + b'3;"LU/TABEL/3" bis;Dosar\r\n',
        "inventory.row-too-long.csv": _inventory((*_unit(), "", "o valoare de prisos")),
        "inventory.value-missing.csv": _inventory(_unit(c2="")),
        "inventory.value-too-long.csv": _inventory(_unit(c3="dosar " * 100)),
        "inventory.value-character.csv": _inventory(_unit(c3="Dosar\x07de urbanism")),
        "inventory.number-malformed.csv": _inventory(_unit(c5="vreo douăzeci")),
        "inventory.date-malformed.csv": _inventory(_unit(c4="31.II.1988")),
        "inventory.dates-reversed.csv": _inventory(_unit(c4="1989–1988")),
        "inventory.language-unknown.csv": _inventory(_unit(c6="română, klingoniană")),
        "inventory.code-twice.csv": _inventory(_unit(c2="LU/TABEL/1")),
        "inventory.code-unnameable.csv": _inventory(_unit(c2="/–/")),
        "inventory.name-ambiguous.csv": _inventory(_unit(c2="lu-tabel-1")),
        "nomenclator.retention-malformed.csv": _nomenclator(_series(c3="cât trebuie")),
        "nomenclator.access-unknown.csv": _nomenclator(_series(c4="secret de stat")),
        "nomenclator.access-public.csv": _nomenclator(_series(c4="public")),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m sample_scans.broken_tables", description="Make the broken inventories and nomenclators."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder in which the files are written")
    out: Path = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    tables = broken_tables()
    for name, data in tables.items():
        (out / name).write_bytes(data)
    print(f"{len(tables)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
