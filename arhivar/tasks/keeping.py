# SPDX-License-Identifier: EUPL-1.2
"""The tasks that keep an archive: a daily share of reading again, the index anew, the weekly report."""

from datetime import UTC, datetime, timedelta

from arhivar.composition import Archive, open_archive, open_catalogue, open_replica
from arhivar.keeping.audit import record_verified, verify_audit
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.keeping.repair import needs_repair, repair_unit
from arhivar.keeping.verify import Subject, Verdict, VerifyWatcher, all_subjects, verify_units
from arhivar.log import Logger
from arhivar.mail import send_mail
from arhivar.progress.measure import make_report
from arhivar.settings import Settings, load_settings
from arhivar.tasks.alerts import tell_news
from repository.ocfl import OcflRepository
from schemas.errors import ArhivarError, ReplicaMissing
from schemas.messages import Language

_DAY = timedelta(days=1)
_RESERVE_DAYS = 5
"""Days of a round on which nothing may run without an object being late."""
_AUDIT_RECORDS = 1000
_NAMED = 20
"""So many of what is wrong are named in one message."""
_SILENT = VerifyWatcher(lambda _: None, lambda _: None, lambda _: None)

_log = Logger(__name__)


def audit_share() -> dict[str, int]:
    """Read today's share of all objects again, longest unread first, and repair what can be repaired.

    Every object is read within `fixity_days`. What was found whole is recorded object by object, so that a share that
    is cut short goes on where it stopped. A replica that is not there keeps nothing from being read. Raises the error
    of an object that could not be judged, and ArhivarError where differences are left or the replica is missing, at
    the end of the share.
    """
    settings = load_settings()
    now = datetime.now(UTC)
    with open_archive(settings) as archive:
        replica, missing = _replica(settings)
        share = due(all_subjects(archive), archive.catalogue.fixity(), now, settings.fixity_days)
        verdicts, repaired = [], 0
        for subject in share:
            verdict, files = _audit(archive, replica, subject)
            verdicts.append(verdict)
            repaired += files
        record_verified(archive, verdicts, verify_audit(archive, _AUDIT_RECORDS), unit=None, drawn=None)
        late = _late(archive, settings.fixity_days, now)
    differing = [verdict.unit for verdict in verdicts if verdict.findings]
    told = {
        "objects": len(verdicts),
        "read_bytes": sum(verdict.read_bytes for verdict in verdicts),
        "differing": len(differing),
        "repaired_files": repaired,
        "late": len(late),
    }
    _log.info("share audited", **told)
    if late:
        _log.error("objects not found whole in time", objects=late[:_NAMED])
        tell_news(
            settings, f"{len(late)} nerecitite / not found whole in time", {"fixity": "\n".join(late[:_NAMED])}, 0
        )
    for verdict in verdicts:
        if verdict.error is not None:
            raise verdict.error
    if differing:
        raise ArhivarError(detail=f"fixity: {', '.join(differing[:_NAMED])}")
    if missing is not None:
        raise ArhivarError(detail=f"{missing.code}: {missing}")  # no retry: it would read another share
    return told


def _replica(settings: Settings) -> tuple[OcflRepository | None, ReplicaMissing | None]:
    """The replica, where the settings name one, or why it cannot be opened."""
    try:
        return (None if settings.replica is None else open_replica(settings)), None
    except ReplicaMissing as error:
        _log.error("replica is missing", error=str(error))
        return None, error


def due(subjects: list[Subject], verified: dict[str, datetime], now: datetime, days: int) -> list[Subject]:
    """The share of one day: all that would be late tomorrow, and others, longest unread first, to an even round."""
    never = datetime.min.replace(tzinfo=UTC)
    ordered = sorted(subjects, key=lambda subject: (verified.get(subject.identifier, never), subject.identifier))
    share = -(-len(ordered) // max(days - _RESERVE_DAYS, 1))
    limit = now - (days - 1) * _DAY
    late: list[Subject] = []
    others: list[Subject] = []
    for one in ordered:
        (late if never < verified.get(one.identifier, never) <= limit else others).append(one)
    return [*late, *others[: max(share - len(late), 0)]]


def _late(archive: Archive, days: int, now: datetime) -> list[str]:
    """Objects that were found whole once, and not again in so many days."""
    return sorted(name for name, at in archive.catalogue.fixity().items() if now - at > days * _DAY)


def _audit(archive: Archive, replica: OcflRepository | None, subject: Subject) -> tuple[Verdict, int]:
    """The verdict, after a repair where one was needed; how many files were repaired."""
    verdict, files = verify_units(archive, [subject], _SILENT)[0], 0
    if needs_repair(verdict):
        outcome = repair_unit(archive, replica, subject, verdict, lambda _: None)
        verdict, files = outcome.after, len(outcome.repaired)
    for finding in verdict.findings:
        _log.error("object differs", unit=verdict.unit, code=finding.code.value)
    if verdict.error is None and not verdict.in_hand and not needs_repair(verdict):
        archive.catalogue.record_fixity(subject.identifier, datetime.now(UTC))
    return verdict, files


def rebuild_index() -> dict[str, int]:
    """Build the search index anew from the store and put it in place; searches go on meanwhile.

    Raises LeaseLost where another rebuild is at work, IndexUnavailable, StoreError, CatalogueError.
    """
    report = rebuild_archive(load_settings(), RebuildWatcher(lambda _: None, lambda _: None), index_only=True)
    for trouble in report.troubles:
        _log.error("unit not indexed whole", unit=trouble.unit)
    return {"units": report.indexed_units, "pages": report.indexed_pages, "troubles": len(report.troubles)}


def publish_report() -> str:
    """Write the progress report into the store, and mail it where that is set; its key. Raises StoreError."""
    from arhivar.progress.page import report_page

    settings = load_settings()
    now = datetime.now().astimezone()
    language = Language.EN if settings.language == "en" else Language.RO
    with open_catalogue(settings) as catalogue:
        page = report_page(make_report(catalogue.progress(now), settings, now), language)
    key = f"reports/{now:%Y-%m-%d}.html"
    with open_archive(settings) as archive:
        archive.store.replace(key, page)
    subject = "Raport de progres" if language is Language.RO else "Progress report"
    send_mail(settings, f"{subject}, {now:%Y-%m-%d}", f"{settings.organisation}: {key}", page)
    return key
