# SPDX-License-Identifier: EUPL-1.2
"""What crash tests and soak test share: a town of one binder, a run that counts, and what must hold after it."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from arhivar.composition import object_id, open_validator
from arhivar.finding import open_search
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.package import read_package
from arhivar.steps.compose import Composed, compose_unit
from processors.verapdf import VeraPdf, Verdict
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from tests.arhivar.conftest import Town

_SILENT = VerifyWatcher(lambda units: None, lambda size: None, lambda verdict: None)


class CountingPool:
    """The town's pool, which counts the pages that it is given to read."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.count_frames = pool.count_frames
        self.reads = 0

    def process(self, sources: Iterable[Any], settings: Any) -> Iterator[Any]:
        def counted() -> Iterator[Any]:
            for source in sources:
                self.reads += 1
                yield source

        return iter(self._pool.process(counted(), settings))


@dataclass(frozen=True)
class Work:
    """What a run had to do."""

    reads: int
    composes: int


@dataclass(frozen=True)
class Expected:
    """What a run that nobody killed made of the binder."""

    pages: int
    digest: str
    """SHA-512 of the access PDF."""
    word: str
    """One that stands on some pages."""
    hits: int
    """On how many."""


class RememberingValidator:
    """veraPDF, which is not asked twice about the same bytes: its verdict would be the same, and takes two seconds."""

    _verdicts: ClassVar[dict[str, Verdict]] = {}

    def __init__(self, validator: VeraPdf) -> None:
        self._validator = validator
        self.agent = validator.agent

    def validate(self, files: Sequence[Path]) -> list[Verdict]:
        (file,) = files
        digest = hashlib.sha512(file.read_bytes()).hexdigest()
        if digest not in self._verdicts:
            self._verdicts[digest] = self._validator.validate(files)[0]
        return [self._verdicts[digest]]


def run(town: Town) -> Work:
    """What `arhivar ingest` does, in this process, and how much of it was work."""
    pool: Any = CountingPool(town.pool)
    composed: list[Composed] = []

    def compose(*arguments: Any) -> Composed:
        composed.append(compose_unit(*arguments))
        return composed[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arhivar.pipeline.compose_unit", compose)
        patch.setattr(
            "arhivar.pipeline.open_validator", lambda settings: RememberingValidator(open_validator(settings))
        )
        report = replace(town, pool=pool).ingest()
    assert report.errors == ()
    assert [one.error for one in report.outcomes if one.error is not None] == []
    return Work(pool.reads, len(composed))


def copy_town(town: Town, folder: Path) -> Town:
    """The same archive and inbox once more, to be harmed."""
    home, inbox = folder / "home", folder / "inbox"
    shutil.copytree(town.settings.home, home)
    shutil.copytree(town.inbox, inbox)
    return Town(town.settings.model_copy(update={"home": home}), inbox, town.pool)


def pages_kept(town: Town) -> int:
    """How many pages' results the work area holds."""
    return sum(1 for _ in (town.settings.home / "work" / "pages").rglob("*.json"))


def state(town: Town) -> IngestState | None:
    """Of the only ingest; None where the catalogue knows of none."""
    with town.open() as archive:
        rows = archive.catalogue.ingests()
    assert len(rows) <= 1
    return rows[0].state if rows else None


def expect(town: Town, word: str) -> Expected:
    """What the archive shows: what another one must show too. The PDF's bytes are those that the store gives back."""
    with town.open() as archive:
        (row,) = archive.catalogue.ingests()
        package = read_package(archive, object_id(row.unit_id))
        with archive.packages.open(object_id(row.unit_id), package.pdfs[0].path) as stream:
            digest = hashlib.sha512(stream.read()).hexdigest()
        return Expected(len(package.pages), digest, word, open_search(archive).search(word, SearchFilters()).total)


def leftovers(town: Town) -> list[str]:
    """Every file that no finished ingest has a use for, and claimed folders."""
    home = town.settings.home
    places = [home / "work", home / "store" / "staging", home / "store" / ".tmp", town.inbox]
    found = [path for place in places if place.exists() for path in place.rglob("*") if not path.is_dir()]
    found = [path for path in found if path != home / "store" / ".tmp" / "lock"]  # which the store keeps
    claimed = town.inbox / ".claimed"
    found += list(claimed.iterdir()) if claimed.exists() else []
    found += [path for path in (home / "index").glob("*") if path.name.startswith(("tmp", "."))]
    found += list((home / "work" / "ingests").glob("*"))
    return sorted({str(path.relative_to(home.parent)) for path in found})


def assert_whole(town: Town, expected: Expected) -> None:
    """The binder is in the archive once, with every page, and nothing else lies about."""
    assert state(town) is IngestState.RECONCILED
    numbers = list(range(1, expected.pages + 1))
    with town.open() as archive:
        row = archive.catalogue.ingests()[0]
        ledger = archive.catalogue.ledger(row.ingest_id)
        assert ledger is not None
        assert ledger.balanced
        assert [line.page for line in ledger.rows] == numbers
        assert [page.number for page in archive.catalogue.pages(row.ingest_id)] == numbers
        assert archive.packages.head(object_id(row.unit_id)) == 1
        assert archive.catalogue.outbox(1) == []
        verdicts = verify_units(archive, all_subjects(archive), _SILENT)
        assert [(verdict.findings, verdict.error, verdict.in_hand) for verdict in verdicts] == [((), None, False)]
    assert leftovers(town) == []
    assert expect(town, expected.word) == expected
