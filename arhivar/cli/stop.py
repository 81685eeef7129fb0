# SPDX-License-Identifier: EUPL-1.2
"""How a long command stops: what it says when it is asked to, and its exit code."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from arhivar.stopping import StopRequest, stopping_on_signals
from schemas.messages import Language, Message

STOPPED = Message(
    ro="Oprit. Ce a rămas de făcut continuă la următoarea pornire.",
    en="Stopped. What is left goes on with the next start.",
)
_STOPPING = Message(
    ro="Se oprește după paginile aflate în lucru…",
    en="Stopping after the pages in hand…",
)


@contextmanager
def stopping(stop: StopRequest, language: Language) -> Iterator[None]:
    """For the length of the block, SIGTERM and Ctrl-C ask for a stop, and standard error says so."""
    text = (_STOPPING.say(language, {}) + "\n").encode()

    def tell(_: int) -> None:
        with suppress(OSError):  # whoever read it may be gone; the stop is what matters
            os.write(sys.stderr.fileno(), text)  # not through the buffer that the main thread may be writing to

    try:
        with stopping_on_signals(stop, tell):
            yield
    finally:
        if stop.signal is not None:  # the process ends now: a late repeat must not change how it ended
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)


def stop_exit_code(stop: StopRequest) -> int:
    """128 and the signal's number, as shells have it: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (stop.signal or signal.SIGTERM)
