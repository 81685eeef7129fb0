# SPDX-License-Identifier: EUPL-1.2
"""The figures for everyone: right sums, nothing of a unit or a person, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arhivar.progress.figures import COLUMNS, figures_csv, figures_etag, open_figures
from arhivar.settings import Settings, load_settings
from repository.catalogue import Catalogue
from repository.progress import FindingCount, FinishedHour, HoldingCount, Progress, ReadingHour, StateCount, Volume
from schemas.figures import HoldingFigure, OpenFigures
from schemas.ingest import IngestState
from schemas.unit import AccessClass

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PUBLIC, STAFF, PERSONAL = AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL
DONE, READ = IngestState.RECONCILED, IngestState.PROCESSING


class Sums:
    """The part of a catalogue that the figures are made of."""

    def __init__(self, progress: Progress, *holdings: HoldingCount) -> None:
        self._progress, self._holdings = progress, holdings

    def progress(self, now: datetime) -> Progress:
        return self._progress

    def holdings(self) -> tuple[HoldingCount, ...]:
        return self._holdings


PROGRESS = Progress(
    inventory=40,
    declared=30,
    units=(StateCount(DONE, True, 7, 700), StateCount(READ, False, 3, 120)),
    finished=(
        FinishedHour(None, 1, 90),
        FinishedHour(datetime(2026, 8, 31, 22, tzinfo=UTC), 4, 400),
        FinishedHour(datetime(2026, 11, 2, 9, tzinfo=UTC), 2, 210),
    ),
    reading=(ReadingHour(datetime(2026, 7, 3, 9, tzinfo=UTC), 55, NOW, NOW + HOUR),),
    masters=Volume(10**12, 1),
    access=Volume(10**10, 1),
    findings=(FindingCount("page-blurred", 12, 3),),
    unfinished=(),
    quarantine=(),
)


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return load_settings({"ARHIVAR_HOME": str(tmp_path), "ARHIVAR_DEADLINE": "2027-06-30"})


def figures_of(settings: Settings, *holdings: HoldingCount, now: datetime = NOW) -> OpenFigures:
    sums: Any = Sums(PROGRESS, *holdings)
    catalogue: Catalogue = sums
    return open_figures(catalogue, settings, now)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_months_are_those_of_the_local_calendar_and_none_is_left_out(settings: Settings) -> None:
    here = NOW.astimezone(timezone(timedelta(hours=3)))
    months = {one.month: (one.units, one.pages, one.pages_read) for one in figures_of(settings, now=here).months}
    assert months == {
        "2026-07": (0, 0, 55),
        "2026-08": (0, 0, 0),
        "2026-09": (4, 400, 0),
        "2026-10": (0, 0, 0),
        "2026-11": (2, 210, 0),
    }
    assert figures_of(settings).months[1].units == 4


def test_totals_and_states_are_those_of_the_report(settings: Settings) -> None:
    figures = figures_of(settings)
    assert (figures.done, figures.undated, figures.target, figures.deadline) == (7, 1, 40, date(2027, 6, 30))
    states = {one.state: (one.units, one.pages) for one in figures.states}
    assert states["reconciled"] == (7, 700)
    assert states["processing"] == (3, 120)
    assert states["declared"] == (30, None)


def test_what_is_not_shown_counts_and_is_not_named(settings: Settings) -> None:
    figures = figures_of(
        settings,
        HoldingCount("Primăria", "II.4", STAFF, DONE, True, 3, 300),
        HoldingCount("Primăria", "II.4", PUBLIC, DONE, True, 1, 100),
        HoldingCount("Familia Popescu", "Divorțuri", PERSONAL, DONE, True, 2, 200),
        HoldingCount(None, None, STAFF, DONE, True, 1, 50),
    )
    assert figures.holdings == (
        HoldingFigure(fonds=None, series=None, state="reconciled", units=3, pages=250),
        HoldingFigure(fonds="Primăria", series="II.4", state="reconciled", units=4, pages=400),
    )
    assert "Popescu" not in figures.model_dump_json() + figures_csv(figures).decode("utf-8-sig")


def test_the_etag_follows_the_figures_and_not_the_clock(settings: Settings) -> None:
    first, later = figures_of(settings), figures_of(settings, now=NOW + HOUR)
    assert first.made_at != later.made_at
    assert figures_etag(first) == figures_etag(later)
    other = figures_of(settings, HoldingCount("Primăria", None, STAFF, DONE, True, 1, 1))
    assert figures_etag(first) != figures_etag(other)


def test_the_csv_has_every_figure_in_rfc_4180(settings: Settings) -> None:
    figures = figures_of(settings, HoldingCount('Fond "A", B', "II.4", STAFF, DONE, True, 3, 300))
    data = figures_csv(figures)
    assert data.startswith(b"\xef\xbb\xbftable,")
    assert not figures_csv(figures, byte_order_mark=False).startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    rows = rows_of(data)
    assert set(rows[0]) == set(COLUMNS)
    (holding,) = (row for row in rows if row["table"] == "holding")
    assert (holding["fonds"], holding["units"], holding["pages"]) == ('Fond "A", B', "3", "300")
    assert len([row for row in rows if row["table"] == "month"]) == 5
    totals = {row["item"]: row["units"] or row["value"] for row in rows if row["table"] == "total"}
    assert (totals["target"], totals["master_bytes"], totals["deadline"]) == ("40", str(10**12), "2027-06-30")
    (finding,) = (row for row in rows if row["table"] == "finding")
    assert (finding["item"], finding["value"]) == ("page-blurred", "12")


nasty = st.one_of(
    st.text(min_size=1, max_size=30),
    st.builds(lambda head, tail: head + tail, st.sampled_from("=+-@\t\r"), st.text(max_size=20)),
)


@given(fonds=nasty, series=nasty)
def test_no_cell_can_be_run_as_a_formula_and_none_is_lost(fonds: str, series: str) -> None:
    figures = OpenFigures(
        made_at=NOW,
        target=1,
        inventory=0,
        done=0,
        undated=0,
        master_bytes=0,
        access_bytes=0,
        states=(),
        months=(),
        holdings=(HoldingFigure(fonds=fonds, series=series, state="reconciled", units=1, pages=2),),
        findings=(),
    )
    rows = rows_of(figures_csv(figures))
    for row in rows:
        assert None not in row
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    (holding,) = (row for row in rows if row["table"] == "holding")
    assert holding["fonds"].removeprefix("'") == fonds.removeprefix("'")
    assert holding["series"].removeprefix("'") == series.removeprefix("'")
    assert (holding["units"], holding["pages"]) == ("1", "2")
