# SPDX-License-Identifier: EUPL-1.2
"""Set a drop aside, whole and untouched, with a `REASON.txt` that says what is wrong and what to do."""

from collections.abc import Sequence
from pathlib import Path

from arhivar.intake.claims import Claim
from arhivar.intake.drops import QUARANTINE, READY_FILE, REASON_FILE
from arhivar.intake.share import share_error
from schemas.errors import DropNameTaken, ShareUnavailable
from schemas.findings import Finding, Severity
from schemas.messages import Language


def quarantine_claim(claim: Claim, findings: Sequence[Finding]) -> Path:
    """Move the claimed folder to `.quarantine/` and return where it lies. Raises ShareUnavailable, ShareFull.

    The `_READY` mark is taken away, so that the folder, once it is corrected and moved back, waits until it is quiet.
    """
    try:
        (claim.path / REASON_FILE).write_text(reason_text(claim.name, findings), encoding="utf-8")
        (claim.path / READY_FILE).unlink(missing_ok=True)
        folder = claim.inbox / QUARANTINE
        folder.mkdir(exist_ok=True)
        for attempt in range(1, 10_000):
            target = folder / (claim.name if attempt == 1 else f"{claim.name}~{attempt}")
            if not target.exists():
                return claim.path.rename(target)
    except OSError as error:
        raise share_error(claim.inbox, error) from error
    raise ShareUnavailable(inbox=str(claim.inbox), detail=f"{folder}: {claim.name}")


def return_drop(place: Path, target: Path) -> None:
    """Move a folder from quarantine back to the inbox as `target`, ready at once. Safe to repeat until it is moved.

    Raises DropNameTaken where the inbox has a folder of that name, ShareUnavailable.
    """
    inbox = target.parent
    try:
        if target.exists():
            raise DropNameTaken(drop=target.name, inbox=str(inbox))
        (place / READY_FILE).touch()
        (place / REASON_FILE).unlink(missing_ok=True)
        place.rename(target)
    except OSError as error:
        raise ShareUnavailable(inbox=str(inbox), detail=error.strerror) from error


def reason_text(name: str, findings: Sequence[Finding]) -> str:
    """The text of `REASON.txt`, Romanian first: each grave finding with its advice, then the notes."""
    grave = [finding for finding in findings if finding.severity is Severity.QUARANTINE]
    notes = [finding for finding in findings if finding.severity is not Severity.QUARANTINE]
    heads = {
        Language.RO: f"Folderul „{name}” nu a putut fi preluat. Nimic din el nu a fost schimbat.",
        Language.EN: f"The folder '{name}' could not be taken in. Nothing in it was changed.",
    }
    parts: list[str] = []
    for language in Language:
        lines = [heads[language], ""]
        for finding in grave:
            lines += [f"* [{finding.code}] {finding.say(language)}", f"  → {finding.advise(language)}"]
        lines += [f"- [{finding.code}] {finding.say(language)}" for finding in notes]
        parts.append("\n".join(lines))
    return "\n\n----\n\n".join(parts) + "\n"
