# SPDX-License-Identifier: EUPL-1.2
"""A mail server for tests: on loopback, it takes every message and keeps it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer

_END = b"."


class Mailbox(ThreadingTCPServer):
    """What was sent, in order; `url` is what ARHIVAR_MAIL_SERVER takes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[EmailMessage] = []
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def text(self, subject: str) -> str:
        """The text of the last message whose subject holds that."""
        message = next(one for one in reversed(self.messages) if subject in str(one["Subject"]))
        body = message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


class _Conversation(StreamRequestHandler):
    """One client, by as much of RFC 5321 as smtplib speaks to a server without extensions."""

    server: Mailbox

    def handle(self) -> None:
        self._say("220 mailbox")
        while line := self.rfile.readline():
            word = line.split(maxsplit=1)[0].upper() if line.strip() else b""
            if word == b"DATA":
                self._say("354 go on")
                self._keep()
            if word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 mailbox" if word in {b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET"} else "502 no")

    def _keep(self) -> None:
        lines = []
        while (line := self.rfile.readline().rstrip(b"\r\n")) != _END:
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.messages.append(message_from_bytes(b"\r\n".join(lines), policy=policy.default))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A mail server for the length of the block."""
    with Mailbox() as mailbox:
        thread = threading.Thread(target=mailbox.serve_forever, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
            thread.join()
