# SPDX-License-Identifier: EUPL-1.2
"""The daily tasks of `housekeeping`: sweep what nobody will ask for, remind of what waits for a person."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from arhivar.composition import Archive, open_archive
from arhivar.exits.cases import quarantined_drops
from arhivar.intake.claims import list_claims
from arhivar.intake.stage import clear_staging
from arhivar.keeping.contents import unit_of
from arhivar.log import Logger
from arhivar.mail import send_mail
from arhivar.settings import load_settings
from arhivar.steps.leftovers import sweep_leftovers
from schemas.errors import ToolFailed
from schemas.ingest import UNFINISHED, IngestState

STUCK = timedelta(days=1)
"""An ingest that nobody holds and that did not change for so long is told of."""
RUNS_KEPT = timedelta(days=90)
_HOUR = 3600

_log = Logger(__name__)


class Swept(TypedDict):
    """How many were left behind: ingests' staging, leases; runs of stages that were added up and struck out."""

    staging: int
    leases: int
    stage_runs: int


def sweep() -> Swept:
    """Remove leftovers of killed processes: unfinished writes, staging of what is done, leases, this work area,
    and first versions that nobody will complete.

    Other machines sweep their own work area when they compose. What was claimed and not staged, intake takes over.
    The index is put together too. Raises StoreError, CatalogueError, SearchIndexError.
    """
    with open_archive(load_settings()) as archive:
        sweep_leftovers(archive)
        done = _reconciled_in_staging(archive)
        for ingest_id in done:
            clear_staging(archive.store, ingest_id)
        _sweep_begun_packages(archive)
        leases = archive.catalogue.end_leases(datetime.now(UTC) - STUCK)
        for name in leases:
            _log.warning("lease ended", lease=name)
        folded = archive.catalogue.fold_stages(datetime.now(UTC) - RUNS_KEPT)
        archive.index.tidy()
    swept = Swept(staging=len(done), leases=len(leases), stage_runs=folded)
    _log.info("swept", **swept)
    return swept


def _sweep_begun_packages(archive: Archive) -> None:
    """What a deposit began whose ingest was rejected since: no other deposit will come upon it."""
    for identifier in archive.packages.begun():
        unit_id = unit_of(identifier)
        if unit_id is None:
            continue
        with archive.leases.hold(f"unit:{unit_id}") as lease:
            if lease is not None and not archive.catalogue.ingests(unit_id, UNFINISHED):
                for done in archive.packages.repair(identifier):
                    _log.warning("package settled", object=identifier, detail=done)


def _reconciled_in_staging(archive: Archive) -> list[str]:
    found = sorted({stored.key.split("/")[1] for stored in archive.store.list("staging/")})
    rows = (archive.catalogue.ingest(ingest_id) for ingest_id in found)
    return [row.ingest_id for row in rows if row is not None and row.state is IngestState.RECONCILED]


def remind() -> dict[str, list[str]]:
    """What waits for a person: drops in quarantine, ingests and claimed drops that are stuck.

    Logged, and mailed where that is set.
    """
    settings = load_settings()
    now = datetime.now(UTC)
    inbox = None if settings.inbox is None else settings.inbox.expanduser().resolve()
    with open_archive(settings) as archive:
        quarantine = [
            f"{one.case_id} {one.row.folder}" for one in quarantined_drops(archive, inbox) if not one.rejected
        ]
        stuck = [
            f"{one.ingest_id} {one.reference_code}: {one.state.value}{'' if one.stop is None else ' ' + one.stop.code}"
            for one in archive.catalogue.progress(now).unfinished
            if one.state is not IngestState.QUARANTINED and one.held_until is None and now - one.updated_at > STUCK
        ]
    stuck += [] if inbox is None else _stale_claims(inbox)
    told = {"quarantine": quarantine, "stuck": stuck}
    if quarantine or stuck:
        _log.warning("waits for a person", quarantine=quarantine, stuck=stuck)
        lines = [f"{name}:\n" + "\n".join(f"  {one}" for one in listed) for name, listed in told.items() if listed]
        text = "arhivar status; arhivar retry | accept | reject\n\n" + "\n".join(lines)
        send_mail(settings, f"{len(quarantine)} în carantină, {len(stuck)} blocate", text)
    return told


def _stale_claims(inbox: Path) -> list[str]:
    """Drops that were claimed long ago; each round of intake tries to stage them, so something keeps it from that."""
    found = []
    for claim in list_claims(inbox):
        with suppress(FileNotFoundError):  # it is being staged right now
            if time.time() - claim.path.stat().st_ctime > STUCK.total_seconds():
                found.append(f"{claim.path.relative_to(inbox)}: claimed")
    return found


def clean_airflow() -> bool:
    """Remove Airflow's records of runs older than 90 days, where the settings name its database; whether they do.

    Raises ToolFailed with the last words of `airflow db clean`.
    """
    settings = load_settings()
    if settings.airflow_database is None:
        return False
    before = (datetime.now(UTC) - RUNS_KEPT).isoformat(timespec="seconds")
    words = ["db", "clean", "--yes", "--skip-archive", "--clean-before-timestamp", before]
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *words],
        env={**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": settings.airflow_database.get_secret_value()},
        capture_output=True,
        text=True,
        check=False,
        timeout=_HOUR,
    )
    if done.returncode != 0:
        raise ToolFailed(tool="airflow db clean", status=done.returncode, detail=done.stderr[-500:])
    return True
