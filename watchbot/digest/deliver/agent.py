"""The delivery agent: a small process of its own that empties the outbox and records each result itself.

Why a process. Between "the server took the message" and "we wrote that down" a crash leaves a doubt that no client can
resolve. So the one who sends is not the one who is killed: when the command or the scheduler that started it dies (SIGKILL
included), the agent sees its standard input close, finishes the one message under way, records it, and ends. Whoever starts
next waits for its lock. Only the death of the agent itself (power cut, kill of the agent) or a connection that breaks between
the message and its answer can leave a doubt, and then:

- the final dot, or the request, was not sent (no `step` is marked): surely not taken, sent again;
- e-mail with the dot sent but no answer recorded (`step` = ``commit``): sent again with the same Message-ID, by which mail
  systems recognise a repetition (none is lost);
- Telegram with the request sent but no answer recorded (`step` = ``commit:<last id>``): looked for among the ids that follow
  the last known one, and sent again only if it is not there (none is lost, none comes twice).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchbot.digest.deliver.routes import MailRoute, Route, TelegramRoute
from watchbot.digest.deliver.rules import MAX_ATTEMPTS, SOFT_BOUNCES, Fault, backoff_of, fault_of
from watchbot.digest.deliver.settings import AgentSettings
from watchbot.errors import DeliveryError, ServerUnavailableError, StoreError
from watchbot.store import Store
from watchbot.store.outbox import Outgoing

__all__ = ["Agent", "AgentSettings", "locked", "run_agent"]

BATCH = 50
# So many breaks of a connection in a row, and the server is taken for down.
BREAKS = 5


class Agent:
    """Sends what is due, one message at a time on each channel."""

    def __init__(self, settings: AgentSettings, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._store = Store(settings.database)
        makers: dict[str, Callable[[AgentSettings, Store], Route]] = {}
        if settings.smtp_url:
            makers["email"] = MailRoute
        if settings.telegram_token:
            makers["telegram"] = TelegramRoute
        self._makers = makers
        self._routes: dict[str, Route] = {}
        # Moments of the monotonic clock: before them nothing is sent on the channel.
        self._turn = dict.fromkeys(makers, 0.0)
        self._broken: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Send until nothing is due, or until told to stop."""
        deadline = time.monotonic() + self._settings.patience
        try:
            while not self._stop.is_set():
                before = self.counts["sent"] + self.counts["failed"]
                busy, moved = self._round(), self.counts["sent"] + self.counts["failed"] > before
                if busy and (moved or time.monotonic() < deadline):
                    continue
                pause = self._pause()
                if pause is None or time.monotonic() + pause > deadline:
                    break
                self._stop.wait(pause)
        finally:
            for route in self._routes.values():
                route.close()
            self._store.close()

    def _round(self) -> bool:
        """One batch of each channel; whether there was anything to do."""
        busy = False
        for channel in self._makers:
            if self._held(channel):
                continue
            for one in self._store.outbox.due(channel, datetime.now(UTC), BATCH):
                if self._stop.is_set() or self._held(channel):
                    break
                busy = True
                self._deliver(one)
        return busy

    def _held(self, channel: str) -> bool:
        """Whether the channel is to be left alone for longer than its rate asks."""
        return self._turn[channel] - time.monotonic() > 1 / self._rate(channel)

    def _rate(self, channel: str) -> float:
        return self._settings.smtp_rate if channel == "email" else self._settings.telegram_rate

    def _pause(self) -> float | None:
        """Seconds until something can be sent; None when nothing waits."""
        now, clock = datetime.now(UTC), time.monotonic()
        due = {channel: self._store.outbox.next_due(channel) for channel in self._makers}
        waits = [
            max((moment - now).total_seconds(), self._turn[channel] - clock, 0.0)
            for channel, moment in due.items()
            if moment is not None
        ]
        return min(waits) + 0.01 if waits else None

    # ------------------------------------------------------------------------------------------ one message

    def _deliver(self, one: Outgoing) -> None:
        channel = one.delivery.channel
        self._stop.wait(max(0.0, self._turn[channel] - time.monotonic()))
        if self._stop.is_set() or not self._store.outbox.waits(one.delivery.key):
            return  # the parent died, or it was called off since the batch was read
        self._turn[channel] = time.monotonic() + 1 / self._rate(channel)
        try:
            self._route(channel).send(one)
        except ServerUnavailableError as error:
            self._put_off(one, error)
        except DeliveryError as error:
            self._broken[channel] = 0
            self._refused(one, error)
        except StoreError:
            raise  # nothing can be recorded: nothing more may be sent
        except Exception as error:  # noqa: BLE001 - whatever a library makes of a message: the others must go on
            self._put_off(one, ServerUnavailableError(f"{type(error).__name__}: {error}"))
        else:
            self._broken[channel] = 0
            self._store.outbox.sent(one.delivery.key, datetime.now(UTC))
            self._store.subscribers.clear_soft_bounces(one.delivery.subscriber_id)
            self.counts["sent"] += 1

    def _route(self, channel: str) -> Route:
        if channel not in self._routes:
            try:
                self._routes[channel] = self._makers[channel](self._settings, self._store)
            except DeliveryError as error:
                # Settings that are wrong are no recipient's fault: what waits goes out once they are right.
                raise ServerUnavailableError(str(error)) from error
        return self._routes[channel]

    def _put_off(self, one: Outgoing, error: ServerUnavailableError) -> None:
        """The server is away: nobody is to blame. After `BREAKS` such failures in a row the channel rests as well."""
        channel = one.delivery.channel
        self._broken[channel] += 1
        wait = backoff_of(self._settings.backoff, self._broken[channel] // BREAKS)
        self._postpone(one, wait, error, counted=False)
        if self._broken[channel] % BREAKS == 0:
            self._turn[channel] = time.monotonic() + wait

    def _refused(self, one: Outgoing, error: DeliveryError) -> None:
        delivery = one.delivery
        if error.retry_after is not None:
            # The API is busy, for everyone.
            self._postpone(one, error.retry_after, error, counted=False)
            self._turn[delivery.channel] = time.monotonic() + error.retry_after
            return
        if not error.permanent and delivery.attempts + 1 < MAX_ATTEMPTS:
            self._postpone(one, backoff_of(self._settings.backoff, delivery.attempts), error, counted=True)
            return
        self._store.outbox.fail(delivery.key, str(error))
        self.counts["failed"] += 1
        fault = fault_of(str(error))
        if fault is Fault.ADDRESS or (
            fault is Fault.MAILBOX and self._store.subscribers.count_soft_bounce(delivery.subscriber_id) >= SOFT_BOUNCES
        ):
            self._suppress(one, str(error))

    def _postpone(self, one: Outgoing, seconds: float, error: DeliveryError, *, counted: bool) -> None:
        again = datetime.now(UTC) + timedelta(seconds=seconds)
        self._store.outbox.postpone(one.delivery.key, again, str(error), counted=counted)
        self.counts["postponed"] += 1

    def _suppress(self, one: Outgoing, reason: str) -> None:
        """The address does not want, or does not exist: nothing more is sent to it."""
        self._store.subscribers.give_up(
            one.delivery.subscriber_id, reason, self._settings.secret.encode(), datetime.now(UTC)
        )
        self.counts["suppressed"] += 1


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """One agent at a time: wait until a surviving one has ended."""
    descriptor = os.open(f"{os.path.realpath(database)}.agent.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main() -> None:
    """Read settings (one line of JSON) from standard input, send, print counts (one line of JSON)."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # Ctrl+C and a closed terminal are the parent's affair: it closes the pipe.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    settings = AgentSettings(**json.loads(sys.stdin.readline()))

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


def run_agent(settings: AgentSettings, stop: threading.Event | None = None) -> Counter[str]:
    """Start the agent, wait for it, and return what it did. Runs in the calling thread.

    When `stop` is set, the agent finishes the one message under way and ends.

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
        with contextlib.suppress(BrokenPipeError):  # it died at its start: the code below says so
            process.stdin.write(json.dumps(asdict(settings)) + "\n")
            process.stdin.flush()
        while stop is not None and not stop.is_set() and not select.select([process.stdout], [], [], 0.2)[0]:
            pass
        if stop is not None and stop.is_set():
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        answer = process.stdout.readline()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    if process.returncode != 0 or not answer:
        message = f"the delivery agent ended with code {process.returncode}; run the command again, nothing is lost"
        raise DeliveryError(message, permanent=False)
    return Counter(json.loads(answer))


if __name__ == "__main__":
    main()
