# SPDX-License-Identifier: EUPL-1.2
"""Who may see what: decisions take effect at once, are recorded, and outlive catalogue and index."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from arhivar.access.decide import Decided, classify, publish, withdraw
from arhivar.access.journal import entry_digest, entry_key
from arhivar.access.seen import PageKey, found_classes, page_classes, visible_found, visible_units
from arhivar.composition import Archive, object_id
from arhivar.keeping.backup import make_backup
from arhivar.keeping.rebuild import RebuildReport, RebuildWatcher, rebuild_archive
from arhivar.keeping.restore import restore_archive
from arhivar.package import read_package
from arhivar.steps.index import drain_outbox
from repository.records import UnitAccess
from schemas.access import AccessDecision, DecisionKind
from schemas.audit import AuditAction
from schemas.errors import (
    CaseClosed,
    IndexUnavailable,
    LeaseLost,
    PageUnknown,
    UnitUnknown,
    UsageError,
)
from schemas.search import FoundUnit, FoundUnits, SearchFilters, SearchHit, Snippet
from schemas.unit import AccessClass
from search.query import parse_query
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

PUBLIC, STAFF, PERSONAL, RESTRICTED = AccessClass
CODE = "A/1"
TEXTS = ("primus", "secundus", "tertius")
WATCHER = RebuildWatcher(lambda steps: None, lambda done: None)


def make_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An archive with a unit of three pages."""
    use_quick_validator(monkeypatch)
    town = quick_town(tmp_path)
    scan(town, "a", TEXTS)
    return town


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    return make_town(tmp_path, monkeypatch)


@pytest.fixture
def archive(town: Town) -> Iterator[Archive]:
    with town.open() as opened:
        yield opened


def scan(town: Town, name: str, texts: Sequence[str], **description: object) -> None:
    make_quick_binder(town.inbox, name, texts, {"reference_code": CODE, **description})
    report = town.ingest()
    assert [one.error for one in report.outcomes if one.error is not None] == []


def unit_of(archive: Archive) -> UUID:
    row = archive.catalogue.unit_by_reference(CODE)
    assert row is not None
    return row.unit_id


def in_index(archive: Archive, texts: Sequence[str] = TEXTS) -> list[set[AccessClass]]:
    """In which classes' indices each text is found."""
    return [
        {
            one
            for one in AccessClass
            if archive.index.search(parse_query(text), SearchFilters(access_classes=(one,))).total
        }
        for text in texts
    ]


def in_catalogue(archive: Archive) -> list[AccessClass]:
    """Who may see each page of the current version."""
    row = archive.catalogue.unit_by_reference(CODE)
    assert row is not None
    assert row.version is not None
    assert row.pages is not None
    pages = [PageKey(row.unit_id, row.version, number) for number in range(1, row.pages + 1)]
    found = page_classes(archive, pages)
    return [found[page] for page in pages]


def visible(archive: Archive, pages: Sequence[PageKey], classes: Sequence[AccessClass]) -> frozenset[PageKey]:
    return frozenset(page for page, found in page_classes(archive, pages).items() if found in classes)


def stands(archive: Archive, *classes: AccessClass, texts: Sequence[str] = TEXTS) -> None:
    """Catalogue and index agree that each page is for that class."""
    assert in_catalogue(archive) == list(classes)
    assert in_index(archive, texts) == [{one} for one in classes]
    assert archive.catalogue.outbox(9) == []


def test_nothing_is_public_until_a_person_publishes_it(archive: Archive) -> None:
    stands(archive, STAFF, STAFF, STAFF)
    done = publish(archive, CODE, "interes public")
    stands(archive, PUBLIC, PUBLIC, PUBLIC)
    assert done.indexed
    assert done.classes == {PUBLIC: (1, 2, 3)}


def test_a_page_has_its_own_class_before_the_units(archive: Archive) -> None:
    classify(archive, CODE, PERSONAL, "date de sănătate", pages=[2])
    done = publish(archive, CODE, "interes public")
    stands(archive, PUBLIC, PERSONAL, PUBLIC)
    assert done.others == (2,)
    publish(archive, CODE, "anonimizat", pages=[2])
    stands(archive, PUBLIC, PUBLIC, PUBLIC)


def test_a_later_decision_about_the_unit_closes_its_pages_and_opens_none(archive: Archive) -> None:
    publish(archive, CODE, "planul", pages=[3])
    classify(archive, CODE, RESTRICTED, "secret", pages=[1])
    stands(archive, RESTRICTED, STAFF, PUBLIC)
    classify(archive, CODE, PERSONAL, "persoane")
    stands(archive, RESTRICTED, PERSONAL, PERSONAL)
    classify(archive, CODE, STAFF, "verificat")
    stands(archive, RESTRICTED, STAFF, STAFF)


