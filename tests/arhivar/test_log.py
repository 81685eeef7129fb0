# SPDX-License-Identifier: EUPL-1.2
"""Lines of the log: what they are about stands in them, and no title, text or person."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from arhivar.log import Logger, bind_log, log_context, trace_of
from arhivar.tasks import unit
from arhivar.tasks.intake import take_drops
from schemas.errors import StoreUnavailable
from tests.arhivar.conftest import RunArhivar, Town
from tests.arhivar.quick import make_quick_binder
from tests.arhivar.tasks.conftest import quick
from tests.binders import make_binder, text_pages

__all__ = ["quick"]  # the fixture

PERSONAL = {"title": "Dosarul Mariei Ionescu 2850101223344"}
_SAID = ("Ionescu", "Dosarul", "2850101223344", "Pagina numarul", "Hotararea")


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_page_that_fails_is_named_with_its_unit_in_a_real_run(town: Town, start_arhivar: RunArhivar) -> None:
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "L/1", **PERSONAL})
    page = folder / "002.png"
    page.write_bytes(page.read_bytes()[:2000])
    process = start_arhivar("--log", "info", "ingest", str(town.inbox), ARHIVAR_QUIET_SECONDS="0")
    _, err = process.communicate(timeout=300)
    lines = lines_of(err)
    with town.open() as archive:
        (row,) = archive.catalogue.ingests()
    (failed,) = [line for line in lines if line["event"] == "page not read"]
    assert failed["page"] == 2
    assert failed["stage"] == "pages"
    assert (failed["unit"], failed["ingest"]) == (str(row.unit_id), row.ingest_id)
    assert failed["error"].startswith("ARH-")
    about = [line for line in lines if "stage" in line or line["event"].startswith(("unit", "drop", "page"))]
    assert len(about) >= 2
    assert all((line["unit"], line["ingest"]) == (str(row.unit_id), row.ingest_id) for line in about)
    assert [word for word in _SAID if any(word in json.dumps(line, ensure_ascii=False) for line in lines)] == []


def test_lines_are_key_and_value_where_the_settings_say_so(town: Town, start_arhivar: RunArhivar) -> None:
    (town.inbox / "gol").mkdir()
    (town.inbox / "gol" / "_READY").touch()
    process = start_arhivar("--log", "info", "ingest", str(town.inbox), ARHIVAR_LOG_FORMAT="text")
    _, err = process.communicate(timeout=300)
    (line,) = [one for one in err.splitlines() if "drop quarantined" in one]
    assert line.startswith("timestamp=20")
    assert 'level=info event="drop quarantined"' in line
    assert "folder=gol" in line


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every line that is logged, whatever its level."""
    lines: list[dict[str, Any]] = []

    class Lines:
        def log(self, level: int, event: str, **values: object) -> None:
            lines.append({"level": level, "event": event, **values})

    monkeypatch.setattr("arhivar.log._is_hosted", lambda: True)
    monkeypatch.setattr("structlog.get_logger", lambda name: Lines())
    return lines


def test_lines_of_every_task_name_unit_and_ingest(quick: Town, logged: list[dict[str, Any]]) -> None:
    make_quick_binder(quick.inbox, "b", ["unu", "doi unreadable"], {"reference_code": "L/2", **PERSONAL})
    (ingest_id,) = take_drops()
    (chunk,) = unit.prepare(ingest_id, 1)
    read = [unit.read_chunk(ingest_id, 1, chunk)]
    unit.deposit(ingest_id, 1, unit.compose(ingest_id, 1, read))
    unit.index(ingest_id, 1)
    unit.reconcile(ingest_id, 1)
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
    about = [line for line in logged if line["event"] != "swept"]
    events = {line["event"] for line in about}
    assert {"drop taken", "unit prepared", "page not read", "pages read", "unit composed", "unit deposited"} <= events
    assert {(line["unit"], line["ingest"]) for line in about} == {(str(row.unit_id), ingest_id)}
    assert [line["page"] for line in about if line["event"] == "page not read"] == [2]
    assert [word for word in _SAID if any(word in str(line) for line in about)] == []


def _broken(*_: object, **__: object) -> None:
    raise StoreUnavailable(where="x", detail="by design")


def _bug(*_: object, **__: object) -> None:
    raise RuntimeError("Maria Ionescu 2850101223344")


@pytest.mark.parametrize("fails", [_broken, _bug])
def test_a_task_that_fails_names_its_unit_and_nobody(
    quick: Town, logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, fails: Callable[..., None]
) -> None:
    make_quick_binder(quick.inbox, "c", ["unu"], {"reference_code": "L/3", **PERSONAL})
    (ingest_id,) = take_drops()
    monkeypatch.setattr("arhivar.tasks.unit.begin_processing", fails)
    with pytest.raises((StoreUnavailable, RuntimeError)):
        unit.prepare(ingest_id, 1)
    (stopped,) = [line for line in logged if line["event"] == "task stopped"]
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
    assert (stopped["unit"], stopped["ingest"]) == (str(row.unit_id), ingest_id)
    assert "Ionescu" not in str(logged)


def test_a_bug_in_an_ingest_is_logged_by_its_place_and_not_in_its_words(
    quick: Town, logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick_binder(quick.inbox, "d", ["unu"], {"reference_code": "L/4", **PERSONAL})
    monkeypatch.setattr("arhivar.pipeline.begin_processing", _bug)
    quick.ingest()
    (crashed,) = [line for line in logged if line["event"] == "ingest crashed"]
    assert crashed["trace"].startswith("RuntimeError: test_log.py:")
    assert crashed["unit"]
    assert "Ionescu" not in str(logged)


def test_context_ends_with_its_block_and_a_line_s_own_values_go_before(logged: list[dict[str, Any]]) -> None:
    log = Logger("x")
    bind_log(unit="nowhere")
    with log_context(unit="u"):
        bind_log(page=1)
        with log_context(page=2):
            log.info("inner", unit="own")
        log.info("outer")
    log.info("after")
    assert [{**line, "level": 0} for line in logged] == [
        {"level": 0, "event": "inner", "unit": "own", "page": 2},
        {"level": 0, "event": "outer", "unit": "u", "page": 1},
        {"level": 0, "event": "after"},
    ]


def test_a_trace_names_causes_without_their_words() -> None:
    try:
        try:
            _bug()
        except RuntimeError as error:
            raise ValueError("Maria") from error
    except ValueError as error:
        trace = trace_of(error)
    assert trace.startswith("ValueError: test_log.py:")
    assert "; from RuntimeError: test_log.py:" in trace
    assert "Maria" not in trace


def test_no_secret_of_the_settings_is_logged(town: Town, start_arhivar: RunArhivar) -> None:
    secret = "0123456789-very-secret"  # noqa: S105 - of no server
    variables = {
        "ARHIVAR_STORE": "s3://bucket",
        "ARHIVAR_STORE_ENDPOINT": "http://127.0.0.1:9",
        "ARHIVAR_STORE_ACCESS_KEY": "user",
        "ARHIVAR_STORE_SECRET_KEY": secret,
        "ARHIVAR_INDEX": "http://127.0.0.1:9",
        "ARHIVAR_INDEX_API_KEY": secret,
        "ARHIVAR_CATALOGUE": f"postgresql+psycopg://user:{secret}@127.0.0.1:9/x",
    }
    process = start_arhivar("--log", "debug", "metrics", **variables)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0
    assert 'arhivar_up{part="catalogue"} 0.0' in out
    assert lines_of(err)
    assert secret not in out + err
