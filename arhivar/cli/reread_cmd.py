# SPDX-License-Identifier: EUPL-1.2
"""`arhivar reread`: read the pages of deposited units again, from the masters in the store."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output, PageProgress
from arhivar.cli.stop import STOPPED, stop_exit_code, stopping
from arhivar.cli.telling import error_document, outcome_document, tell_drops
from arhivar.composition import open_archive, open_pool
from arhivar.rereading import RereadRequest, RereadUnit, find_units, queue_reread, reread_unit
from arhivar.stopping import StopAsked, StopRequest
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, ArhivarError, UsageError
from schemas.messages import Message
from schemas.reading import ReadingLevel

_NEW = Message(
    ro="{unit}: recitită ({level}), versiunea {before} → {version}",
    en="{unit}: read again ({level}), version {before} → {version}",
)
_SAME = Message(
    ro="{unit}: recitită ({level}); totul este ca înainte, rămâne versiunea {before}",
    en="{unit}: read again ({level}); all is as before, version {before} stays",
)
_QUEUED = Message(
    ro="{unit}: așteaptă recitirea ({level}) la următorul `arhivar ingest`",
    en="{unit}: to be read again ({level}) by the next `arhivar ingest`",
)
_FAILED = Message(ro="{unit}: nu a fost recitită. {error}", en="{unit}: not read again. {error}")
_NONE = Message(ro="Nicio unitate de recitit.", en="No unit to read again.")

Failed = tuple[str, ArhivarError]


@click.command("reread")
@click.argument("unit", nargs=-1)
@click.option(
    "--level",
    type=click.Choice([one.value for one in ReadingLevel]),
    default=ReadingLevel.CAREFUL.value,
    show_default=True,
    help="How carefully.",
)
@click.option("--series", help="The units of this series, or whose reference codes begin so.")
@click.option("--doubtful", is_flag=True, help="Only units that have a page under the confidence threshold.")
@click.option("--reason", help="Why; goes into the audit.")
@click.option("--queue", is_flag=True, help="Only put them in line, for `ingest`, `watch` or Airflow.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    context: Context,
    unit: tuple[str, ...],
    level: str,
    series: str | None,
    doubtful: bool,
    reason: str | None,
    queue: bool,
    as_json: bool,
) -> int:
    """Read the pages of each UNIT again, from the masters in the store. What is new in it becomes a version."""
    output = context.output(as_json=as_json)
    if bool(unit) == bool(series is not None or doubtful):
        raise UsageError(detail="name units, or choose them by --series and --doubtful")
    request = RereadRequest(ReadingLevel(level), None if reason is None or not reason.strip() else reason.strip())
    stop = StopRequest()
    progress = PageProgress(output.language, sys.stderr, quiet=as_json)
    watcher = tell_drops(output, progress)
    done: list[RereadUnit] = []
    failed: list[Failed] = []
    stopped = False
    with ExitStack() as stack:
        stack.enter_context(stopping(stop, output.language))
        archive = stack.enter_context(open_archive(context.settings))
        chosen = tuple(dict.fromkeys(unit)) or find_units(archive, series, doubtful=doubtful)
        pool = None if queue else stack.enter_context(open_pool(context.settings))
        try:
            for one in chosen:
                stop.check()
                try:
                    if pool is None:
                        done.append(queue_reread(archive, one, request))
                    else:
                        done.append(reread_unit(archive, one, request, pool, watcher, stop))
                except ArhivarError as error:  # the others may go on
                    failed.append((one, error))
                    output.say(_FAILED, unit=one, error=error.say(output.language))
                else:
                    _say(output, done[-1])
        except StopAsked:
            stopped = True
            output.say(STOPPED)
        finally:
            progress.stop()
    if not chosen:
        output.say(_NONE)
    output.document(_document(output, done, failed, stopped=stopped))
    return stop_exit_code(stop) if stopped else _exit_code(done, failed)


def _say(output: Output, one: RereadUnit) -> None:
    said = {"unit": one.reference_code, "level": one.level.value, "before": one.before, "version": one.version}
    if one.outcome is None:
        output.say(_QUEUED, **said)
    elif one.outcome.error is None:
        output.say(_NEW if one.changed else _SAME, **said)


def _exit_code(done: Sequence[RereadUnit], failed: Sequence[Failed]) -> int:
    """0 where all is reconciled, 1 where a page waits for a person, else the first error's code."""
    outcomes = [one.outcome for one in done if one.outcome is not None]
    errors = [error for _, error in failed] + [one.error for one in outcomes if one.error is not None]
    if errors:
        return errors[0].exit_code
    unbalanced = any(one.ledger is not None and not one.ledger.balanced for one in outcomes)
    return EXIT_FINDINGS if unbalanced else EXIT_DONE


def _document(
    output: Output, done: Sequence[RereadUnit], failed: Sequence[Failed], *, stopped: bool
) -> dict[str, object]:
    return {
        "rereads": [
            {
                "reference_code": one.reference_code,
                "level": one.level.value,
                "version_before": one.before,
                "version": one.version,
                "ingest": None if one.outcome is None else outcome_document(output, one.outcome),
            }
            for one in done
        ],
        "errors": [{"reference_code": unit, **error_document(output, error)} for unit, error in failed],
        "stopped": stopped,
    }
