# SPDX-License-Identifier: EUPL-1.2
"""A person's word that a drop is taken in despite its findings. It holds for this content and these findings only."""

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from arhivar.intake.drops import is_junk, walk
from repository.catalogue import Catalogue
from repository.records import Decision
from schemas.errors import ShareUnavailable
from schemas.findings import FINDINGS, Finding, FindingCode, Severity

_BLOCK_BYTES = 1024 * 1024


def drop_digest(folder: Path) -> str:
    """SHA-512 over the names and contents of all files, 128 hex digits; what scanners and Arhivar add is left out.

    Raises ShareUnavailable.
    """
    whole = hashlib.sha512()
    try:
        for entry in walk(folder):
            path = PurePosixPath(Path(entry.path).relative_to(folder)).as_posix()
            if is_junk(entry.name):
                continue
            digest = hashlib.sha512()
            if entry.is_file(follow_symlinks=False):
                with Path(entry.path).open("rb") as stream:
                    while block := stream.read(_BLOCK_BYTES):
                        digest.update(block)
            whole.update(f"{len(path.encode())} {path} {digest.hexdigest()}\n".encode())
    except OSError as error:
        raise ShareUnavailable(inbox=str(folder.parent), detail=error.strerror) from error
    return whole.hexdigest()


def grave(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that hold a drop up."""
    return [finding for finding in findings if finding.severity is Severity.QUARANTINE]


def not_acceptable(findings: Sequence[Finding]) -> Finding | None:
    """The first finding that holds the drop up and that nobody may overrule."""
    return next((finding for finding in grave(findings) if not FINDINGS[finding.code].acceptable), None)


def acceptance(catalogue: Catalogue, folder: Path, name: str, findings: Sequence[Finding]) -> Finding | None:
    """The note that all that holds this drop up was accepted, by whom and why; None where something was not.

    `name` is what the folder is called in the inbox. The content is read only where a drop of that name was accepted.
    Raises ShareUnavailable, CatalogueError.
    """
    wanted = grave(findings)
    if not_acceptable(wanted) is not None:
        return None
    ends = [
        end
        for end in catalogue.quarantine_ends(name)
        if end.decision is Decision.ACCEPTED and all(finding in end.drop.findings for finding in wanted)
    ]
    if not ends:
        return None
    digest = drop_digest(folder)
    end = next((end for end in ends if end.digest == digest), None)
    if end is None:
        return None
    codes = ", ".join(dict.fromkeys(finding.code.value for finding in wanted))
    return Finding(code=FindingCode.FINDINGS_ACCEPTED, fields={"codes": codes, "by": end.by, "reason": end.reason})
