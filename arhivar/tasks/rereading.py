# SPDX-License-Identifier: EUPL-1.2
"""The task of `reread`: put units in line, which the next round of `intake` starts runs of `digitize_unit` for."""

from collections.abc import Sequence

from arhivar.composition import open_archive
from arhivar.log import Logger
from arhivar.rereading import RereadRequest, queue_reread
from arhivar.settings import load_settings
from schemas.errors import ArhivarError
from schemas.reading import ReadingLevel

_log = Logger(__name__)


def queue_rereads(units: Sequence[str], level: str, reason: str | None) -> list[str]:
    """Put the units of these reference codes in line to be read again; the ids of their ingests.

    One that cannot be does not keep the others out; the first error is raised at the end. Raises as `queue_reread`.
    """
    request = RereadRequest(ReadingLevel(level), reason or None)
    queued: list[str] = []
    errors: list[ArhivarError] = []
    with open_archive(load_settings(), searches=False) as archive:
        for unit in units:
            try:
                queued.append(queue_reread(archive, unit, request).ingest_id)
            except ArhivarError as error:
                _log.error("unit not queued", code=error.code, error=str(error))
                errors.append(error)
    if errors:
        raise errors[0]
    return queued
