# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's places and streets, by all their names."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import delete, select

from repository.sql.connection import SqlConnection
from repository.tables import PlaceNameTable
from schemas.places import PlaceName


class PlacesPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def set_places(self, names: Iterable[PlaceName], *, others_end: bool = False) -> int:
        new: defaultdict[str, list[PlaceName]] = defaultdict(list)
        for name in names:
            new[unicodedata.normalize("NFC", name.id)].append(name)
        with self._write() as session:
            known = set(session.scalars(select(PlaceNameTable.place_id).distinct()))
            ended = known if others_end else known & new.keys()
            for place in sorted(ended):
                session.execute(delete(PlaceNameTable).where(PlaceNameTable.place_id == place))
            session.add_all(
                PlaceNameTable(place_id=place, position=position, name=name.to_json().decode())
                for place, rows in new.items()
                for position, name in enumerate(rows)
            )
        return len(new)

    def places(self) -> list[PlaceName]:
        query = select(PlaceNameTable.name).order_by(PlaceNameTable.place_id, PlaceNameTable.position)
        with self._read() as session:
            return [PlaceName.from_json(name) for name in session.scalars(query)]
