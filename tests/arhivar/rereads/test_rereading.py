# SPDX-License-Identifier: EUPL-1.2
"""A unit that is read again: what becomes new, and what stays."""

from pathlib import Path

import pytest

from arhivar.auditing import actor
from arhivar.composition import object_id
from arhivar.exits.ingests import retry_ingest
from arhivar.rereading import RereadRequest, find_units, queue_reread
from schemas.audit import AuditAction
from schemas.errors import CaseClosed, LeaseLost, ObjectDamaged, ObjectMissing, UnitUnknown
from schemas.ingest import IngestState, unit_id
from schemas.page import PageKind
from schemas.reading import ReadingLevel
from schemas.unit import EventType
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.arhivar.rereads.again import (
    CAREFUL,
    LevelPool,
    audited,
    digests_of,
    found,
    package_of,
    reread,
    stored_masters,
    texts_of,
    verify_findings,
    with_pool,
)

FAST = RereadRequest(ReadingLevel.FAST)
TEXTS = ["hotararea unu", "registrul doi", "autorizatia trei"]


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """T/1 of three pages, ingested."""
    use_quick_validator(monkeypatch)
    town = with_pool(quick_town(tmp_path), LevelPool())
    make_quick_binder(town.inbox, "a", TEXTS, {"reference_code": "T/1", "series": "II.3"})
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    return town


def state(town: Town, code: str = "T/1") -> IngestState:
    with town.open() as archive:
        unit = archive.catalogue.unit_by_reference(code)
        assert unit is not None
        row = archive.catalogue.ingest(unit.ingest_id or "")
        assert row is not None
        return row.state


def test_a_reread_makes_a_version_that_says_what_was_read_now(quick: Town) -> None:
    before = package_of(quick)
    done = reread(quick)
    assert (done.before, done.version, done.changed) == (1, 2, True)
    assert state(quick) is IngestState.RECONCILED
    assert texts_of(quick) == {1: "hotararea unu", 2: "registrul doi", 3: "autorizatia trei"}
    assert texts_of(quick, 1)[1] == "aeraratoh unu"
    assert found(quick, "hotararea") == {1}
    assert found(quick, "aeraratoh") == set()
    after = package_of(quick)
    assert [(page.number, page.ingest_id, page.sequence) for page in after.pages] == [
        (page.number, page.ingest_id, page.sequence) for page in before.pages
    ], "a page is what was captured, however often it is read"
    assert after.description == before.description
    assert verify_findings(quick) == []


def test_masters_are_neither_touched_nor_copied(quick: Town) -> None:
    before, stored = digests_of(quick, "masters/"), stored_masters(quick)
    assert len(stored) == 3
    reread(quick)
    assert digests_of(quick, "masters/", 2) == before
    assert stored_masters(quick) == stored


def test_the_package_and_the_audit_say_who_read_again_and_why(quick: Town) -> None:
    events = len(package_of(quick).events)
    reread(quick)
    package = package_of(quick)
    added = package.events[events:]
    assert package.events[:events] == package_of(quick, 1).events
    assert [one.type for one in added] == [
        EventType.FIXITY_CHECK,
        EventType.METADATA_EXTRACTION,
        EventType.MIGRATION,
        EventType.VALIDATION,
    ]
    assert added[1].detail == "text of pages of version 1, read again (careful), as ALTO"
    ((reason, details),) = audited(quick, AuditAction.UNIT_REREAD)
    assert reason == CAREFUL.reason
    assert details == {"ingest": package.ingest_id, "attempt": 2, "level": "careful", "version": 1}
    assert [details["version"] for _, details in audited(quick, AuditAction.UNIT_DEPOSITED)] == [1, 2]
    with quick.open() as archive:
        assert {row.sound.actor for row in archive.catalogue.audit_rows() if row.sound} == {actor(quick.settings)}


def test_what_gives_the_same_results_makes_no_version(quick: Town) -> None:
    for request, version in ((FAST, 1), (CAREFUL, 2), (CAREFUL, 2)):
        done = reread(quick, request=request)
        assert (done.version, state(quick)) == (version, IngestState.RECONCILED)
        assert done.changed == (done.before != version)
    assert verify_findings(quick) == []


def test_the_catalogue_says_what_the_version_says_also_where_that_stays(quick: Town) -> None:
    reread(quick)
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        assert [page.confidence for page in archive.catalogue.pages(row.ingest_id)] == [90, 90, 90]
    reread(with_pool(quick, LevelPool("unu", "doi", "trei")))  # nothing could be read
    with quick.open() as archive:
        assert [page.confidence for page in archive.catalogue.pages(row.ingest_id)] == [90, 90, 90]


def test_a_page_that_can_be_read_no_more_stays_as_it_was(quick: Town) -> None:
    done = reread(with_pool(quick, LevelPool("registrul")))
    assert (done.version, state(quick)) == (2, IngestState.RECONCILED)
    assert texts_of(quick) == {1: "hotararea unu", 2: "lurtsiger doi", 3: "autorizatia trei"}
    pages = package_of(quick).pages
    assert pages[1] == package_of(quick, 1).pages[1]
    assert {page.kind for page in pages} == {PageKind.PAGE}
    assert verify_findings(quick) == []
    assert reread(with_pool(quick, LevelPool("registrul"))).version == 2, "the same again is no version"
    assert reread(quick).version == 3


