# SPDX-License-Identifier: EUPL-1.2
"""Measure an archive for Prometheus, each time it is asked."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from arhivar.composition import open_catalogue
from arhivar.log import Logger
from arhivar.metrics import families
from arhivar.metrics.disks import places, rooms
from arhivar.metrics.probes import certificate_probes, server_probes
from arhivar.settings import Settings
from repository.tables import REVISION
from schemas.errors import ArchiveMissing, CatalogueError

_log = Logger(__name__)


class ArchiveCollector(Collector):
    """Reads the catalogue in a fixed number of statements, asks the servers, looks at the disks.

    Whatever is away, the rest is told: `arhivar_up` says what. `more_places` are further folders, by name.
    """

    def __init__(self, settings: Settings, more_places: Mapping[str, Path] | None = None) -> None:
        self._settings = settings
        self._places = places(settings, more_places or {})
        self._servers = server_probes(settings)
        self._certificates = certificate_probes(settings)

    def collect(self) -> Iterator[Metric]:
        begun = time.monotonic()
        told = self._from_catalogue()
        up = {"catalogue": bool(told)} | {part: bool(answer) for part, answer in self._servers.ask().items()}
        ends = {part: end for part, end in self._certificates.ask().items() if end is not None}
        yield from families.build(REVISION)
        yield from families.answers(up)
        yield from families.certificates(ends)
        yield from families.disks(rooms(self._places), self._settings)
        yield from told
        yield GaugeMetricFamily(
            "arhivar_measured_seconds", "How long measuring all this took.", value=time.monotonic() - begun
        )

    def _from_catalogue(self) -> list[Metric]:
        now = datetime.now(UTC)
        try:
            with open_catalogue(self._settings) as catalogue:
                sums, standing, audit = catalogue.progress(now), catalogue.standing(now), catalogue.audit_end()
        except (CatalogueError, ArchiveMissing) as error:
            _log.warning("catalogue does not answer", error=error.code)
            return []
        return [
            *families.progress(sums, self._settings, now),
            *families.standing(standing, audit, self._settings),
            *families.inbox(families.chosen_look(standing.looks, self._settings)),
            *families.stages(standing.stages),
        ]


def archive_registry(settings: Settings, more_places: Mapping[str, Path] | None = None) -> CollectorRegistry:
    """A registry with this archive's metrics alone."""
    registry = CollectorRegistry()
    registry.register(ArchiveCollector(settings, more_places))
    return registry
