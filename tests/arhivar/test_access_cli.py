# SPDX-License-Identifier: EUPL-1.2
"""Publish, withdraw, classify and access on the command line: words, exit codes, JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arhivar.access.pages import MAX_PAGES, parse_pages
from arhivar.keeping.contents import page_ranges
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, PagesMalformed
from tests.arhivar.conftest import Town
from tests.arhivar.keeping_help import run
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

WHY = ("--reason", "interes public")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An archive with a unit of three pages."""
    use_quick_validator(monkeypatch)
    town = quick_town(tmp_path)
    make_quick_binder(town.inbox, "a", ("unus", "duo", "tres"), {"reference_code": "A/1"})
    town.ingest()
    return town


def test_a_unit_is_published_and_a_page_of_it_withdrawn(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, town.settings, "publish", "A/1", *WHY)
    assert code == EXIT_DONE
    assert out.splitlines() == ["A/1, the whole unit: published", "  public: pages 1–3"]
    code, out, _ = run(capsys, town.settings, "withdraw", "A/1", "--pages", "2-3", "--reason", "reclamație")
    assert code == EXIT_DONE
    assert out.splitlines() == ["A/1, pages 2–3: withdrawn", "  public: pages 1", "  staff: pages 2–3"]
    code, out, _ = run(capsys, town.settings, "publish", "A/1", *WHY)
    assert "That stood already" in out
    assert "Pages 2–3 stay closer" in out
    document = json.loads(run(capsys, town.settings, "publish", "A/1", "--pages", "3", *WHY, "--json")[1])
    assert document["pages"] == {"public": [1, 3], "staff": [2]}
    assert (document["already"], document["indexed"], document["access_class"]) == (False, True, "public")
    assert (document["decision"]["number"], document["decision"]["reason"]) == (3, "interes public")


def test_history_and_state_are_shown(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, town.settings, "access", "A/1")
    assert code == EXIT_DONE
    assert out.splitlines() == ["A/1: staff", "  staff: pages 1–3", "No decisions."]
    run(capsys, town.settings, "classify", "A/1", "--class", "personal", "--pages", "1", "--reason", "date de sănătate")
    code, out, _ = run(capsys, town.settings, "access", "A/1")
    assert "class given: personal" in out
    assert "date de sănătate" in out
    document = json.loads(run(capsys, town.settings, "access", "A/1", "--json")[1])
    assert document["pages"] == {"staff": [2, 3], "personal": [1]}
    assert [(one["kind"], one["pages"], one["counts"]) for one in document["decisions"]] == [("classify", [1], True)]
    out = run(capsys, town.settings, "audit", "--unit", "A/1")[1]
    assert "access class given" in out


@pytest.mark.parametrize(
    "words",
    [
        ("publish", "A/1"),
        ("publish", "A/1", "--reason", " "),
        ("publish", "B/2", *WHY),
        ("publish", "A/1", "--pages", "4", *WHY),
        ("publish", "A/1", "--pages", "3-1", *WHY),
        ("classify", "A/1", *WHY),
        ("classify", "A/1", "--class", "public", *WHY),
        ("access", "B/2"),
    ],
    ids=" ".join,
)
def test_what_is_not_meant_is_refused_and_changes_nothing(
    town: Town, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(capsys, town.settings, *words)[0] == EXIT_USAGE
    with town.open() as archive:
        assert archive.catalogue.decision_counts() == {}


def test_a_withdrawal_does_not_wait_for_a_damaged_index(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, town.settings, "publish", "A/1", *WHY)
    (town.settings.home / "index" / "index.json").write_text("{")
    code, out, _ = run(capsys, town.settings, "withdraw", "A/1", "--reason", "reclamație", "--json")
    assert code == EXIT_FINDINGS
    document = json.loads(out)
    assert (document["pages"], document["indexed"]) == ({"staff": [1, 2, 3]}, False)
    code, out, _ = run(capsys, town.settings, "withdraw", "A/1", "--reason", "reclamație")
    assert code == EXIT_FINDINGS
    assert "the index does not answer" in out
    assert run(capsys, town.settings, "rebuild", "--index-only")[0] == EXIT_DONE
    document = json.loads(run(capsys, town.settings, "withdraw", "A/1", "--reason", "reclamație", "--json")[1])
    assert (document["already"], document["indexed"]) == (True, True)


@given(st.sets(st.integers(1, MAX_PAGES), min_size=1, max_size=60))
def test_a_list_of_pages_is_read_as_it_is_written(pages: set[int]) -> None:
    assert parse_pages(page_ranges(tuple(pages))) == tuple(sorted(pages))


@given(st.text(alphabet="0123456789-–, x\n٣", max_size=30))
def test_whatever_is_typed_is_a_list_of_pages_or_refused(text: str) -> None:
    try:
        pages = parse_pages(text)
    except PagesMalformed:
        return
    assert pages
    assert list(pages) == sorted(set(pages))
    assert pages[0] >= 1
    assert pages[-1] <= MAX_PAGES


@pytest.mark.parametrize("text", ["", ",", "0", "1-", "-3", "5-2", "10001", "1-10001", "1 2", "1;2", "٣", "1-2-3"])
def test_what_is_no_list_of_pages_is_refused(text: str) -> None:
    with pytest.raises(PagesMalformed):
        parse_pages(text)
