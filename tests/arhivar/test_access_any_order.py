# SPDX-License-Identifier: EUPL-1.2
"""Decisions, rescans, kills, rebuilds and an index that is down, in any order: what people closed stays closed.

Hypothesis writes the sequences. Every page says a word of its own, so that a page is known by what it says, whatever
its number; what must hold of it is worked out from the decisions about that very page, not as the program does.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from arhivar.access.decide import Decided, decide
from arhivar.access.seen import PageKey, page_classes
from arhivar.composition import Archive
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.steps.index import drain_outbox
from repository.filesystem_store import FilesystemStore
from repository.sql_catalogue import SqlCatalogue
from schemas.access import OPEN_FIRST, DecisionKind, strictest
from schemas.errors import IndexUnavailable
from schemas.unit import AccessClass
from search.tantivy_index import TantivyIndex
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator
from tests.arhivar.test_access import CODE, in_index
from tests.arhivar.test_any_order import _MEMORY, _Countdown

PUBLIC, STAFF, PERSONAL, RESTRICTED = AccessClass
GIVEN = (
    (DecisionKind.PUBLISH, PUBLIC),
    (DecisionKind.PUBLISH, PUBLIC),
    (DecisionKind.WITHDRAW, STAFF),
    (DecisionKind.CLASSIFY, STAFF),
    (DecisionKind.CLASSIFY, PERSONAL),
    (DecisionKind.CLASSIFY, RESTRICTED),
)
DURABLE = (
    *((FilesystemStore, name) for name in ("put", "_write")),
    *((SqlCatalogue, name) for name in ("begin_decision", "count_decision", "set_access", "outbox_done")),
    *((SqlCatalogue, name) for name in ("acquire_lease", "release_lease")),
    *((TantivyIndex, name) for name in ("write", "remove_unit")),
)
Classes = dict[str, AccessClass]
Taken = tuple[DecisionKind, AccessClass, tuple[int, ...] | None]


def closer(one: AccessClass, other: AccessClass) -> bool:
    """Whether one class is at least as strict as the other."""
    return OPEN_FIRST.index(one) >= OPEN_FIRST.index(other)


class AccessAnyOrder(RuleBasedStateMachine):
    """A unit, what people decided about it, and who may see its pages."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        use_quick_validator(self.patch)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        self.folder = Path(tempfile.mkdtemp(prefix="access-", dir=_MEMORY if _MEMORY.is_dir() else None))
        self.town: Town = quick_town(self.folder)
        self.texts: list[str] = []
        self.scans = 0
        self.made = 0
        self.last: dict[str, DecisionKind] = {}
        """The kind of the last decision that was about each page, on its own or with its unit."""
        self.closed: Classes = {}
        """Pages that were classified on their own last."""
        self._scan(["alfa", "beta", "gamma"])

    def teardown(self) -> None:
        self.patch.undo()
        structlog.reset_defaults()
        shutil.rmtree(self.folder)

    # --- what people and machines do

    @rule(
        kept=st.lists(st.integers(0, 4), max_size=4, unique=True),
        new=st.integers(0, 2),
        back=st.booleans(),
    )
    def rescan(self, kept: Sequence[int], new: int, back: bool) -> None:
        """Some pages as they were, in another order; some that are new; perhaps one that was left out before."""
        texts = [self.texts[index] for index in kept if index < len(self.texts)]
        gone = [text for text in self.last if text not in self.texts and text not in texts]
        texts += gone[:1] if back else []
        texts += [f"nova{self.made + number}" for number in range(new)]
        self.made += new
        if not texts or texts == self.texts:
            return
        before, known = self.texts, set(self.texts) | set(self.last)
        lost = [self.closed[text] for text in before if text in self.closed and text not in texts]
        self._scan(texts)
        for text, found in self._classes().items():
            if text not in known:
                assert found is not PUBLIC, "nobody saw it yet"
                assert not lost or closer(found, strictest(lost)), "it may be the closed one, scanned again"

    def _scan(self, texts: list[str]) -> None:
        self.scans += 1
        intent = "replace_unit" if self.scans > 1 else "new"
        description = {"reference_code": CODE, "intent": intent, "title": f"Scan {self.scans}"}
        # An attachment makes each scan another one, also where its pages were all there once.
        folder = make_quick_binder(self.town.inbox, f"{self.scans:03}", texts, description)
        (folder / "nota.txt").write_text(str(self.scans), encoding="utf-8")
        report = self.town.ingest()
        assert report.errors == ()
        assert [one.error for one in report.outcomes if one.error is not None] == []
        self.texts = texts

    @rule(given=st.sampled_from(GIVEN), numbers=st.none() | st.sets(st.integers(1, 5), min_size=1, max_size=2))
    def decide(self, given: tuple[DecisionKind, AccessClass], numbers: set[int] | None) -> None:
        taken = self._taken(given, numbers)
        with self.town.open() as archive:
            before = self._classes(archive)
            self._check(taken, before, self._decide(archive, taken))
            assert archive.catalogue.outbox(1) == []
        self._note(taken)

    @rule(given=st.sampled_from(GIVEN), numbers=st.none() | st.sets(st.integers(1, 5), min_size=1, max_size=2))
    def decide_while_the_index_is_down(self, given: tuple[DecisionKind, AccessClass], numbers: set[int] | None) -> None:
        taken = self._taken(given, numbers)

        def down(*args: object) -> None:
            raise IndexUnavailable(detail="by design")

        with self.town.open() as archive:
            before = self._classes(archive)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(archive.index, "write", down)
                self._check(taken, before, self._decide(archive, taken))
            drain_outbox(archive)
        self._note(taken)

    @rule(
        given=st.sampled_from(GIVEN),
        numbers=st.none() | st.sets(st.integers(1, 5), min_size=1, max_size=2),
        actions=st.integers(0, 40),
    )
    def decide_and_be_killed(
        self, given: tuple[DecisionKind, AccessClass], numbers: set[int] | None, actions: int
    ) -> None:
        """It happened as a whole or not at all; until that is settled nobody sees more than both allow."""
        taken = self._taken(given, numbers)
        before, decisions = self._classes(), self._decisions()
        child = os.fork()
        if child == 0:
            try:
                countdown = _Countdown(actions)
                for owner, name in DURABLE:
                    setattr(owner, name, countdown.wrap(getattr(owner, name)))
                with self.town.open() as archive:
                    self._decide(archive, taken)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        with sqlite3.connect(self.town.settings.home / "catalogue.sqlite") as connection:
            connection.execute("UPDATE lease SET expires_at = '2000-01-01 00:00:00.000000'")
        connection.close()
        between = self._classes()
        with self.town.open() as archive:
            drain_outbox(archive)
        after = self._classes()
        for text in self.texts:
            assert closer(between[text], before[text]) or closer(between[text], after[text])
        if self._decisions() > decisions:
            self._note(taken)
        else:
            assert after == before

    @precondition(lambda self: self._decisions())
    @rule(lost=st.sampled_from(["index", "catalogue", "nothing"]))
    def rebuild(self, lost: str) -> None:
        before = self._classes()
        home = self.town.settings.home
        if lost == "index":
            shutil.rmtree(home / "index", ignore_errors=True)
        elif lost == "catalogue":
            for file in home.glob("catalogue.sqlite*"):
                file.unlink()
        report = rebuild_archive(
            self.town.settings, RebuildWatcher(lambda steps: None, lambda done: None), index_only=lost == "index"
        )
        assert report.troubles == []
        assert self._classes() == before

    # --- what must hold

    @invariant()
    def the_index_shows_what_the_catalogue_says(self) -> None:
        with self.town.open() as archive:
            found = self._classes(archive)
            assert in_index(archive, self.texts) == [{found[text]} for text in self.texts]

    @invariant()
    def nothing_is_public_but_what_a_person_published_last(self) -> None:
        for text, found in self._classes().items():
            assert found is not PUBLIC or self.last.get(text) is DecisionKind.PUBLISH

    @invariant()
    def what_was_closed_on_its_own_is_at_least_so_closed(self) -> None:
        for text, found in self._classes().items():
            assert text not in self.closed or closer(found, self.closed[text])

    def _check(self, taken: Taken, before: Classes, decided: Decided) -> None:
        kind, given, numbers = taken
        found = {text: decided.access.page(decided.version, number) for number, text in enumerate(self.texts, 1)}
        for number, text in enumerate(self.texts, 1):
            if numbers is not None and number not in numbers:
                assert found[text] is before[text], "it was not decided about"
            elif kind is DecisionKind.WITHDRAW:
                assert closer(found[text], STAFF)
                assert closer(found[text], before[text]) or numbers is None
            elif numbers is not None:
                assert found[text] is given
            else:
                assert closer(found[text], given)
        if numbers is None and kind is not DecisionKind.WITHDRAW:
            assert decided.access.access_class is given

    def _note(self, taken: Taken) -> None:
        kind, given, numbers = taken
        for number, text in enumerate(self.texts, 1):
            if numbers is None or number in numbers:
                self.last[text] = kind
            if numbers is not None and number in numbers:
                self.closed.pop(text, None)
                if kind is DecisionKind.CLASSIFY:
                    self.closed[text] = given

    def _taken(self, given: tuple[DecisionKind, AccessClass], numbers: set[int] | None) -> Taken:
        there = None if numbers is None else tuple(sorted({min(number, len(self.texts)) for number in numbers}))
        return (*given, there)

    def _decide(self, archive: Archive, taken: Taken) -> Decided:
        kind, given, numbers = taken
        return decide(archive, CODE, kind, given, "fiindcă", pages=numbers, by="ana")

    def _classes(self, archive: Archive | None = None) -> Classes:
        """Who may see each page, by what it says."""
        if archive is None:
            with self.town.open() as opened:
                return self._classes(opened)
        row = archive.catalogue.unit_by_reference(CODE)
        assert row is not None
        assert row.version is not None
        pages = {PageKey(row.unit_id, row.version, number): text for number, text in enumerate(self.texts, 1)}
        return {pages[page]: found for page, found in page_classes(archive, pages).items()}

    def _decisions(self) -> int:
        with self.town.open() as archive:
            return sum(counting for _, counting in archive.catalogue.decision_counts().values())


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        AccessAnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # to shrink a sequence takes minutes, and to read it does not
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_in_any_order_what_people_closed_stays_closed() -> None:
    _run(examples=4, steps=20)


@pytest.mark.soak
def test_in_any_order_for_long_what_people_closed_stays_closed() -> None:
    _run(examples=150, steps=40)
