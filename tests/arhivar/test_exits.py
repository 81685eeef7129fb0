# SPDX-License-Identifier: EUPL-1.2
"""The ways out of quarantine and of a gap: each for each kind, twice in a row, and cut short."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from arhivar.auditing import actor
from arhivar.composition import object_id
from arhivar.exits.cases import Case, QuarantinedDrop, find_case, quarantined_drops
from arhivar.exits.drops import accept_drop, reject_drop, retry_drop
from arhivar.exits.ingests import accept_ingest, reject_ingest, retry_ingest
from arhivar.intake.drops import READY_FILE, REASON_FILE
from arhivar.keeping.verify import VerifyWatcher, one_subject, verify_units
from arhivar.package import read_package
from arhivar.steps.deposit import deposit_unit
from repository.records import Decision, IngestRow
from schemas.errors import (
    CaseAmbiguous,
    CaseClosed,
    CaseUnknown,
    CurrentVersionStays,
    DifferencesRemain,
    DropNameTaken,
    FindingNotAcceptable,
    StoreFull,
)
from schemas.findings import FINDINGS, FindingCode, Severity
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from schemas.page import PageKind
from tests.arhivar.conftest import Town
from tests.binders import draw_page, make_binder, text_pages

WHY = "fila lipsește din dosar"


class BlindPool:
    """The town's pool, but these pages cannot be read; `asked` are the pages that anybody wanted."""

    def __init__(self, pool: Any, *blind: int) -> None:
        self._pool = pool
        self.blind = set(blind)
        self.asked: list[int] = []
        self.count_frames = pool.count_frames

    def process(self, sources: Any, settings: Any) -> Iterator[Any]:
        from schemas.errors import ImageUnreadable

        for page, outcome in self._pool.process(sources, settings):
            self.asked.append(page.number)
            yield page, ImageUnreadable(file=page.file, detail="dark") if page.number in self.blind else outcome


def _with(town: Town, pool: Any) -> Town:
    return Town(town.settings, town.inbox, pool)


def ingest_row(town: Town, code: str = "T/1") -> IngestRow:
    with town.open() as archive:
        return archive.catalogue.ingests(unit_id=derive_unit_id(code))[0]


def gapped(town: Town) -> BlindPool:
    """T/1 of three pages, the second of which could not be read."""
    make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1"})
    pool = BlindPool(town.pool, 2)
    _with(town, pool).ingest()
    assert ingest_row(town).state is IngestState.INDEXED
    pool.asked.clear()
    return pool


def listed_missing(town: Town, name: str = "a") -> Path:
    """A drop that a person may take in despite what is wrong: unit.json lists a page that is not there."""
    description = {"reference_code": "T/1", "pages": ["001.png", "002.png"]}
    make_binder(town.inbox, name, text_pages(1), description=description)
    taken = town.ingest().taken[0]
    assert [finding.code for finding in taken.findings] == [FindingCode.PAGE_LISTED_MISSING]
    assert taken.quarantined_at is not None
    return taken.quarantined_at


def drop_of(town: Town, subject: str = "a") -> QuarantinedDrop:
    with town.open() as archive:
        case = find_case(archive, subject, town.inbox)
        assert isinstance(case, QuarantinedDrop)
        return case


def _on_case(town: Town, action: Callable[..., Any], case: Case, reason: str = WHY) -> Any:
    with town.open() as archive:
        return action(archive, case, reason)


def _audited(town: Town) -> list[tuple[str, str | None]]:
    with town.open() as archive:
        records = [json.loads(row.record) for row in archive.catalogue.audit_rows()]
    return [(one["action"], one.get("reason")) for one in records if one["action"].startswith("ingest-")]


def _verify(town: Town, code: str = "T/1") -> tuple[Any, ...]:
    watcher = VerifyWatcher(lambda units: None, lambda size: None, lambda verdict: None)
    with town.open() as archive:
        (verdict,) = verify_units(archive, one_subject(archive, code), watcher)
    assert verdict.error is None
    assert not verdict.in_hand
    return verdict.findings


def _version(town: Town, code: str = "T/1") -> int | None:
    with town.open() as archive:
        return archive.packages.head(object_id(derive_unit_id(code)))


# --- drops


def test_a_drop_that_is_retried_is_ready_at_once_and_judged_again(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(1))
    town.ingest()
    place = town.inbox / ".quarantine" / "a"
    (place / "unit.json").write_text('{"reference_code": "T/1"}')
    decided = _on_case(town, retry_drop, drop_of(town))
    assert decided.where == town.inbox / "a"
    assert not place.exists()
    assert {path.name for path in decided.where.iterdir()} == {"001.png", "unit.json", READY_FILE}
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    with town.open() as archive:
        (end,) = archive.catalogue.quarantine_ends()
        assert archive.catalogue.quarantined() == []
    assert (end.decision, end.reason, end.by) == (Decision.RETRIED, WHY, actor(town.settings))
    assert _audited(town) == [("ingest-retried", WHY)]


