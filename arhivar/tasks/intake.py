# SPDX-License-Identifier: EUPL-1.2
"""The first task of `intake`: take what is ready in the inbox."""

import time
from collections.abc import Sequence

from arhivar.composition import Archive, open_archive
from arhivar.intake.claims import Claim, claim_drop, list_claims
from arhivar.intake.drops import Drop
from arhivar.intake.share import explain_failure
from arhivar.intake.take import FrameCounter, IntakeOptions, Taken, Waiting, take_claim, waiting_drops
from arhivar.log import Logger
from arhivar.looks import note_look
from arhivar.settings import Settings, load_settings
from arhivar.space import require_space
from arhivar.tasks.alerts import tell_news
from arhivar.tasks.reading import task_pool
from schemas.errors import ArhivarError, InboxMissing, SpaceLow

SECONDS_A_ROUND = 45.0
"""After so long no further drop is begun: what is staged already should not wait for the last one of many."""
LATE_SECONDS = 3600.0
"""A drop that is not complete after so long is told of."""
_DAY_SECONDS = 86_400.0

_log = Logger(__name__)


def take_drops(seconds: float = SECONDS_A_ROUND) -> list[str]:
    """Claim and stage every ready drop of the inbox, or quarantine it; the ids of the ingests that were staged.

    Each drop is taken whole, and none is begun after so many seconds. A drop that fails does not stop the others; the
    first error is raised at the end. Raises InboxMissing, ShareUnavailable, SpaceLow, StoreError, CatalogueError.
    """
    settings = load_settings()
    if settings.inbox is None:
        raise InboxMissing(inbox="ARHIVAR_INBOX")
    inbox = settings.inbox.expanduser().resolve()
    until = time.monotonic() + seconds
    staged: list[str] = []
    errors: list[ArhivarError] = []
    with open_archive(settings, searches=False) as archive, task_pool(settings) as pool:
        ready, waiting = waiting_drops(archive, inbox, pool.count_frames)
        _tell_late(settings, waiting)
        note_look(archive, inbox, waiting)
        drops: list[Claim | Drop] = [*list_claims(inbox), *ready]
        for one in drops:
            if time.monotonic() > until:
                _log.info("intake goes on in the next round", staged=len(staged))
                break
            try:
                took = _take(archive, one, pool.count_frames)
            except SpaceLow:  # so it is for all the others
                raise
            except ArhivarError as error:
                _log.error("intake stopped", folder=one.name, error=str(error))
                errors.append(error)
                continue
            if isinstance(took, Taken) and took.ingest_id is not None and not took.known:
                staged.append(took.ingest_id)
    if errors:
        raise errors[0]
    return staged


def _take(archive: Archive, one: Claim | Drop, count_frames: FrameCounter) -> Taken | Waiting | None:
    require_space(archive)
    inbox = one.path.parent.parent if isinstance(one, Claim) else one.path.parent
    claim = None
    try:
        claim = one if isinstance(one, Claim) else claim_drop(inbox, one)
        return None if claim is None else take_claim(archive, claim, IntakeOptions(), count_frames)
    except Exception as error:
        raise explain_failure(error, inbox, one.name, one.path if claim is None else claim.path) from error


def _tell_late(settings: Settings, waiting: Sequence[Waiting]) -> None:
    """Log the drops that are late; mail each of them once a day."""
    lines: dict[str, str] = {}
    for one in waiting:
        ready = one.readiness
        if time.time() - ready.since > LATE_SECONDS:
            _log.warning("drop is late", folder=one.folder, waits_for=ready.waiting_for, detail=ready.detail)
            lines[f"late.{one.folder}"] = f"{one.folder}: {ready.waiting_for} {ready.detail}"
    tell_news(settings, f"{len(lines)} întârziate / late", lines, _DAY_SECONDS)
