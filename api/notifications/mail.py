"""The door to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final

from api.errors import SendError
from api.notifications.messages import Message
from api.settings import Settings

TIMEOUT_S: Final = 15.0


def send(to: str, delivery: str, message: Message, settings: Settings) -> None:
    """Hand one mail to the server, or SendError; the same delivery has the same Message-ID."""
    mail = letter(to, delivery, message, settings)
    try:
        with _server(settings) as server:
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(f"the mail server did not take it ({_reason(error)})") from error


def letter(to: str, delivery: str, message: Message, settings: Settings) -> EmailMessage:
    """Plain text, marked as sent by a machine so that no machine answers."""
    sender = settings.smtp_from or f"bright-kitchen@{settings.smtp_host}"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, message.subject
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = f"<{delivery}@{sender.rpartition('@')[2].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def _server(settings: Settings) -> smtplib.SMTP:
    if settings.smtp_host is None:
        raise SendError("no mail server is set up; set BRIGHTKITCHEN_SMTP_HOST")
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(*where, timeout=TIMEOUT_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def _reason(error: Exception) -> str:
    """The server's code where it gave one; its words may hold the address."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
