# SPDX-License-Identifier: EUPL-1.2
"""The documentation says what the program does: every setting, command, option, error and finding stands in it."""

import re
from pathlib import Path

import click
import pytest

from arhivar.cli.main import COMMANDS, cli
from arhivar.inventory.columns import INVENTORY, NOMENCLATOR, Table
from arhivar.places.columns import PLACES
from arhivar.settings import SETTING_NAMES, Settings
from schemas.drop import DropDescription
from schemas.errors import ArhivarError, all_errors
from schemas.findings import FINDINGS, FindingCode
from schemas.inventory import PROBLEMS, ProblemCode

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def _rows(page: str) -> dict[str, list[str]]:
    """Table rows of a page by their first cell, without markup."""
    rows = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            rows[cells[0].strip("`")] = cells
    return rows


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    row = _rows("settings.md")[name]
    field = Settings.model_fields[name]
    assert row[1] == f"`ARHIVAR_{name.upper()}`"
    assert row[3] == field.description
    if field.default_factory is None and not isinstance(field.default, Path):
        value = field.default
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        assert row[2] == ("unset" if value is None else f"`{shown}`")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    assert set(_rows("settings.md")) - {"name", "---"} == set(SETTING_NAMES)


@pytest.mark.parametrize(
    "kind", [kind for kind in all_errors() if kind is not ArhivarError], ids=lambda kind: kind.code
)
def test_every_error_is_documented_as_it_is(kind: type[ArhivarError]) -> None:
    row = _rows("errors.md")[kind.code]
    assert row[1] == f"`{kind.__name__}`"
    assert row[2] == str(kind.exit_code)
    assert row[3] == ("yes" if kind.retryable else "no")
    assert row[4] == kind.message.en.replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize("code", list(FindingCode))
def test_every_finding_is_documented_as_it_is(code: FindingCode) -> None:
    row = _rows("findings.md")[code.value]
    rule = FINDINGS[code]
    assert row[1] == rule.severity.value
    assert row[2] == rule.sentence.en.replace("{{", "{").replace("}}", "}")
    assert row[3] == rule.advice.en.replace("{{", "{").replace("}}", "}")


def _commands() -> dict[str, click.Command]:
    """Every command by the words that call it; of a group, its commands."""
    found: dict[str, click.Command] = {}
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
        else:
            found[name] = command
    return found


@pytest.mark.parametrize("name", _commands())
def test_every_command_and_option_is_documented(name: str) -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `arhivar {name}\b.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/commands.md has no section for {name}"
    for parameter in _commands()[name].params:
        for option in parameter.opts if isinstance(parameter, click.Option) else [parameter.name or ""]:
            spelt = f"`{option}" if option.startswith("--") else option.upper()
            assert spelt in section.group(0), f"{name}: {option}"


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_of_an_import_is_documented_as_it_is(code: ProblemCode) -> None:
    assert _rows("inventory.md")[code.value][1] == PROBLEMS[code].en


@pytest.mark.parametrize("table", [INVENTORY, NOMENCLATOR, PLACES])
def test_every_column_of_an_import_is_documented(table: Table) -> None:
    text = (DOCS / "inventory.md").read_text(encoding="utf-8")
    for column in table.columns:
        assert f"| `{column.name}` | {column.heading.ro} |" in text, column.name


def test_every_field_of_a_drop_is_documented() -> None:
    text = (DOCS / "hot-folder.md").read_text(encoding="utf-8")
    for name in DropDescription.model_fields:
        assert f"| `{name}` |" in text, name


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_suite_in_the_table_is_there_and_the_soak_is_asked_for_by_name() -> None:
    rows = [row for row in _rows("testing.md").values() if len(row) == 5 and row[0] not in {"suite", "---"}]
    named = {place for row in rows for place in re.findall(r"`(tests/[\w/.]*)`", row[2])}
    assert [place for place in sorted(named) if not (ROOT / place).exists()] == []
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders == {place.rstrip("/") for place in named if place.endswith("/")}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for row in rows for target in re.findall(r"`make ([\w-]+)`", row[3])}
    assert [target for target in sorted(targets) if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
    assert {row[0] for row in rows if "make soak" in row[3]} == {"load", "soak", "soak, on servers"}
