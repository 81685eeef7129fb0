# SPDX-License-Identifier: EUPL-1.2
"""`arhivar report`: verdicts, figures, and the three ways in which they are shown."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import event

from arhivar.composition import init_archive, open_archive
from arhivar.pipeline import _keep_stop
from arhivar.progress import numbers
from arhivar.progress.measure import USUAL_TARGET, Report, UnitState, make_report
from arhivar.progress.page import SHOWN_INGESTS, report_page
from arhivar.progress.sheet import COLUMNS, DELIMITERS, report_csv
from arhivar.progress.verdicts import JudgedIngest, Verdict, judge_ingests
from arhivar.progress.words import say_advice, say_verdict
from arhivar.settings import Settings, load_settings
from benchmarks.archive import Plan, simulate
from repository.progress import FinishedHour, Progress, ReadingHour, Stop, UnfinishedIngest, Volume
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from schemas.errors import EXIT_DONE, EXIT_USAGE, StoreFull
from schemas.ingest import IngestState
from schemas.messages import Language, Message
from tests.arhivar.test_cli import run
from tests.contract.test_catalogue import manifest

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)
EMPTY = Progress(0, 0, (), (), (), Volume(0, 0), Volume(0, 0), (), (), ())
INGEST = UnfinishedIngest(
    ingest_id="1" * 32,
    unit_id=UUID(int=1),
    reference_code="LU/1",
    title="Dosar",
    state=IngestState.PROCESSING,
    measured=False,
    reason=None,
    received_at=NOW - 90 * MINUTE,
    updated_at=NOW - 60 * MINUTE,
    pages=100,
    pages_done=40,
    reading=(),
    held_until=None,
    stop=None,
)
STOP = Stop("ARH-5005", Message(ro="Depozitul este plin.", en="The store is full."), NOW - 30 * MINUTE)


def judged(*others: UnfinishedIngest, **changes: object) -> JudgedIngest:
    ingest = replace(INGEST, **changes)  # type: ignore[arg-type]
    verdicts = judge_ingests([ingest, *others], NOW, LEASE)
    return next(one for one in verdicts if one.ingest is ingest)


def simulated(folder: Path, plan: Plan) -> Path:
    """The home of a simulated archive."""
    settings = load_settings({"ARHIVAR_HOME": str(folder)})
    init_archive(settings)
    with SqlCatalogue(sqlite_url(folder / "catalogue.sqlite")) as catalogue:
        simulate(catalogue, plan, datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty units of two pages, forty done in about five weeks."""
    return simulated(tmp_path_factory.mktemp("report") / "home", Plan(units=60, pages=4, done=0.7, units_a_day=2))


@pytest.fixture
def report(small: Path) -> Report:
    settings = load_settings({"ARHIVAR_HOME": str(small), "ARHIVAR_DEADLINE": "2099-01-31"})
    now = datetime.now(UTC)
    with SqlCatalogue(sqlite_url(small / "catalogue.sqlite")) as catalogue:
        return make_report(catalogue.progress(now), settings, now)


def nothing(**settings: str) -> Report:
    return make_report(EMPTY, load_settings({"ARHIVAR_HOME": "/nowhere", **settings}), NOW)


# --- verdicts


def test_who_holds_the_lease_works_whatever_else_is_known() -> None:
    one = judged(held_until=NOW + MINUTE, stop=STOP)
    assert (one.verdict, one.last_sign, one.silent) == (Verdict.WORKING, NOW - MINUTE, MINUTE)


def test_silence_without_a_lease_is_stuck() -> None:
    one = judged()
    assert (one.verdict, one.silent) == (Verdict.STUCK, 60 * MINUTE)
    assert "1 h" in say_verdict(one, Language.EN)
    assert "arhivar ingest" in say_advice(one, Language.RO)


def test_a_short_silence_is_no_reason_to_worry() -> None:
    assert judged(updated_at=NOW - 9 * MINUTE).verdict is Verdict.TURN
    assert judged(updated_at=NOW - 11 * MINUTE).verdict is Verdict.STUCK


