"""What the watch talks to: mail server, mailbox of bounces, DNS, Telegram."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from watchbot.app.doctor.finding import Finding, fine, trouble, warning
from watchbot.errors import WatchbotError

if TYPE_CHECKING:
    from watchbot.config import Watch


def look_outside(watch: Watch) -> Iterator[Finding]:
    """Log in to everything that is configured, and look at what the DNS says of the sender's domain."""
    yield from _mail(watch)
    yield from _mailbox(watch)
    yield from _domain(watch)
    yield from _bot(watch)


def _mail(watch: Watch) -> Iterator[Finding]:
    from watchbot.digest.deliver.smtp import SmtpConnection, SmtpServer

    if watch.settings.smtp_url is None:
        return
    try:
        url = watch.settings.smtp_url.get_secret_value()
        server = SmtpServer.from_url(url, allow_plain=watch.settings.smtp_allow_plain)
        connection = SmtpConnection(server, timeout=10)
        connection.check()
        connection.quit()
    except WatchbotError as error:
        yield trouble("mail server", str(error), _mail_advice(error, "WATCHBOT_SMTP_URL"))
    else:
        login = f"takes the login of {server.user}" if server.user else "answers; no login is set"
        yield fine("mail server", f"{server.host}:{server.port} {login}")


def _mail_advice(error: Exception, variable: str) -> str:
    """What to do about a mail server, by what went wrong."""
    cause = error.__cause__
    if isinstance(cause, smtplib.SMTPAuthenticationError):
        return f"correct user and password in {variable} (signs such as @ : / % as %40 %3A %2F %25)"
    if isinstance(cause, smtplib.SMTPNotSupportedError):
        return f"the server takes no login here: use its TLS port, or take user and password out of {variable}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"write the host in {variable} as its certificate has it, or have the certificate renewed"
    if isinstance(cause, ssl.SSLError):
        return f"port and form do not go together in {variable}: smtps://…:465 is TLS at once, smtp://…:587 is STARTTLS"
    if isinstance(cause, socket.gaierror):
        return f"correct the host's name in {variable}, or look at the DNS of this machine"
    if isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPException):
        return f"nothing answers there: correct host and port in {variable}, or open the firewall"
    return f"correct {variable}"


def _mailbox(watch: Watch) -> Iterator[Finding]:
    from watchbot.digest.deliver.mailbox import opened

    settings = watch.settings
    if settings.bounce_imap_url is None:
        return
    try:
        with opened(settings.bounce_imap_url.get_secret_value(), timeout=10):
            yield fine("mailbox of bounces", "answers")
    except WatchbotError as error:
        yield trouble(
            "mailbox of bounces", str(error), "correct host, user, password and folder in WATCHBOT_BOUNCE_IMAP_URL"
        )
    if settings.bounce_address is None:
        finding = "WATCHBOT_BOUNCE_IMAP_URL is set, but not WATCHBOT_BOUNCE_ADDRESS"
        yield warning("mailbox of bounces", finding, "set it to that mailbox's address, or bounces go elsewhere")


def _domain(watch: Watch) -> Iterator[Finding]:
    """Whether receivers can tell that mails come from us; only when there is a mail server and a public domain."""
    from watchbot.app.mail_domain import dns_lookup, look_at_domain

    settings = watch.settings
    domain = settings.mail_from.rpartition("@")[2]
    if settings.smtp_url is None or "." not in domain:
        return
    selector = settings.dkim_selector if settings.dkim_key else None
    signing = settings.dkim_domain or domain
    if selector is None:
        yield warning("DKIM", "mails are not signed here", "set WATCHBOT_DKIM_KEY, or let the mail provider sign")
    try:
        for one in look_at_domain(signing if selector else domain, selector, dns_lookup()):
            state = "warning" if one.advice else "ok"
            yield Finding(state=state, what=one.what, finding=one.finding, advice=one.advice)
    except OSError as error:
        yield warning("DNS", str(error), "look at the network of this machine")


def _bot(watch: Watch) -> Iterator[Finding]:
    from watchbot.digest.deliver.telegram import TelegramChannel

    if watch.settings.telegram_token is None:
        return
    channel = TelegramChannel(watch.settings.telegram_token.get_secret_value(), watch.settings.telegram_api)
    try:
        name = channel.check()
    except WatchbotError as error:
        known = "InvalidToken" not in str(error)
        reach = "look at the network of this machine and at WATCHBOT_TELEGRAM_API"
        advice = (
            reach if known else "take the token from @BotFather anew (/mybots, API Token) into WATCHBOT_TELEGRAM_TOKEN"
        )
        yield trouble("Telegram bot", str(error), advice)
    else:
        yield fine("Telegram bot", f"@{name} answers")
    finally:
        channel.close()
