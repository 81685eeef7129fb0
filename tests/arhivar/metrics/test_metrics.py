# SPDX-License-Identifier: EUPL-1.2
"""What `arhivar metrics` tells, and that it tells it whatever is away, and nothing of a record or a person."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from arhivar.cli.main import main
from arhivar.metrics.collector import archive_registry
from arhivar.metrics.families import LEASE_KINDS, chosen_look
from arhivar.progress.measure import UnitState
from arhivar.progress.verdicts import Verdict
from arhivar.settings import Settings, load_settings
from repository.monitoring import InboxLook
from schemas.errors import all_errors
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

NOW = datetime(2027, 3, 1, tzinfo=UTC)
BOUNDS: dict[str, set[str]] = {
    "part": {"catalogue", "store", "index"},
    "place": {"home", "work", "store", "index", "inbox", "replica", "scratch"},
    "verdict": set(Verdict),
    "stage": set(Stage),
    "outcome": set(StageOutcome),
    "kind": {*LEASE_KINDS, "other", "masters", "access"},
    "reading": {"done", "left"},
    "code": {*FindingCode, *(error.code for error in all_errors())},
    "state": {*IngestState, *UnitState},
}
"""Every label but the version's, and everything that it can say."""


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One unit that is done, one with an unreadable page, a drop in quarantine, one that waits."""
    use_quick_validator(monkeypatch)
    made = quick_town(tmp_path)
    whole = {"reference_code": "SECRET/1", "title": "Dosarul lui Ion Popescu, CNP 1850101223344"}
    make_quick_binder(made.inbox, "popescu-ion", ["unu", "doi"], whole)
    make_quick_binder(made.inbox, "georgescu", ["trei unreadable", "patru"], {**whole, "reference_code": "SECRET/2"})
    make_quick_binder(made.inbox, "gol", [], {**whole, "reference_code": "SECRET/3"})
    (made.inbox / "vine").mkdir()
    made.ingest()
    made.ingest()
    return Town(made.settings.model_copy(update={"inbox": made.inbox}), made.inbox, made.pool)


def exposition(settings: Settings, **places: Path) -> str:
    return generate_latest(archive_registry(settings, places)).decode()


def families(settings: Settings, **places: Path) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(exposition(settings, **places))}


def values(family: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels[name] for name in sorted(sample.labels)): sample.value for sample in family.samples}


def test_what_is_told_is_what_there_is(town: Town) -> None:
    found = families(town.settings, scratch=town.inbox)
    assert values(found["arhivar_up"]) == {("catalogue",): 1, ("store",): 1, ("index",): 1}
    units = values(found["arhivar_units"])
    assert (units["reconciled",], units["waiting-for-a-person",]) == (1, 1)
    assert values(found["arhivar_unit_pages"])["reconciled",] == 2
    assert values(found["arhivar_ingests"])["indexed",] == 1
    assert values(found["arhivar_pages_read"])[()] == 4
    assert values(found["arhivar_findings"])["page-unreadable",] == 1
    assert values(found["arhivar_unfinished_ingests"])["waiting-for-a-person",] == 1
    assert values(found["arhivar_stage_runs"])["done", "deposit"] == 2
    assert values(found["arhivar_stage_pages"])["done", "pages"] == 4
    assert values(found["arhivar_stage_wall_seconds"])["done", "pages"] > 0
    assert values(found["arhivar_outbox_entries"])[()] == 0
    assert values(found["arhivar_outbox_oldest_timestamp_seconds"]) == {}
    assert values(found["arhivar_inbox_waiting_drops"])[()] == 1
    assert values(found["arhivar_quarantine_drops"])[()] == 1
    assert values(found["arhivar_fixity_unchecked_objects"])[()] == 2
    assert values(found["arhivar_audit_records"])[()] == 2
    free, size = (values(found[f"arhivar_disk_{what}_bytes"]) for what in ("free", "size"))
    assert set(free) == set(size) == {(place,) for place in ("home", "work", "store", "index", "inbox", "scratch")}
    assert all(0 < free[place] <= size[place] for place in free)


def test_moments_are_moments_of_now_and_not_ages(town: Town) -> None:
    found = families(town.settings)
    now = datetime.now(UTC).timestamp()
    told = {name: family for name, family in found.items() if name.endswith("_timestamp_seconds")}
    assert len(told) == 8
    for name, family in told.items():
        for value in values(family).values():
            assert now - 7200 < value <= now, name  # deposits are known by the hour


def test_names_and_types_are_as_prometheus_wants_them(town: Town) -> None:
    for name, family in families(town.settings).items():
        assert re.fullmatch(r"arhivar_[a-z]+(_[a-z]+)*", name), name
        assert family.documentation.endswith("."), name
        assert family.type in {"gauge", "counter"}, name
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter"), sample.name
            assert not re.search(r"_(count|sum|bucket|ms|kb|percent|hours|days)$", sample.name), sample.name


def test_labels_are_bounded(town: Town) -> None:
    seen = set()
    for name, family in families(town.settings, scratch=town.inbox).items():
        for sample in family.samples:
            for label, value in sample.labels.items():
                if name != "arhivar_build_info":
                    assert value in BOUNDS[label], (name, label, value)
                    seen.add(label)
    assert seen == set(BOUNDS)


def test_nothing_of_a_record_a_person_or_a_machine_is_told(town: Town) -> None:
    text = re.sub(r"^# HELP.*$", "", exposition(town.settings), flags=re.MULTILINE).lower()
    for word in ("secret", "popescu", "1850101223344", "dosarul lui", "georgescu", "/"):
        assert word not in text, word


def test_without_a_catalogue_the_rest_is_told(town: Town) -> None:
    (town.settings.home / "catalogue.sqlite").unlink()
    found = families(town.settings)
    assert values(found["arhivar_up"]) == {("catalogue",): 0, ("store",): 1, ("index",): 1}
    assert "arhivar_disk_free_bytes" in found
    assert "arhivar_units" not in found


def test_without_a_store_it_is_said_to_be_away(town: Town) -> None:
    (town.settings.home / "store").rename(town.settings.home / "elsewhere")
    found = families(town.settings)
    assert values(found["arhivar_up"]) == {("catalogue",): 1, ("store",): 0, ("index",): 1}


def test_an_ingest_that_nobody_works_on_counts_as_stuck_from_its_last_sign(town: Town) -> None:
    with town.open() as archive:
        (waiting,) = archive.catalogue.ingests(states=[IngestState.INDEXED])
        manifest = waiting.manifest.model_copy(update={"ingest_id": "f" * 32, "received_at": NOW - timedelta(days=900)})
        archive.catalogue.register_ingest(manifest, state=IngestState.STAGED)
        archive.catalogue.advance("f" * 32, IngestState.PROCESSING, now=NOW - timedelta(days=900))
    found = families(town.settings)
    assert values(found["arhivar_unfinished_ingests"])["stuck",] == 1
    last_sign = values(found["arhivar_unfinished_last_sign_timestamp_seconds"])
    assert last_sign["stuck",] == (NOW - timedelta(days=900)).timestamp()


def test_looks_are_those_at_the_inbox_of_the_settings(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    old, new = (
        InboxLook(str(inbox), NOW + timedelta(days=days), 0, None, 0, None) for inbox, days in ((here, 0), (there, 1))
    )
    home = {"ARHIVAR_HOME": str(tmp_path)}
    assert chosen_look((old, new), load_settings(home)) == new
    assert chosen_look((), load_settings(home)) is None
    named = load_settings({**home, "ARHIVAR_INBOX": str(here)})
    assert chosen_look((old, new), named) == old
    assert chosen_look((new,), named) is None


def run(town: Town, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int | str | None, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(town.settings.home), "--lang", "en", "metrics", *words])
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def test_the_command_prints_them_once(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(town, capsys)
    assert (code, err) == (0, "")
    assert "arhivar_units" in {family.name for family in text_string_to_metric_families(out)}
    code, out, _ = run(town, capsys, "--json")
    assert code == 0
    assert {"name": "arhivar_up", "labels": {"part": "store"}, "value": 1.0} in json.loads(out)["metrics"]


def test_a_text_file_is_replaced_whole_and_everybody_may_read_it(
    town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "arhivar.prom"
    target.write_text("old")
    assert run(town, capsys, "--textfile", str(target))[:2] == (0, "")
    assert target.read_text().startswith("# HELP arhivar_build_info")
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
    code, _, err = run(town, capsys, "--textfile", str(tmp_path / "no" / "arhivar.prom"))
    assert code == 2
    assert "arhivar.prom" in err


@pytest.mark.parametrize(
    "words",
    [("--listen", "host"), ("--listen", "1:2:3"), ("--listen", ":99999"), ("--disk", "X=/tmp"), ("--disk", "x")],
)
def test_what_cannot_be_meant_is_refused(
    town: Town, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, _, err = run(town, capsys, *words)
    assert code == 2
    assert words[1] in err