def test_a_drop_does_not_go_back_over_another_one(town: Town) -> None:
    place = listed_missing(town)
    make_binder(town.inbox, "a", text_pages(1), ready=False)
    with pytest.raises(DropNameTaken):
        _on_case(town, retry_drop, drop_of(town))
    assert (place / REASON_FILE).exists()
    assert _audited(town) == []


def test_an_accepted_drop_is_taken_in_with_a_note_of_who_accepted_what(town: Town) -> None:
    listed_missing(town)
    _on_case(town, accept_drop, drop_of(town))
    report = town.ingest()
    assert [one.state for one in report.outcomes] == [IngestState.RECONCILED]
    missing, note = report.taken[0].findings
    assert missing.code is FindingCode.PAGE_LISTED_MISSING
    assert note.code is FindingCode.FINDINGS_ACCEPTED
    assert note.fields == {"codes": "page-listed-missing", "by": actor(town.settings), "reason": WHY}
    with town.open() as archive:
        package = read_package(archive, object_id(derive_unit_id("T/1")))
    assert package.findings == (missing, note)
    assert _audited(town) == [("ingest-accepted", WHY)]


def test_an_accepted_file_of_unknown_kind_is_kept_as_an_attachment(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    (folder / "lista.doc").write_bytes(b"\xd0\xcf\x11\xe0 not for us")
    assert town.ingest().outcomes == ()
    _on_case(town, accept_drop, drop_of(town))
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    with (
        town.open() as archive,
        archive.packages.open(object_id(derive_unit_id("T/1")), "attachments/lista.doc") as kept,
    ):
        assert kept.read() == b"\xd0\xcf\x11\xe0 not for us"


@pytest.mark.parametrize("change", ["bytes", "more"])
def test_a_drop_that_changes_after_it_was_accepted_is_judged_anew(town: Town, change: str) -> None:
    listed_missing(town)
    _on_case(town, accept_drop, drop_of(town))
    if change == "bytes":
        draw_page(town.inbox / "a" / "001.png", ["altceva"])
    else:
        (town.inbox / "a" / "note.txt").write_text("încă una")
    report = town.ingest()
    assert report.outcomes == ()
    assert report.taken[0].quarantined_at is not None


def test_accepting_that_all_pages_are_missing_makes_no_empty_unit(town: Town) -> None:
    folder = make_binder(town.inbox, "a", [], description={"reference_code": "T/1", "pages": ["001.png"]})
    assert town.ingest().taken[0].quarantined_at is not None
    assert not folder.exists()
    _on_case(town, accept_drop, drop_of(town))
    taken = town.ingest().taken[0]
    assert taken.quarantined_at is not None
    assert FindingCode.NO_PAGES in {finding.code for finding in taken.findings}


def test_what_nobody_may_overrule_is_refused_with_what_to_do_instead(town: Town) -> None:
    make_binder(town.inbox, "a", text_pages(1))
    town.ingest()
    with pytest.raises(FindingNotAcceptable, match=r"no unit\.json.*Add a unit\.json"):
        _on_case(town, accept_drop, drop_of(town))
    assert (town.inbox / ".quarantine" / "a" / REASON_FILE).exists()
    assert _audited(town) == []


def test_a_note_needs_no_accepting_and_a_gap_always_can_be() -> None:
    for rule in FINDINGS.values():
        if rule.severity is not Severity.QUARANTINE:
            assert rule.acceptable is (rule.severity is Severity.PLACEHOLDER)
    for code in (FindingCode.DOCUMENT_ENCRYPTED, FindingCode.DESCRIPTION_MISSING, FindingCode.UNIT_CONFLICT):
        assert not FINDINGS[code].acceptable


def test_a_rejected_drop_stays_whole_and_can_still_be_retried(town: Town) -> None:
    place = listed_missing(town)
    assert not _on_case(town, reject_drop, drop_of(town)).already
    drop = drop_of(town)
    assert drop.rejected is not None
    assert _on_case(town, reject_drop, drop).already
    assert (place / "001.png").exists()
    assert _audited(town) == [("ingest-rejected", WHY)]
    _on_case(town, retry_drop, drop)
    assert (town.inbox / "a" / "001.png").exists()


@pytest.mark.parametrize("command", [retry_drop, accept_drop])
@pytest.mark.parametrize("moment", ["before the row", "after the row", "before the rename"])
def test_a_command_that_is_cut_short_can_be_repeated(
    town: Town, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any], moment: str
) -> None:
    class Killed(BaseException): ...

    def die(*_: object, **__: object) -> None:
        raise Killed

    place = listed_missing(town)
    target = {
        "before the row": "repository.sql_catalogue.SqlCatalogue.end_quarantine",
        "after the row": "arhivar.exits.drops.return_drop",
        "before the rename": "pathlib.Path.rename",
    }[moment]
    with monkeypatch.context() as patched:
        patched.setattr(target, die)
        with pytest.raises(Killed):
            _on_case(town, command, drop_of(town))
    assert place.is_dir()
    _on_case(town, command, drop_of(town))
    assert (town.inbox / "a" / READY_FILE).exists()
    with town.open() as archive:
        assert len(archive.catalogue.quarantine_ends()) == 1
        assert quarantined_drops(archive, town.inbox) == []
    taken = town.ingest().taken[0]
    assert (taken.quarantined_at is None) is (command is accept_drop)


