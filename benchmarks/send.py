"""How fast an issue is sent by mail, against plain smtplib in a loop: to the same server, the same messages.

    python benchmarks/send.py [--mails 1000]

The rivals remember nothing: they could neither go on after a crash nor know what they sent. `watchbot` marks each message
durably before its final dot and again after the answer (two fsyncs a message), with everything in a process of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from watchbot.demo.sinks import MailSink
from watchbot.digest.deliver.agent import AgentSettings, run_agent
from watchbot.digest.deliver.message import Mail, Sender, build_message
from watchbot.model import Delivery
from watchbot.store import Store
from watchbot.store.outbox import Outgoing, delivery_key

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SENDER = Sender(address="veille@example.org", name="Veille", list_name="hebdo")
BODY = {
    "subject": "Veille du 23 novembre",
    "text": "Une ligne de la veille.\n" * 200,
    "html": "<p>Une ligne.</p>" * 1500,
}


def queue(path: Path, mails: int) -> None:
    with Store(path) as store:
        outgoing = []
        for n in range(mails):
            key = delivery_key("hebdo", "w", f"s{n}", "email")
            delivery = Delivery(key=key, edition="hebdo", issue="w", subscriber_id=f"s{n}", channel="email")
            payload = {**BODY, "date": NOW.isoformat()}
            outgoing.append(Outgoing(delivery=delivery, address=f"r{n}@example.org", payload=payload))
        store.outbox.enqueue(outgoing, NOW)


def messages(mails: int) -> list[tuple[str, bytes]]:
    made = []
    for n in range(mails):
        mail = Mail(key=f"k{n}", to=f"r{n}@example.org", **BODY)
        made.append((f"r{n}@example.org", build_message(mail, SENDER, NOW).as_bytes()))
    return made


def by_agent(sink: MailSink, mails: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        queue(path, mails)
        settings = AgentSettings(
            database=str(path),
            secret="k" * 32,
            smtp_url=sink.url,
            smtp_allow_plain=True,
            smtp_rate=1e9,
            sender={"address": SENDER.address, "name": SENDER.name, "list_name": SENDER.list_name},
        )
        began = time.perf_counter()
        counts = run_agent(settings)
        seconds = time.perf_counter() - began
    assert counts["sent"] == mails
    return seconds


def one_connection(sink: MailSink, mails: int) -> float:
    """smtplib, one connection kept; the messages are put together within the time, as the agent does."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        for to, raw in messages(mails):
            client.sendmail(SENDER.address, to, raw)
    return time.perf_counter() - began


def many_connections(sink: MailSink, mails: int) -> float:
    """Smtplib as it is mostly written: a connection for each message."""
    began = time.perf_counter()
    for to, raw in messages(mails):
        with smtplib.SMTP("127.0.0.1", sink.port) as client:
            client.sendmail(SENDER.address, to, raw)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rivals: dict[str, Callable[[MailSink, int], float]] = {
        "watchbot's agent": by_agent,
        "smtplib, one connection": one_connection,
        "smtplib, a connection each": many_connections,
    }
    times: dict[str, list[float]] = {name: [] for name in rivals}
    with contextlib.ExitStack() as stack:
        for _ in range(options.rounds):
            for name, send in rivals.items():
                sink = stack.enter_context(MailSink())
                times[name].append(send(sink, options.mails))
                assert len({one.message_id for one in sink.messages}) == options.mails
    size = len(messages(1)[0][1])
    ours = statistics.median(times["watchbot's agent"])
    print(f"{options.mails} mails of {size / 1000:.0f} kB, median of {options.rounds} rounds")
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        print(
            f"{name:28} {options.mails / middle:7.0f} mails/s   {middle:6.2f} s   agent at {middle / ours:.2f} times its rate"
        )


if __name__ == "__main__":
    main()
