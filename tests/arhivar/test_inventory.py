# SPDX-License-Identifier: EUPL-1.2
"""Inventories and nomenclators as archives really write them, and files that are neither."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arhivar.inventory.columns import INVENTORY, NOMENCLATOR, Table
from arhivar.inventory.dates import read_date, read_span
from arhivar.inventory.plan import Plan, plan_inventory, plan_nomenclator
from arhivar.inventory.template import template_csv
from repository.records import InventoryEntry, SeriesRule
from schemas.inventory import PROBLEMS, ProblemCode
from schemas.messages import Language
from schemas.unit import AccessClass

OFFICIAL = (
    "Nr. crt.",
    "Cota",
    "Indicativul dosarului după nomenclator",
    "Conținutul pe scurt",
    "Datele extreme",
    "Numărul filelor",
    "Observații",
    "Fond",
    "Limbi",
    "Cod de bare",
)
ROW = (
    "1",
    "LU/CP/1987/14",
    "II.4",
    "Autorizații, 1987",
    "1987–1989",
    "250",
    "rupt",
    "Sfatul",
    "română, maghiară",
    "59",
)
ENTRY = InventoryEntry(
    reference_code="LU/CP/1987/14",
    series="II.4",
    title="Autorizații, 1987",
    date_from="1987",
    date_to="1989",
    folios=250,
    notes="rupt",
    fonds="Sfatul",
    languages=("ron", "hun"),
    barcode="59",
)


def as_csv(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def codes(plan: Plan[InventoryEntry] | Plan[SeriesRule]) -> list[tuple[ProblemCode, int | None, str | None]]:
    return [(problem.code, problem.row, problem.column) for problem in plan.problems]


# --- forms of files


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_read_with_either_separator_with_or_without_a_mark(delimiter: str, encoding: str) -> None:
    plan = plan_inventory(as_csv(OFFICIAL, ROW, delimiter=delimiter, encoding=encoding), [])
    assert plan.problems == ()
    assert plan.to_write == (ENTRY,)


def test_a_spreadsheet_gives_the_same_as_csv() -> None:
    cells = (1, *ROW[1:5], 250.0, *ROW[6:9], 59)
    assert plan_inventory(as_xlsx(OFFICIAL, cells), []).to_write == (ENTRY,)


def test_english_names_of_fields_are_headings_too() -> None:
    heads = ("reference_code", "title", "series", "date_from", "date_to", "folios", "blanks", "languages", "barcode")
    plan = plan_inventory(as_csv((*heads, "fonds"), ("X/1", "T", "s", "1987", "", "3", "0", "ron,deu", "7", "F")), [])
    assert plan.to_write == (
        InventoryEntry(
            reference_code="X/1", title="T", series="s", date_from="1987", folios=3, blanks=0, languages=("ron", "deu")
        ).model_copy(update={"barcode": "7", "fonds": "F"}),
    )


@pytest.mark.parametrize("heading", ["Tip document", "tipul documentelor", "document_type"])
def test_the_kind_of_documents_is_a_column(heading: str) -> None:
    plan = plan_inventory(as_csv(("Cota", heading), ("A", "proces-verbal")), [])
    assert plan.to_write == (InventoryEntry(reference_code="A", document_type="proces-verbal"),)


@pytest.mark.parametrize("heads", [("COTA", "NUMARUL  FILELOR"), ("cotă", "Nr.file"), ("Cota:", "Numãrul filelor")])
def test_headings_may_lack_diacritics_case_and_spaces(heads: tuple[str, str]) -> None:
    assert plan_inventory(as_csv(heads, ("A", "12 file")), []).to_write == (
        InventoryEntry(reference_code="A", folios=12),
    )


def test_a_title_above_the_header_and_numbered_columns_below_it_are_passed_over() -> None:
    data = as_csv(
        ("Primăria Lunca Ursului", "", ""),
        ("INVENTAR pe anul 1987", "", ""),
        (),
        ("Cota", "Conținutul pe scurt", "Numărul filelor"),
        ("0", "1", "2"),
        ("A", "Dosar", "x"),
    )
    plan = plan_inventory(data, [])
    assert codes(plan) == [(ProblemCode.NUMBER_MALFORMED, 6, "Numărul filelor")]


def test_columns_that_say_nothing_to_us_are_named_not_dropped_silently() -> None:
    assert plan_inventory(as_csv(("Cota", "Raft"), ("A", "3")), []).ignored == ("Raft",)


def test_rows_are_numbered_as_the_file_has_them() -> None:
    data = 'Cota,Titlu,Numărul filelor\nA,"două\nrânduri",1\n\nB,x,zero\n'.encode()
    assert codes(plan_inventory(data, [])) == [(ProblemCode.NUMBER_MALFORMED, 5, "Numărul filelor")]
    sheet = as_xlsx(("Cota", "Numărul filelor"), ("A", 1), (), ("B", "zero"))
    assert codes(plan_inventory(sheet, [])) == [(ProblemCode.NUMBER_MALFORMED, 4, "Numărul filelor")]


def test_a_printed_form_without_codes_takes_them_from_a_prefix_and_its_numbers() -> None:
    data = as_csv(("Nr. crt.", "Conținutul pe scurt"), ("1.", "Dosar"), ("2", "Altul"))
    assert codes(plan_inventory(data, [])) == [(ProblemCode.COLUMN_MISSING, 1, None)]
    assert plan_inventory(data, [], prefix="LU/1987/").new == ("LU/1987/1", "LU/1987/2")


# --- what is wrong, and where


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Cota", "", ProblemCode.VALUE_MISSING),
        ("Cota", "/-/", ProblemCode.CODE_UNNAMEABLE),
        ("Cota", "x" * 501, ProblemCode.VALUE_TOO_LONG),
        ("Titlu", "a\x00b", ProblemCode.VALUE_CHARACTER),
        ("Numărul filelor", "0", ProblemCode.NUMBER_MALFORMED),
        ("Numărul filelor", "12,5", ProblemCode.NUMBER_MALFORMED),
        ("Datele extreme", "31.02.1987", ProblemCode.DATE_MALFORMED),
        ("Datele extreme", "1989-1987", ProblemCode.DATES_REVERSED),
        ("Data de început", "azi", ProblemCode.DATE_MALFORMED),
        ("Limbi", "română, elfă", ProblemCode.LANGUAGE_UNKNOWN),
    ],
)
def test_a_mistake_is_told_by_row_and_column_with_what_is_expected(column: str, value: str, code: ProblemCode) -> None:
    heads = dict.fromkeys(("Cota", column, "Observații"))
    row = {"Cota": "A/2", "Observații": "rândul nu este gol", column: value}
    plan = plan_inventory(as_csv(tuple(heads), ["A/1"], [row[head] for head in heads]), [])
    assert codes(plan) == [(code, 3, column)]
    assert plan.to_write == ()
    problem = plan.problems[0]
    assert problem.where(Language.RO) == f"rândul 3, „{column}”"
    assert (
        "expected" in problem.say(Language.EN)
        or "needs" in problem.say(Language.EN)
        or "match" in problem.say(Language.EN)
    )
    assert "?" not in problem.say(Language.RO) + problem.say(Language.EN)


def test_dates_in_columns_of_their_own_are_compared() -> None:
    plan = plan_inventory(as_csv(("Cota", "date_from", "date_to"), ("A", "1987-06", "1987-05-31")), [])
    assert codes(plan) == [(ProblemCode.DATES_REVERSED, 2, None)]


def test_a_code_that_a_spreadsheet_made_a_date_of_is_not_believed() -> None:
    plan = plan_inventory(as_xlsx(("Cota", "Data de început"), (date(1987, 5, 1), date(1987, 5, 12))), [])
    assert codes(plan) == [(ProblemCode.VALUE_BECAME_DATE, 2, "Cota")]
    plan = plan_inventory(as_xlsx(("Cota", "Data de început"), ("A", date(1987, 5, 12))), [])
    assert plan.to_write[0].date_from == "1987-05-12"


def test_every_mistake_is_told_at_once() -> None:
    plan = plan_inventory(as_csv(("Cota", "Datele extreme", "File"), ("", "x", "y"), ("B", "z", "1")), [])
    assert [(problem.row, problem.column) for problem in plan.problems] == [
        (2, "Cota"),
        (2, "Datele extreme"),
        (2, "File"),
        (3, "Datele extreme"),
    ]


def test_one_code_twice_in_a_file_names_both_rows() -> None:
    plan = plan_inventory(as_csv(("Cota",), ("A",), ("B",), ("A",)), [])
    assert codes(plan) == [(ProblemCode.CODE_TWICE, 4, "Cota")]
    assert plan.problems[0].fields["other"] == 2


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        ([("LU/1", ""), ("LU-1", "")], "Cota"),
        ([("A", "59"), ("B", "59")], "Cod de bare"),
        ([("59", ""), ("B", "59")], "Cod de bare"),
    ],
)
def test_a_folder_name_that_would_match_two_units_is_a_mistake(rows: list[tuple[str, str]], column: str) -> None:
    heads = ("Cota", "Cod de bare")
    assert codes(plan_inventory(as_csv(heads, *rows), [])) == [(ProblemCode.NAME_AMBIGUOUS, 3, column)]
    known = [InventoryEntry(reference_code=rows[0][0], barcode=rows[0][1] or None)]
    assert codes(plan_inventory(as_csv(heads, rows[1]), known)) == [(ProblemCode.NAME_AMBIGUOUS, 2, column)]


def test_a_barcode_may_be_the_code_itself() -> None:
    assert plan_inventory(as_csv(("Cota", "Cod de bare"), ("A/1", "a-1")), []).problems == ()


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (b"", ProblemCode.TABLE_EMPTY, None),
        (b"Cota\n", ProblemCode.TABLE_EMPTY, None),
        (b"a,b\nc,d\n", ProblemCode.HEADER_MISSING, None),
        ("Cota\nBucureşti".encode("cp1250"), ProblemCode.ENCODING_UNKNOWN, 2),
        ("Cota\nA".encode("utf-16"), ProblemCode.ENCODING_UNKNOWN, None),
        (b"Titlu,File\nA,1\n", ProblemCode.COLUMN_MISSING, 1),
        ("Cota,Conținutul pe scurt,Titlu\nA,b,c\n".encode(), ProblemCode.COLUMN_TWICE, 1),
        (b"Cota,Datele extreme,date_to\nA,1987,1988\n", ProblemCode.COLUMN_TWICE, 1),
        (b'Cota,Titlu\nA,"b\n', ProblemCode.ROW_MALFORMED, 2),
        (b'Cota,Titlu\nA,"b"c\n', ProblemCode.ROW_MALFORMED, 2),
        (b"Cota,Titlu\nA,b,c\n", ProblemCode.ROW_TOO_LONG, 2),
        (b"\xd0\xcf\x11\xe0 old Excel", ProblemCode.TABLE_UNREADABLE, None),
        (b"PK\x03\x04 no zip", ProblemCode.TABLE_UNREADABLE, None),
        (b"Cota" + b"," * 300 + b"x\n", ProblemCode.TABLE_TOO_LARGE, None),
    ],
)
def test_a_file_that_is_no_such_table_says_why(data: bytes, code: ProblemCode, row: int | None) -> None:
    plan = plan_inventory(data, [])
    assert [(problem.code, problem.row) for problem in plan.problems] == [(code, row)]


def test_a_spreadsheet_that_unpacks_to_a_monster_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/sharedStrings.xml", "w") as member:
        for _ in range(260):
            member.write(bytes(2**20))
    assert [problem.code for problem in plan_inventory(out.getvalue(), []).problems] == [ProblemCode.TABLE_TOO_LARGE]


def test_every_problem_is_said_in_both_languages() -> None:
    assert set(PROBLEMS) == set(ProblemCode)
    for message in PROBLEMS.values():
        assert message.ro
        assert message.en


# --- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1987", "1987"),
        ("1987-05", "1987-05"),
        ("1987-05-12", "1987-05-12"),
        ("12.05.1987", "1987-05-12"),
        ("12.V.1987", "1987-05-12"),
        ("12 mai 1987", "1987-05-12"),
        ("12 ian. 1987", "1987-01-12"),
        ("V.1987", "1987-05"),
        ("29.02.1988", "1988-02-29"),
        ("29.02.1987", None),
        ("1.XIII.1987", None),
        ("1987-13", None),
        ("87", None),
        ("0000", None),
    ],
)
def test_dates_are_read_as_archivists_write_them(text: str, expected: str | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1987", ("1987", "1987")),
        ("1987-1989", ("1987", "1989")),
        ("1987/1989", ("1987", "1989")),
        ("1987 – 1989", ("1987", "1989")),
        ("12.V.1987-3.VI.1988", ("1987-05-12", "1988-06-03")),
        ("1987-05-12/1988-01-03", ("1987-05-12", "1988-01-03")),
        ("12 mai 1987 până la 3 iunie 1988", ("1987-05-12", "1988-06-03")),
        ("1987-1988-1989", None),
        ("din 1987", None),
    ],
)
def test_extreme_dates_are_one_date_or_two(text: str, expected: tuple[str, str] | None) -> None:
    assert read_span(text) == expected


def test_a_unit_without_date_says_so() -> None:
    plan = plan_inventory(as_csv(("Cota", "Datele extreme"), ("A", "f.d."), ("B", "fără dată")), [])
    assert [entry.date_from for entry in plan.to_write] == [None, None]


# --- importing again


def test_importing_again_says_what_is_new_changed_and_unchanged() -> None:
    known = [
        InventoryEntry(reference_code="A", title="vechi", folios=10),
        InventoryEntry(reference_code="B", title="la fel"),
        InventoryEntry(reference_code="Z"),
    ]
    plan = plan_inventory(as_csv(("Cota", "Titlu"), ("A", "nou"), ("B", "la fel"), ("C", "altul")), known)
    assert (plan.new, plan.unchanged, plan.absent) == (("C",), 1, 1)
    changed = plan.changed[0]
    assert (changed.key, changed.row) == ("A", 2)
    assert [(one.field, one.before, one.after) for one in changed.changes] == [("title", "vechi", "nou")]
    assert {entry.reference_code: entry.folios for entry in plan.to_write} == {"A": 10, "C": None}


def test_an_empty_cell_empties_and_a_missing_column_leaves() -> None:
    known = [InventoryEntry(reference_code="A", title="T", barcode="7")]
    plan = plan_inventory(as_csv(("Cota", "Titlu"), ("A", "")), known)
    assert plan.to_write == (InventoryEntry(reference_code="A", barcode="7"),)


# --- nomenclator

SERIES = ("Indicativ", "Denumirea dosarului", "Termenul de păstrare", "Clasa de acces", "Observații")


@pytest.mark.parametrize(
    ("term", "years", "review"),
    [
        ("permanent", None, False),
        ("P", None, False),
        ("10 ani", 10, False),
        ("30", 30, False),
        ("10 ani C.S.", 10, True),
        ("5-CS", 5, True),
        ("3 years", 3, False),
        ("20 de ani", 20, False),
    ],
)
def test_retention_terms_are_read_as_nomenclators_write_them(term: str, years: int | None, review: bool) -> None:
    plan = plan_nomenclator(as_csv(SERIES, ("II.4", "Autorizații", term, "", "")), [])
    assert plan.to_write == (SeriesRule(series="II.4", title="Autorizații", retention_years=years, review=review),)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("II.4", "T", "10 ani", "public", ""), ProblemCode.ACCESS_PUBLIC, "Clasa de acces"),
        (("II.4", "T", "10 ani", "secret", ""), ProblemCode.ACCESS_UNKNOWN, "Clasa de acces"),
        (("II.4", "T", "mereu", "", ""), ProblemCode.RETENTION_MALFORMED, "Termenul de păstrare"),
        (("II.4", "T", "", "", ""), ProblemCode.VALUE_MISSING, "Termenul de păstrare"),
        (("", "T", "10 ani", "", ""), ProblemCode.VALUE_MISSING, "Indicativ"),
    ],
)
def test_a_mistake_in_a_nomenclator_is_told_by_row(row: tuple[str, ...], code: ProblemCode, column: str) -> None:
    plan = plan_nomenclator(as_csv(SERIES, row), [])
    assert codes(plan) == [(code, 2, column)]
    assert plan.to_write == ()


def test_a_series_is_the_staffs_unless_the_nomenclator_is_stricter() -> None:
    data = as_csv(
        SERIES, ("I", "A", "P", "", ""), ("II", "B", "P", "restricționat", ""), ("III", "C", "P", "Intern", "")
    )
    given_classes = [rule.access_class for rule in plan_nomenclator(data, []).to_write]
    assert given_classes == [AccessClass.STAFF, AccessClass.RESTRICTED, AccessClass.STAFF]


def test_a_rule_can_never_be_public() -> None:
    with pytest.raises(ValueError, match="public"):
        SeriesRule(series="I", title="A", access_class=AccessClass.PUBLIC)


# --- templates and headings


@pytest.mark.parametrize("table", [INVENTORY, NOMENCLATOR])
@pytest.mark.parametrize("language", list(Language))
def test_a_template_has_only_known_headings_and_what_is_required(table: Table, language: Language) -> None:
    header = next(
        csv.reader(io.StringIO(template_csv(table, language).decode("utf-8-sig")), delimiter=";,"[language == "en"])
    )
    assert len(header) == len(table.template())
    plan = (
        plan_inventory(template_csv(table, language), [])
        if table is INVENTORY
        else plan_nomenclator(template_csv(table, language), [])
    )
    assert codes(plan) == [(ProblemCode.TABLE_EMPTY, None, None)]
    assert plan.ignored == ()


def test_fields_are_called_as_their_columns_are() -> None:
    for table, kind in ((INVENTORY, InventoryEntry), (NOMENCLATOR, SeriesRule)):
        assert all(table.heading(field).ro for field in kind.model_fields)
    assert INVENTORY.heading("date_to").ro == "Data de sfârșit"
    assert NOMENCLATOR.heading("retention_years").ro == "Termenul de păstrare"
    assert NOMENCLATOR.heading("review").ro == "Termenul de păstrare"


@pytest.mark.parametrize("table", [INVENTORY, NOMENCLATOR])
def test_no_heading_means_two_columns(table: Table) -> None:
    keys = [key for column in table.columns for key in column.heading_keys()]
    assert len(keys) == len(set(keys))


# --- any bytes

_CELL = st.one_of(st.sampled_from([*OFFICIAL, *ROW, "", "f.d.", '"', "x" * 600, "permanent"]), st.text(max_size=20))


def _whole_or_not_at_all(plan: Plan[InventoryEntry] | Plan[SeriesRule]) -> None:
    assert not (plan.problems and plan.to_write)
    assert plan.problems or plan.rows
    for problem in plan.problems:
        for language in Language:
            (problem.where(language) + problem.say(language)).encode()


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"PK\x03\x04")
def test_any_bytes_give_entries_or_problems(data: bytes) -> None:
    _whole_or_not_at_all(plan_inventory(data, [ENTRY]))
    _whole_or_not_at_all(plan_inventory(data, [], prefix="P/"))
    _whole_or_not_at_all(plan_nomenclator(data, []))


@settings(deadline=None)
@given(st.lists(st.lists(_CELL, max_size=10), max_size=5), st.sampled_from(",;\t"), st.booleans())
def test_any_table_gives_entries_or_problems(rows: list[list[str]], delimiter: str, quoted: bool) -> None:
    lines = [OFFICIAL, *rows]
    text = (
        as_csv(*lines, delimiter=delimiter, encoding="utf-8")
        if quoted
        else "\n".join(delimiter.join(line) for line in lines).encode()
    )
    _whole_or_not_at_all(plan_inventory(text, [ENTRY]))
    _whole_or_not_at_all(plan_nomenclator(text, []))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_spreadsheet_gives_entries_or_problems(data: st.DataObject) -> None:
    whole = bytearray(_SPREADSHEET)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _whole_or_not_at_all(plan_inventory(bytes(whole), []))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 20_000), st.binary(max_size=8), st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml"]))
def test_a_spreadsheet_with_strange_parts_gives_entries_or_problems(where: int, what: bytes, part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_SPREADSHEET)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            at = where % len(content)
            target.writestr(name, content[:at] + what + content[at + 1 :] if name == part else content)
    _whole_or_not_at_all(plan_inventory(out.getvalue(), []))


_SPREADSHEET = as_xlsx(OFFICIAL, (1, *ROW[1:5], 250, *ROW[6:]), (2, "A/2", None, "T", date(1987, 5, 12), 3.5))
