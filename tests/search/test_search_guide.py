# SPDX-License-Identifier: EUPL-1.2
"""docs/search.md says what the query language does: its fields, its labels, and its examples on a small index."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from arhivar.cli.search_cmd import command
from schemas.search import PageRecord, SearchFilters
from search import query
from search.analysis import fold
from search.labels import LABELS
from search.query import FIELDS, MAX_LENGTH, MAX_TERMS, parse_query
from search.tantivy_index import TantivyIndex

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "search.md").read_text("utf-8")


def table(*heading: str) -> list[list[str]]:
    """The rows of the table that begins with these headings."""
    lines = GUIDE.splitlines()
    start = lines.index(f"| {' | '.join(heading)} |")
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


EXAMPLES = {row[0].strip("`"): row[1] for row in table("write", "finds pages")}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TantivyIndex]:
    made = TantivyIndex(tmp_path_factory.mktemp("guide") / "index")
    made.write(_records())
    yield made
    made.close()


def _records() -> Iterator[PageRecord]:
    rows = table("page", "unit", "title", "fonds", "series", "type", "years", "language", "text")
    for page, unit, title, fonds, series, kind, years, language, text in rows:
        first, _, last = years.partition("..")
        yield PageRecord(
            unit_id=uuid5(NAMESPACE_URL, unit),
            unit_version=1,
            page=int(page),
            reference_code=unit,
            title=title,
            fonds=fonds,
            series=series,
            document_type=kind,
            year_from=int(first),
            year_to=int(last),
            language=language,
            text=text,
        )


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_finds_what_the_guide_says(index: TantivyIndex, text: str) -> None:
    hits = index.search(parse_query(text), SearchFilters()).hits
    assert ", ".join(map(str, sorted(hit.page for hit in hits))) == EXAMPLES[text]


def test_the_fields_are_those_of_the_parser() -> None:
    readers: dict[object, set[str]] = {}
    for name, read in FIELDS.items():
        readers.setdefault(read, set()).add(name)
    rows = [re.findall(r"`(\w+):`", f"{field} {also}") for field, also, _ in table("field", "also", "means")]
    assert [set(names) for names in rows] == list(readers.values())
    assert [names[0] for names in rows] == [
        next(iter(name for name in FIELDS if name in of)) for of in readers.values()
    ]
    assert query.__doc__ is not None
    said = re.findall(r"^((?:``\w+:`` ?)+)", query.__doc__, re.MULTILINE)
    assert [re.findall(r"``(\w+):``", names) for names in said] == rows


def test_the_help_of_the_command_names_every_field() -> None:
    said = (command.help or "").partition("Fields:")[2]
    assert set(re.findall(r"\b([a-z]+):", said)) == FIELDS.keys() - {"unitate"}


def test_the_labels_are_those_of_the_table() -> None:
    rows = [
        {fold(form) for form in re.findall(r"`(.*?)`", forms)}
        for _, forms, _ in table("word", "forms that are equal", "need not be found")
    ]
    assert rows == [{*label.words, *("".join(pair) for pair in label.pairs)} for label in LABELS]


def test_every_query_that_the_guide_tells_to_write_is_understood() -> None:
    for written, _ in table("write", "finds"):
        for text in re.findall(r"`(.*?)`", written):
            assert parse_query(text).items


def test_the_limits_are_those_of_the_parser() -> None:
    assert f"at most {MAX_LENGTH} characters, and {MAX_TERMS} words and fields" in GUIDE
