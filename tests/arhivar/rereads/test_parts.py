# SPDX-License-Identifier: EUPL-1.2
"""A unit of several ingests is read again as the whole that it is; and on another machine for each step."""

import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest

from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.rereading import queue_reread
from arhivar.tasks import rereading, unit
from schemas.errors import UnitUnknown
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.arhivar.rereads.again import (
    CAREFUL,
    LevelPool,
    digests_of,
    found,
    package_of,
    reread,
    stored_masters,
    texts_of,
    verify_findings,
    with_pool,
)


def findings_of(town: Town) -> dict[str, list[FindingCode]]:
    """Codes of what the catalogue notes of each ingest."""
    with town.open() as archive:
        rows = archive.catalogue.ingests()
        return {row.ingest_id: [one.code for one in archive.catalogue.findings(row.ingest_id)] for row in rows}


READ = {1: "hotararea unu", 2: "rescanarea doi", 3: "hotararea trei", 4: "anexele patru", 5: "anexele cinci"}
BACKWARDS = {1: "aeraratoh unu", 2: "aeranacser doi", 3: "aeraratoh trei", 4: "elexena patru", 5: "elexena cinci"}


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """T/1 in version 3: three pages, the second scanned again, and a volume of two."""
    use_quick_validator(monkeypatch)
    town = with_pool(quick_town(tmp_path), LevelPool())
    unit_json: dict[str, object] = {"reference_code": "T/1"}
    make_quick_binder(town.inbox, "a", ["hotararea unu", "hotararea doi", "hotararea trei"], unit_json)
    town.ingest()
    replaces = {"intent": "replace_pages", "replaces": [2]}
    make_quick_binder(town.inbox, "b", ["rescanarea doi"], unit_json | replaces)
    town.ingest()
    volume = {"intent": "append_volume", "volume": 2}
    make_quick_binder(town.inbox, "c", ["anexele patru", "anexele cinci"], unit_json | volume)
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    assert texts_of(town) == BACKWARDS
    return town


def test_every_page_is_read_again_whichever_ingest_captured_it(parts: Town) -> None:
    masters, before = stored_masters(parts), package_of(parts)
    done = reread(parts)
    assert (done.before, done.version) == (3, 4)
    assert texts_of(parts) == READ
    assert texts_of(parts, 3) == BACKWARDS
    after = package_of(parts)
    assert [(one.number, one.ingest_id, one.sequence, one.master) for one in after.pages] == [
        (one.number, one.ingest_id, one.sequence, one.master) for one in before.pages
    ]
    assert [(one.path, one.first_page, one.pages) for one in after.pdfs] == [
        (one.path, one.first_page, one.pages) for one in before.pdfs
    ]
    manifests = digests_of(parts, "metadata/manifests/", 3)
    assert digests_of(parts, "metadata/manifests/") == manifests, "what intake captured stays as it was"
    assert stored_masters(parts) == masters
    assert found(parts, "hotararea") == {1, 3}
    assert found(parts, "aeraratoh") == set()
    assert verify_findings(parts) == []
    assert reread(parts).version == 4, "the same again is no version"


def test_a_rescan_after_a_reread_leaves_the_other_pages_as_they_were_read(parts: Town) -> None:
    reread(parts)
    description = {"reference_code": "T/1", "intent": "replace_pages", "replaces": [3]}
    make_quick_binder(parts.inbox, "d", ["indreptarea trei"], description)
    assert [one.state for one in parts.ingest().outcomes] == [IngestState.RECONCILED]
    assert texts_of(parts) == READ | {3: "aeratperdni trei"}
    assert verify_findings(parts) == []
    assert reread(parts).version == 6
    assert texts_of(parts) == READ | {3: "indreptarea trei"}
    assert verify_findings(parts) == []


def test_a_page_of_an_earlier_ingest_that_can_be_read_no_more_stays(parts: Town) -> None:
    assert reread(with_pool(parts, LevelPool("hotararea"))).version == 4
    assert texts_of(parts) == READ | {1: BACKWARDS[1], 3: BACKWARDS[3]}
    assert verify_findings(parts) == []


def test_a_lost_catalogue_comes_back_as_the_reread_left_it(parts: Town) -> None:
    reread(parts)
    before = findings_of(parts)
    assert {code for codes in before.values() for code in codes} == set(), "careful pages are doubtful no more"
    (parts.settings.home / "catalogue.sqlite").unlink()
    rebuild_archive(parts.settings, RebuildWatcher(lambda total: None, lambda name: None))
    assert findings_of(parts) == before
    assert verify_findings(parts) == []


def test_each_step_may_run_on_another_machine(parts: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(parts.settings.home))
    monkeypatch.setenv("ARHIVAR_LEAST_FREE_BYTES", "0")
    monkeypatch.setattr(unit, "PAGES_A_CHUNK", 2)
    monkeypatch.setattr(unit, "task_pool", lambda settings: nullcontext(LevelPool("rescanarea")))
    (ingest_id,) = rereading.queue_rereads(["T/1"], "careful", None)
    chunks = unit.prepare(ingest_id, 2)
    assert [(chunk["first"], chunk["last"]) for chunk in chunks] == [(1, 2), (3, 4), (5, 5)]
    read = []
    for chunk in chunks:
        read.append(unit.read_chunk(ingest_id, 2, chunk))
        shutil.rmtree(parts.settings.home / "work")
    unit.deposit(ingest_id, 2, unit.compose(ingest_id, 2, read))
    unit.index(ingest_id, 2)
    closed = unit.reconcile(ingest_id, 2)
    assert closed == {"ingest_id": ingest_id, "state": "reconciled", "pages": 5, "gaps": []}
    assert texts_of(parts) == READ | {2: BACKWARDS[2]}
    assert verify_findings(parts) == []
    with parts.open() as archive:
        assert list(archive.store.list("staging/")) == []


def test_one_unit_that_cannot_be_queued_keeps_no_other_out(parts: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(parts.settings.home))
    with pytest.raises(UnitUnknown):
        rereading.queue_rereads(["T/9", "T/1"], "careful", None)
    with parts.open() as archive:
        assert archive.catalogue.ingests()[0].state is IngestState.STAGED
        assert queue_reread(archive, "T/1", CAREFUL).version == 3