def test_what_is_withdrawn_has_again_the_class_of_before(archive: Archive) -> None:
    classify(archive, CODE, PERSONAL, "persoane")
    publish(archive, CODE, "termen expirat")
    withdraw(archive, CODE, "reclamație", pages=[2])
    stands(archive, PUBLIC, PERSONAL, PUBLIC)
    withdraw(archive, CODE, "reclamație")
    stands(archive, PERSONAL, PERSONAL, PERSONAL)
    publish(archive, CODE, "reclamația a fost respinsă")
    stands(archive, PUBLIC, PERSONAL, PUBLIC)


def test_withdrawing_what_is_not_public_opens_nothing(archive: Archive) -> None:
    classify(archive, CODE, RESTRICTED, "secret", pages=[1])
    withdraw(archive, CODE, "oricum", pages=[1])
    withdraw(archive, CODE, "oricum")
    stands(archive, RESTRICTED, STAFF, STAFF)


def test_each_decision_is_a_journal_entry_and_an_audit_record_with_its_digest(archive: Archive) -> None:
    done = publish(archive, CODE, "interes public", pages=[3, 1], by="oidc:7f3a")
    unit = unit_of(archive)
    assert done.decision is not None
    stored = AccessDecision.from_json(archive.store.read(entry_key(unit, 1)))
    assert stored == done.decision
    assert (stored.kind, stored.pages, stored.reason, stored.by, stored.version) == (
        DecisionKind.PUBLISH,
        (1, 3),
        "interes public",
        "oidc:7f3a",
        1,
    )
    (row,) = archive.catalogue.audit_rows(unit_id=unit, newest_first=True, limit=1)
    record = row.sound
    assert record is not None
    assert (record.action, record.actor, record.reason) == (
        AuditAction.ACCESS_PUBLISHED,
        "oidc:7f3a",
        "interes public",
    )
    assert record.details == {
        "class": "public",
        "version": 1,
        "decision": 1,
        "entry": entry_digest(stored),
        "pages": "1, 3",
    }


def test_what_stands_already_is_not_decided_again(archive: Archive) -> None:
    publish(archive, CODE, "interes public")
    again = publish(archive, CODE, "încă o dată")
    assert again.decision is None
    assert len(archive.catalogue.decisions(unit_of(archive))) == 1
    stands(archive, PUBLIC, PUBLIC, PUBLIC)


def test_decisions_need_a_reason_a_unit_in_the_store_and_pages_that_are_there(archive: Archive, town: Town) -> None:
    for reason in ("", "  ", "x" * 4001):
        with pytest.raises(UsageError):
            publish(archive, CODE, reason)
    with pytest.raises(UnitUnknown):
        publish(archive, "B/2", "x")
    with pytest.raises(PageUnknown):
        publish(archive, CODE, "x", pages=[3, 4])
    with pytest.raises(PageUnknown):
        publish(archive, CODE, "x", pages=[])
    with pytest.raises(UsageError):
        classify(archive, CODE, PUBLIC, "x")
    row = archive.catalogue.ingests()[0]
    waiting = row.manifest.model_copy(
        update={
            "unit_id": UUID(int=7),
            "ingest_id": "0" * 32,
            "description": row.manifest.description.model_copy(update={"reference_code": "C/3"}),
        }
    )
    archive.catalogue.register_ingest(waiting)
    with pytest.raises(CaseClosed):
        publish(archive, "C/3", "x")
    assert archive.catalogue.decision_counts() == {}


def test_of_two_processes_one_decides_at_a_time(town: Town, archive: Archive) -> None:
    short = archive.settings.model_copy(update={"lease_seconds": 1})
    with town.open() as other, other.leases.hold(f"access:{unit_of(archive)}"):
        impatient = Archive(**{**{name: getattr(archive, name) for name in Archive.__slots__}, "settings": short})
        with pytest.raises(LeaseLost):
            publish(impatient, CODE, "x")


def test_a_rescanned_page_is_not_public_and_others_keep_what_was_decided(town: Town) -> None:
    with town.open() as archive:
        classify(archive, CODE, PERSONAL, "persoane", pages=[3])
        publish(archive, CODE, "interes public")
    texts = ("primus", "novus", "tertius")
    scan(town, "b", texts, intent="replace_unit")
    with town.open() as archive:
        stands(archive, PUBLIC, STAFF, PERSONAL, texts=texts)
        package = read_package(archive, object_id(unit_of(archive)))
        assert package.description.access_class is STAFF, "no description says public"
        publish(archive, CODE, "văzut")
        stands(archive, PUBLIC, PUBLIC, PERSONAL, texts=texts)


