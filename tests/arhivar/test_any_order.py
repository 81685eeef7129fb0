# SPDX-License-Identifier: EUPL-1.2
"""Drops, rescans, kills, decisions, verifies and rebuilds in any order: what must hold, holds after every step.

Hypothesis writes the sequences. Reading and PDF/A validation are doubles (`tests.arhivar.quick`); share, work area,
store, catalogue and index are the real ones. A kill is a forked process that ends at one of its durable actions without
another instruction. Expectations are read from the disk by other means than the program's, where there are any.
"""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from arhivar.composition import Archive, open_archive
from arhivar.exits.cases import QuarantinedDrop, quarantined_drops
from arhivar.exits.drops import reject_drop, retry_drop
from arhivar.exits.ingests import accept_ingest, reject_ingest, retry_ingest
from arhivar.finding import open_search
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.package import read_package
from arhivar.steps.reconcile import measure_ledger
from schemas.errors import CurrentVersionStays
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

_MEMORY = Path("/dev/shm")  # noqa: S108 - a disk of memory: the steps are many, and each is forced to disk often
KILLED = 99
UNITS = ("A/1", "B/2")
_SILENT = VerifyWatcher(lambda units: None, lambda read: None, lambda verdict: None)


@dataclass
class Drop:
    """One folder as it was dropped."""

    name: str
    unit: str
    intent: str
    texts: tuple[str, ...]
    files: dict[str, str]
    """SHA-512 of each file by its path."""

    @property
    def bytes_and_intent(self) -> tuple[str, str, tuple[str, ...]]:
        return self.unit, self.intent, tuple(sorted(self.files.values()))


@dataclass
class Expected:
    """What a unit must look like once all drops are through."""

    versions: list[Drop] = field(default_factory=list)


