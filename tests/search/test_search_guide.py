# SPDX-License-Identifier: EUPL-1.2
"""docs/search.md says what the query language is: its fields, its labels, its limits.

That its examples find what it says is in the contract suite of the indices.
"""

import re

from arhivar.cli.search_cmd import command
from search import query
from search.analysis import fold
from search.labels import LABELS
from search.query import FIELDS, MAX_LENGTH, MAX_TERMS, parse_query
from tests.search.guide import GUIDE, table


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
