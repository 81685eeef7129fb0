# SPDX-License-Identifier: EUPL-1.2
"""The structured log on standard error: one JSON object a line, or key=value where the settings say `text`.

structlog is imported with the first line that is written, since it takes longer to start than most commands run.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

_level = logging.WARNING
_text = False
_ours = False
_context: ContextVar[Mapping[str, object] | None] = ContextVar("_context", default=None)


def set_level(level: str) -> None:
    """From this level on (`debug`, `info`, `warning`, `error`) lines are written; before the first one."""
    global _level  # noqa: PLW0603 - one log a process
    _level = logging.getLevelNamesMapping()[level.upper()]
    _configure.cache_clear()


def set_format(name: str) -> None:
    """`json` or `text`, for the lines that follow."""
    global _text  # noqa: PLW0603 - one log a process
    _text = name == "text"
    _configure.cache_clear()


@contextmanager
def log_context(**values: object) -> Iterator[None]:
    """Let every line of this block carry these values: `unit`, `ingest`, `page`, `stage`. A line's own go before."""
    token = _context.set({**(_context.get() or {}), **values})
    try:
        yield
    finally:
        _context.reset(token)


def bind_log(**values: object) -> None:
    """Let the lines that follow in the surrounding `log_context` carry these values too."""
    if _context.get() is not None:
        _context.set({**(_context.get() or {}), **values})


def trace_of(error: BaseException) -> str:
    """Where an error and its causes came from. Without their words, which may hold a person's name."""
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < _CAUSES:
        frames = traceback.extract_tb(one.__traceback__)[-_FRAMES:]
        places = " < ".join(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in reversed(frames))
        told.append(f"{type(one).__name__}: {places}")
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "; from ".join(told)


_CAUSES, _FRAMES = 5, 12


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
            structlog.get_logger(self._name).log(level, event, **{**(_context.get() or {}), **values})


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
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
            if _text
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stream as it is then
    )
