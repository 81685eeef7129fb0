# SPDX-License-Identifier: EUPL-1.2
"""Take a drop so that no other intake can: one atomic rename inside the share, then a lease in the catalogue.

The rename decides who has the drop. The lease says that its owner is alive: after a crash the claimed folder stays
in `.claimed/`, and the next intake takes it over once the lease has run out.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arhivar.intake.drops import CLAIMED, Drop
from arhivar.intake.share import share_error
from arhivar.leases import LeaseHolder
from schemas.crash_points import CrashPoint, reached

_SEPARATOR = "~"
_DONE = ".done"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed folder; `name` is what the folder was called in the inbox."""

    inbox: Path
    path: Path

    @property
    def name(self) -> str:
        return self.path.name.rsplit(_SEPARATOR, 1)[0]


def claim_drop(inbox: Path, drop: Drop) -> Claim | None:
    """Move the drop to `.claimed/`; None where another intake was quicker. Raises ShareUnavailable, ShareFull."""
    target = inbox / CLAIMED / f"{drop.name}{_SEPARATOR}{secrets.token_hex(4)}"
    try:
        target.parent.mkdir(exist_ok=True)
        drop.path.rename(target)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise share_error(inbox, error) from error
    reached(CrashPoint.CLAIMED)
    return Claim(inbox, target)


def list_claims(inbox: Path) -> list[Claim]:
    """Every claimed folder, also those whose intake died. What a crash left of a released one is removed."""
    try:
        names = sorted(os.listdir(inbox / CLAIMED))  # noqa: PTH208 - names alone are wanted
    except FileNotFoundError:
        return []
    except OSError as error:
        raise share_error(inbox, error) from error
    for name in names:
        if name.endswith(_DONE):
            shutil.rmtree(inbox / CLAIMED / name, ignore_errors=True)
    return [Claim(inbox, inbox / CLAIMED / name) for name in names if not name.endswith(_DONE)]


def release_claim(claim: Claim) -> None:
    """Remove a claimed folder whose every byte is verified in the store.

    It is renamed first: a removal that is cut short must not look like a smaller binder.
    """
    done = claim.path.with_name(claim.path.name + _DONE)
    try:
        claim.path.rename(done)
    except OSError as error:
        raise share_error(claim.inbox, error) from error
    reached(CrashPoint.CLAIM_RENAMED)
    # Another intake may be clearing it away at the same moment; what stays, `list_claims` removes.
    shutil.rmtree(done, ignore_errors=True)
    reached(CrashPoint.CLAIM_REMOVED)


@contextmanager
def holding(claim: Claim, leases: LeaseHolder) -> Iterator[bool]:
    """Hold the claim's lease for the length of the block; False where its owner is alive or has finished."""
    with leases.hold(f"claim:{claim.path.name}") as lease:
        yield lease is not None and claim.path.is_dir()
