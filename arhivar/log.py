# SPDX-License-Identifier: EUPL-1.2
"""The structured log on standard error: one JSON object a line.

structlog is imported with the first line that is written, since it takes longer to start than most commands run.
"""

import logging
import sys
from functools import cache

_level = logging.WARNING
_ours = False


def set_level(level: str) -> None:
    """From this level on (`debug`, `info`, `warning`, `error`) lines are written; before the first one."""
    global _level  # noqa: PLW0603 - one log a process
    _level = logging.getLevelNamesMapping()[level.upper()]
    _configure.cache_clear()


class Logger:
    """`Logger(__name__).warning("what happened", unit=…)`, and so on for the other levels."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **values: object) -> None:
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: object) -> None:
        self._write(logging.WARNING, event, values)

    def error(self, event: str, **values: object) -> None:
        self._write(logging.ERROR, event, values)

    def _write(self, level: int, event: str, values: dict[str, object]) -> None:
        hosted = _is_hosted()
        if hosted or level >= _level:
            import structlog

            if not hosted:
                _configure()
            structlog.get_logger(self._name).log(level, event, **values)


def _is_hosted() -> bool:
    """Whether the program that we run in (Airflow) has a structured log of its own: then all of ours goes there."""
    structlog = sys.modules.get("structlog")
    return structlog is not None and not _ours and structlog.is_configured()


@cache
def _configure() -> None:
    import structlog

    global _ours  # noqa: PLW0603 - one log a process
    _ours = True
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stream as it is then
    )
