# SPDX-License-Identifier: EUPL-1.2
"""How commands speak: language, JSON or text, tables, marked snippets, progress."""

import json
import locale
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.messages import Language, Message

if TYPE_CHECKING:  # only what shows progress needs it
    from rich.progress import Progress, TaskID

_UNCUT_WIDTH = 1000


def choose_language(asked: str | None, setting: str = "auto") -> Language:
    """`--lang` first, then the setting, then the locale; English where the locale is not Romanian."""
    for choice in (asked, setting):
        if choice in (Language.RO.value, Language.EN.value):
            return Language(choice)
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return Language.RO if locale.normalize(named).lower().startswith("ro") else Language.EN


def _console() -> Console:
    """As wide as the terminal; where there is none, so wide that no cell is cut."""
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=True, width=None if terminal else _UNCUT_WIDTH)


@dataclass(slots=True)
class Output:
    """Where a command writes. `as_json` prints one JSON document at the end and nothing else to standard output."""

    language: Language
    as_json: bool = False
    console: Console = field(default_factory=_console)

    def say(self, message: Message, **fields: object) -> None:
        """A sentence, in text mode only."""
        self.line(message.say(self.language, fields))

    def line(self, text: str | Text = "") -> None:
        """A line, in text mode only; markup in it is not interpreted."""
        if not self.as_json:
            self.console.print(text if isinstance(text, Text) else Text(text))

    def table(self, heads: Sequence[Message], rows: Sequence[Sequence[object]]) -> None:
        """A table, in text mode only."""
        if self.as_json:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for head in heads:
            table.add_column(head.say(self.language), overflow="fold")
        for row in rows:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        self.console.print(table)

    def document(self, content: Mapping[str, object]) -> None:
        """The one JSON document, in JSON mode only."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")

    def event(self, content: Mapping[str, object]) -> None:
        """One of many JSON documents, a line each, in JSON mode only; written out at once."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()


def marked(text: str, marks: Sequence[tuple[int, int]], *, colour: bool) -> Text:
    """A snippet with its marks: bold where the terminal has colours, else between guillemets."""
    if colour:
        shown = Text(text)
        for start, end in marks:
            shown.stylize("bold black on yellow", start, end)
        return shown
    parts: list[str] = []
    last = 0
    for start, end in marks:
        parts += [text[last:start], "«", text[start:end], "»"]
        last = end
    return Text("".join([*parts, text[last:]]))


class PageProgress:
    """Progress over a unit's pages: a bar with pages a second and time left on a terminal, else plain lines."""

    _EVERY_SECONDS = 10.0

    def __init__(self, language: Language, stream: TextIO, *, quiet: bool) -> None:
        self._language = language
        self._stream = stream
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._unit = ""
        self._pages = self._done = self._skipped = 0
        self._started = self._spoken = 0.0

    def start_unit(self, unit: str, pages: int) -> None:
        """Begin a unit."""
        self.stop()
        self._unit, self._pages, self._done, self._skipped = unit, pages, 0, 0
        self._started = self._spoken = time.monotonic()
        if self._quiet:
            return
        if self._stream.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[speed]}"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(file=self._stream))
            self._task = self._bar.add_task(unit, total=pages, speed="")
            self._bar.start()
        else:
            self._line(_STARTED.say(self._language, {"unit": unit, "pages": pages}))

    def advance(self, pages: int) -> None:
        """So many more pages are done."""
        if pages > 1 and self._done == 0:
            self._skipped = pages
        self._done += pages
        if self._quiet or pages == 0:
            return
        speed = (self._done - self._skipped) / max(time.monotonic() - self._started, 0.001)
        if self._bar is not None and self._task is not None:
            shown = _SPEED.say(self._language, {"speed": f"{speed:.2f}"})
            self._bar.update(self._task, advance=pages, speed=shown)
        elif self._done == self._pages or time.monotonic() - self._spoken >= self._EVERY_SECONDS:
            self._spoken = time.monotonic()
            left = (self._pages - self._done) / speed if speed else 0
            self._line(
                _STEP.say(
                    self._language,
                    {
                        "unit": self._unit,
                        "done": self._done,
                        "pages": self._pages,
                        "speed": f"{speed:.2f}",
                        "left": f"{left:.0f}",
                    },
                )
            )

    def stop(self) -> None:
        """End the bar, so that other lines can be written."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def _line(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


_STARTED = Message(ro="{unit}: pagini: {pages}", en="{unit}: pages: {pages}")
_SPEED = Message(ro="{speed} pagini/s", en="{speed} pages/s")
_STEP = Message(
    ro="{unit}: {done}/{pages} pagini, {speed} pagini/s, încă {left} s",
    en="{unit}: {done}/{pages} pages, {speed} pages/s, {left} s left",
)