def test_what_is_staged_waits_while_another_ingest_is_worked_on() -> None:
    worker = replace(INGEST, ingest_id="2" * 32, held_until=NOW + MINUTE)
    assert judged(worker, state=IngestState.STAGED).verdict is Verdict.TURN
    assert judged(worker).verdict is Verdict.STUCK
    assert judged(state=IngestState.STAGED).verdict is Verdict.STUCK


def test_an_error_after_the_last_progress_stopped_it() -> None:
    one = judged(stop=STOP)
    assert one.verdict is Verdict.STOPPED
    assert "ARH-5005" in say_verdict(one, Language.RO)
    assert say_advice(one, Language.EN) == "The store is full. Then run `arhivar ingest`."
    assert judged(stop=STOP, updated_at=NOW - 20 * MINUTE).verdict is Verdict.STUCK


@pytest.mark.parametrize("state", [IngestState.INDEXED, IngestState.QUARANTINED])
def test_gaps_and_quarantine_wait_for_a_person(state: IngestState) -> None:
    assert judged(state=state, measured=True).verdict is Verdict.PERSON
    assert judged(state=IngestState.INDEXED, measured=False).verdict is Verdict.STUCK


def test_the_time_left_follows_from_its_own_pace() -> None:
    start = NOW - 60 * MINUTE
    reading = (ReadingHour(start, 31, start, start + 30 * MINUTE), ReadingHour(NOW, 10, NOW, NOW + 10 * MINUTE))
    one = judged(reading=reading)
    assert (one.pages_left, one.time_left) == (60, 60 * MINUTE)  # 40 minutes of work for 40 steps from page to page
    assert judged().time_left is None
    assert judged(pages_done=100, reading=reading).time_left is None
    assert judged(pages=None).pages_left is None


def test_what_needs_somebody_comes_first() -> None:
    ingests = [replace(INGEST, ingest_id="2" * 32, held_until=NOW + MINUTE), INGEST, replace(INGEST, stop=STOP)]
    assert [one.verdict for one in judge_ingests(ingests, NOW, LEASE)] == [
        Verdict.STUCK,
        Verdict.STOPPED,
        Verdict.WORKING,
    ]


# --- figures


def test_the_target_is_the_setting_else_the_inventory_else_the_usual() -> None:
    settings = load_settings({"ARHIVAR_HOME": "/nowhere", "ARHIVAR_TARGET_UNITS": "7"})
    assert make_report(replace(EMPTY, inventory=20), settings, NOW).target == 7
    assert make_report(replace(EMPTY, inventory=20), load_settings({"ARHIVAR_HOME": "/nowhere"}), NOW).target == 20
    assert nothing().target == USUAL_TARGET


def test_every_unit_is_in_one_state(report: Report) -> None:
    assert {one.state: one.units for one in report.states} == {
        UnitState.RECONCILED: 42,
        UnitState.PROCESSING: 4,
        UnitState.RECEIVED: 3,
        UnitState.PERSON: 3,
        UnitState.QUARANTINED: 1,
        UnitState.REJECTED: 1,
        UnitState.DECLARED: 6,
    }
    assert sum(one.units for one in report.states) == report.inventory == 60
    assert report.done == sum(day.units for day in report.days) == 42
    assert report.sum_of(UnitState.RECONCILED).pages == 42 * 4


def test_days_are_those_of_the_local_calendar() -> None:
    late = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    progress = replace(EMPTY, finished=(FinishedHour(late, 1, 5),))
    settings = load_settings({"ARHIVAR_HOME": "/nowhere"})
    bucharest = NOW.astimezone(timezone(timedelta(hours=2)))
    assert make_report(progress, settings, NOW).days[0].day == date(2026, 11, 19)
    assert [day.day for day in make_report(progress, settings, bucharest).days] == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("value", "ro", "en"),
    [
        (0, "0 pagini", "0 pages"),
        (1, "1 pagină", "1 page"),
        (2, "2 pagini", "2 pages"),
        (19, "19 pagini", "19 pages"),
        (20, "20 de pagini", "20 pages"),
        (100, "100 de pagini", "100 pages"),
        (101, "101 pagini", "101 pages"),
        (119, "119 pagini", "119 pages"),
        (1_250_000, "1.250.000 de pagini", "1,250,000 pages"),
    ],
)
def test_counted_things_are_written_as_each_language_does(value: int, ro: str, en: str) -> None:
    assert numbers.counted(value, numbers.PAGES, Language.RO) == ro
    assert numbers.counted(value, numbers.PAGES, Language.EN) == en