def test_a_folder_that_the_catalogue_does_not_know_has_its_ways_out_too(town: Town) -> None:
    place = listed_missing(town)
    place.rename(place.with_name("b"))
    drop = drop_of(town, "b")
    assert not drop.recorded
    with pytest.raises(CaseClosed):
        _on_case(town, accept_drop, drop)
    _on_case(town, retry_drop, drop)
    assert (town.inbox / "b" / "001.png").exists()


def test_a_name_that_can_mean_two_drops_lists_both(town: Town) -> None:
    listed_missing(town)
    listed_missing(town)
    with town.open() as archive:
        ids = [drop.case_id for drop in quarantined_drops(archive, None)]
        assert len(set(ids)) == 2
        with pytest.raises(CaseAmbiguous) as caught:
            find_case(archive, "a", None)
        assert all(one in str(caught.value) for one in ids)
        case = find_case(archive, ids[1][:6], None)
        assert isinstance(case, QuarantinedDrop)
        assert case.place.name == "a~2"
        with pytest.raises(CaseUnknown):
            find_case(archive, "none", None)
    assert case.target == town.inbox / "a"


# --- ingests


def test_accepted_gaps_reconcile_the_ingest_and_verify_agrees(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1"})
    page = folder / "002.png"
    page.write_bytes(page.read_bytes()[:2000])
    town.ingest()
    row = ingest_row(town)
    assert not _on_case(town, accept_ingest, row).already
    assert _on_case(town, accept_ingest, row).already
    assert ingest_row(town).state is IngestState.RECONCILED
    with town.open() as archive:
        ledger = archive.catalogue.ledger(row.ingest_id)
        assert ledger is not None
        assert ledger.balanced
        assert ledger.gaps == (2,)
        assert ledger.accepted is not None
        assert (ledger.accepted.pages, ledger.accepted.reason, ledger.accepted.by) == (
            (2,),
            WHY,
            actor(town.settings),
        )
        assert list(archive.store.list("staging/")) == []
        assert not list((archive.work / "pages").rglob("*.json"))
    assert _verify(town) == ()
    assert town.ingest().outcomes == ()
    assert _audited(town) == [("ingest-accepted", WHY)]


def test_a_difference_cannot_be_accepted_away(town: Town) -> None:
    gapped(town)
    with town.open() as archive:
        archive.index.remove_unit(derive_unit_id("T/1"))
    with pytest.raises(DifferencesRemain, match="1, 2, 3"):
        _on_case(town, accept_ingest, ingest_row(town))
    assert ingest_row(town).state is IngestState.INDEXED
    assert _audited(town) == []


def test_an_acceptance_that_is_cut_short_is_completed_by_the_next_run(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException): ...

    def die(*_: object) -> None:
        raise Killed

    gapped(town)
    with monkeypatch.context() as patched:
        patched.setattr("arhivar.exits.ingests.close_ingest", die)
        with pytest.raises(Killed):
            _on_case(town, accept_ingest, ingest_row(town))
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]


