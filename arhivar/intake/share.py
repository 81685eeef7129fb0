# SPDX-License-Identifier: EUPL-1.2
"""What the operating system's errors mean where they come from the scanners' share."""

import errno
from pathlib import Path

from arhivar.log import Logger, trace_of
from schemas.disk import is_full
from schemas.errors import ArhivarError, IntakeError, ShareFull, ShareUnavailable

_log = Logger(__name__)

_GONE = frozenset(
    {
        errno.EIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ETIMEDOUT,
        errno.ENODEV,
        errno.ENXIO,
        errno.EREMOTEIO,
    }
)
"""What SMB and NFS clients say of a server that is away, and kernels of a disk that was pulled out."""


def share_error(inbox: Path, error: OSError) -> IntakeError:
    """ShareFull where the share has no room, ShareUnavailable for all else."""
    if is_full(error):
        return ShareFull(inbox=str(inbox))
    return ShareUnavailable(inbox=str(inbox), detail=error.strerror or str(error))


def explain_failure(error: Exception, inbox: Path, name: str, where: Path) -> ArhivarError:
    """The error of our tree for what stopped the intake of drop `name`, whose files lie in `where`.

    What is no error of the operating system either is a bug: it is logged with its place, and stops this drop only.
    """
    if isinstance(error, ArhivarError):
        return error
    if isinstance(error, OSError):
        detail = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        if is_full(error):
            return ShareFull(inbox=str(inbox))
        if error.errno in _GONE:
            return ShareUnavailable(inbox=str(inbox), detail=detail)
        return IntakeError(drop=name, detail=detail, where=str(where))
    _log.error("intake crashed", folder=name, trace=trace_of(error))
    return ArhivarError(detail=f"{name}: {type(error).__name__}: {error}")
