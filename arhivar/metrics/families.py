# SPDX-License-Identifier: EUPL-1.2
"""The metrics by name, made of sums. Labels are states, codes, stages and the like: what they can be is bounded.

No reference codes, titles, paths, hosts or persons: whoever may see metrics may not see records. Moments are seconds
since the epoch and not ages, so that an age grows also while nobody measures.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from arhivar import VERSION
from arhivar.metrics.disks import Room
from arhivar.progress.measure import count_states
from arhivar.progress.verdicts import JudgedIngest, Verdict, judge_ingests
from arhivar.settings import Settings
from repository.monitoring import InboxLook, StageSum, Standing
from repository.progress import Progress
from schemas.audit import AuditEnd
from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome

LEASE_KINDS = ("claim", "index", "ingest", "init", "intake", "unit")
"""Other kinds count as `other`."""


def build(revision: str) -> Iterator[Metric]:
    versions = {"version": VERSION, "catalogue": revision}
    yield InfoMetricFamily("arhivar_build", "Version of the program, revision of its catalogue.", versions)


def answers(up: Mapping[str, bool]) -> Iterator[Metric]:
    yield _gauges("arhivar_up", "Whether a part of the archive answers.", "part", up)


def certificates(ends: Mapping[str, datetime]) -> Iterator[Metric]:
    values = {part: end.timestamp() for part, end in ends.items()}
    yield _gauges("arhivar_certificate_end_timestamp_seconds", "When a server's certificate ends.", "part", values)


def disks(found: Sequence[Room], settings: Settings) -> Iterator[Metric]:
    free, size = ({room.place: getattr(room, what) for room in found} for what in ("free_bytes", "size_bytes"))
    yield _gauges("arhivar_disk_free_bytes", "Room on the disk of a folder of the archive.", "place", free)
    yield _gauges("arhivar_disk_size_bytes", "Size of the disk of a folder of the archive.", "place", size)
    yield _gauge(
        "arhivar_disk_least_free_bytes", "Below so much room, ingest begins nothing.", settings.least_free_bytes
    )


def progress(sums: Progress, settings: Settings, now: datetime) -> Iterator[Metric]:
    """Units, pages and findings; what is unfinished, and how long nothing was heard of it."""
    states = count_states(sums)
    yield _gauges("arhivar_units", "Units by how far they are.", "state", {one.state: one.units for one in states})
    pages = {one.state: one.pages for one in states if one.pages is not None}
    yield _gauges("arhivar_unit_pages", "Pages of units by how far the unit is.", "state", pages)
    yield CounterMetricFamily(
        "arhivar_pages_read", "Pages that got their first result.", sum(hour.pages for hour in sums.reading)
    )
    counted = {one.code: one.findings for one in sums.findings}
    yield _gauges("arhivar_findings", "Findings by code, those of rejected ingests left out.", "code", counted)
    volumes = {"masters": sums.masters.size_bytes, "access": sums.access.size_bytes}
    yield _gauges("arhivar_deposited_bytes", "Bytes of deposited ingests.", "kind", volumes)
    judged = judge_ingests(sums.unfinished, now, timedelta(seconds=settings.lease_seconds))
    yield from _unfinished(judged)


def _unfinished(judged: Sequence[JudgedIngest]) -> Iterator[Metric]:
    verdicts = Counter(one.verdict for one in judged)
    yield _gauges(
        "arhivar_unfinished_ingests",
        "Unfinished ingests by verdict, as `arhivar report` gives it.",
        "verdict",
        {verdict: verdicts[verdict] for verdict in Verdict},
    )
    oldest: dict[str, float] = {}
    for one in judged:
        oldest[one.verdict] = min(oldest.get(one.verdict, one.last_sign.timestamp()), one.last_sign.timestamp())
    yield _gauges(
        "arhivar_unfinished_last_sign_timestamp_seconds",
        "Last sign of life of the ingest that has been silent longest.",
        "verdict",
        oldest,
    )
    done = sum(one.ingest.pages_done for one in judged)
    left = sum(one.pages_left or 0 for one in judged)
    yield _gauges("arhivar_unfinished_pages", "Pages of unfinished ingests.", "reading", {"done": done, "left": left})
    stops = Counter(one.ingest.stop.code for one in judged if one.verdict is Verdict.STOPPED and one.ingest.stop)
    yield _gauges("arhivar_stopped_ingests", "Ingests that an error stopped, by its code.", "code", stops)


def standing(sums: Standing, audit: AuditEnd, settings: Settings) -> Iterator[Metric]:
    """Ingests, leases, outbox, fixity, backup, audit."""
    ingests = dict(sums.ingests)
    by_state = {state: ingests.get(state, 0) for state in IngestState}
    yield _gauges("arhivar_ingests", "Ingests by state, finished ones too.", "state", by_state)
    leases = Counter[str](dict.fromkeys((*LEASE_KINDS, "other"), 0))
    for kind, count in sums.leases:
        leases[kind if kind in LEASE_KINDS else "other"] += count
    yield _gauges("arhivar_leases", "Leases that somebody holds.", "kind", leases)
    yield _gauge("arhivar_outbox_entries", "Versions that wait for the index.", sums.outbox)
    yield _moment("arhivar_outbox_oldest_timestamp_seconds", "Since when the first of them waits.", sums.outbox_since)
    fixity = sums.fixity
    yield _gauge("arhivar_fixity_objects", "Deposited units.", fixity.objects)
    yield _gauge("arhivar_fixity_unchecked_objects", "Those that were not read again yet.", fixity.unchecked)
    yield _moment(
        "arhivar_fixity_oldest_timestamp_seconds", "When the one longest not read was seen whole.", fixity.oldest_at
    )
    days = timedelta(days=settings.fixity_days)
    yield _gauge("arhivar_fixity_period_seconds", "Within so long all are read again.", days.total_seconds())
    yield _moment("arhivar_backup_timestamp_seconds", "When the last backup was made.", sums.backup_at)
    yield _gauge("arhivar_audit_records", "Records of the audit.", audit.sequence)
    yield _gauge("arhivar_audit_sealed_records", "Those that a signed head covers.", audit.sealed)


def inbox(look: InboxLook | None) -> Iterator[Metric]:
    """What an intake last saw; nothing where none ever looked."""
    if look is None:
        return
    yield _moment("arhivar_inbox_look_timestamp_seconds", "When an intake last looked.", look.looked_at)
    yield _gauge("arhivar_inbox_waiting_drops", "Drops that are not complete.", look.waiting)
    yield _moment(
        "arhivar_inbox_waiting_oldest_timestamp_seconds",
        "Last change of the one that has waited longest.",
        look.waiting_since,
    )
    yield _gauge("arhivar_quarantine_drops", "Drops in quarantine, undecided.", look.quarantined)
    yield _moment(
        "arhivar_quarantine_oldest_timestamp_seconds", "Since when the first of them is.", look.quarantined_since
    )


def chosen_look(looks: Sequence[InboxLook], settings: Settings) -> InboxLook | None:
    """Of the inbox that the settings name, else the newest: a trial of another folder raises no alarm for ever."""
    if settings.inbox is not None:
        name = str(settings.inbox.expanduser().resolve())
        return next((look for look in looks if look.inbox == name), None)
    return max(looks, key=lambda look: look.looked_at, default=None)


def stages(sums: Iterable[StageSum]) -> Iterator[Metric]:
    """How often each stage ran, over how many pages, and how long: zero too, so that the first run shows as one."""
    names = ("stage", "outcome")
    found = {(one.stage, one.outcome): one for one in sums}
    runs = CounterMetricFamily("arhivar_stage_runs", "Runs of a stage that ended.", labels=names)
    pages = CounterMetricFamily("arhivar_stage_pages", "Pages that they were about.", labels=names)
    wall = CounterMetricFamily("arhivar_stage_wall_seconds", "How long they took.", labels=names)
    cpu = CounterMetricFamily("arhivar_stage_cpu_seconds", "Processor time that they took.", labels=names)
    for stage in Stage:
        for outcome in StageOutcome:
            labels = (stage.value, outcome.value)
            one = found.get((stage, outcome)) or StageSum(stage, outcome, 0, 0, 0.0, 0.0)
            runs.add_metric(labels, one.runs)
            pages.add_metric(labels, one.pages)
            wall.add_metric(labels, one.wall_seconds)
            cpu.add_metric(labels, one.cpu_seconds)
    yield from (runs, pages, wall, cpu)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _moment(name: str, text: str, at: datetime | None) -> Metric:
    """A moment; without one, the metric has no sample."""
    return GaugeMetricFamily(name, text, value=at.timestamp()) if at else GaugeMetricFamily(name, text, labels=())


def _gauges(name: str, text: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for value, number in values.items():
        family.add_metric((str(value),), number)
    return family
