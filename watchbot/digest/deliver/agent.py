"""The delivery agent: a small process of its own that empties the outbox and records each result itself.

Why a process. Between "the server took the message" and "we wrote that down" a crash leaves a doubt that no client can
resolve. So the one who sends is not the one who is killed: when the command or the scheduler that started it dies (SIGKILL
included), the agent sees its standard input close, finishes the one message under way, records it, and ends. Whoever starts
next waits for its lock. Only the death of the agent itself (power cut, kill of the agent) can leave a doubt, and then:

- transmission begun but the final dot not sent (`step` = ``begun``): surely not taken, sent again;
- e-mail with the dot sent but no answer recorded (`step` = ``commit``): sent again with the same Message-ID, by which mail
  systems recognise a repetition (none is lost);
- Telegram with the request written but no answer recorded: taken for sent (none comes twice).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from watchbot.digest.deliver.message import Mail, Sender, build_message
from watchbot.digest.deliver.rules import BACKOFF, MAX_ATTEMPTS, SOFT_BOUNCES, is_hard, verp
from watchbot.digest.deliver.signing import DkimKey, signed
from watchbot.digest.deliver.smtp import SmtpConnection, SmtpServer
from watchbot.digest.deliver.telegram import TelegramChannel
from watchbot.errors import DeliveryError, ServerUnavailableError
from watchbot.model import DeliveryState
from watchbot.store import Store
from watchbot.store.outbox import Outgoing

BATCH = 50
# So many breaks of a connection in a row, and the server is taken for down.
BREAKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """All that the agent needs; it comes over a pipe, so that no secret stands on a command line.

    `patience` is how many seconds the agent waits for postponed messages before it ends; `backoff` is the first pause after a
    passing failure, in seconds.
    """

    database: str
    secret: str
    smtp_url: str = ""
    smtp_allow_plain: bool = False
    smtp_rate: float = 10.0
    sender: dict[str, Any] = field(default_factory=dict)
    dkim: dict[str, str] = field(default_factory=dict)
    telegram_token: str = ""
    telegram_api: str = ""
    patience: float = 0.0
    backoff: float = BACKOFF


class Agent:
    """Sends what is due, one message at a time on each channel."""

    def __init__(self, settings: AgentSettings, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._store = Store(settings.database)
        self._sender = (
            Sender(**settings.sender) if settings.sender else Sender(address="veille@localhost", name="Veille")
        )
        self._key = DkimKey(**settings.dkim) if settings.dkim else None
        self._smtp: SmtpConnection | None = None
        self._telegram: TelegramChannel | None = None
        self._next_mail = 0.0
        self._broken: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Send until nothing is due, or until told to stop."""
        deadline = time.monotonic() + self._settings.patience
        try:
            while not self._stop.is_set():
                if self._round():
                    continue
                pause = self._pause()
                if pause is None or time.monotonic() + pause > deadline:
                    break
                self._stop.wait(pause)
        finally:
            self._close()

    def _round(self) -> bool:
        """One batch of each channel; whether there was anything to do."""
        busy = False
        for channel, send in (("email", self._mail), ("telegram", self._message)):
            if not self._has(channel):
                continue
            for one in self._store.outbox.due(channel, datetime.now(UTC), BATCH):
                if self._stop.is_set() or self._broken[channel] >= BREAKS:
                    break
                busy = True
                self._deliver(one, send)
            # A channel that is down is left alone until what waits is due again.
            self._broken[channel] %= BREAKS
        return busy

    def _has(self, channel: str) -> bool:
        return bool(self._settings.smtp_url if channel == "email" else self._settings.telegram_token)

    def _pause(self) -> float | None:
        due = self._store.outbox.next_due()
        return None if due is None else max(0.0, (due - datetime.now(UTC)).total_seconds()) + 0.01

    def _deliver(self, one: Outgoing, send: Any) -> None:
        key = one.delivery.key
        if not self._store.outbox.waits(key):
            return  # unsubscribed or erased since the batch was read
        try:
            send(one)
        except ServerUnavailableError as error:
            self._broken[one.delivery.channel] += 1
            again = datetime.now(UTC) + timedelta(
                seconds=self._settings.backoff * 2 ** self._broken[one.delivery.channel]
            )
            self._store.outbox.postpone(key, again, str(error), counted=False)
            self.counts["postponed"] += 1
        except DeliveryError as error:
            self._broken[one.delivery.channel] = 0
            self._refused(one, error)
        else:
            self._broken[one.delivery.channel] = 0
            self._store.outbox.sent(key, datetime.now(UTC))
            self._store.subscribers.clear_soft_bounces(one.delivery.subscriber_id)
            self.counts["sent"] += 1

    def _refused(self, one: Outgoing, error: DeliveryError) -> None:
        delivery, now = one.delivery, datetime.now(UTC)
        if not error.permanent and delivery.attempts + 1 < MAX_ATTEMPTS:
            wait = error.retry_after or min(self._settings.backoff * 4**delivery.attempts, 6 * 3600.0)
            self._store.outbox.postpone(delivery.key, now + timedelta(seconds=wait), str(error))
            self.counts["postponed"] += 1
            return
        self._store.outbox.fail(delivery.key, str(error))
        self.counts["failed"] += 1
        if is_hard(str(error)) or self._store.subscribers.count_soft_bounce(delivery.subscriber_id) >= SOFT_BOUNCES:
            self._suppress(one, str(error))

    def _suppress(self, one: Outgoing, reason: str) -> None:
        """The address does not want, or does not exist: nothing more is sent to it."""
        subscriber = self._store.subscribers.get(one.delivery.subscriber_id)
        with self._store.transaction():
            self._store.outbox.suppress(one.delivery.subscriber_id, reason)
            if subscriber is not None:
                self._store.subscribers.set_state(subscriber.id, "suppressed")
                secret = self._settings.secret.encode()
                self._store.subscribers.suppress(
                    subscriber.channel, subscriber.address, reason[:120], secret, datetime.now(UTC)
                )
        self.counts["suppressed"] += 1

    # ------------------------------------------------------------------------------------------ channels

    def _mail(self, one: Outgoing) -> None:
        key = one.delivery.key
        message, raw = self._built(one)
        self._wait_turn()
        if self._smtp is None:
            server = SmtpServer.from_url(self._settings.smtp_url, allow_plain=self._settings.smtp_allow_plain)
            self._smtp = SmtpConnection(server)
        self._store.outbox.mark(key, DeliveryState.SENDING, step="begun")

        def commit() -> None:
            self._store.outbox.mark(key, DeliveryState.SENDING, step="commit")

        return_path = (
            verp(self._sender.bounce or self._sender.address, one.address)
            if self._sender.bounce
            else self._sender.address
        )
        self._smtp.send(message, return_path, one.address, raw=raw, on_commit=commit)

    def _built(self, one: Outgoing) -> tuple[EmailMessage, bytes]:
        payload = one.payload
        mail = Mail(
            key=one.delivery.key,
            to=one.address,
            subject=payload["subject"],
            text=payload["text"],
            html=payload["html"],
            unsubscribe_url=payload.get("unsubscribe_url", ""),
            calendar=payload.get("calendar", "").encode(),
        )
        message = build_message(mail, self._sender, datetime.fromisoformat(payload["date"]))
        raw = message.as_bytes()
        return message, signed(raw, self._key) if self._key else raw

    def _wait_turn(self) -> None:
        """At most `smtp_rate` messages a second."""
        pause = self._next_mail - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._next_mail = max(time.monotonic(), self._next_mail) + 1 / self._settings.smtp_rate

    def _message(self, one: Outgoing) -> None:
        key, parts = one.delivery.key, one.payload["messages"]
        done = one.parts_done + (one.step == "commit")
        if self._telegram is None:
            self._telegram = TelegramChannel(self._settings.telegram_token, self._settings.telegram_api)
        for number in range(done, len(parts)):
            self._store.outbox.mark(key, DeliveryState.SENDING, step="commit", parts_done=number)
            try:
                self._telegram.send(one.address, parts[number])
            except DeliveryError:
                self._store.outbox.mark(key, DeliveryState.SENDING, step="begun", parts_done=number)
                raise
            self._store.outbox.mark(key, DeliveryState.SENDING, step="begun", parts_done=number + 1)

    def _close(self) -> None:
        if self._smtp is not None:
            self._smtp.quit()
        if self._telegram is not None:
            self._telegram.close()
        self._store.close()


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """One agent at a time: wait until a surviving one has ended."""
    descriptor = os.open(f"{database}.agent.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main() -> None:
    """Read settings (one line of JSON) from standard input, send, print counts (one line of JSON)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = AgentSettings(**json.loads(sys.stdin.readline()))
    stop = threading.Event()

    def watch_parent() -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stdin.read()
        stop.set()

    threading.Thread(target=watch_parent, daemon=True).start()
    with locked(Path(settings.database)):
        agent = Agent(settings, stop)
        agent.run()
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(dict(agent.counts)), flush=True)  # noqa: T201 - the answer to the process that started it


def run_agent(settings: AgentSettings) -> Counter[str]:
    """Start the agent, wait for it, and return what it did. Runs in the calling thread.

    Raises:
        DeliveryError: the agent died.
    """
    import subprocess

    with subprocess.Popen(
        [sys.executable, "-m", "watchbot.digest.deliver.agent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
            message = "no pipe to the delivery agent"
            raise DeliveryError(message, permanent=False)
        process.stdin.write(json.dumps(asdict(settings)) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        process.stdin.close()
    if process.returncode != 0 or not answer:
        message = f"the delivery agent ended with code {process.returncode}; run the command again, nothing is lost"
        raise DeliveryError(message, permanent=False)
    return Counter(json.loads(answer))


if __name__ == "__main__":
    main()
