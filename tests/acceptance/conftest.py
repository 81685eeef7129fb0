# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arhivar.composition import Archive, init_archive, open_archive, open_pool
from arhivar.intake.take import IntakeOptions
from arhivar.pipeline import RunReport, Watcher, run_inbox
from arhivar.settings import Settings, load_settings

SILENT = Watcher(lambda unit, pages: None, lambda pages: None, lambda taken: None, lambda outcome: None)


@contextmanager
def ingested(home: Path, inbox: Path, options: IntakeOptions) -> Iterator[tuple[Archive, RunReport]]:
    """A new archive in `home` with everything in `inbox` taken through."""
    settings: Settings = load_settings({"ARHIVAR_HOME": str(home)})
    init_archive(settings)
    with open_archive(settings) as archive:
        with open_pool(settings) as pool:
            report = run_inbox(archive, inbox, options, pool, SILENT)
        yield archive, report
