# SPDX-License-Identifier: EUPL-1.2
"""Every file in `sample_scans/broken-tables`, imported into an archive that knows an inventory already."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from arhivar.composition import init_archive, open_archive
from arhivar.settings import CHECKOUT, load_settings
from repository.records import InventoryEntry, SeriesRule
from sample_scans.broken_tables import broken_tables
from schemas.errors import EXIT_FINDINGS
from schemas.inventory import ProblemCode
from schemas.messages import Language
from tests.arhivar.test_cli import run

TABLES = CHECKOUT / "sample_scans" / "broken-tables"
NAMES = sorted(path.name for path in TABLES.iterdir())
NOT_SAMPLED = {ProblemCode.TABLE_TOO_LARGE, ProblemCode.VALUE_BECAME_DATE, ProblemCode.KIND_UNKNOWN}
"""A file of over 64 MiB, and a mistake that only a spreadsheet makes: tests/arhivar/test_inventory.py has both.
The third is of tables of places.
"""
ROWS: dict[ProblemCode, int | None] = {
    ProblemCode.TABLE_EMPTY: None,
    ProblemCode.TABLE_UNREADABLE: None,
    ProblemCode.HEADER_MISSING: None,
    ProblemCode.ENCODING_UNKNOWN: 1,
    ProblemCode.COLUMN_MISSING: 1,
    ProblemCode.COLUMN_TWICE: 1,
    ProblemCode.ROW_MALFORMED: 4,
}
"""Where the problem stands, where that is not row 3, the one after the header and the good row."""
IMPORT = {"inventory": "import", "nomenclator": "nomenclator"}

KNOWN = InventoryEntry(reference_code="LU/1", title="Bun")
RULE = SeriesRule(series="I", title="Acte")


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tables") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("ARHIVAR_HOME", str(folder))
        settings = load_settings({"ARHIVAR_HOME": str(folder)})
        init_archive(settings)
        with open_archive(settings) as archive:
            archive.catalogue.add_inventory([KNOWN])
            archive.catalogue.set_series([RULE])
        yield folder


def test_the_files_are_what_their_generator_makes() -> None:
    assert {name: (TABLES / name).read_bytes() for name in NAMES} == dict(broken_tables())


def test_there_is_a_file_for_every_problem() -> None:
    assert {ProblemCode(name.split(".")[1]) for name in NAMES} == set(ProblemCode) - NOT_SAMPLED


@pytest.mark.parametrize("name", NAMES)
def test_each_gives_the_problem_that_it_is_named_by_and_keeps_the_whole_file_out(
    home: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table, problem, _ = name.split(".")
    code = ProblemCode(problem)
    exit_code, out, _ = run(capsys, "inventory", IMPORT[table], str(TABLES / name), "--apply", "--json")
    report = json.loads(out)
    assert (exit_code, report["applied"]) == (EXIT_FINDINGS, False)
    assert {problem["code"] for problem in report["problems"]} == {code}
    assert report["problems"][-1]["row"] == ROWS.get(code, 3)
    for problem in report["problems"]:
        said = problem["message"]
        assert said["ro"] != said["en"]
        for language in Language:
            assert len(said[language.value]) > 15
            assert "{" not in said[language.value]
    with open_archive(load_settings({"ARHIVAR_HOME": str(home)})) as archive:
        assert archive.catalogue.inventory() == [KNOWN]
        assert archive.catalogue.series_rules() == [RULE]