def _digest(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    """SHA-512 of each file of a dropped folder, but for what intake itself adds or takes away."""
    return {
        path.relative_to(folder).as_posix(): _digest(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"_READY", "REASON.txt"}
    }


class _Countdown:
    """Ends the process at the n-th durable action: half of the time before it, half of the time after it."""

    def __init__(self, actions: int) -> None:
        self._left = actions

    def wrap(self, action: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            self._tick()
            done = action(*args, **options)
            self._tick()
            return done

        return counted

    def _tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            os._exit(KILLED)


def _durable_actions() -> Iterator[tuple[Any, str]]:
    import repository.filesystem_store as store
    from arhivar.steps import workarea
    from arhivar.steps.workarea import WorkArea
    from repository.sql_catalogue import SqlCatalogue
    from search.tantivy_index import TantivyIndex

    yield from ((store.FilesystemStore, name) for name in ("put", "replace", "copy", "delete", "_write"))
    writes = (
        *("register_ingest", "advance", "record_quarantine", "plan_pages", "record_page", "replace_findings"),
        *("record_ledger", "record_deposit", "enqueue", "outbox_done", "acquire_lease", "release_lease"),
    )
    yield from ((SqlCatalogue, name) for name in writes)
    yield from ((TantivyIndex, name) for name in ("write", "remove_unit"))
    yield from ((WorkArea, name) for name in ("keep_page", "drop_pages", "drop_ingest"))
    yield workarea, "_write"
    yield from ((Path, name) for name in ("rename", "unlink", "mkdir", "write_text"))
    yield shutil, "rmtree"


class AnyOrder(RuleBasedStateMachine):
    """An archive of a few units, its inbox, and what must have become of each drop."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        use_quick_validator(self.patch)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-", dir=_MEMORY if _MEMORY.is_dir() else None))
        self.town: Town = quick_town(self.folder)
        self.drops: list[Drop] = []
        self.waiting: list[Drop] = []
        self.units: dict[str, Expected] = {unit: Expected() for unit in UNITS}
        self.quarantined: list[Drop] = []
        self.rejected: set[str] = set()
        self.accepted: set[str] = set()
        """Units whose current version's unreadable pages were accepted."""
        self.in_line = False
        """An ingest was put in line for another attempt."""
        self.forgotten: set[str] = set()
        self.seen_versions: dict[tuple[str, str], dict[str, str]] = {}
        self.seen_heads: dict[str, int] = {}

    def teardown(self) -> None:
        self.patch.undo()
        structlog.reset_defaults()
        shutil.rmtree(self.folder)

    # --- what people and machines do

    @rule(
        unit=st.sampled_from(UNITS),
        pages=st.integers(1, 3),
        intent=st.sampled_from(["new", "new", "replace_unit"]),
        unreadable=st.sampled_from([False, False, False, True]),
    )
    def drop(self, unit: str, pages: int, intent: str, unreadable: bool) -> None:
        number = len(self.drops)
        texts = [f"cuvant{number}x{page}" for page in range(1, pages + 1)]
        if unreadable:
            texts[-1] = f"unreadable {number}"
        self._drop(unit, intent, tuple(texts))

    @precondition(lambda self: self.drops)
    @rule(which=st.integers(0, 1000))
    def drop_again(self, which: int) -> None:
        before = self.drops[which % len(self.drops)]
        self._drop(before.unit, before.intent, before.texts)

    def _drop(self, unit: str, intent: str, texts: tuple[str, ...]) -> None:
        name = f"{len(self.drops):04}"
        folder = make_quick_binder(self.town.inbox, name, texts, {"reference_code": unit, "intent": intent})
        one = Drop(name, unit, intent, texts, _digests(folder))
        self.drops.append(one)
        self.waiting.append(one)

    @rule()
    def run(self) -> None:
        report = self.town.ingest()
        assert report.errors == ()
        assert [one.error for one in report.outcomes if one.error is not None] == []
        for one in self.waiting:
            self._expect(one)
        self.waiting.clear()
        self.in_line = False
        self._check_at_rest()

    @precondition(lambda self: self.waiting or self.in_line)
    @rule(actions=st.integers(0, 300))
    def run_and_be_killed(self, actions: int) -> None:
        child = os.fork()
        if child == 0:
            try:
                countdown = _Countdown(actions)
                for owner, name in _durable_actions():
                    setattr(owner, name, countdown.wrap(getattr(owner, name)))
                self.town.ingest()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        self._let_leases_run_out()

    @precondition(lambda self: self.quarantined)
    @rule(which=st.integers(0, 1000))
    def retry_a_drop(self, which: int) -> None:
        """It goes back to the inbox; nothing about it has changed, so that it will be judged as before."""
        one = self.quarantined.pop(which % len(self.quarantined))
        with self.town.open() as archive:
            decided = retry_drop(archive, self._in_quarantine(archive, one), "încă o dată")
        assert decided.where == self.town.inbox / one.name
        self.rejected.discard(one.name)
        self.forgotten.discard(one.name)
        self.waiting.append(one)

    @precondition(lambda self: self.quarantined)
    @rule(which=st.integers(0, 1000))
    def reject_a_drop(self, which: int) -> None:
        one = self.quarantined[which % len(self.quarantined)]
        with self.town.open() as archive:
            reject_drop(archive, self._in_quarantine(archive, one), "nu este al nostru")
        self.rejected.add(one.name)

    @precondition(lambda self: not self.waiting and not self.in_line and self._gapped())
    @rule(which=st.integers(0, 1000), accept=st.booleans())
    def decide_about_gaps(self, which: int, accept: bool) -> None:
        gapped = self._gapped()
        unit = gapped[which % len(gapped)]
        with self.town.open() as archive:
            known = archive.catalogue.unit_by_reference(unit)
            assert known is not None
            row = archive.catalogue.ingest(known.ingest_id or "")
            assert row is not None
            with pytest.raises(CurrentVersionStays):
                reject_ingest(archive, row, "nu")
            if accept:
                assert accept_ingest(archive, row, "nu se poate altfel").state is IngestState.RECONCILED
                self.accepted.add(unit)
            elif unit not in self.accepted:
                retry_ingest(archive, row, "poate acum")
                self.in_line = True

    def _gapped(self) -> list[str]:
        """Units whose current version has pages that could not be read."""
        current = {unit: known.versions[-1] for unit, known in self.units.items() if known.versions}
        return [unit for unit, one in current.items() if any("unreadable" in text for text in one.texts)]

    def _in_quarantine(self, archive: Archive, one: Drop) -> QuarantinedDrop:
        return next(drop for drop in quarantined_drops(archive, self.town.inbox) if drop.place.name == one.name)

    @precondition(lambda self: not self.waiting and not self.in_line)
    @rule()
    def verify(self) -> None:
        with self.town.open() as archive:
            verdicts = verify_units(archive, all_subjects(archive), _SILENT)
        assert [one.error for one in verdicts if one.error is not None] == []
        named = {(one.unit, finding.code.value) for one in verdicts for finding in one.findings}
        assert named == set()

    @precondition(lambda self: not self.waiting and not self.in_line and self.seen_heads)
    @rule(lost=st.sampled_from(["index", "catalogue"]))
    def rebuild(self, lost: str) -> None:
        home = self.town.settings.home
        if lost == "index":
            shutil.rmtree(home / "index", ignore_errors=True)
            rebuild_archive(self.town.settings, RebuildWatcher(lambda steps: None, lambda done: None), index_only=True)
        else:
            for file in home.glob("catalogue.sqlite*"):
                file.unlink()
            rebuild_archive(self.town.settings, RebuildWatcher(lambda steps: None, lambda done: None))
            self.forgotten = {one.name for one in self.quarantined}  # of these the store cannot tell,
            self.rejected.clear()
            self.accepted.clear()  # nor of what people decided
        self._check_at_rest()

    @precondition(lambda self: not self.waiting and not self.in_line and self.seen_heads)
    @rule(seed=st.integers(0, 10_000))
    def flip_a_bit(self, seed: int) -> None:
        """Verify names the unit; the bit is put back, since there is no replica here to repair from."""
        choose = random.Random(seed)
        file = choose.choice(sorted((self.town.settings.home / "store" / "ocfl").rglob("content/**/*.*")))
        data = file.read_bytes()
        at = choose.randrange(len(data))
        file.chmod(0o644)
        file.write_bytes(data[:at] + bytes([data[at] ^ 1 << choose.randrange(8)]) + data[at + 1 :])
        try:
            with self.town.open() as archive:
                verdicts = verify_units(archive, all_subjects(archive), _SILENT)
            assert [one for one in verdicts if one.findings or one.error is not None]
        finally:
            file.write_bytes(data)
            file.chmod(0o444)
        self.verify()

    # --- what must hold at every moment, also just after a kill

    @invariant()
    def no_byte_is_lost(self) -> None:
        AnyOrder.steps += 1
        stored = set(self._stored_digests())
        folders = self._folders_on_the_share()
        for one in self.drops:
            whole = [found for name, found in folders if name == one.name and found == one.files]
            assert whole or set(one.files.values()) <= stored, f"bytes of {one.name} are gone"
            assert len(whole) <= 1

    @invariant()
    def versions_only_grow_and_never_change(self) -> None:
        made: set[tuple[str, int]] = set()
        for root in (self.town.settings.home / "store" / "ocfl").rglob("0=ocfl_object_1.1"):
            if not (root.parent / "inventory.json").exists():
                continue
            inventory = json.loads((root.parent / "inventory.json").read_bytes())
            identifier, head = inventory["id"], int(inventory["head"][1:])
            assert head >= self.seen_heads.get(identifier, 1)
            self.seen_heads[identifier] = head
            for version, content in inventory["versions"].items():
                state = {path: digest for digest, paths in content["state"].items() for path in paths}
                assert self.seen_versions.setdefault((identifier, version), state) == state
                package = root.parent / inventory["manifest"][state["metadata/unit.json"]][0]
                said = json.loads(package.read_bytes())
                attempt = (said["ingest_id"], said["attempt"])
                assert attempt not in made, "two versions of one attempt"
                made.add(attempt)

    # --- what must hold once everything is through

    def _expect(self, one: Drop) -> None:
        versions = self.units[one.unit].versions
        if one.bytes_and_intent in {known.bytes_and_intent for known in versions}:
            return
        if versions and one.intent == "new":
            self.quarantined.append(one)
        else:
            versions.append(one)
            self.accepted.discard(one.unit)

    def _check_at_rest(self) -> None:
        inbox = self.town.inbox
        assert list((inbox / ".claimed").glob("*")) == [], "claimed by nobody"
        assert sorted(path.name for path in inbox.iterdir() if not path.name.startswith(".")) == []
        aside = sorted(path.name for path in (inbox / ".quarantine").glob("*"))
        assert aside == sorted(one.name for one in self.quarantined)
        with open_archive(self.town.settings) as archive:
            assert archive.catalogue.outbox(10) == []
            assert list(archive.store.list("staging/")) == []
            places = sorted(Path(row.where).name for row in archive.catalogue.quarantined())
            known = sorted(set(aside) - self.forgotten - self.rejected)
            assert places == known, "the catalogue knows what is in quarantine"
            search = open_search(archive)
            everything = SearchFilters(access_classes=tuple(AccessClass))
            for unit, expected in self.units.items():
                row = archive.catalogue.unit_by_reference(unit)
                if not expected.versions:
                    assert row is None or row.version is None
                    continue
                assert row is not None
                assert row.version == len(expected.versions)
                current = expected.versions[-1]
                readable = [text for text in current.texts if "unreadable" not in text]
                ledger = measure_ledger(archive, row.unit_id)
                assert [line.page for line in ledger.rows] == list(range(1, len(current.texts) + 1))
                assert ledger.differences == ()
                assert len(ledger.gaps) == len(current.texts) - len(readable)
                package = read_package(archive, f"urn:uuid:{row.unit_id}")
                assert [page.number for page in package.pages] == list(range(1, len(current.texts) + 1))
                newest = archive.catalogue.ingest(package.ingest_id)
                assert newest is not None
                waits = bool(ledger.gaps) and unit not in self.accepted
                wanted = IngestState.INDEXED if waits else IngestState.RECONCILED
                assert newest.state is wanted
                for text in readable:
                    assert search.search(text, everything).total == 1
                for old in expected.versions[:-1]:
                    assert all(search.search(text, everything).total == 0 for text in old.texts)
        if not any(one.texts[-1].startswith("unreadable") for one in self.drops):
            kept = [path for path in (self.town.settings.home / "work").rglob("*") if path.is_file()]
            assert kept == []

    # --- the disk, seen without the program

    def _folders_on_the_share(self) -> list[tuple[str, dict[str, str]]]:
        inbox = self.town.inbox
        places = [*inbox.glob("[0-9]*"), *(inbox / ".claimed").glob("*"), *(inbox / ".quarantine").glob("*")]
        return [(path.name.partition("~")[0], _digests(path)) for path in places if not path.name.endswith(".done")]

    def _stored_digests(self) -> Iterator[str]:
        store = self.town.settings.home / "store"
        for part in ("ocfl", "staging"):
            for path in (store / part).rglob("*"):
                if path.is_file():
                    yield _digest(path.read_bytes())

    def _let_leases_run_out(self) -> None:
        with sqlite3.connect(self.town.settings.home / "catalogue.sqlite") as connection:
            connection.execute("UPDATE lease SET expires_at = '2000-01-01 00:00:00.000000'")
        connection.close()


def _run(examples: int, steps: int) -> None:
    AnyOrder.steps = 0
    run_state_machine_as_test(
        AnyOrder,
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


def test_a_run_stopped_as_it_clears_away_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_quick_validator(monkeypatch)
    town = quick_town(tmp_path)
    make_quick_binder(town.inbox, "a", ["prima"], {"reference_code": "A/1"})

    def stop(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("arhivar.pipeline.clear_staging", stop)
        with pytest.raises(KeyboardInterrupt):
            town.ingest()
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    with town.open() as archive:
        assert list(archive.store.list("staging/")) == []


def test_in_any_order_nothing_is_lost_or_doubled() -> None:
    _run(examples=12, steps=40)


@pytest.mark.soak
def test_in_any_order_for_long_nothing_is_lost_or_doubled() -> None:
    _run(examples=300, steps=50)
    assert AnyOrder.steps > 5000
