# SPDX-License-Identifier: EUPL-1.2
"""On each engine: what a reader may not see changes not a byte of what the reader is told.

Two archives, alike but for units that are closed, which one has and the other has not. The closed ones are full of what
would show: frequent words that move scores, words near those that are asked for, names, streets, titles and values of
facets that no other unit has.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest

from arhivar.access.decide import publish
from arhivar.composition import Archive
from arhivar.settings import Settings
from arhivar.steps.index import page_records
from repository.records import SeriesRule
from schemas.ingest import unit_id
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.contract.search_backends import EACH
from tests.services import require
from tests.web.conftest import KeptLooks
from tests.web.serving import bearer, client_of, test_identity, varying
from web.app import create_app, open_parts
from web.limits import RateLimits

SECRET = "a8f1d9c45e7b4f0c9d3e2b1a6c8f7e5d"  # noqa: S105 - signs cursors alike in all archives
PERMIT = "autorizatie de construire str. Mărășești nr. 12 solicitantul Ion Popescu"
RECEIPT = "proces verbal de receptie a lucrarilor din strada Lungă"


@dataclass(frozen=True)
class Unit:
    """One of an archive."""

    code: str
    texts: tuple[str, ...]
    more: dict[str, object]
    published: bool = False


def described(title: str, fonds: str, series: str, year: int, kind: str) -> dict[str, object]:
    return {"title": title, "fonds": fonds, "series": series, "date_from": str(year), "document_type": kind}


OPEN = [
    Unit("A/2", (PERMIT, RECEIPT), described("Autorizații", "PS", "I", 1974, "autorizație"), True),
    Unit(
        "C/1", (RECEIPT, "autorizatia nr. 44"), described("Recepții", "PS", "II", 1981, "proces-verbal"), published=True
    ),
    Unit("B/1", (PERMIT, "autorizatie de desfiintare"), described("Dosar", "LU", "I", 1990, "autorizație")),
    Unit(
        "E/5", ("autorizatie autorizatie garaj",), described("Garaje", "LU", "III", 1992, "autorizație"), published=True
    ),
]
CLOSED_TEXTS = (
    "autorizatie " * 30,
    "autorizatei autorizatia receptle constructle str. Mărăști numitul Ludovic Secretescu strada Ascunsă",
    "secretariatul autorizeaza receptionarea mărășeștilor str. Mărășești",
)
CLOSED = [
    Unit("A/1", CLOSED_TEXTS, described("Dosar secret", "Fond ascuns", "Serie ascunsă", 1951, "denunț"), True),
    Unit("D/9", CLOSED_TEXTS[::-1], described("Autorizații secrete", "PS", "IV", 1974, "autorizație")),
]

QUESTIONS = [
    f"/api/v1/search?q={query}&{more}"
    for query in (
        "autorizatie",
        "autorizatie+marasesti",
        "autorizatei",
        "autorizatle",
        "receptle",
        "constructle",
        '"proces+verbal"',
        "secretariat",
        "secretescu",
        "ascuns*",
        "autoriz*",
        "-garaj+autorizatie",
        "year:1940..2000",
        "title:secret",
        "marasesti",
    )
    for more in (
        "facet=fonds&facet=series&facet=type&facet=decade&facet=language&limit=2",
        "sort=date&limit=1&pages=1",
        "sort=code&fonds=PS",
    )
]
QUESTIONS += [f"/api/v1/facets?q={query}" for query in ("autorizatie", "secretescu", "year:1900..2000", "receptle")]
QUESTIONS += [
    f"/api/v1/suggest?q={begun}"
    for begun in ("au", "autorizat", "se", "secretescu", "ludovic", "mara", "str.+mara", "str.+as", "dosar", "a/", "d/")
]
QUESTIONS += ["/api/v1/units?limit=2", "/api/v1/units?reference_code=A/1", "/api/v1/units?reference_code=D/9"]
QUESTIONS += ["/health", "/ready", "/api/v1/openapi.json"]


@dataclass(frozen=True)
class Side:
    """One of the archives."""

    archive: Archive
    client: httpx.Client


Close = Callable[[Archive, str], None]
"""Closes a unit of that reference code."""


def made(folder: Path, settings: dict[str, str], close: Close | None) -> Settings:
    """An archive of the open units, and of the closed ones where they are closed by `close`."""
    town = quick_town(folder, **settings)
    closed = [] if close is None else CLOSED
    units = [*closed[:1], *OPEN, *closed[1:]]
    if close is never_open:
        with town.open() as archive:
            series = {str(unit.more["series"]) for unit in closed}
            archive.catalogue.set_series(
                SeriesRule(series=one, title=one, access_class=AccessClass.RESTRICTED) for one in series
            )
    for number, unit in enumerate(units):
        stated = {"reference_code": unit.code, **unit.more}
        make_quick_binder(town.inbox, f"{number:02}", unit.texts, stated)
    with pytest.MonkeyPatch.context() as patch:
        use_quick_validator(patch)
        assert [one.error for one in town.ingest().outcomes if one.error is not None] == []
    with town.open() as archive:
        # All of a class in one piece, so that what is taken out leaves its traces beside what stays.
        _index_at_once(archive, units)
        for unit in units:
            if unit.published and not (unit in closed and close is never_open):
                publish(archive, unit.code, "motivat")
        _index_at_once(archive, units)
        for unit in closed:
            assert close is not None
            close(archive, unit.code)
    return town.settings


def _index_at_once(archive: Archive, units: Iterable[Unit]) -> None:
    archive.index.write(chain.from_iterable(page_records(archive, unit_id(unit.code), 1) for unit in units))


def never_open(archive: Archive, code: str) -> None:
    """Nothing is left to do: its series made the unit restricted before anybody could see it."""
    row = archive.catalogue.unit_by_reference(code)
    assert row is not None
    assert row.access_class is AccessClass.RESTRICTED


WAYS: dict[str, Close | None] = {"none": None, "never open": never_open}


@pytest.fixture(scope="module", params=EACH)
def sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Side]]:
    """The archives by how units of theirs were closed."""
    with ExitStack() as stack:
        found = {}
        for way, close in WAYS.items():
            variables = {"ARHIVAR_SERVE_SECRET": SECRET, **_index(request.param)}
            settings = made(tmp_path_factory.mktemp(way), variables, close)
            opened = stack.enter_context(open_parts(settings, only_this_machine=False))
            rates = RateLimits(1_000_000, 1_000_000)
            parts = replace(opened, identity=test_identity(), looks=KeptLooks(), rates=rates)
            found[way] = Side(parts.archive, stack.enter_context(client_of(create_app(settings, parts))))
        yield found


def _index(engine: str) -> dict[str, str]:
    if engine == "tantivy":
        return {}
    server = require("elasticsearch")
    return {
        "ARHIVAR_INDEX": server["url"],
        "ARHIVAR_INDEX_API_KEY": server["api_key"],
        "ARHIVAR_INDEX_CA_FILE": server["ca_certificate"],
        "ARHIVAR_INDEX_PREFIX": f"arhivar-test-{secrets.token_hex(8)}",
    }


NOT_RESTRICTED = [None, Role.READER, Role.CLERK, Role.ARCHIVIST, Role.OPERATOR, Role.ADMINISTRATOR, Role.SERVICE]


@pytest.mark.parametrize("role", NOT_RESTRICTED, ids=str)
def test_closed_units_change_nothing_of_any_answer(sides: dict[str, Side], role: Role | None) -> None:
    for question in QUESTIONS:
        without, with_them = (sides[one].client.get(question, headers=bearer(role)) for one in WAYS)
        assert with_them.status_code == without.status_code == 200, question
        assert with_them.json() == without.json(), question
        assert with_them.content == without.content, question
        assert varying(with_them) == varying(without), question


@pytest.mark.parametrize("role", NOT_RESTRICTED, ids=str)
def test_lists_go_on_alike_to_their_ends(sides: dict[str, Side], role: Role | None) -> None:
    for question in ("/api/v1/search?q=autorizatie&limit=1", "/api/v1/units?limit=1"):
        without, with_them = (_pieces(sides[one].client, question, role) for one in WAYS)
        assert len(without) > 1
        assert with_them == without


def _pieces(client: httpx.Client, question: str, role: Role | None) -> list[Any]:
    pieces: list[Any] = []
    cursor = ""
    while cursor or not pieces:
        answer = client.get(question + (cursor and f"&cursor={cursor}"), headers=bearer(role))
        pieces.append(answer.json())
        cursor = pieces[-1]["next"] or ""
        assert len(pieces) < 20
    return pieces


@pytest.mark.parametrize("code", [unit.code for unit in CLOSED])
def test_a_closed_unit_is_told_like_one_that_never_was(sides: dict[str, Side], code: str) -> None:
    for what in (
        "",
        "/pages",
        "/pages/1",
        "/pages/1/image",
        "/pages/1/text",
        "/pages/1/words",
        "/pdf",
        "/volumes/1/pdf",
    ):
        told = [sides[way].client.get(f"/api/v1/units/{unit_id(code)}{what}") for way in WAYS]
        assert {answer.status_code for answer in told} == {404}
        assert len({answer.text.replace(answer.headers["x-request-id"], "") for answer in told}) == 1


def test_work_is_listed_for_those_whose_work_it_is_and_for_others_not_counted(sides: dict[str, Side]) -> None:
    def codes(way: str, headers: dict[str, str]) -> Sequence[str]:
        answer = sides[way].client.get("/api/v1/ingests", headers=headers).json()
        return sorted(one["reference_code"] for one in answer["ingests"])

    archivist = bearer(Role.ARCHIVIST)
    assert codes("never open", archivist) == codes("none", archivist) == sorted(unit.code for unit in OPEN)
    scoped = bearer(Role.ARCHIVIST, "records:restricted")
    assert codes("never open", scoped) == sorted(unit.code for unit in (*OPEN, *CLOSED))


def test_the_archives_differ_for_those_who_may_see_it(sides: dict[str, Side]) -> None:
    headers = bearer(Role.ARCHIVIST, "records:restricted")
    for question in ("/api/v1/search?q=secretescu", "/api/v1/suggest?q=secretescu", "/api/v1/facets?q=title:secret"):
        told = {way: sides[way].client.get(question, headers=headers).json() for way in WAYS}
        assert told["never open"] != told["none"], question
