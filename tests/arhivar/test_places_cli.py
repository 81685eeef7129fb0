# SPDX-License-Identifier: EUPL-1.2
"""`arhivar places` as people and programs meet it."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from arhivar.composition import init_archive
from arhivar.places.plan import places_csv, plan_places, starting_places
from schemas.audit import AuditAction, AuditRecord
from schemas.errors import EXIT_DONE, EXIT_FINDINGS
from schemas.inventory import ProblemCode
from schemas.places import PlaceKind, PlaceName
from tests.arhivar.conftest import Town
from tests.arhivar.test_cli import run

TABLE = (
    "id;fel;nume;limba;din anul;până în anul;în\n"
    "brasov;localitate;Brașov;română;;;\n"
    "brasov;;Orașul Stalin;ron;1950;1960;\n"
    "s-lunga;stradă;Strada Lungă;ron;;;brasov\n"
)
NAMES = [
    PlaceName(id="brasov", name="Brașov", language="ron"),
    PlaceName(id="brasov", name="Orașul Stalin", language="ron", year_from=1950, year_to=1960),
    PlaceName(id="s-lunga", kind=PlaceKind.STREET, name="Strada Lungă", language="ron", within="brasov"),
]


@pytest.fixture
def file(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of places, beside an empty archive."""
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    (tmp_path / "locuri.csv").write_text(TABLE, encoding="utf-8-sig")
    return tmp_path / "locuri.csv"


def known(town: Town) -> list[PlaceName]:
    with town.open() as archive:
        return archive.catalogue.places()


def test_a_new_archive_knows_the_names_of_towns_and_keeps_its_own_afterwards(
    town: Town, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {"Timișoara", "Temesvár", "Temeschwar", "Orașul Stalin"} <= {one.name for one in known(town)}
    run(capsys, "places", "import", str(file), "--apply", "--replace")
    assert not init_archive(town.settings)
    assert known(town) == NAMES


def test_an_import_is_tried_until_it_is_asked_for(town: Town, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = known(town)
    code, out, _ = run(capsys, "--lang", "en", "places", "import", str(file))
    assert (code, "New places: 1; changed: 1" in out, "--apply" in out) == (EXIT_DONE, True, True)
    assert known(town) == before
    code, out, _ = run(capsys, "--lang", "ro", "places", "import", str(file), "--apply")
    assert (code, "Importul a fost făcut" in out) == (EXIT_DONE, True)
    assert {one.id for one in known(town)} == {one.id for one in before} | {"s-lunga"}
    with town.open() as archive:
        record = AuditRecord.model_validate_json(archive.catalogue.audit_rows()[-1].record)
    assert (record.action, record.subject) == (AuditAction.PLACES_IMPORTED, "locuri.csv")
    assert record.details["new"] == 1


def test_one_wrong_row_keeps_the_whole_file_out(town: Town, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = known(town)
    file.write_text(TABLE.replace(";1950;1960", ";1960;1950"), encoding="utf-8")
    code, out, _ = run(capsys, "--lang", "ro", "places", "import", str(file), "--apply")
    assert (code, "rândul 3: [dates-reversed]" in out) == (EXIT_FINDINGS, True)
    assert known(town) == before


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("stradă", "râu", ProblemCode.KIND_UNKNOWN),
        ("română", "ron, hun", ProblemCode.LANGUAGE_UNKNOWN),
        (";1950;", ";demult;", ProblemCode.DATE_MALFORMED),
        ("Brașov", "", ProblemCode.VALUE_MISSING),
        ("id;", "ceva;", ProblemCode.COLUMN_MISSING),
    ],
)
def test_what_is_wrong_is_told(before: str, after: str, code: ProblemCode) -> None:
    plan = plan_places(TABLE.replace(before, after).encode(), ())
    assert code in {problem.code for problem in plan.problems}
    assert plan.names == ()


def test_a_workbook_is_read_as_a_csv_is() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE.splitlines():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row.split(";")])
    data = io.BytesIO()
    book.save(data)
    assert list(plan_places(data.getvalue(), ()).names) == NAMES


def test_what_is_written_out_is_read_again_as_it_was(
    town: Town, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = file.with_name("afara.csv")
    assert run(capsys, "places", "list", "--out", str(target))[0] == EXIT_DONE
    plan = plan_places(target.read_bytes(), known(town))
    assert (plan.new, plan.changed, plan.absent, plan.problems) == ((), (), (), ())
    assert list(plan_places(places_csv(NAMES), NAMES).names) == NAMES


def test_a_place_is_listed_by_any_of_its_names(town: Town, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(run(capsys, "places", "list", "temesvar", "--json")[1])
    assert {"Timișoara", "Temeschwar"} <= {one["name"] for one in document["names"]}
    assert {one["id"] for one in document["names"]} == {"timisoara"}
    code, out, _ = run(capsys, "--lang", "ro", "places", "list", "orasul stalin")
    assert code == EXIT_DONE
    assert "1950–1960" in out


def test_every_town_of_the_starting_table_has_another_name() -> None:
    names = starting_places()
    by_id: dict[str, set[str]] = {}
    for one in names:
        by_id.setdefault(one.id, set()).add(one.name)
    assert len(by_id) > 50
    assert [place for place, found in by_id.items() if len(found) < 2] == []