def test_a_decision_follows_its_page_to_another_number(town: Town) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
        classify(archive, CODE, PERSONAL, "persoane", pages=[2])
    texts = ("coperta", *TEXTS)
    scan(town, "b", texts, intent="replace_unit")
    with town.open() as archive:
        stands(archive, STAFF, PUBLIC, PERSONAL, PUBLIC, texts=texts)


def test_any_new_page_may_be_the_closed_one_scanned_again(town: Town) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
        classify(archive, CODE, RESTRICTED, "secret", pages=[2])
    texts = ("primus", "alius", "secundus bis", "tertius")
    scan(town, "b", texts, intent="replace_unit")
    with town.open() as archive:
        assert in_catalogue(archive) == [PUBLIC, RESTRICTED, RESTRICTED, PUBLIC]
        classify(archive, CODE, STAFF, "nu este cea secretă", pages=[2])
        assert in_catalogue(archive) == [PUBLIC, STAFF, RESTRICTED, PUBLIC]
        publish(archive, CODE, "restul")
        assert in_catalogue(archive) == [PUBLIC, STAFF, RESTRICTED, PUBLIC]


def test_until_the_index_shows_a_rescan_nothing_of_it_is_public(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
    make_quick_binder(
        town.inbox, "b", ("primus", "novus", "tertius"), {"reference_code": CODE, "intent": "replace_unit"}
    )
    with monkeypatch.context() as patch:
        patch.setattr("arhivar.steps.index.index_unit", _unavailable)
        town.ingest()
    with town.open() as archive:
        assert in_catalogue(archive) == [STAFF, STAFF, STAFF]
        first = PageKey(unit_of(archive), 1, 1)
        assert visible(archive, [first], [PUBLIC]) == {first}, "what the index still shows is as it was"
        drain_outbox(archive)
        assert in_catalogue(archive) == [PUBLIC, STAFF, PUBLIC]


def _unavailable(*args: object) -> None:
    raise IndexUnavailable(detail="by design")


def _found(archive: Archive) -> FoundUnits:
    unit = unit_of(archive)
    hits = tuple(
        SearchHit(
            unit_id=unit,
            reference_code=CODE,
            title="?",
            page=page,
            score=1,
            snippet=Snippet(text=text, marks=()),
            marks=(),
        )
        for page, text in enumerate(TEXTS, start=1)
    )
    one = FoundUnit(
        unit_id=unit, unit_version=1, reference_code=CODE, title="?", score=1, matching=len(hits), pages=hits
    )
    return FoundUnits(query="us", pages=3, units=1, hits=(one,))


def test_a_withdrawal_holds_while_the_index_is_down(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(archive, CODE, "interes public")
    found = _found(archive)
    assert visible_found(found, found_classes(archive, found), [PUBLIC]) is found
    with monkeypatch.context() as patch:
        patch.setattr(archive.index, "write", _unavailable)
        done = withdraw(archive, CODE, "reclamație", pages=[2])
        assert not done.indexed
    left = visible_found(found, found_classes(archive, found), [PUBLIC])
    assert [[hit.page for hit in unit.pages] for unit in left.hits] == [[1, 3]]
    assert (left.pages, left.units, left.hits[0].matching) == (2, 1, 2)
    assert in_index(archive)[1] == {PUBLIC}, "the index is behind"
    drain_outbox(archive)
    stands(archive, PUBLIC, STAFF, PUBLIC)
    withdraw(archive, CODE, "toate")
    nothing = visible_found(found, found_classes(archive, found), [PUBLIC])
    assert (nothing.hits, nothing.pages, nothing.units) == ((), 0, 0)


def test_a_deposit_that_was_cut_short_leaves_the_index_to_the_outbox(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(archive.packages, "head", lambda identifier: 2)
        assert not classify(archive, CODE, PERSONAL, "persoane").indexed
    assert in_catalogue(archive) == [PERSONAL] * 3
    drain_outbox(archive)
    stands(archive, PERSONAL, PERSONAL, PERSONAL)


def test_a_reader_knows_of_a_unit_by_itself_or_by_a_page(archive: Archive) -> None:
    unit = unit_of(archive)
    assert visible_units(archive, [unit, UUID(int=1)], [PUBLIC]) == frozenset()
    publish(archive, CODE, "planul", pages=[3])
    assert visible_units(archive, [unit], [PUBLIC]) == {unit}
    assert visible_units(archive, [unit], [PERSONAL]) == frozenset()
    assert visible_units(archive, [unit], []) == frozenset()
    assert page_classes(archive, [PageKey(UUID(int=1), 1, 1)]) == {}


def test_all_hits_of_an_answer_are_one_question(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = archive.catalogue.access

    def access(unit_ids: set[UUID]) -> dict[UUID, UnitAccess]:
        asked.append(len(unit_ids))
        return real(unit_ids)

    monkeypatch.setattr(archive.catalogue, "access", access)
    assert visible(archive, [PageKey(unit_of(archive), 1, page) for page in (1, 2, 3)], [STAFF])
    assert asked == [1]


def _decide_much(archive: Archive) -> None:
    publish(archive, CODE, "interes public")
    classify(archive, CODE, PERSONAL, "persoane", pages=[2])
    withdraw(archive, CODE, "reclamație", pages=[3])


def _rebuild(town: Town, *, index_only: bool = False) -> RebuildReport:
    return rebuild_archive(town.settings, WATCHER, index_only=index_only)


def test_decisions_come_back_from_the_store_alone(town: Town) -> None:
    home = town.settings.home
    with town.open() as archive:
        _decide_much(archive)
        before = archive.catalogue.decisions(unit_of(archive))
    for file in home.glob("catalogue.sqlite*"):
        file.unlink()
    shutil.rmtree(home / "index")
    report = _rebuild(town)
    assert (report.decisions, report.troubles) == (3, [])
    with town.open() as archive:
        assert archive.catalogue.decisions(unit_of(archive)) == before
        stands(archive, PUBLIC, PERSONAL, STAFF)
    assert _rebuild(town).decisions == 0


def test_a_lost_index_comes_back_as_people_decided(town: Town) -> None:
    with town.open() as archive:
        _decide_much(archive)
    shutil.rmtree(town.settings.home / "index")
    _rebuild(town, index_only=True)
    with town.open() as archive:
        stands(archive, PUBLIC, PERSONAL, STAFF)


def test_what_is_decided_while_the_index_is_built_anew_holds_in_the_new_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
    import arhivar.keeping.rebuild as module

    real = module._put_in_place  # the moment before it takes the place

    def later(*args: object) -> None:
        with town.open() as archive:
            withdraw(archive, CODE, "reclamație", pages=[1])
            assert in_index(archive)[0] == {STAFF}
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_put_in_place", later)
    _rebuild(town, index_only=True)
    with town.open() as archive:
        stands(archive, STAFF, PUBLIC, PUBLIC)


@pytest.mark.parametrize("harm", ["gone", "torn", "anothers", "stranger"])
def test_where_an_entry_is_lost_the_unit_is_closed_and_the_rebuild_says_so(town: Town, harm: str) -> None:
    home = town.settings.home
    with town.open() as archive:
        _decide_much(archive)
        unit = unit_of(archive)
    file = home / "store" / entry_key(unit, 2)
    file.chmod(0o644)
    if harm == "gone":
        file.unlink()
    elif harm == "torn":
        file.write_bytes(file.read_bytes()[:50])
    elif harm == "anothers":
        file.write_bytes((home / "store" / entry_key(unit, 1)).read_bytes())
    else:
        file.write_text(json.dumps({"public": True}))
    for one in home.glob("catalogue.sqlite*"):
        one.unlink()
    report = _rebuild(town)
    assert [trouble.finding.fields["file"] for trouble in report.troubles if trouble.finding is not None] == [
        entry_key(unit, 2)
    ]
    with town.open() as archive:
        stands(archive, RESTRICTED, RESTRICTED, RESTRICTED)
        publish(archive, CODE, "verificat", pages=[1, 2])
        stands(archive, PUBLIC, PUBLIC, RESTRICTED)


def test_a_backup_keeps_decisions_and_a_restore_learns_of_later_ones(town: Town, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    target.mkdir()
    with town.open() as archive:
        publish(archive, CODE, "interes public")
        make_backup(archive, target)
        withdraw(archive, CODE, "reclamație", pages=[1])
        before = archive.catalogue.decisions(unit_of(archive))
    report = restore_archive(town.settings, target, WATCHER, replace=True)
    assert report.rebuilt.decisions == 1
    with town.open() as archive:
        assert archive.catalogue.decisions(unit_of(archive)) == before
        stands(archive, STAFF, PUBLIC, PUBLIC)


def test_a_catalogue_that_is_behind_the_journal_learns_before_it_decides(town: Town, tmp_path: Path) -> None:
    """As after an older catalogue was put back by hand."""
    catalogue = town.settings.home / "catalogue.sqlite"
    with town.open() as archive:
        publish(archive, CODE, "interes public")
    older = catalogue.read_bytes()
    with town.open() as archive:
        withdraw(archive, CODE, "reclamație", pages=[1])
    catalogue.write_bytes(older)
    with town.open() as archive:
        done: Decided = withdraw(archive, CODE, "și aceasta", pages=[2])
        assert done.decision is not None
        assert done.decision.number == 3
        stands(archive, STAFF, STAFF, PUBLIC)
