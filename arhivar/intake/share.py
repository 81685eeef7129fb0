# SPDX-License-Identifier: EUPL-1.2
"""What the system says of the scanners' share, in our errors."""

from pathlib import Path

from schemas.disk import is_full
from schemas.errors import IntakeError, ShareFull, ShareUnavailable


def share_error(inbox: Path, error: OSError) -> IntakeError:
    """ShareFull where the share has no room, ShareUnavailable for all else."""
    if is_full(error):
        return ShareFull(inbox=str(inbox))
    return ShareUnavailable(inbox=str(inbox), detail=error.strerror or str(error))
