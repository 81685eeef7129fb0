# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises to whoever watches over an archive (`Catalogue.standing`)."""

from datetime import datetime, timedelta

from arhivar.composition import object_id
from repository.catalogue import Catalogue
from repository.monitoring import FixityStanding, InboxLook, StageRun, StageSum, Standing
from schemas.audit import AuditAction, AuditEntry
from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome
from tests.contract.test_catalogue import NOW, manifest
from tests.contract.test_catalogue_progress import HOUR, enter

DAY = timedelta(days=1)


def run(stage: Stage, at: datetime = NOW, outcome: StageOutcome = StageOutcome.DONE) -> StageRun:
    return StageRun(stage, outcome, "a" * 32, at, wall_seconds=1.5, cpu_seconds=0.25, pages=3, host="a" * 300)


def test_an_empty_catalogue_stands_at_nothing(catalogue: Catalogue) -> None:
    nothing = Standing((), (), 0, None, FixityStanding(0, 0, None), None, (), ())
    assert catalogue.standing(NOW) == nothing


def test_time_is_summed_by_stage_and_outcome(catalogue: Catalogue) -> None:
    catalogue.record_stages([])
    catalogue.record_stages([run(Stage.PAGES), run(Stage.PAGES), run(Stage.INDEX)])
    catalogue.record_stages([run(Stage.PAGES, outcome=StageOutcome.STOPPED)])
    assert catalogue.standing(NOW).stages == (
        StageSum(Stage.INDEX, StageOutcome.DONE, 1, 3, 1.5, 0.25),
        StageSum(Stage.PAGES, StageOutcome.DONE, 2, 6, 3.0, 0.5),
        StageSum(Stage.PAGES, StageOutcome.STOPPED, 1, 3, 1.5, 0.25),
    )


def test_folding_old_runs_changes_no_sum(catalogue: Catalogue) -> None:
    old = [run(Stage.PAGES, NOW - number * DAY) for number in range(5, 15)]
    catalogue.record_stages([*old, run(Stage.PAGES, NOW - 5 * DAY, StageOutcome.STOPPED), run(Stage.PAGES)])
    before = catalogue.standing(NOW).stages
    assert catalogue.fold_stages(NOW - 6 * DAY) == 7  # eight rows became one
    assert catalogue.standing(NOW).stages == before
    assert catalogue.fold_stages(NOW - 6 * DAY) == 0
    assert catalogue.fold_stages(NOW) == 2  # four rows: the folded one, two of that time, and the one that stopped
    assert catalogue.standing(NOW).stages == before


def test_the_last_look_at_each_inbox_is_kept(catalogue: Catalogue) -> None:
    first = InboxLook("/srv/inbox", NOW - DAY, 2, NOW - 2 * DAY, 1, NOW - 3 * DAY)
    other = InboxLook("/srv/another", NOW, 0, None, 0, None)
    newer = InboxLook("/srv/inbox", NOW, 0, None, 1, NOW - 3 * DAY)
    for look in (first, other, newer):
        catalogue.record_look(look)
    assert catalogue.standing(NOW).looks == (other, newer)


def test_ingests_count_by_their_state(catalogue: Catalogue) -> None:
    for code, state in (("A", IngestState.STAGED), ("B", IngestState.STAGED), ("C", IngestState.REJECTED)):
        enter(catalogue, code, state)
    assert dict(catalogue.standing(NOW).ingests) == {IngestState.STAGED: 2, IngestState.REJECTED: 1}


def test_only_leases_that_are_held_count_and_by_their_kind(catalogue: Catalogue) -> None:
    for name in ("ingest:a", "ingest:b", "index", "unit:a"):
        assert catalogue.acquire_lease(name, "x", 60, NOW)
    given_back = catalogue.acquire_lease("ingest:c", "x", 60, NOW)
    assert given_back is not None
    catalogue.release_lease(given_back)
    assert catalogue.acquire_lease("ingest:d", "x", 60, NOW - timedelta(minutes=2))
    assert catalogue.standing(NOW).leases == (("index", 1), ("ingest", 2), ("unit", 1))


def test_the_outbox_says_since_when_its_head_waits(catalogue: Catalogue) -> None:
    enter(catalogue, "A", IngestState.DEPOSITED)
    enter(catalogue, "B", IngestState.DEPOSITED, day=1)
    standing = catalogue.standing(NOW + DAY)
    assert (standing.outbox, standing.outbox_since) == (2, NOW)
    catalogue.outbox_done([catalogue.outbox(1)[0].id])
    standing = catalogue.standing(NOW + DAY)
    assert (standing.outbox, standing.outbox_since) == (1, NOW + DAY)


def test_the_oldest_object_is_the_one_that_was_longest_not_read(catalogue: Catalogue) -> None:
    for day, code in enumerate("ABC"):
        enter(catalogue, code, IngestState.INDEXED, day=day)
    enter(catalogue, "D", IngestState.STAGED)
    assert catalogue.standing(NOW).fixity == FixityStanding(3, 3, HOUR)
    names = {code: object_id(manifest(code).unit_id) for code in "ABC"}
    catalogue.record_fixity(names["A"], NOW + 9 * DAY)
    assert catalogue.standing(NOW).fixity == FixityStanding(3, 2, HOUR + DAY)
    catalogue.record_fixity(names["B"], NOW + 9 * DAY)
    catalogue.record_fixity(names["C"], NOW + 8 * DAY)
    assert catalogue.standing(NOW).fixity == FixityStanding(3, 0, NOW + 8 * DAY)


def test_the_last_backup_is_known_for_three_months(catalogue: Catalogue) -> None:
    for days, action in ((3, AuditAction.BACKUP_MADE), (2, AuditAction.BACKUP_MADE), (1, AuditAction.ARCHIVE_VERIFIED)):
        catalogue.append_audit([AuditEntry(at=NOW - days * DAY, actor="x", action=action, subject="backup-made")])
    assert catalogue.standing(NOW).backup_at == NOW - 2 * DAY
    assert catalogue.standing(NOW + 100 * DAY).backup_at is None
