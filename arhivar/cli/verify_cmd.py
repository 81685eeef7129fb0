# SPDX-License-Identifier: EUPL-1.2
"""`arhivar verify`: read every stored byte again, and compare store, catalogue and index; the audit too."""

import secrets
import sys

import click

from arhivar.cli.audit_words import audit_outcome_document, print_audit_outcome
from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.cli.progress import UnitProgress, megabytes
from arhivar.cli.repairs import repair_all, repairs_document
from arhivar.composition import open_archive
from arhivar.keeping.audit import record_verified, verify_audit
from arhivar.keeping.repair import RepairOutcome
from arhivar.keeping.verify import Verdict, VerifyWatcher, all_subjects, one_subject, sample_subjects, verify_units
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, UsageError
from schemas.messages import Message

_SAMPLE = Message(
    ro="Eșantion: {size} din {of} unități depuse, sămânța {seed} (--seed {seed} îl repetă)",
    en="Sample: {size} of {of} deposited units, seed {seed} (--seed {seed} repeats it)",
)
_DIFFERS = Message(ro="{unit}: {count} diferențe", en="{unit}: {count} differences")
_IN_HAND = Message(
    ro="{unit}: o ingestie este în lucru; nu a fost verificată acum",
    en="{unit}: an ingest is at work; not verified this time",
)
_FAILED = Message(ro="{unit}: nu a putut fi verificată. {error}", en="{unit}: could not be verified. {error}")
_NOT_KEPT = Message(
    ro="  Catalogul nu are ingestia unității; constatările nu au fost păstrate.",
    en="  The catalogue lacks the unit's ingest; the findings were not kept.",
)
_SUM = Message(
    ro="Verificate: {units} unități, {size} citiți. Diferențe: {differences}, în {differing} unități.",
    en="Verified: {units} units, {size} read. Differences: {differences}, in {differing} units.",
)


@click.command("verify")
@click.argument("unit", required=False)
@click.option("--sample", type=click.IntRange(1), help="Only so many units, chosen at random.")
@click.option("--seed", type=click.IntRange(0), help="Repeat the sample that was chosen with this number.")
@click.option("--repair", is_flag=True, help="Repair damaged and missing files from verified bytes, then look again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    context: Context, unit: str | None, sample: int | None, seed: int | None, repair: bool, as_json: bool
) -> int:
    """Read every stored byte of UNIT, or of all units, again, and compare store, catalogue and index."""
    output = context.output(as_json=as_json)
    if unit is not None and sample is not None:
        raise UsageError(detail="UNIT + --sample")
    if seed is not None and sample is None:
        raise UsageError(detail="--seed - --sample")
    progress = UnitProgress(output.language, sys.stderr, quiet=as_json)
    drawn: dict[str, int] | None = None
    with open_archive(context.settings) as archive:
        if sample is not None:
            number = secrets.randbits(32) if seed is None else seed
            subjects, of = sample_subjects(archive, sample, number)
            drawn = {"size": len(subjects), "of": of, "seed": number}
            output.say(_SAMPLE, **drawn)
        else:
            subjects = all_subjects(archive) if unit is None else one_subject(archive, unit)
        try:
            verdicts = verify_units(archive, subjects, _watcher(output, progress))
            repairs: list[RepairOutcome | None] = [None] * len(verdicts)
            if repair:
                repairs = repair_all(archive, output, progress, subjects, verdicts)
        finally:
            progress.stop()
        audit = verify_audit(archive, sample) if unit is None else None
        named = None if unit is None else (unit, subjects[0].unit_id)
        record_verified(archive, verdicts, audit, unit=named, drawn=drawn)
    _print_sum(output, verdicts)
    document = _document(output, verdicts, drawn) | {"repairs": repairs_document(output, repairs)}
    code = exit_code([one if after is None else after.after for one, after in zip(verdicts, repairs, strict=True)])
    if audit is None:
        output.document(document)
        return code
    print_audit_outcome(output, audit)
    output.document({**document, "audit": audit_outcome_document(output, audit)})
    return graver(code, audit.exit_code)


def _watcher(output: Output, progress: UnitProgress) -> VerifyWatcher:
    def finished(verdict: Verdict) -> None:
        progress.advance()
        if verdict.error is not None:
            output.say(_FAILED, unit=verdict.unit, error=verdict.error.say(output.language))
        elif verdict.in_hand:
            output.say(_IN_HAND, unit=verdict.unit)
        elif verdict.findings:
            output.say(_DIFFERS, unit=verdict.unit, count=len(verdict.findings))
            for finding in verdict.findings:
                output.line(f"  [{finding.code}] {finding.say(output.language)}")
            for advice in dict.fromkeys(finding.advise(output.language) for finding in verdict.findings):
                output.line(f"  → {advice}")
            if not verdict.recorded:
                output.say(_NOT_KEPT)

    return VerifyWatcher(progress.start, progress.read, finished)


def exit_code(verdicts: list[Verdict]) -> int:
    """0 where nothing differs, 1 where something does, else the code of the first error: never 0 for what was not seen.

    A unit that an ingest has in hand is no difference.
    """
    errors = [verdict.error for verdict in verdicts if verdict.error is not None]
    if errors:
        return errors[0].exit_code
    return EXIT_FINDINGS if any(verdict.findings for verdict in verdicts) else EXIT_DONE


def graver(units: int, audit: int) -> int:
    """The exit code for both: an error goes before a difference, and that of the units before the audit's."""
    return units if units > EXIT_FINDINGS else audit or units


def _print_sum(output: Output, verdicts: list[Verdict]) -> None:
    judged = [verdict for verdict in verdicts if verdict.error is None and not verdict.in_hand]
    output.say(
        _SUM,
        units=len(judged),
        size=megabytes(sum(verdict.read_bytes for verdict in verdicts)),
        differences=sum(len(verdict.findings) for verdict in judged),
        differing=sum(bool(verdict.findings) for verdict in judged),
    )


def _document(output: Output, verdicts: list[Verdict], drawn: dict[str, int] | None) -> dict[str, object]:
    return {
        "sample": drawn,
        "bytes": sum(verdict.read_bytes for verdict in verdicts),
        "differences": sum(len(verdict.findings) for verdict in verdicts),
        "units": [
            {
                "unit": verdict.unit,
                "version": verdict.version,
                "bytes": verdict.read_bytes,
                "in_hand": verdict.in_hand,
                "recorded": verdict.recorded,
                "findings": [
                    {
                        **finding.model_dump(mode="json"),
                        "text": finding.say(output.language),
                        "advice": finding.advise(output.language),
                    }
                    for finding in verdict.findings
                ],
                "error": None
                if verdict.error is None
                else {"code": verdict.error.code, "message": verdict.error.say(output.language)},
            }
            for verdict in verdicts
        ],
    }
