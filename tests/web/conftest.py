# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import httpx
import pytest
from fastapi import FastAPI

from arhivar.access.decide import classify, publish
from arhivar.composition import Archive
from arhivar.settings import Settings
from repository.records import SeriesRule
from schemas.access import Look
from schemas.ingest import IngestState, unit_id
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.web.serving import client_of, test_identity
from web.app import create_app, open_parts
from web.limits import RateLimits
from web.parts import Parts

CODES = {access: f"LU/{access.value}/1987" for access in AccessClass}
TEXTS = ("autorizatie de construire", "proces verbal de receptie")


class KeptLooks:
    """`web.looks.LookWriter` that keeps them in memory."""

    def __init__(self) -> None:
        self.looks: list[Look] = []

    def record(self, looks: Iterable[Look]) -> None:
        self.looks += looks


@dataclass(frozen=True)
class Office:
    """The application over an archive that has a unit of each access class, and what it wrote down."""

    town: Town
    parts: Parts
    app: FastAPI
    client: httpx.Client
    looks: KeptLooks

    @property
    def settings(self) -> Settings:
        return self.town.settings

    def unit(self, access: AccessClass) -> str:
        return str(unit_id(CODES[access]))

    def ingest(self, access: AccessClass) -> str:
        row = self.parts.archive.catalogue.unit_by_reference(CODES[access])
        assert row is not None
        assert row.ingest_id is not None
        return row.ingest_id


def drop_unit(town: Town, access: AccessClass, code: str, texts: Sequence[str] = TEXTS) -> None:
    """A drop of a unit that its series makes of that class; of `staff` for one to be published."""
    series = AccessClass.STAFF if access is AccessClass.PUBLIC else access
    described = {"reference_code": code, "title": f"Dosar {code}", "series": series.value, "date_from": "1987"}
    make_quick_binder(town.inbox, code.replace("/", "-"), texts, described)


def move(archive: Archive, code: str, access: AccessClass) -> None:
    """Let a person decide that a unit has this access class."""
    if access is AccessClass.PUBLIC:
        publish(archive, code, "motivat")
    else:
        classify(archive, code, access, "motivat")


@pytest.fixture(scope="session")
def make_town(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Town]:
    """Makes archives of units by access class."""

    def make(units: Sequence[tuple[AccessClass, str]], **settings: str) -> Town:
        town = quick_town(tmp_path_factory.mktemp("town"), **settings)
        with town.open() as archive:
            archive.catalogue.set_series(
                SeriesRule(series=access.value, title=access.value, access_class=access)
                for access in AccessClass
                if access is not AccessClass.PUBLIC
            )
        for access, code in units:
            drop_unit(town, access, code)
        with pytest.MonkeyPatch.context() as patch:
            use_quick_validator(patch)
            report = town.ingest()
        assert [outcome.state for outcome in report.outcomes] == [IngestState.RECONCILED] * len(units)
        with town.open() as archive:
            for access, code in units:
                if access is AccessClass.PUBLIC:
                    publish(archive, code, "motivat")
        return town

    return make


@pytest.fixture(scope="session")
def office(make_town: Callable[..., Town]) -> Iterator[Office]:
    """One for all tests that change nothing."""
    town = make_town(list(CODES.items()))
    looks = KeptLooks()
    with open_parts(town.settings, only_this_machine=False) as opened:
        parts = replace(
            opened,
            identity=test_identity(),
            looks=looks,
            rates=RateLimits(1_000_000, 1_000_000),
        )
        app = create_app(town.settings, parts)
        with client_of(app) as client:
            yield Office(town, parts, app, client, looks)
