# SPDX-License-Identifier: EUPL-1.2
"""`ingest --profile`: where the processor time of a run went."""

from collections.abc import Iterator
from contextlib import contextmanager

from arhivar.cli.output import Output
from arhivar.composition import Archive
from arhivar.step_profile import PROCESSES, REST, Profile, ProfileReport
from processors.step_times import Step, measured
from schemas.messages import Message
from schemas.page import PageKind
from schemas.stages import Stage

_HEADS = (
    Message(ro="pas", en="step"),
    Message(ro="secunde CPU", en="CPU seconds"),
    Message(ro="pe pagină", en="a page"),
)
_TOTAL = Message(ro="în total", en="in all")
_BLANK = Message(
    ro="pagini albe: {pages}, câte {seconds} secunde CPU fiecare", en="blank pages: {pages}, {seconds} CPU seconds each"
)
_STEPS = {
    Stage.STAGE: Message(ro="preluare", en="stage"),
    Step.DECODE: Message(ro="decodare", en="decode"),
    Step.ANALYSIS: Message(ro="analiză", en="analysis"),
    Step.STRAIGHTEN: Message(ro="îndreptare", en="straighten"),
    Step.READ: Message(ro="citire", en="read"),
    Step.LANGUAGE: Message(ro="limbă", en="language"),
    Step.TRUST: Message(ro="încredere", en="trust"),
    Step.SECOND_READER: Message(ro="al doilea cititor", en="second reader"),
    Step.AFTER: Message(ro="după citire", en="after-reading"),
    Step.ACCESS_IMAGE: Message(ro="imagine de consultare", en="access image"),
    Step.QUALITY: Message(ro="calitate", en="quality"),
    Step.OTHER: Message(ro="între pași", en="between steps"),
    PROCESSES: Message(ro="procese de citire", en="reading processes"),
    Stage.COMPOSE: Message(ro="compunere", en="compose"),
    Step.VERAPDF: Message(ro="veraPDF", en="veraPDF"),
    Stage.DEPOSIT: Message(ro="depunere", en="deposit"),
    Stage.INDEX: Message(ro="indexare", en="index"),
    Stage.RECONCILE: Message(ro="reconciliere", en="reconcile"),
    REST: Message(ro="restul", en="rest"),
}


@contextmanager
def profiling(archive: Archive) -> Iterator[Profile]:
    """Profile what the archive's monitor sees in the block."""
    with measured() as own:
        archive.monitor.profile = profile = Profile(own)
        yield profile


def print_profile(output: Output, report: ProfileReport) -> None:
    """A row a step."""
    pages = max(1, report.pages)
    rows = [
        (_STEPS[step].say(output.language), f"{spent:.2f}", f"{spent / pages:.3f}")
        for step, spent in report.steps.items()
    ]
    rows.append((_TOTAL.say(output.language), f"{report.cpu_seconds:.2f}", f"{report.cpu_seconds / pages:.3f}"))
    output.table(_HEADS, rows)
    blank = report.kinds.get(PageKind.BLANK)
    if blank is not None:
        output.say(_BLANK, pages=blank.pages, seconds=f"{blank.cpu_seconds / blank.pages:.3f}")


def profile_document(report: ProfileReport) -> dict[str, object]:
    """The same for programs, in CPU seconds of all pages together."""
    return {
        "pages": report.pages,
        "cpu_seconds": round(report.cpu_seconds, 3),
        "steps": {step: round(spent, 3) for step, spent in report.steps.items()},
        "kinds": {
            kind.value: {"pages": of_kind.pages, "cpu_seconds": round(of_kind.cpu_seconds, 3)}
            for kind, of_kind in sorted(report.kinds.items())
        },
    }
