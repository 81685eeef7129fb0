# SPDX-License-Identifier: EUPL-1.2
"""The open figures over HTTP: the same for everyone, as JSON and as CSV."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace

from arhivar.access.decide import classify
from schemas.figures import HoldingFigure, OpenFigures
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.web.conftest import CODES, Office
from tests.web.serving import bearer, client_of
from web.app import create_app, open_parts
from web.kept_figures import KEEP_SECONDS, KeptFigures

ADDRESS = "/api/v1/figures"


def test_everyone_is_told_the_same_figures_and_nothing_of_a_unit(office: Office) -> None:
    answers = [office.client.get(ADDRESS, headers=bearer(role)) for role in (None, *Role)]
    assert len({answer.text for answer in answers}) == 1
    figures = OpenFigures.model_validate_json(answers[0].content)
    assert sum(state.units for state in figures.states) == len(CODES)
    named = {holding.series for holding in figures.holdings}
    assert named == {"staff", None}
    assert not any(code in answers[0].text for code in CODES.values())


def test_the_csv_says_the_same_with_a_byte_order_mark_where_it_is_wanted(office: Office) -> None:
    answer = office.client.get(f"{ADDRESS}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="arhivar-figures.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert sum(int(row["units"]) for row in rows if row["table"] == "state") == len(CODES)
    assert not answer.content.startswith(b"\xef\xbb\xbf")
    assert office.client.get(f"{ADDRESS}.csv?bom=true").content == b"\xef\xbb\xbf" + answer.content
    assert office.client.get(f"{ADDRESS}.csv?bom=perhaps").status_code == 422


def test_figures_that_are_known_are_not_sent_again(office: Office) -> None:
    for address in (ADDRESS, f"{ADDRESS}.csv"):
        etag = office.client.get(address).headers["etag"]
        assert etag.startswith("W/")
        again = office.client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_a_formula_in_a_name_is_text_in_the_csv(office: Office) -> None:
    holding = HoldingFigure(fonds='=HYPERLINK("http://x")', series="@x", state="reconciled", units=1, pages=2)
    figures = office.parts.figures().model_copy(update={"holdings": (holding,)})
    parts = replace(office.parts, figures=lambda: figures)
    with client_of(create_app(office.settings, parts)) as client:
        rows = csv.DictReader(io.StringIO(client.get(f"{ADDRESS}.csv").text))
    (row,) = (row for row in rows if row["table"] == "holding")
    assert (row["fonds"], row["series"], row["units"]) == ('\'=HYPERLINK("http://x")', "'@x", "1")


def test_a_name_that_a_decision_closes_is_gone_with_the_next_request(make_town: Callable[..., Town]) -> None:
    town = make_town([(AccessClass.STAFF, "S/1")])
    with (
        open_parts(town.settings, only_this_machine=False) as parts,
        client_of(create_app(town.settings, parts)) as one,
    ):
        tags = {}
        for address in (ADDRESS, f"{ADDRESS}.csv"):
            answer = one.get(address)
            assert "staff" in answer.text
            tags[address] = answer.headers["etag"]
        classify(parts.archive, "S/1", AccessClass.RESTRICTED, "secret")
        for address, etag in tags.items():
            answer = one.get(address, headers={"If-None-Match": etag})
            assert answer.status_code == 200
            assert "staff" not in answer.text


def test_figures_are_summed_once_a_minute_however_often_they_are_asked_for(office: Office) -> None:
    now = 100.0
    kept = KeptFigures(office.parts.archive, lambda: now)
    first = kept()
    assert kept() is first
    now += KEEP_SECONDS
    assert kept() is not first
