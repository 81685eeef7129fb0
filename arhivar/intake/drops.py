# SPDX-License-Identifier: EUPL-1.2
"""What lies in the inbox, and whether it is ready.

Ready means a `_READY` file, which the scanner writes last. Without one: nothing changed for `quiet_seconds`, every
file complete, and a page count that fits the declared folios. A half-copied binder is left alone.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from arhivar.intake.share import share_error
from schemas.errors import InboxMissing

READY_FILE = "_READY"
REASON_FILE = "REASON.txt"
DESCRIPTION_FILE = "unit.json"
CLAIMED = ".claimed"
QUARANTINE = ".quarantine"

_JUNK = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db", READY_FILE.lower(), REASON_FILE.lower()})
_UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Drop:
    """A folder in the inbox."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a drop may be taken; if not, what is missing, as `waiting_for` names it."""

    ready: bool
    waiting_for: str | None = None
    detail: str = ""
    since: float = 0.0
    """Time of the last change, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class PageCount:
    """Pages found against pages expected; `least` and `most` are None where nothing is declared."""

    found: int
    least: int | None
    most: int | None

    @property
    def fits(self) -> bool:
        return (self.least is None or self.found >= self.least) and (self.most is None or self.found <= self.most)


def expected_pages(folios: int | None, blanks: int | None) -> tuple[int | None, int | None]:
    """Least and most pages for so many folios: two sides each, less the declared blank sides.

    Where the blanks are not declared, anything from one to two sides a folio fits.
    """
    if folios is None:
        return None, None
    if blanks is None:
        return folios, 2 * folios
    return 2 * folios - blanks, 2 * folios - blanks


def is_junk(name: str) -> bool:
    """True for what scanners, file managers and Arhivar itself leave beside pages."""
    lowered = name.lower()
    return lowered in _JUNK or lowered.startswith(("._", "~$"))


def list_drops(inbox: Path) -> list[Drop]:
    """The folders in the inbox, by name. Raises InboxMissing, ShareUnavailable."""
    try:
        with os.scandir(inbox) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise InboxMissing(inbox=str(inbox)) from error
    except OSError as error:
        raise share_error(inbox, error) from error
    return [Drop(inbox / name) for name in names]


def walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every entry below a folder that is not a real folder itself; links are not followed."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        else:
            yield entry


def judge(
    drop: Drop, *, now: float, quiet_seconds: float, count_pages: Callable[[Path], PageCount | None]
) -> Readiness:
    """Decide whether a drop is complete.

    `now` is in seconds since the epoch. `count_pages` is asked last, since it opens files; it answers None where the
    drop cannot be understood, which is for the examination to say, not a reason to wait.
    """
    try:
        newest = _last_change(drop.path.stat(), now)
        unfinished = None
        for entry in walk(drop.path):
            status = entry.stat(follow_symlinks=False)
            newest = max(newest, _last_change(status, now))
            if entry.name.lower().endswith(_UNFINISHED_SUFFIXES):
                unfinished = entry.name
    except FileNotFoundError:
        return Readiness(False, "quiet", since=now)  # it is being moved about right now
    if (drop.path / READY_FILE).is_file():
        return Readiness(True, since=newest)
    if now - newest < quiet_seconds:
        return Readiness(False, "quiet", f"{now - newest:.0f}/{quiet_seconds:.0f} s", since=newest)
    if unfinished is not None:
        return Readiness(False, "unfinished", unfinished, since=newest)
    count = count_pages(drop.path)
    if count is not None and not count.fits:
        wanted = count.least if count.least == count.most else f"{count.least}–{count.most}"
        return Readiness(False, "pages", f"{count.found}/{wanted}", since=newest)
    return Readiness(True, since=newest)


def _last_change(status: os.stat_result, now: float) -> float:
    """When something last changed; a modification time ahead of our clock is the scanner's error, and not believed."""
    return max(status.st_ctime, status.st_mtime if status.st_mtime <= now else 0.0)
