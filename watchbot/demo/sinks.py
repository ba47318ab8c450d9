"""A mail server on loopback that keeps what it gets: for the demonstration and for tests."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# What the server says to a recipient or a message (step `RCPT` or `DATA`): a reply, `DROP` or `LOSE_ANSWER`; None accepts.
Answer = Callable[[str, Envelope], str | None]
# Break off without an answer, the message not kept; or kept (at the step `DATA`).
DROP = "drop"
LOSE_ANSWER = "lose answer"


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came: envelope and bytes; over which connection (the client's host and port), encrypted or not."""

    mail_from: str
    recipients: tuple[str, ...]
    content: bytes
    options: tuple[str, ...] = ()
    peer: str = ""
    tls: bool = False

    @property
    def message_id(self) -> str:
        """Its Message-ID, by which mail systems know a repetition."""
        return str(message_from_bytes(self.content)["Message-ID"])


@dataclass(slots=True)
class _Handler:
    answer: Answer
    received: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.answer("RCPT", _with_recipient(envelope, address))
        if refusal in {DROP, LOSE_ANSWER}:
            return _break_off(server)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        refusal = self.answer("DATA", envelope)
        if refusal == DROP:
            return _break_off(server)
        if refusal is not None and refusal != LOSE_ANSWER:
            return refusal
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        host, port = session.peer[:2] if isinstance(session.peer, tuple) else ("", 0)
        one = Received(
            envelope.mail_from or "",
            tuple(envelope.rcpt_tos),
            content,
            options=tuple(envelope.mail_options),
            peer=f"{host}:{port}",
            tls=session.ssl is not None,
        )
        with self.lock:
            self.received.append(one)
        return _break_off(server) if refusal == LOSE_ANSWER else "250 OK: kept"


def _break_off(server: SMTP) -> str:
    transport: Any = server.transport
    transport.abort()
    return "421 4.3.0 gone"


def _with_recipient(envelope: Envelope, address: str) -> Envelope:
    copy = Envelope()
    copy.mail_from = envelope.mail_from
    copy.rcpt_tos = [*envelope.rcpt_tos, address]
    return copy


class _Controller(Controller):
    """A controller for port 0: the first connection, by which it sees that it has started, goes to the port really given."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        with socket.create_connection(server.sockets[0].getsockname()[:2], 5) as connection:
            if self.ssl_context is None:
                connection.recv(64)


class MailSink:
    """A real SMTP server on 127.0.0.1 that keeps every message in memory.

    Args:
        answer: what to say at RCPT and DATA, for servers that refuse; accepts everything by default.
        options: further options of aiosmtpd's controller (TLS, authentication).
    """

    def __init__(self, answer: Answer | None = None, **options: Any) -> None:
        self._handler = _Handler(answer or (lambda _step, _envelope: None))
        self._controller = _Controller(
            self._handler, hostname="127.0.0.1", port=0, **{"enable_SMTPUTF8": True, **options}
        )

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        server: Any = self._controller.server
        return int(server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """Its address, as WATCHBOT_SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Received]:
        """What it has got so far."""
        with self._handler.lock:
            return list(self._handler.received)

    @property
    def mailboxes(self) -> dict[str, list[Received]]:
        """What each recipient's mailbox holds where a repetition is known by its Message-ID and dropped (RFC 5321, 6.1)."""
        found: dict[str, dict[str, Received]] = {}
        for one in self.messages:
            for recipient in one.recipients:
                found.setdefault(recipient, {}).setdefault(one.message_id, one)
        return {recipient: list(kept.values()) for recipient, kept in found.items()}

    def write(self, folder: Path) -> list[Path]:
        """Write what it has got as numbered `.eml` files."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{number:04d}.eml" for number in range(1, len(self.messages) + 1)]
        for path, one in zip(paths, self.messages, strict=False):
            path.write_bytes(one.content)
        return paths


def unreliable(
    seed: int,
    *,
    temporary: float = 0.1,
    drops: float = 0.0,
    lost_answers: float = 0.0,
    permanent: frozenset[str] = frozenset(),
) -> Answer:
    """Answers of a server in a bad mood: shares of 4xx and broken connections by chance (seeded), 5xx for some recipients."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice

    def answer(step: str, envelope: Envelope) -> str | None:
        if permanent.intersection(envelope.rcpt_tos):
            return "550 5.1.1 no such user"
        dice = chance.random()
        if dice < temporary:
            return "451 4.3.0 try again later" if step == "DATA" else "450 4.2.0 mailbox busy"
        if dice < temporary + drops:
            return DROP
        if step == "DATA" and dice < temporary + drops + lost_answers:
            return LOSE_ANSWER
        return None

    return answer