def test_sizes_and_chances_are_short_and_never_falsely_certain() -> None:
    assert [numbers.size(value, Language.RO) for value in (0, 999, 1500, 1_234_000_000)] == [
        "0 B",
        "999 B",
        "1,5 kB",
        "1,2 GB",
    ]
    assert [numbers.percent(share, Language.EN) for share in (0, 0.001, 0.5, 0.999, 1)] == [
        "0%",
        "< 1%",
        "50%",
        "> 99%",
        "100%",
    ]


# --- CSV


@pytest.mark.parametrize("language", list(Language))
def test_the_csv_says_what_the_report_says(report: Report, language: Language) -> None:
    data = report_csv(report, language)
    assert data.startswith(b"\xef\xbb\xbf")
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=DELIMITERS[language])
    assert tuple(reader.fieldnames or ()) == COLUMNS
    rows = list(reader)
    assert all(None not in row and None not in row.values() for row in rows)
    of = {name: [row for row in rows if row["table"] == name] for name in {row["table"] for row in rows}}
    assert {row["item"]: int(row["units"]) for row in of["state"]} == {one.state: one.units for one in report.states}
    assert [(row["date"], int(row["pages"])) for row in of["day"]] == [
        (day.day.isoformat(), day.pages) for day in report.days
    ]
    assert {row["item"]: int(row["value"]) for row in of["finding"]} == {
        one.code: one.findings for one in report.findings
    }
    assert len(of["ingest"]) == len(report.ingests) == 11
    (chance,) = (row for row in of["forecast"] if row["item"] == "chance")
    assert chance["value"] == ("1,000" if language is Language.RO else "1.000")


def test_text_that_a_spreadsheet_would_run_stays_text() -> None:
    judged_one = judged(reference_code='=HYPERLINK("http://x")')
    data = report_csv(replace(nothing(), ingests=(judged_one,)), Language.EN).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert rows[-1]["item"] == '\'=HYPERLINK("http://x")'


# --- HTML


def parse(page: bytes) -> Any:
    """The page, which must be well-formed HTML with balanced elements."""
    parser = etree.HTMLParser(encoding="utf-8")
    root = etree.fromstring(page, parser)
    known = re.compile(r"Tag (svg|rect|title|text|polyline|polygon|header|main|section|figure|time) invalid")
    # libxml2 knows the elements of HTML 4 alone
    assert [str(error.message) for error in parser.error_log if not known.match(error.message)] == []
    return root


Made = Callable[[Language], bytes]


@pytest.fixture(params=["filled", "empty"])
def page(request: pytest.FixtureRequest) -> Made:
    shown = request.getfixturevalue("report") if request.param == "filled" else nothing()
    return lambda language: report_page(shown, language)


@pytest.mark.parametrize("language", list(Language))
def test_the_page_needs_nothing_from_outside(page: Made, language: Language) -> None:
    made = page(language)
    root = parse(made)
    assert root.get("lang") == language.value
    assert root.xpath("//script | //link | //img | //iframe | //object | //*[@src or @href]") == []
    assert re.findall(rb"https?:|url\(|@import", made) == []


def test_every_picture_has_a_name_and_a_table_with_its_figures(report: Report) -> None:
    root = parse(report_page(report, Language.RO))
    pictures = root.xpath("//*[local-name()='svg']")
    assert len(pictures) == 4
    for picture in pictures:
        assert picture.get("role") == "img"
        assert picture.get("aria-label")
        (section,) = picture.xpath("ancestor::section")
        assert section.xpath(".//table//th[@scope='col']")
    assert len(root.xpath("//h1")) == 1


