# SPDX-License-Identifier: EUPL-1.2
"""Verify names each page that journal, catalogue and index do not give to the same people, the leaks first."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from arhivar.access.decide import classify, publish, withdraw
from arhivar.access.effective import masters_of
from arhivar.access.journal import entry_key
from arhivar.composition import Archive, object_id
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.package import read_package
from arhivar.steps.index import drain_outbox, page_records
from repository.records import UnitAccess
from schemas.access import AccessDecision, DecisionKind
from schemas.errors import IndexUnavailable
from schemas.findings import Finding, FindingCode
from schemas.ingest import unit_id
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.arhivar.test_access import CODE, TEXTS, make_town, scan

PUBLIC, STAFF, PERSONAL, RESTRICTED = AccessClass
UNIT = unit_id(CODE)
DEAF = VerifyWatcher(lambda total: None, lambda size: None, lambda verdict: None)
OPEN, DIFFERS = FindingCode.ACCESS_INDEX_OPEN, FindingCode.ACCESS_INDEX_DIFFERS
CATALOGUE, DECISION = FindingCode.ACCESS_CATALOGUE_DIFFERS, FindingCode.ACCESS_DECISION_DIFFERS


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    return make_town(tmp_path, monkeypatch)


@pytest.fixture
def archive(town: Town) -> Iterator[Archive]:
    with town.open() as opened:
        yield opened


def verified(archive: Archive) -> tuple[Finding, ...]:
    (verdict,) = verify_units(archive, all_subjects(archive), DEAF)
    assert verdict.error is None
    return verdict.findings


def told(findings: Sequence[Finding], *fields: str) -> list[tuple[object, ...]]:
    return [(finding.code, *(finding.fields[name] for name in fields)) for finding in findings]


def sql(town: Town, statement: str) -> None:
    with closing(sqlite3.connect(town.settings.home / "catalogue.sqlite")) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


def put_into(archive: Archive, number: int, access: AccessClass, **changes: object) -> None:
    """Write a page into the index of another class than its own."""
    (record,) = (one for one in page_records(archive, UNIT, 1) if one.page == number)
    archive.index.write([record.model_copy(update={"access_class": access, **changes})])


class _Away:
    def __getattr__(self, name: str) -> Any:
        raise IndexUnavailable(detail="down")


def test_what_people_decided_stands_alike_everywhere(archive: Archive) -> None:
    assert verified(archive) == ()
    classify(archive, CODE, PERSONAL, "persoane", pages=[2])
    publish(archive, CODE, "interes public")
    withdraw(archive, CODE, "reclamație", pages=[1])
    assert verified(archive) == ()


def test_a_page_in_a_more_open_index_is_the_first_that_is_named(archive: Archive) -> None:
    classify(archive, CODE, PERSONAL, "persoane", pages=[2])
    put_into(archive, 3, RESTRICTED)
    put_into(archive, 2, PUBLIC)
    findings = verified(archive)
    assert told(findings, "pages", "found", "expected") == [
        (OPEN, "2", "public", "personal"),
        (DIFFERS, "3", "restricted", "staff"),
    ]
    assert [finding.page for finding in findings] == [2, 3]


def test_pages_that_are_wrong_alike_are_named_together(archive: Archive) -> None:
    for number in (1, 2, 3):
        put_into(archive, number, PUBLIC)
    assert told(verified(archive), "pages") == [(OPEN, "1–3")]


def test_a_withdrawal_that_the_index_does_not_know_yet_is_a_leak(archive: Archive) -> None:
    publish(archive, CODE, "interes public")
    withdraw(replace(archive, index=cast("Any", _Away())), CODE, "greșeală")
    assert told(verified(archive), "pages", "found", "expected") == [(OPEN, "1–3", "public", "staff")]
    drain_outbox(archive)
    assert verified(archive) == ()


def test_an_older_version_in_an_open_index_is_a_leak_too(town: Town) -> None:
    with town.open() as archive:
        (record,) = (one for one in page_records(archive, UNIT, 1) if one.page == 1)
    scan(town, "b", (*TEXTS[:2], "quartus"), intent="replace_unit")
    with town.open() as archive:
        archive.index.write([record.model_copy(update={"access_class": PUBLIC})])
        findings = verified(archive)
    assert told(findings[:1], "version", "found", "expected") == [(OPEN, 1, "public", "staff")]
    assert findings[0].page is None
    assert FindingCode.INDEX_STALE in {finding.code for finding in findings}


def test_a_class_that_nobody_gave_is_named_and_mended_by_writing_the_index(town: Town) -> None:
    sql(town, "UPDATE unit SET access_class = 'public'")
    with town.open() as archive:
        findings = verified(archive)
        assert told([one for one in findings if one.code is CATALOGUE], "row", "found", "expected") == [
            (CATALOGUE, "unit", "public", "staff"),
            *((CATALOGUE, f"page[{number}]", "public", "staff") for number in (1, 2, 3)),
        ]
        archive.index.write(page_records(archive, UNIT, 1))
        assert verified(archive) == ()
        assert archive.catalogue.access([UNIT])[UNIT].access_class is STAFF


def test_a_stricter_class_from_before_any_decision_is_no_difference(town: Town) -> None:
    sql(town, "UPDATE unit SET access_class = 'personal'")
    with town.open() as archive:
        archive.index.write(page_records(archive, UNIT, 1))
        assert verified(archive) == ()


def test_a_page_opened_behind_the_decisions_is_named(town: Town) -> None:
    with town.open() as archive:
        classify(archive, CODE, RESTRICTED, "secret", pages=[2])
    sql(town, "UPDATE page_access SET access_class = 'public' WHERE page = 2")
    with town.open() as archive:
        findings = verified(archive)
    assert (CATALOGUE, "page[2]", "public", "restricted") in told(
        [one for one in findings if one.code is CATALOGUE], "row", "found", "expected"
    )


def test_a_publication_that_the_journal_does_not_have_is_named(archive: Archive) -> None:
    publish(archive, CODE, "interes public")
    file = Path(archive.settings.home, "store", entry_key(UNIT, 1))
    file.unlink()
    codes = {finding.code for finding in verified(archive)}
    assert codes == {DECISION, CATALOGUE}


def test_a_decision_that_only_the_journal_has_is_named(archive: Archive) -> None:
    decision = decided(archive, DecisionKind.CLASSIFY, RESTRICTED)
    archive.store.put(entry_key(UNIT, 1), decision.to_json())
    codes = [finding.code for finding in verified(archive)]
    assert set(codes) == {DECISION, CATALOGUE}


def test_an_entry_that_cannot_be_read_is_named_and_the_catalogue_goes_on(archive: Archive) -> None:
    publish(archive, CODE, "interes public", pages=[1])
    classify(archive, CODE, PERSONAL, "persoane", pages=[2])
    file = Path(archive.settings.home, "store", entry_key(UNIT, 1))
    file.chmod(0o644)
    file.write_text("nonsense")
    assert told(verified(archive), "file") == [(FindingCode.ACCESS_ENTRY_LOST, entry_key(UNIT, 1))]


def test_a_decision_that_was_cut_short_is_no_difference(archive: Archive) -> None:
    decision = decided(archive, DecisionKind.CLASSIFY, RESTRICTED)
    access = UnitAccess(access_class=RESTRICTED, version=1, last=1)
    archive.catalogue.begin_decision(decision, access, datetime.now(UTC))
    assert {finding.code for finding in verified(archive)} == {OPEN}, "the index is open until it is written"
    drain_outbox(archive)
    assert verified(archive) == ()


def decided(archive: Archive, kind: DecisionKind, access: AccessClass) -> AccessDecision:
    """The unit's first decision, about all of it."""
    return AccessDecision(
        unit_id=UNIT,
        number=1,
        kind=kind,
        access_class=access,
        before=STAFF,
        version=1,
        masters=masters_of(read_package(archive, object_id(UNIT), 1)),
        reason="secret",
        by="test",
        at=datetime.now(UTC),
    )
