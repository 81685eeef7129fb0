# SPDX-License-Identifier: EUPL-1.2
"""Packages on S3: cut at each call of the store, and a depositor that another one overtakes."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from repository.object_store import ObjectStore
from repository.ocfl import OcflRepository, Source
from repository.ocfl_difference import Problem
from schemas.errors import LeaseLost
from tests.repository.test_ocfl_crashes import (
    FIRST,
    NOW,
    OTHER,
    SECOND,
    UNIT,
    Killed,
    KillingStore,
    commit,
    plain,
    state,
)
from tests.services import new_bucket, require

pytestmark = pytest.mark.services

_CALLS = 6
"""A second version writes two contents, inventory and sidecar, the root's inventory and its sidecar."""


@pytest.fixture
def store() -> ObjectStore:
    made = new_bucket(require("minio"))
    made.put("staging/2", b"two")
    OcflRepository(made).initialise()
    return made


@pytest.mark.parametrize("before", [True, False], ids=["before-the-call", "after-the-call"])
def test_a_commit_cut_at_each_call_of_the_store_is_mended(store: ObjectStore, before: bool) -> None:
    packages = OcflRepository(store)
    commit(store, FIRST)
    contents = [plain(FIRST)]
    for call in range(1, _CALLS + 1):
        files: dict[str, Source] = {**FIRST, "masters/3": f"call {call}".encode(), "metadata/unit.json": b"%d" % call}
        with pytest.raises(Killed):
            commit(KillingStore(store, call, before=before), files, minute=call)
        assert state(store) in (contents[-1], plain(files))
        if call % 2:
            packages.repair(UNIT)
            assert packages.verify(UNIT) == []
        commit(store, files, minute=call)
        contents.append(plain(files))
        assert state(store) == contents[-1]
        assert packages.verify(UNIT) == []
        assert packages.repair(UNIT) == []
    assert [state(store, number) for number in range(1, len(contents) + 1)] == contents


@pytest.mark.parametrize("before", [True, False], ids=["before-the-call", "after-the-call"])
def test_a_first_version_cut_at_each_call_of_the_store_is_mended(store: ObjectStore, before: bool) -> None:
    packages = OcflRepository(store)
    for call in range(1, 9):
        unit = f"{UNIT[:-2]}{call:02}"
        with pytest.raises(Killed):
            _commit_as(KillingStore(store, call, before=before), unit, FIRST, None)
        _commit_as(store, unit, FIRST, packages.head(unit))
        assert packages.verify(unit) == []
        assert packages.repair(unit) == []


def _commit_as(
    store: ObjectStore,
    unit: str,
    files: dict[str, Source],
    expected_head: int | None,
    fence: Callable[[], object] | None = None,
) -> int:
    return OcflRepository(store).commit(
        unit,
        files,
        message="Ingest",
        user_name="Ana Pop",
        user_address="mailto:arhiva@primaria.example",
        created=NOW,
        expected_head=expected_head,
        fence=fence,
    )


class OvertakenStore:
    """A store whose writer stalls before its n-th call of any kind; meanwhile `overtake` runs."""

    def __init__(self, store: ObjectStore, call: int, overtake: Callable[[], object]) -> None:
        self._store, self._call, self._overtake, self.calls = store, call, overtake, 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def called(*arguments: object, **named: object) -> object:
            self.calls += 1
            if self.calls == self._call:
                self._overtake()
            return method(*arguments, **named)

        return called


@pytest.mark.parametrize("first", [False, True], ids=["a-further-version", "the-first-version"])
def test_a_stalled_depositor_that_is_overtaken_is_refused_and_harms_nothing(store: ObjectStore, first: bool) -> None:
    """At each of its calls: its lease runs out, the other one deposits a version, and it wakes up."""
    packages = OcflRepository(store)
    refused = 0
    for call in range(1, 40):
        unit = f"{UNIT[:-2]}{call:02}"
        if not first:
            _commit_as(store, unit, FIRST, None)
        head = packages.head(unit)
        holder = ["slow"]
        theirs: dict[str, Source] = {**OTHER, "masters/3": b"theirs %d" % call}

        def overtake(holder: list[str] = holder, theirs: dict[str, Source] = theirs, unit: str = unit) -> None:
            holder[0] = "quick"
            _commit_as(store, unit, theirs, packages.head(unit))

        def fence(holder: list[str] = holder, unit: str = unit) -> None:
            if holder[0] != "slow":
                raise LeaseLost(name=unit)

        slow = OvertakenStore(store, call, overtake)
        try:
            made = _commit_as(cast("ObjectStore", slow), unit, SECOND, head, fence)
        except LeaseLost:
            refused += 1
            made = None
        if holder[0] == "slow":
            break  # all its calls are done
        packages.repair(unit)
        # What the slow one wrote in vain may lie there, named by nothing; what the quick one deposited is whole.
        assert {one.problem for one in packages.verify(unit)} <= {Problem.UNNAMED}
        newest = packages.head(unit)
        assert newest is not None
        files = {path: store.read(file.content_key) for path, file in packages.files(unit).items()}
        assert files == plain(theirs)
        # The quick one may have found the slow one's version complete, and gone on from it.
        assert newest - (head or 0) in ({1, 2} if made is None else {2})
    assert refused > 8
    assert call > refused
