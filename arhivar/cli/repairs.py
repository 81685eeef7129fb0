# SPDX-License-Identifier: EUPL-1.2
"""How `arhivar verify --repair` repairs and tells of it."""

from collections.abc import Sequence

from arhivar.cli.output import Output
from arhivar.cli.progress import UnitProgress
from arhivar.composition import Archive, open_replica
from arhivar.keeping.repair import RepairOutcome, needs_repair, repair_unit
from arhivar.keeping.verify import Subject, Verdict
from schemas.findings import Finding
from schemas.messages import Message

_REPAIRED = Message(
    ro="{unit}: reparate {repaired} fișiere, nereparate {unrepaired}; la a doua verificare: {left} diferențe",
    en="{unit}: {repaired} files repaired, {unrepaired} not; at the second look: {left} differences",
)
_FAILED = Message(ro="{unit}: reparația s-a oprit. {error}", en="{unit}: the repair stopped. {error}")
_NO_REPLICA = Message(
    ro="Nu este indicată nicio replică (ARHIVAR_REPLICA): se repară numai din pachetele înseși.",
    en="No replica is named (ARHIVAR_REPLICA): repairs are made from the packages themselves only.",
)


def repair_all(
    archive: Archive, output: Output, progress: UnitProgress, subjects: Sequence[Subject], verdicts: Sequence[Verdict]
) -> list[RepairOutcome | None]:
    """For each verdict its repair, or None where nothing in the store is wrong. Raises ReplicaMissing."""
    outcomes: list[RepairOutcome | None] = [None] * len(verdicts)
    waiting = [index for index, verdict in enumerate(verdicts) if needs_repair(verdict)]
    if not waiting:
        return outcomes
    replica = None
    if archive.settings.replica is None:
        output.say(_NO_REPLICA)
    else:
        replica = open_replica(archive.settings)
    progress.start(len(waiting))
    for index in waiting:
        outcome = repair_unit(archive, replica, subjects[index], verdicts[index], progress.read)
        progress.advance()
        _print(output, outcome)
        outcomes[index] = outcome
    return outcomes


def _print(output: Output, outcome: RepairOutcome) -> None:
    after = outcome.after
    if after.error is not None:
        output.say(_FAILED, unit=after.unit, error=after.error.say(output.language))
    else:
        output.say(
            _REPAIRED,
            unit=after.unit,
            repaired=len(outcome.repaired),
            unrepaired=len(outcome.unrepaired),
            left=len(after.findings),
        )
    findings = (*outcome.repaired, *outcome.unrepaired)
    for finding in findings:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    for advice in dict.fromkeys(finding.advise(output.language) for finding in (*findings, *after.findings)):
        output.line(f"  → {advice}")


def repairs_document(output: Output, outcomes: Sequence[RepairOutcome | None]) -> list[dict[str, object]]:
    """What was repaired, as JSON; `left` are the differences of the second look."""
    return [
        {
            "unit": one.after.unit,
            "repaired": [_finding(output, finding) for finding in one.repaired],
            "unrepaired": [_finding(output, finding) for finding in one.unrepaired],
            "left": [_finding(output, finding) for finding in one.after.findings],
            "error": None
            if one.after.error is None
            else {"code": one.after.error.code, "message": one.after.error.say(output.language)},
        }
        for one in outcomes
        if one is not None
    ]


def _finding(output: Output, finding: Finding) -> dict[str, object]:
    return {
        **finding.model_dump(mode="json"),
        "text": finding.say(output.language),
        "advice": finding.advise(output.language),
    }