def test_a_reread_may_fill_a_gap_and_a_retry_after_it_is_as_careful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_quick_validator(monkeypatch)
    town = with_pool(quick_town(tmp_path), LevelPool())
    make_quick_binder(town.inbox, "a", ["hotararea unu", "doi unreadable"], {"reference_code": "T/1"})
    town.ingest()
    assert state(town) is IngestState.INDEXED
    done = reread(town)
    assert done.outcome is not None
    assert done.outcome.ledger is not None
    assert (done.version, done.outcome.ledger.gaps) == (2, (2,))
    with town.open() as archive:
        (row,) = archive.catalogue.ingests()
        retry_ingest(archive, row, "altă încercare")
    town.ingest()
    assert texts_of(town) == {1: "hotararea unu"}
    with town.open() as archive:
        assert archive.packages.head(object_id(unit_id("T/1"))) == 2, "nothing more could be read"
    assert verify_findings(town) == []


def test_what_is_put_in_line_is_read_by_the_next_ingest(quick: Town) -> None:
    with quick.open() as archive:
        done = queue_reread(archive, "T/1", CAREFUL)
    assert (done.version, done.outcome, state(quick)) == (1, None, IngestState.STAGED)
    assert texts_of(quick)[1] == "aeraratoh unu"
    assert [one.state for one in quick.ingest().outcomes] == [IngestState.RECONCILED]
    assert texts_of(quick)[1] == "hotararea unu"


def test_a_reread_in_line_is_gone_on_with_and_not_begun_twice(quick: Town) -> None:
    with quick.open() as archive:
        queue_reread(archive, "T/1", CAREFUL)
        queue_reread(archive, "T/1", CAREFUL)
        with pytest.raises(CaseClosed, match="careful"):
            queue_reread(archive, "T/1", FAST)
    assert reread(quick).version == 2
    assert len(audited(quick, AuditAction.UNIT_REREAD)) == 1


def test_a_unit_that_is_being_worked_on_is_refused(quick: Town) -> None:
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        for name in (f"ingest:{row.ingest_id}", f"intake:{row.unit_id}"):
            with archive.leases.hold(name), pytest.raises(LeaseLost, match="T/1"):
                queue_reread(archive, "T/1", CAREFUL)
        manifest = row.manifest.model_copy(update={"ingest_id": "f" * 32})
        archive.catalogue.register_ingest(manifest, state=IngestState.STAGED)
        with pytest.raises(CaseClosed, match="arhivar ingest"):
            queue_reread(archive, "T/1", CAREFUL)
    assert audited(quick, AuditAction.UNIT_REREAD) == []


def test_a_unit_without_a_version_cannot_be_read_again(quick: Town) -> None:
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        description = row.manifest.description.model_copy(update={"reference_code": "T/2"})
        update = {"ingest_id": "e" * 32, "unit_id": unit_id("T/2"), "description": description}
        archive.catalogue.register_ingest(row.manifest.model_copy(update=update))
        with pytest.raises(CaseClosed):
            queue_reread(archive, "T/2", CAREFUL)
        with pytest.raises(UnitUnknown):
            queue_reread(archive, "T/3", CAREFUL)


def test_a_lost_master_is_told_before_anything_is_begun(quick: Town) -> None:
    stored_masters(quick)[0].unlink()
    with pytest.raises(ObjectMissing):
        reread(quick)
    assert state(quick) is IngestState.RECONCILED
    assert audited(quick, AuditAction.UNIT_REREAD) == []


def test_a_damaged_master_is_not_read(quick: Town) -> None:
    master = stored_masters(quick)[0]
    master.chmod(0o644)
    master.write_bytes(master.read_bytes().replace(b"hotararea", b"hotariri!"))
    done = reread(quick)
    assert done.outcome is not None
    assert isinstance(done.outcome.error, ObjectDamaged)
    assert done.version == 1


def test_units_are_found_by_series_and_by_doubt(quick: Town) -> None:
    make_quick_binder(quick.inbox, "b", ["alta hotarare"], {"reference_code": "V/7"})
    quick.ingest()
    reread(quick)  # its confidence is 90 now
    with quick.open() as archive:
        assert find_units(archive, None, doubtful=False) == ["T/1", "V/7"]
        assert find_units(archive, "II.3", doubtful=False) == ["T/1"]
        assert find_units(archive, "V", doubtful=False) == ["V/7"]
        assert find_units(archive, None, doubtful=True) == ["V/7"]
        assert find_units(archive, "II.3", doubtful=True) == []


def test_a_drop_says_how_its_pages_are_read_and_kept(quick: Town) -> None:
    description = {"reference_code": "T/2", "reading": "careful", "fidelity": "high"}
    make_quick_binder(quick.inbox, "b", ["hotararea patru"], description)
    quick.ingest()
    assert texts_of(quick, code="T/2") == {1: "hotararea patru"}
    rest = {"reference_code": "T/2", "intent": "replace_pages", "replaces": [1]}
    make_quick_binder(quick.inbox, "c", ["registrul cinci"], rest)
    quick.ingest()
    assert texts_of(quick, code="T/2") == {1: "registrul cinci"}, "what a part does not say holds on"


def test_a_level_that_does_not_exist_is_a_finding_that_names_the_known_ones(quick: Town) -> None:
    make_quick_binder(quick.inbox, "b", ["x"], {"reference_code": "T/2", "reading": "thorough", "fidelity": "best"})
    (taken,) = quick.ingest().taken
    problems = [str(finding.fields["problem_en"]) for finding in taken.findings]
    assert len(problems) == 2
    assert "'careful'" in problems[0]
    assert "'high'" in problems[1]
