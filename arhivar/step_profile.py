# SPDX-License-Identifier: EUPL-1.2
"""Where an ingest's processor time goes: CPU seconds by step, of pages (as their processes say) and of all else."""

from collections.abc import Mapping
from dataclasses import dataclass

from arhivar.cpu_time import tree_cpu_seconds
from processors.step_times import Step, StepTimes
from repository.monitoring import StageRun
from schemas.page import PageKind
from schemas.stages import Stage

PROCESSES = "processes"
"""What the reading of pages took beyond their steps: starting the processes, warming up, keeping results."""
REST = "rest"
"""What the command took beyond all stages: starting, looking at the inbox, closing."""


@dataclass(frozen=True, slots=True)
class PagesOfKind:
    """How many pages of a kind were read, and the CPU seconds of their steps together."""

    pages: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """CPU seconds of a whole command: `steps` adds up to `cpu_seconds`, in the order in which they come."""

    pages: int
    cpu_seconds: float
    steps: Mapping[str, float]
    kinds: Mapping[PageKind, PagesOfKind]


class Profile:
    """Gathers what the monitor hears and what pages bring along.

    `own` measures this process: what of a stage it counts as veraPDF's is told apart. Pages that were read in an
    earlier run cost nothing in this one, and do not count.
    """

    def __init__(self, own: StepTimes) -> None:
        self._own = own
        self._stages: dict[Stage, float] = {}
        self._steps: dict[Step, float] = {}
        self._kinds: dict[PageKind, PagesOfKind] = {}

    def add_stage(self, run: StageRun) -> None:
        """A run of a stage that has ended."""
        self._stages[run.stage] = self._stages.get(run.stage, 0.0) + run.cpu_seconds

    def add_page(self, kind: PageKind, seconds: Mapping[Step, float]) -> None:
        """A page that was read, with the CPU seconds of its steps."""
        for step, spent in seconds.items():
            self._steps[step] = self._steps.get(step, 0.0) + spent
        before = self._kinds.get(kind, PagesOfKind(0, 0.0))
        self._kinds[kind] = PagesOfKind(before.pages + 1, before.cpu_seconds + sum(seconds.values()))

    def report(self) -> ProfileReport:
        """So far, since this program started. What rounding would make less than nothing is nothing."""
        verapdf = self._own.seconds().get(Step.VERAPDF, 0.0)
        stages = {stage: self._stages.get(stage, 0.0) for stage in Stage}
        in_pages = sum(self._steps.values())
        steps: dict[str, float] = {Stage.STAGE.value: stages[Stage.STAGE]}
        steps |= {step.value: self._steps[step] for step in Step if step in self._steps}
        steps[PROCESSES] = stages[Stage.PAGES] - in_pages
        steps[Stage.COMPOSE.value] = stages[Stage.COMPOSE] - verapdf
        steps[Step.VERAPDF.value] = verapdf
        steps |= {stage.value: stages[stage] for stage in (Stage.DEPOSIT, Stage.INDEX, Stage.RECONCILE)}
        total = tree_cpu_seconds()
        steps[REST] = total - sum(steps.values())
        return ProfileReport(
            pages=sum(kind.pages for kind in self._kinds.values()),
            cpu_seconds=total,
            steps={step: max(spent, 0.0) for step, spent in steps.items()},
            kinds=self._kinds,
        )
