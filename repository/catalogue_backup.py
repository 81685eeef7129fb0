# SPDX-License-Identifier: EUPL-1.2
"""The port to copying a catalogue as a whole, and putting a copy in its place."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from repository.catalogue import Catalogue
from schemas.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class Carried:
    """What of the present catalogue's audit went over into a copy that is to take its place."""

    records: int = 0
    problem: CatalogueError | None = None
    """Why nothing did, where there is a present catalogue."""


class CatalogueBackup(Protocol):
    """Beside `Catalogue`, since it needs no open one: a catalogue that is restored is missing or damaged.

    Each method raises `CatalogueUnavailable` where the database does not answer, and `OSError` for trouble with the
    copy's own place.
    """

    def exists(self) -> bool:
        """Whether there is a catalogue."""
        ...

    def write(self, target: Path) -> str:
        """Copy the catalogue as it is at one moment, while others work, into the new file; the copy's revision."""
        ...

    def examine(self, copy: Path) -> str:
        """The revision of a copy. Raises `CatalogueError`, saying what is wrong, for one that is not sound."""
        ...

    def add_audit(self, copy: Path, present: Catalogue) -> int:
        """Put what was added to the audit since into a copy, and let it be one file again; how many records it lacked.

        Raises `CatalogueError` for one that does not match its hash.
        """
        ...

    def prepare(self, copy: Path, working: Path) -> Carried:
        """Make a working copy that can take the catalogue's place: of this program's revision, with no lease held.

        Audit records that the present catalogue has beyond the copy go over into it.
        """
        ...

    def holders(self, now: datetime) -> list[str]:
        """The leases that are held in the present catalogue, but for those of processes that are known to have ended.

        None where there is no catalogue, or it does not open.
        """
        ...

    def take_place(self, working: Path, aside: Path) -> str | None:
        """Move the present catalogue, if there is one, aside, and put the working copy in its place.

        Where the former one is kept: the new folder `aside`, or a place in the database that has its name; None where
        there was none. A kill in between leaves the present one, or none and both copies.
        """
        ...