def test_each_language_has_its_words_and_numbers(report: Report) -> None:
    ro, en = (report_page(report, language).decode() for language in (Language.RO, Language.EN))
    assert "Unități după stare" in ro
    assert "42 din 60" in ro
    assert "Units by state" in en
    assert "42 of 60" in en
    assert "reconciliate" not in en
    assert "31.01.2099" in ro
    assert "2099-01-31" in en


def test_what_people_wrote_cannot_become_markup() -> None:
    evil = "</style><script>alert('1')</script>&amp;\x00\x1b"
    stop = Stop(evil, Message(ro=evil, en=evil), NOW)
    shown = replace(
        nothing(),
        organisation=evil,
        ingests=(judged(reference_code=evil, title=evil, stop=stop),),
    )
    made = report_page(shown, Language.RO)
    root = parse(made)
    assert root.xpath("//script") == []
    assert b"<script" not in made
    assert "<script>alert('1')</script>&amp;\ufffd\ufffd" in "".join(root.itertext())


def test_a_long_list_of_ingests_is_cut_and_says_so() -> None:
    ingests = tuple(
        judged(ingest_id=f"{number:032}", reference_code=f"X/{number}") for number in range(SHOWN_INGESTS + 5)
    )
    made = report_page(replace(nothing(), ingests=ingests), Language.EN).decode()
    assert made.count('<th scope="row"><span>X/') == SHOWN_INGESTS
    assert "5 more" in made


# --- the command


def test_the_command_writes_all_three(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(small))
    sheet, page = tmp_path / "r.csv", tmp_path / "r.html"
    for _ in range(2):  # the second report takes the place of the first
        code, out, _ = run(capsys, "--lang", "ro", "report", "--csv", str(sheet), "--html", str(page))
        assert code == EXIT_DONE
    assert "42 din 60" in out
    assert "oprită de eroarea ARH-5005" in out
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbftable;")
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "r.html"]
    document = json.loads(run(capsys, "report", "--json")[1])
    assert document["states"]["reconciled"] == {"units": 42, "pages": 168}
    assert {one["verdict"] for one in document["ingests"]} == set(Verdict)


def test_a_report_on_an_empty_archive_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(tmp_path))
    run(capsys, "init")
    code, out, _ = run(capsys, "--lang", "en", "report", "--html", str(tmp_path / "r.html"))
    assert code == EXIT_DONE
    assert "0 of 5,000" in out
    assert "too little to tell" in out
    assert "No unfinished ingest." in out


def test_a_file_that_cannot_be_written_is_an_error(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(small))
    code, _, err = run(capsys, "--lang", "en", "report", "--csv", str(tmp_path / "none" / "r.csv"))
    assert code == EXIT_USAGE
    assert err.startswith("ARH-1061")


def test_the_number_of_questions_does_not_grow_with_the_archive(small: Path, tmp_path: Path) -> None:
    def asked(home: Path) -> int:
        statements: list[str] = []
        with SqlCatalogue(sqlite_url(home / "catalogue.sqlite")) as catalogue:
            catalogue.units()  # the version is asked for once
            event.listen(catalogue._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
            catalogue.progress(datetime.now(UTC))
        return len(statements)

    larger = simulated(tmp_path / "larger", Plan(units=130, pages=2, done=0.9, units_a_day=9))
    assert asked(larger) == asked(small) > 5


def test_what_stops_an_ingest_is_kept_for_the_report(town_settings: Settings) -> None:
    with open_archive(town_settings) as archive:
        row = archive.catalogue.register_ingest(manifest())
        _keep_stop(archive, row, StoreFull(where="s3"))
        (one,) = archive.catalogue.progress(NOW).unfinished
    assert one.stop is not None
    assert one.stop.code == StoreFull.code
    assert "s3" in one.stop.said.ro


@pytest.fixture
def town_settings(tmp_path: Path) -> Settings:
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path / "home")})
    init_archive(settings)
    return settings
