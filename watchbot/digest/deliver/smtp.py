"""Speaking SMTP: one connection for many messages, TLS required, and a mark just before a message becomes the server's.

RFC 5321 section 4.2.5: a server takes responsibility for a message when it answers the final dot. So everything but
that dot is sent first; then the caller records that the dot is about to go; then it goes.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Self
from urllib.parse import unquote, urlsplit

from watchbot.errors import DeliveryError, ServerUnavailableError

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
# A connection that was idle for so many seconds is tried with a NOOP before it is used again.
IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where and how to hand over mail. `allow_plain` accepts a connection without TLS (a relay on this machine)."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""
    allow_plain: bool = False

    @classmethod
    def from_url(cls, url: str, *, allow_plain: bool = False) -> Self:
        """Read `smtps://user:password@host:465` or `smtp://host:587`.

        Raises:
            DeliveryError: the address is not of that form.
        """
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            message = "WATCHBOT_SMTP_URL is not of the form smtps://user:password@host:465 or smtp://host:587"
            raise DeliveryError(message, permanent=True)
        return cls(
            host=parts.hostname,
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "smtps",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            allow_plain=allow_plain,
        )

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class SmtpConnection:
    """A connection that is opened when first needed and again when it was lost."""

    def __init__(self, server: SmtpServer, *, timeout: float = 30.0, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._timeout = timeout
        self._context = context or ssl.create_default_context()
        if context is None and server.allow_plain and not server.tls:
            # Where plain text is allowed, encryption without proof of who is there is no worse (a relay's own certificate).
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE
        self._client: smtplib.SMTP | None = None
        self._used = 0.0

    def send(
        self, message: EmailMessage, mail_from: str, to: str, *, raw: bytes, on_commit: Callable[[], None]
    ) -> None:
        """Hand over one message to one recipient.

        Args:
            message: the message, to tell whether SMTPUTF8 is needed.
            mail_from: the return path.
            to: the recipient.
            raw: the bytes to send (perhaps signed).
            on_commit: called after everything but the final dot was sent, just before the dot is.

        Raises:
            DeliveryError: permanent for 5xx answers to the recipient or message; passing otherwise.
            ServerUnavailableError: the server cannot be reached, breaks off, or refuses us rather than the recipient.
        """
        try:
            client = self._connected()
            wide = isinstance(message.policy, EmailPolicy) and message.policy.utf8
            if wide and not client.has_extn("smtputf8"):
                text = f"RCPT: 5.6.7 {self._server.host} takes no addresses beyond ASCII (SMTPUTF8)"
                raise DeliveryError(text, permanent=True)  # noqa: TRY301 - like an answer of the server
            self._expect_sender(client.mail(mail_from, ["SMTPUTF8"] if wide else []))
            _expect(client.rcpt(to), 250, "RCPT")
            _expect(client.docmd("DATA"), 354, "DATA")
            client.send(_stuffed(raw))
            on_commit()
            client.send(b".\r\n")
            _expect(client.getreply(), 250, "end of data")
        except DeliveryError:
            self._reset()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise ServerUnavailableError(f"{self._server.host}: {type(error).__name__}: {error}") from error

    def _expect_sender(self, reply: tuple[int, bytes]) -> None:
        """A server that refuses the sender refuses us: no recipient is to blame, and it would refuse the next message too."""
        try:
            _expect(reply, 250, "MAIL")
        except DeliveryError as error:
            raise ServerUnavailableError(f"{self._server.host}: {error}") from error

    def check(self) -> None:
        """Open the connection and log in, or say why not.

        Raises:
            DeliveryError: the server cannot be reached, offers no TLS, or refuses the login.
        """
        try:
            _expect(self._connected().noop(), 250, "NOOP")
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise ServerUnavailableError(f"{self._server.host}: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._client.close()
            self._client = None

    def quit(self) -> None:
        """End the connection politely."""
        if self._client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._client.quit()
            self._client = None

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self._drop_if_stale(self._client)
        self._used = time.monotonic()
        if self._client is not None:
            return self._client
        server = self._server
        client: smtplib.SMTP
        if server.tls:
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=self._context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        self._client = client
        if client.sock is not None:
            # The final dot is a small packet of its own: without this it would wait for the server's delayed acknowledgement.
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.ehlo_or_helo_if_needed()
        if not server.tls:
            self._secure(client)
        if server.user:
            client.login(server.user, server.password)
        return client

    def _drop_if_stale(self, client: smtplib.SMTP) -> None:
        try:
            _expect(client.noop(), 250, "NOOP")
        except (OSError, smtplib.SMTPException, DeliveryError):
            self.close()

    def _secure(self, client: smtplib.SMTP) -> None:
        if client.has_extn("starttls"):
            client.starttls(context=self._context)
            client.ehlo()
        elif not self._server.allow_plain:
            self.close()
            message = (
                f"{self._server.host} offers no STARTTLS: nothing was sent; use smtps://, or for a relay on this machine"
                " set WATCHBOT_SMTP_ALLOW_PLAIN=1"
            )
            raise ServerUnavailableError(message)

    def _reset(self) -> None:
        """Make the connection ready for the next message after a refusal."""
        if self._client is None:
            return
        try:
            self._client.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _stuffed(raw: bytes) -> bytes:
    """The message as DATA carries it: CRLF line ends, dots at the start of lines doubled (RFC 5321 section 4.5.2)."""
    text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    stuffed = text.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _expect(reply: tuple[int, bytes], wanted: int, step: str) -> None:
    code, text = reply
    if code // 10 == wanted // 10:
        return
    said = text.decode("utf-8", "replace")[:300]
    message = f"{step}: {code} {said}"
    if code == 421 or not 400 <= code < 600:  # it closes, or is out of step
        raise smtplib.SMTPServerDisconnected(message)
    raise DeliveryError(message, permanent=code >= 500)
