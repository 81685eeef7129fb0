# SPDX-License-Identifier: EUPL-1.2
"""Do the servers of the archive answer, and how long do their certificates hold?

A server that hangs must not hang who asks: each is asked in a thread of its own, and by one at a time.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from sqlalchemy.engine import make_url

from arhivar.back_ends import index_place
from arhivar.composition import require_store
from arhivar.log import Logger, trace_of
from arhivar.settings import Settings
from schemas.errors import ArhivarError

_SECONDS = 5.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""How a client of PostgreSQL asks for TLS (its protocol, "SSLRequest")."""

_log = Logger(__name__)
Address = tuple[str, int]


class Probes:
    """Asks named questions, each at most once at a time. Safe for several threads."""

    def __init__(self, questions: Mapping[str, Callable[[], Any]], seconds: float = _SECONDS) -> None:
        self._questions = questions
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    def ask(self) -> dict[str, Any]:
        """The answers; None for what failed, or did not answer within the seconds."""
        with self._lock:
            for name, question in self._questions.items():
                if name not in self._asked or not self._asked[name].thread.is_alive():
                    self._asked[name] = _Asked(name, question)
            for asked in self._asked.values():
                asked.thread.join(self._seconds)
            return {name: None if asked.thread.is_alive() else asked.answer for name, asked in self._asked.items()}


class _Asked:
    def __init__(self, name: str, question: Callable[[], Any]) -> None:
        self.answer: Any = None
        self._name, self._question = name, question
        self.thread = threading.Thread(target=self._run, name=f"probe {name}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._question()
        except ArhivarError as error:
            _log.info("no answer", part=self._name, error=error.code)
        except (OSError, ValueError) as error:
            _log.info("no answer", part=self._name, error=trace_of(error))


def server_probes(settings: Settings) -> Probes:
    """Whether store and index answer: True, or None."""

    def store() -> bool:
        require_store(settings)
        return True

    def index() -> bool:
        index_place(settings).is_lost()  # one that is lost is filled again by itself
        return True

    return Probes({"store": store, "index": index})


def certificate_probes(settings: Settings) -> Probes:
    """When the certificates end of those servers that are reached by TLS."""
    questions: dict[str, Callable[[], datetime]] = {}
    for part, url in (("store", settings.store_endpoint if settings.store else None), ("index", settings.index)):
        if url is not None and url.startswith("https://"):
            parts = urlsplit(url)
            questions[part] = _question((parts.hostname or "", parts.port or 443), begin=None)
    if settings.catalogue is not None:
        database = make_url(settings.catalogue.get_secret_value())
        by_tls = database.query.get("sslmode") not in {None, "disable"}
        if by_tls and database.host and not database.host.startswith("/"):
            questions["catalogue"] = _question((database.host, database.port or 5432), begin=_ask_postgresql)
    return Probes(questions)


def _question(address: Address, begin: Callable[[socket.socket], None] | None) -> Callable[[], datetime]:
    return lambda: certificate_end(address, begin)


def certificate_end(address: Address, begin: Callable[[socket.socket], None] | None = None) -> datetime:
    """When the certificate ends that the server shows, also one that nobody trusts or that has ended; nothing is sent.

    Raises OSError, and ValueError where there is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # only its date is read
    with socket.create_connection(address, timeout=_SECONDS) as plain:
        if begin is not None:
            begin(plain)
        with context.wrap_socket(plain, server_hostname=address[0]) as wrapped:
            shown = wrapped.getpeercert(binary_form=True)
    if shown is None:
        raise ValueError("no certificate")
    return x509.load_der_x509_certificate(shown).not_valid_after_utc


def _ask_postgresql(plain: socket.socket) -> None:
    plain.sendall(_SSL_REQUEST)
    if plain.recv(1) != b"S":
        raise ValueError("no TLS")
