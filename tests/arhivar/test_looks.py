# SPDX-License-Identifier: EUPL-1.2
"""Looks are in the audit before anything is shown, many threads at once, with who, what and what for."""

from threading import Barrier, Event, Thread
from uuid import UUID

import pytest
from pydantic import ValidationError

from arhivar.access.looks import LookBook, look_entry
from arhivar.keeping.audit import verify_audit
from schemas.access import Look, LookedAt, WorkingContext
from schemas.audit import AuditAction, AuditEnd, AuditEntry
from schemas.errors import CatalogueUnavailable
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town

UNIT = UUID(int=12)


def look(page: int = 1, access_class: AccessClass = AccessClass.STAFF, subject: str = "oidc:7f3a") -> Look:
    return Look(
        subject=subject,
        role="clerk",
        unit_id=UNIT,
        reference_code="A/1",
        pages=(page,),
        what=LookedAt.IMAGE,
        access_class=access_class,
        context=WorkingContext(request_number="123/12.05.2025", purpose="adeverință", basis="GDPR art. 6(1)(c)"),
    )


def test_a_look_says_who_in_which_role_looked_at_what_and_what_for(town: Town) -> None:
    several = look().model_copy(update={"pages": (4, 5, 7), "what": LookedAt.SNIPPET})
    with town.open() as archive:
        LookBook(archive.audit).record([look(), several])
        records = [row.sound for row in archive.catalogue.audit_rows(unit_id=UNIT)]
    assert [(one.actor, one.action, one.subject) for one in records if one is not None] == [
        ("oidc:7f3a", AuditAction.LOOK, "A/1")
    ] * 2
    first, second = (one.details for one in records if one is not None)
    assert first == {
        "role": "clerk",
        "what": "image",
        "pages": "1",
        "class": "staff",
        "request": "123/12.05.2025",
        "purpose": "adeverință",
        "basis": "GDPR art. 6(1)(c)",
    }
    assert (second["what"], second["pages"]) == ("snippet", "4–5, 7")


def test_looks_at_public_pages_are_not_recorded(town: Town) -> None:
    with town.open() as archive:
        LookBook(archive.audit).record([look(access_class=AccessClass.PUBLIC)])
        assert archive.catalogue.audit_end() == AuditEnd()


def test_what_is_not_stated_is_not_kept() -> None:
    bare = look().model_copy(update={"context": WorkingContext()})
    assert set(look_entry(bare).details) == {"role", "what", "pages", "class"}


class _Trail:
    """An audit whose transactions take as long as a test wants."""

    def __init__(self) -> None:
        self.batches: list[list[AuditEntry]] = []
        self.begun, self.goes_on = Event(), Event()
        self.error: Exception | None = None

    def append_all(self, entries: list[AuditEntry]) -> None:
        self.begun.set()
        assert self.goes_on.wait(30)
        self.batches.append(list(entries))
        if self.error is not None:
            raise self.error


def _all_at_once(book: LookBook, trail: _Trail, others: int) -> list[Exception]:
    """One look goes first; while it is written, the others come."""
    failures: list[Exception] = []
    ready = Barrier(others + 1)

    def record(page: int, *, first: bool = False) -> None:
        try:
            if not first:
                ready.wait()
            book.record([look(page)])
        except CatalogueUnavailable as error:
            failures.append(error)

    threads = [Thread(target=record, args=(1,), kwargs={"first": True})]
    threads[0].start()
    assert trail.begun.wait(30)
    threads += [Thread(target=record, args=(page,)) for page in range(2, others + 2)]
    for thread in threads[1:]:
        thread.start()
    ready.wait()
    while len(book._open.entries) < others:
        Event().wait(0.01)
    trail.goes_on.set()
    for thread in threads:
        thread.join()
    return failures


def test_looks_that_wait_together_are_one_transaction() -> None:
    trail = _Trail()
    assert _all_at_once(LookBook(trail), trail, others=20) == []  # type: ignore[arg-type]
    assert [len(batch) for batch in trail.batches] == [1, 20]
    pages = sorted(int(str(entry.details["pages"])) for batch in trail.batches for entry in batch)
    assert pages == list(range(1, 22))


def test_whoever_waited_for_a_transaction_that_failed_is_told() -> None:
    trail = _Trail()
    trail.error = CatalogueUnavailable(detail="by design")
    book = LookBook(trail)  # type: ignore[arg-type]
    assert len(_all_at_once(book, trail, others=5)) == 6
    trail.error = None
    book.record([look()])


def test_no_look_of_many_threads_is_lost_and_the_chain_is_whole(town: Town) -> None:
    with town.open() as archive:
        book = LookBook(archive.audit)

        def clerk(number: int) -> None:
            for page in range(1, 11):
                book.record([look(page, subject=f"clerk-{number}")])

        threads = [Thread(target=clerk, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        records = [row.sound for row in archive.catalogue.audit_rows(unit_id=UNIT)]
        archive.audit.seal()
        assert verify_audit(archive).verdict.findings == []
    seen = sorted((one.actor, int(str(one.details["pages"]))) for one in records if one is not None)
    assert seen == sorted((f"clerk-{number}", page) for number in range(16) for page in range(1, 11))


@pytest.mark.parametrize("field", ["request_number", "purpose", "basis"])
@pytest.mark.parametrize(
    "text",
    ["", "   ", "x" * 201, "linie\nnouă", "pentru 6231105123451", "6 231105 123451", "623-1105-123451"],
    ids=["empty", "blank", "long", "lines", "cnp", "spaced", "dashed"],
)
def test_a_working_context_is_short_and_names_no_person_by_number(field: str, text: str) -> None:
    with pytest.raises(ValidationError):
        WorkingContext.model_validate({field: text})


def test_numbers_of_requests_are_not_taken_for_personal_ones() -> None:
    for number in ("12345/12.05.2025", "2025-000123", "1234567890123456"):
        assert WorkingContext(request_number=f" {number} ").request_number == number
