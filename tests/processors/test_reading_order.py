# SPDX-License-Identifier: EUPL-1.2
"""Words come in the order in which people read them: rows of tables and forms, columns of text, signatures, cells."""

from pathlib import Path

from tests.processors.drawn_pages import Page, read, texts

PARAGRAPH = (
    "Consiliul Local al orașului, întrunit în ședință,",
    "având în vedere raportul serviciului de urbanism",
    "și avizul comisiei, hotărăște prin prezenta ca",
    "terenul din strada Morii să fie dat în folosință.",
)
TABLE = (
    ("Strada", "Numele", "Metri", "Suma"),
    ("Morii", "Popescu", "300", "1200"),
    ("Gării", "Ionescu", "450", "1800"),
    ("Cetății", "Mureșan", "280", "1120"),
    ("Fântânii", "Moldovan", "500", "2000"),
    ("Unirii", "Popa", "310", "1240"),
)
ACROSS = (200, 560, 980, 1320)


def table(page: Page, *, ruled: bool) -> Page:
    for row, cells in enumerate(TABLE):
        for left, cell in zip(ACROSS, cells, strict=True):
            page.write(cell, at=(left, 900 + 90 * row))
    if ruled:
        for row in range(len(TABLE) + 1):
            page.rule((160, 885 + 90 * row), (1560, 885 + 90 * row))
        for left in (160, 520, 940, 1280, 1560):
            page.rule((left, 885), (left, 885 + 90 * len(TABLE)))
    return page


def test_rows_of_a_table_stay_rows(tmp_path: Path) -> None:
    for ruled in (False, True):
        lines = texts(read(table(Page().write(*PARAGRAPH, at=(160, 400)), ruled=ruled), tmp_path))
        assert lines == [*PARAGRAPH, *(" ".join(cells) for cells in TABLE)]


def test_rows_of_a_table_alone_on_its_page_stay_rows(tmp_path: Path) -> None:
    assert texts(read(table(Page(), ruled=True), tmp_path)) == [" ".join(cells) for cells in TABLE]


def test_the_left_of_two_columns_is_read_before_the_right(tmp_path: Path) -> None:
    left = (
        "Fântâna din piață",
        "a fost reparată în",
        "luna mai de către",
        "meșterii orașului,",
        "iar apa ei este",
        "bună de băut.",
    )
    right = (
        "La școala nouă se",
        "înscriu elevi până",
        "la sfârșitul lunii",
        "august, în fiecare",
        "zi de dimineață,",
        "la secretariat.",
    )
    page = Page().write("ZIARUL ORAȘULUI", at=(500, 300), size=60)
    page.write(*left, at=(160, 500)).write(*right, at=(960, 500))
    assert texts(read(page, tmp_path)) == ["ZIARUL ORAȘULUI", *left, *right]


def test_a_form_s_labels_stay_with_what_is_beside_them(tmp_path: Path) -> None:
    form = (
        ("Numele:", "Popescu Ștefan"),
        ("Domiciliul:", "strada Morii"),
        ("Profesia:", "învățător"),
        ("Data:", "12 martie 1987"),
    )
    page = Page().write(*PARAGRAPH, at=(160, 400))
    for row, (label, value) in enumerate(form):
        page.write(label, at=(160, 850 + 120 * row)).write(value, at=(900, 850 + 120 * row))
    assert texts(read(page, tmp_path)) == [*PARAGRAPH, *(f"{label} {value}" for label, value in form)]


def test_names_below_titles_at_the_foot_are_rows(tmp_path: Path) -> None:
    page = Page().write(*PARAGRAPH, at=(160, 400))
    page.write("Președinte,", "Popescu Ștefan", at=(200, 1500)).write("Secretar,", "Ionescu Maria", at=(1150, 1500))
    lines = texts(read(page, tmp_path))
    assert lines == [*PARAGRAPH, "Președinte, Secretar,", "Popescu Ștefan Ionescu Maria"]


def test_cells_of_a_plan_are_read_one_by_one(tmp_path: Path) -> None:
    page = Page().write("PLAN DE SITUAȚIE", at=(160, 200), size=52)
    for column, left in enumerate((140, 640, 1140, 1640)):
        page.rule((left, 600), (left, 1500))
        for row, top in enumerate((600, 1050)):
            page.rule((140, top), (1640, top))
            if column < 3:
                number = 1 + column + 3 * row
                page.write(f"Lot {number}", f"{240 + 10 * number} mp", at=(left + 60, top + 150), size=34)
    page.rule((140, 1500), (1640, 1500))
    result = read(page, tmp_path)
    assert texts(result) == [
        "PLAN DE SITUAȚIE",
        *(line for number in range(1, 7) for line in (f"Lot {number}", f"{240 + 10 * number} mp")),
    ]
    assert result.treatment["cells_parted"] == 6
