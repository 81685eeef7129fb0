# SPDX-License-Identifier: EUPL-1.2
"""Mail to whoever looks after the archive, where the settings name a server and an address."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from arhivar.log import Logger
from arhivar.settings import Settings

_SECONDS = 30
_SUBMISSION, _IMPLICIT_TLS = 587, 465

_log = Logger(__name__)


def send_mail(settings: Settings, subject: str, text: str, page: bytes | None = None) -> bool:
    """Send the text, and an HTML page with it; whether it was sent.

    Without server or address nothing is sent. A server that fails is logged and stops nothing: what was to be told is
    in the log too. A password never goes over a connection without TLS.
    """
    if settings.mail_server is None or settings.mail_to is None:
        return False
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = f"[Arhivar] {subject}", settings.mail_from, settings.mail_to
    message.set_content(text)
    if page is not None:
        message.add_attachment(
            page, maintype="text", subtype="html", filename="arhivar.html", params={"charset": "utf-8"}
        )
    server = urlsplit(settings.mail_server.get_secret_value())
    host = server.hostname or "localhost"
    try:
        with (
            smtplib.SMTP_SSL(host, server.port or _IMPLICIT_TLS, timeout=_SECONDS, context=ssl.create_default_context())
            if server.scheme == "smtps"
            else smtplib.SMTP(host, server.port or _SUBMISSION, timeout=_SECONDS)
        ) as connection:
            connection.ehlo()
            safe = server.scheme == "smtps"
            if not safe and connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
                safe = True
            if server.username:
                if not safe:
                    raise smtplib.SMTPNotSupportedError("no TLS, so no password is sent")
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        _log.error("mail not sent", server=host, error=str(error))
        return False
    return True