def test_a_retry_reads_only_what_could_not_be_read_and_makes_a_new_version(town: Town) -> None:
    pool = gapped(town)
    pool.blind.clear()  # the cause went
    row = ingest_row(town)
    assert _on_case(town, retry_ingest, row).state is IngestState.STAGED
    assert _on_case(town, retry_ingest, row).already
    assert _verify(town) == ()
    assert [one.state for one in _with(town, pool).ingest().outcomes] == [IngestState.RECONCILED]
    assert pool.asked == [2]
    assert (_version(town), ingest_row(town).attempt) == (2, 2)
    with town.open() as archive:
        identifier = object_id(derive_unit_id("T/1"))
        package = read_package(archive, identifier)
        assert package.attempt == 2
        assert {page.kind for page in package.pages} == {PageKind.PAGE}
        old, new = (archive.packages.files(identifier, number) for number in (1, 2))
        assert old["masters/002.png"] == new["masters/002.png"]
        assert "text/00002.xml" not in old
        assert list(archive.store.list("staging/")) == []
    assert _verify(town) == ()
    assert _audited(town) == [("ingest-retried", WHY)]
    with pytest.raises(CaseClosed):
        _on_case(town, retry_ingest, row)


def test_a_retry_that_reads_no_more_than_before_leaves_the_version(town: Town) -> None:
    pool = gapped(town)
    pool.blind.add(1)  # worse than before: the page that could be read is asked for again, and lost
    with town.open() as archive:
        for kept in (archive.work / "pages").rglob("*"):
            if kept.is_file():
                kept.unlink()
    _on_case(town, retry_ingest, ingest_row(town))
    outcome = _with(town, pool).ingest().outcomes[0]
    assert outcome.state is IngestState.INDEXED
    assert outcome.ledger is not None
    assert outcome.ledger.gaps == (2,)
    assert _version(town) == 1
    assert _verify(town) == ()


def test_a_retry_that_is_stopped_keeps_the_version_and_goes_on_later(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StoreFull(where="store")

    pool = gapped(town)
    pool.blind.clear()
    _on_case(town, retry_ingest, ingest_row(town))
    monkeypatch.setattr("arhivar.pipeline.deposit_unit", full)
    assert _with(town, pool).ingest().outcomes[0].error is not None
    assert _version(town) == 1
    assert _verify(town) == ()
    assert _on_case(town, retry_ingest, ingest_row(town)).already
    monkeypatch.setattr("arhivar.pipeline.deposit_unit", deposit_unit)
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]


def test_a_retry_never_takes_a_newer_version_away(town: Town) -> None:
    gapped(town)
    old = ingest_row(town)
    _on_case(town, retry_ingest, old)
    with town.open() as archive:  # another process hands in a rescan before the retry gets its turn
        archive.catalogue.advance(old.ingest_id, IngestState.INDEXED, now=old.updated_at)
    make_binder(town.inbox, "a", text_pages(2), description={"reference_code": "T/1", "intent": "replace_unit"})
    town.ingest()
    with pytest.raises(CaseClosed, match="newer version"):
        _on_case(town, retry_ingest, old)
    with pytest.raises(CaseClosed, match="newer version"):
        _on_case(town, accept_ingest, old)
    with town.open() as archive:
        manifest = old.manifest.model_copy(update={"attempt": 3})
        archive.catalogue.begin_attempt(manifest, state=IngestState.STAGED, now=old.updated_at)
    town.ingest()
    assert _version(town) == 2
    with town.open() as archive:
        assert len(read_package(archive, object_id(old.unit_id)).pages) == 2


def test_the_current_version_is_never_rejected_away(town: Town) -> None:
    gapped(town)
    with pytest.raises(CurrentVersionStays, match="replace_unit"):
        _on_case(town, reject_ingest, ingest_row(town))
    assert ingest_row(town).state is IngestState.INDEXED


def test_a_rejected_ingest_rests_until_the_same_folder_is_dropped_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StoreFull(where="store")

    monkeypatch.setattr("arhivar.pipeline.deposit_unit", full)
    make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    town.ingest()
    monkeypatch.undo()
    assert not _on_case(town, reject_ingest, ingest_row(town)).already
    assert _on_case(town, reject_ingest, ingest_row(town)).already
    assert (ingest_row(town).state, ingest_row(town).reason) == (IngestState.REJECTED, WHY)
    assert town.ingest().outcomes == ()
    make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    report = town.ingest()
    assert not report.taken[0].known
    assert [one.state for one in report.outcomes] == [IngestState.RECONCILED]
    assert ingest_row(town).attempt == 2
    assert _verify(town) == ()
    with pytest.raises(CurrentVersionStays):
        _on_case(town, reject_ingest, ingest_row(town))


def test_a_rejected_ingest_is_taken_up_again_from_staging(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise StoreFull(where="store")

    monkeypatch.setattr("arhivar.pipeline.deposit_unit", full)
    make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/1"})
    town.ingest()
    monkeypatch.undo()
    _on_case(town, reject_ingest, ingest_row(town))
    with pytest.raises(CaseClosed, match="retry"):
        _on_case(town, accept_ingest, ingest_row(town))
    _on_case(town, retry_ingest, ingest_row(town))
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
