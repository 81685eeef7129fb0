# SPDX-License-Identifier: EUPL-1.2
"""`arhivar inventory` as people and programs meet it, and what intake makes of it."""

import json
from pathlib import Path

import pytest

from arhivar.composition import Archive, open_archive
from arhivar.intake.describe import describe_drop
from repository.records import InventoryEntry, SeriesRule
from schemas.drop import Intent
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE
from schemas.ingest import IngestState
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.arhivar.test_cli import run
from tests.binders import make_binder, text_pages

INVENTORY = "Cota;Conținutul pe scurt;Indicativ;Datele extreme;Numărul filelor\nT/1;Dosar;II.4;1987;1\nT/2;Altul;;;\n"
NOMENCLATOR = (
    "Indicativ;Denumirea dosarului;Termenul de păstrare;Clasa de acces\nII.4;Stare civilă;permanent;personal\n"
)


@pytest.fixture
def files(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an inventory and a nomenclator, beside an empty archive."""
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    (tmp_path / "inventar.csv").write_text(INVENTORY, encoding="utf-8-sig")
    (tmp_path / "nomenclator.csv").write_text(NOMENCLATOR, encoding="utf-8")
    return tmp_path


def known(town: Town) -> list[InventoryEntry]:
    with town.open() as archive:
        return archive.catalogue.inventory()


def test_an_import_is_tried_until_it_is_asked_for(town: Town, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(files / "inventar.csv")
    code, out, _ = run(capsys, "--lang", "en", "inventory", "import", file)
    assert code == EXIT_DONE
    assert "New: 2; changed: 0" in out
    assert "--apply" in out
    assert known(town) == []
    code, out, _ = run(capsys, "--lang", "ro", "inventory", "import", file, "--apply")
    assert (code, "Importul a fost făcut" in out) == (EXIT_DONE, True)
    assert [entry.reference_code for entry in known(town)] == ["T/1", "T/2"]


def test_one_wrong_row_keeps_the_whole_file_out(town: Town, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = files / "inventar.csv"
    file.write_text(INVENTORY.replace("T/2;Altul;;;", "T/2;Altul;;poate;"), encoding="utf-8")
    code, out, _ = run(capsys, "--lang", "ro", "inventory", "import", str(file), "--apply")
    assert code == EXIT_FINDINGS
    assert "rândul 3, „Datele extreme”: [date-malformed] „poate”" in out
    assert known(town) == []
    document = json.loads(run(capsys, "inventory", "import", str(file), "--apply", "--json")[1])
    assert document["applied"] is False
    problem = document["problems"][0]
    assert (problem["code"], problem["row"], problem["column"]) == ("date-malformed", 3, "Datele extreme")
    assert set(problem["message"]) == {"ro", "en"}


def test_importing_again_reports_what_changed(town: Town, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = files / "inventar.csv"
    run(capsys, "inventory", "import", str(file), "--apply")
    document = json.loads(run(capsys, "inventory", "import", str(file), "--apply", "--json")[1])
    assert (document["new"], document["changed"], document["unchanged"]) == ([], [], 2)
    file.write_text(INVENTORY.replace("1987;1", "1987–1988;2"), encoding="utf-8")
    code, out, _ = run(capsys, "--lang", "en", "inventory", "import", str(file))
    assert code == EXIT_DONE
    assert "Date to" in out
    document = json.loads(run(capsys, "inventory", "import", str(file), "--apply", "--json")[1])
    assert document["changed"] == [
        {
            "key": "T/1",
            "row": 2,
            "changes": [
                {"field": "date_to", "before": "1987", "after": "1988"},
                {"field": "folios", "before": 1, "after": 2},
            ],
        }
    ]
    assert known(town)[0].folios == 2


def test_a_file_that_is_not_there_is_a_usage_error(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--lang", "en", "inventory", "import", str(files / "none.csv"))
    assert (code, err[:8]) == (EXIT_USAGE, "ARH-1060")
    code, out, _ = run(capsys, "inventory", "nomenclator", str(files), "--json")
    assert (code, json.loads(out)["error"]["code"]) == (EXIT_USAGE, "ARH-1060")


def test_a_template_filled_in_can_be_imported(town: Town, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = files / "nou.csv"
    assert run(capsys, "inventory", "template", "--lang", "ro", "--out", str(target))[0] == EXIT_DONE
    with target.open("a", encoding="utf-8") as stream:
        stream.write("1;T/1;II.4;Dosar;1987–1989;250;;;;română;59;\n")
    assert run(capsys, "inventory", "import", str(target), "--apply")[0] == EXIT_DONE
    assert (known(town)[0].folios, known(town)[0].barcode) == (250, "59")
    code, _, err = run(capsys, "--lang", "en", "inventory", "template", "--out", str(target))
    assert (code, err[:8]) == (EXIT_USAGE, "ARH-1061")


def test_a_template_goes_to_standard_output_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "inventory", "template", "--lang", "en")
    assert (code, out.removeprefix("\ufeff")[:19]) == (EXIT_DONE, "No.,Reference code,")
    _, out, _ = run(capsys, "--lang", "ro", "inventory", "template", "--nomenclator")
    assert "Termenul de păstrare" in out
    columns = json.loads(run(capsys, "--lang", "ro", "inventory", "template", "--json")[1])["columns"]
    assert [column["heading"] for column in columns if column["required"]] == ["Cota"]


def test_inventory_alone_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "inventory", "--help")
    assert code == EXIT_DONE
    for name in ("import", "nomenclator", "template"):
        assert name in out


@pytest.mark.parametrize("folder", ["T-1", "t_1", "T 1", "590001"])
def test_a_folder_is_the_unit_that_its_name_or_barcode_says(town: Town, tmp_path: Path, folder: str) -> None:
    with town.open() as archive:
        archive.catalogue.add_inventory(
            [InventoryEntry(reference_code="T/1", title="Dosar", barcode="590001", notes="rupt")]
        )
        described = describe_drop(tmp_path, folder, archive.catalogue, bare=False, languages=None)
    assert described.drop is not None
    assert (described.drop.reference_code, described.drop.title) == ("T/1", "Dosar")


def test_a_code_in_unit_json_is_taken_at_its_word(town: Town, tmp_path: Path) -> None:
    (tmp_path / "unit.json").write_text('{"reference_code": "T-1"}', encoding="utf-8")
    with town.open() as archive:
        archive.catalogue.add_inventory([InventoryEntry(reference_code="T/1", title="Dosar")])
        described = describe_drop(tmp_path, "T-1", archive.catalogue, bare=False, languages=None)
    assert described.drop is not None
    assert (described.drop.reference_code, described.drop.title) == ("T-1", None)


def access_classes(archive: Archive, code: str) -> tuple[AccessClass, AccessClass]:
    """Of the unit, and of what its latest ingest says."""
    unit = archive.catalogue.unit_by_reference(code)
    assert unit is not None
    return unit.access_class, archive.catalogue.ingests(unit_id=unit.unit_id)[0].manifest.description.access_class


def test_the_nomenclator_says_who_sees_a_new_unit_and_a_rescan_keeps_it(
    town: Town, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind, file in (("nomenclator", "nomenclator.csv"), ("import", "inventar.csv")):
        assert run(capsys, "inventory", kind, str(files / file), "--apply")[0] == EXIT_DONE
    make_binder(town.inbox, "T-1", text_pages(2))
    make_binder(town.inbox, "T-2", text_pages(1, "altul"))
    assert {outcome.state for outcome in town.ingest().outcomes} == {IngestState.RECONCILED}
    with open_archive(town.settings) as archive:
        assert access_classes(archive, "T/1") == (AccessClass.PERSONAL, AccessClass.PERSONAL)
        assert access_classes(archive, "T/2") == (AccessClass.STAFF, AccessClass.STAFF)
        archive.catalogue.set_series([SeriesRule(series="II.4", title="Stare civilă")])
    rescan = {"reference_code": "T/1", "intent": Intent.REPLACE_UNIT.value}
    make_binder(town.inbox, "again", text_pages(2, "nou"), description=rescan)
    assert [outcome.state for outcome in town.ingest().outcomes] == [IngestState.RECONCILED]
    with open_archive(town.settings) as archive:
        assert access_classes(archive, "T/1") == (AccessClass.PERSONAL, AccessClass.PERSONAL)
